#include "rotator/cli/console.h"

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "rotator/calls/utf8.h"
#include "rotator/cli/program.h"

namespace rotator {
namespace {

using ports::ErrorCode;

int exit_code_of(const ports::Error& error) {
  switch (error.code) {
    case ErrorCode::configuration:
    case ErrorCode::untrusted: return exit_configuration;
    case ErrorCode::interrupted: return exit_code(Ending::interrupted);
    case ErrorCode::refused:
    case ErrorCode::missing: return exit_code(Ending::refused);
    default: return exit_code(Ending::unknown);
  }
}

std::string unwritable(const std::string& path) {
  return "the metrics file " + path +
         " cannot be written; check its directory, its permissions and the free space";
}

// Nothing that we write is longer.
constexpr std::size_t max_metrics_bytes = std::size_t{1} << 20;

// What the last run left, as far as it is ours; empty when there is none.
std::string content(const std::string& path) {
  std::ifstream old(path, std::ios::binary);
  if (!old) return {};
  std::string text(max_metrics_bytes, '\0');
  old.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(old.gcount()));
  return text;
}

}  // namespace

bool changes(Command command) {
  return command == Command::run || command == Command::resume || command == Command::rollback;
}

OutputFormat Arguments::output_format() const {
  return output == "json" ? OutputFormat::json : OutputFormat::text;
}

LogFormat Arguments::log_format() const {
  const bool people = log == "text" || (log == "auto" && isatty(STDERR_FILENO) == 1);
  return people ? LogFormat::text : LogFormat::json;
}

Console::Console(const Arguments& arguments, ports::Clock& clock)
    : arguments_(arguments),
      clock_(clock),
      log_(clock, arguments.log_format(), arguments.verbose) {}

int Console::printed(int code) {
  if (std::cout) return code;
  say("the result could not be written to standard output");
  return code == 0 ? exit_output : code;
}

int Console::complain(const ports::Error& error) {
  say(error.message);
  const int code = exit_code_of(error);
  return arguments_.output_format() == OutputFormat::json ? print(error, code) : code;
}

int Console::misconfigured(const ports::Error& error) {
  const int code = complain(error);
  if (!changes(arguments_.command)) return code;
  return write_metrics({.ending = Ending::misconfigured, .exit_code = code},
                       client_in(content(arguments_.metrics_file)));
}

void Console::say(const std::string& sentence) {
  if (arguments_.log_format() == LogFormat::json)
    log_.noted(Severity::error, sentence);
  else
    std::cerr << "rotator: " << printable(sentence) << "\n";
}

ports::Status Console::metrics_writable() const {
  if (!changes(arguments_.command) || arguments_.metrics_file.empty()) return {};
  using Type = std::filesystem::file_type;
  std::error_code unknown;
  const auto kind = std::filesystem::status(arguments_.metrics_file, unknown).type();
  if (kind != Type::regular && kind != Type::not_found && kind != Type::none)
    return ports::fail(ErrorCode::configuration,
                       "the metrics file " + arguments_.metrics_file +
                           " is no regular file, and would be replaced by one; name another");
  if (std::ofstream(beside(), std::ios::app)) return {};
  return ports::fail(ErrorCode::configuration, unwritable(arguments_.metrics_file));
}

int Console::write_metrics(const Outcome& outcome, const std::string& client_id) {
  const auto& path = arguments_.metrics_file;
  if (path.empty()) return outcome.exit_code;
  const auto last_success = last_success_in(content(path));
  std::ofstream file(beside(), std::ios::trunc);
  file << render_metrics(outcome, client_id, clock_.wall_now(), last_success) << std::flush;
  file.close();
  if (file && std::rename(beside().c_str(), path.c_str()) == 0) return outcome.exit_code;
  say(unwritable(path));
  return outcome.exit_code == 0 ? exit_output : outcome.exit_code;
}

std::string Console::beside() const { return arguments_.metrics_file + ".new"; }

}  // namespace rotator
