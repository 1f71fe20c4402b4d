// The commands of `rehearse`: what main calls once it has read the command line. Results go to
// stdout or a file, whole or not at all; everything else to stderr.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rotator/cli/usage.h"
#include "rotator/ports/result.h"
#include "scenarios/formats.h"
#include "scenarios/progress.h"
#include "scenarios/report.h"

namespace scenarios {

// Exit codes, as `rehearse --help` documents them.
inline constexpr int exit_as_expected = 0;
inline constexpr int exit_deviates = 1;
inline constexpr int exit_unknown = 2;
inline constexpr int exit_stopped = 3;
using rotator::exit_usage;
inline constexpr int exit_configuration = 65;
inline constexpr int exit_internal = 70;
inline constexpr int exit_output = 74;
inline constexpr int exit_interrupted = 130;

struct CommonOptions {
  const Format* output = &formats().front();
  std::string output_file = {};  // empty = stdout
  bool coloured = false;         // verdicts, on stdout, in a form for people
  unsigned threads = 1;
  ProgressForm progress = ProgressForm::none;  // on stderr; a bar only where that is a terminal
};

struct RunCommand {
  std::vector<std::string> paths = {};  // files or folders; empty = the guide's scenarios
  Wire wire = Wire::sim;
  std::optional<std::uint64_t> seed = {};  // else each scenario's own
  std::string policy = {};
  std::optional<mocks::users::Fidelity> fidelity = {};  // else each scenario's
  bool details = false;   // phases, invariants, deviations of each run
  bool timeline = false;  // every fact
  int compression = 60;
  std::string rotator = {};
  std::uint64_t kill_at_call = 0;
  std::string scenarios_folder = {};  // where guide/ is
  CommonOptions common = {};
};

struct SweepCommand {
  std::string path = {};
  std::string windows = "0s..20m/1m";
  std::string policies =
      {};  // comma-separated; empty = cutover,timer,guarded as far as the scenario has them
  int seeds = 200;
  // Else counts, or what the scenario needs.
  std::optional<mocks::users::Fidelity> fidelity = {};
  CommonOptions common = {};
};

// A file that cannot be read, or not be run so, is a report of its own with what is wrong; the
// others run. The exit code is then exit_configuration.
int run_command(const RunCommand& command);
int sweep_command(const SweepCommand& command);
// Prints a document that describes something.
int schema_command(const std::string& document);
// `rehearse` alone: every scenario of the guide, the coarse table of windows, the sentence to take
// home; the JSON report goes to `report_file` unless that is empty.
int main_command(const std::string& scenarios_folder, const std::string& report_file,
                 const CommonOptions& common);

// Writes `text` to stdout, or to `file` by way of a temporary one beside it, so that a full disk
// leaves what was there.
ports::Status write_output(const std::string& file, const std::string& text);

// Says to stderr why a command cannot go on; the exit code for that.
int complain(const ports::Error& error);

// The worst of all runs as an exit code.
int exit_code_of(const std::vector<Report>& runs);

}  // namespace scenarios
