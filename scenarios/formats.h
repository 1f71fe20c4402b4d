// Formats: the forms in which results are printed, as one table. A form is a pure function of
// Report (and one of SweepResult, where it has one); the command line's `--output` and what each
// command takes follow from the table. A new form is a file report_<name>.cc, its declaration in
// report.h, and a row in formats.cc.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rotator/ports/result.h"
#include "scenarios/report.h"
#include "scenarios/sweep.h"

namespace scenarios {

struct Format {
  const char* name = "";
  // The document of some runs: all of it, with its line break at the end.
  std::string (*runs)(const std::vector<Report>& runs) = nullptr;
  // The same with phases, invariants and deviations, where `runs` leaves them out.
  std::string (*details)(const std::vector<Report>& runs) = nullptr;
  // The document of a sweep; nullptr: this form has none.
  std::string (*sweep)(const SweepResult& result) = nullptr;
  // The document of a command that failed before it had a result; nullptr: nothing is printed.
  std::string (*error)(const ports::Error& error) = nullptr;
  // Read by a person, who is also told in a sentence what it comes to.
  bool for_people = false;
};

// Every form; the first is the one that is printed unless another is asked for.
const std::vector<Format>& formats();

// The form of that name; nullptr when there is none.
const Format* find_format(std::string_view name);

}  // namespace scenarios
