// Console: where a run of the program tells how it ended: the result on standard output, what went
// wrong on standard error, metrics in their file. And the arguments that say in which form.
#pragma once

#include <iostream>
#include <string>

#include "rotator/cli/log.h"
#include "rotator/cli/output.h"

namespace rotator {

enum class Command { plan, run, resume, status, rollback, doctor, schema };
// Whether it may change anything in the systems that it reaches.
bool changes(Command command);

struct Arguments {
  Command command = Command::plan;
  std::string configuration = "rotation.yaml";
  std::string output = "text";
  std::string log = "auto";
  std::string metrics_file = {};  // empty = none
  // In the place of what the configuration says; empty = as it says.
  std::string strategy = {};
  std::string max_exposure = {};
  bool verbose = false;

  OutputFormat output_format() const;
  // What `log` says; auto is text where standard error is a terminal.
  LogFormat log_format() const;
};

class Console {
 public:
  // Both must outlive this.
  Console(const Arguments& arguments, ports::Clock& clock);

  LogListener& log() { return log_; }

  // Prints a result; `code`, or exit_output where that was 0 and the result could not be written.
  template <typename Printable>
  int print(const Printable& result, int code) {
    std::cout << render(result, arguments_.output_format()) << std::flush;
    return printed(code);
  }
  // Tells of a failure that is not a result, and gives its exit code.
  int complain(const ports::Error& error);
  // The same of a command that could not even begin: the metrics tell of it as of any other end.
  int misconfigured(const ports::Error& error);
  // One sentence on standard error, in the form of the log.
  void say(const std::string& sentence);

  // Whether the metrics could be written now; Error configuration. To be asked before anything is
  // changed.
  ports::Status metrics_writable() const;
  // Written beside and renamed, so that a collector never reads half a file. The exit code of
  // `outcome`, or exit_output where that was 0 and they could not be written.
  int write_metrics(const Outcome& outcome, const std::string& client_id);

 private:
  int printed(int code);
  std::string beside() const;

  const Arguments& arguments_;
  ports::Clock& clock_;
  LogListener log_;
};

}  // namespace rotator
