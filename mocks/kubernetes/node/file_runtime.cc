#include "mocks/kubernetes/node/file_runtime.h"

#include <charconv>

namespace mocks::kubernetes {
namespace {

// The shell's part that is needed: commands split at ';', each `echo WORDS [>&2]` or `exit N`.
ExecResult run_shell(std::string_view script) {
  ExecResult result;
  while (!script.empty()) {
    std::string_view command = script.substr(0, script.find(';'));
    script.remove_prefix(std::min(script.size(), command.size() + 1));
    while (command.starts_with(' ')) command.remove_prefix(1);
    if (command.starts_with("exit ")) {
      command.remove_prefix(5);
      std::from_chars(command.data(), command.data() + command.size(), result.exit_code);
      return result;
    }
    if (!command.starts_with("echo ")) {
      result.exit_code = 127;
      result.standard_error += "sh: not found\n";
      continue;
    }
    command.remove_prefix(5);
    constexpr std::string_view to_error = " >&2";
    const bool error = command.ends_with(to_error);
    if (error) command.remove_suffix(to_error.size());
    (error ? result.standard_error : result.standard_output).append(command).append("\n");
  }
  return result;
}

}  // namespace

AppStart FileRuntime::adopt(const PodView&) { return {}; }

void FileRuntime::start_init(const PodView& pod) { host_->init_done(pod.id, true); }

AppStart FileRuntime::start_app(const PodView& pod, ports::Duration ready_after) {
  host_->app_ready_in(pod.id, ready_after);
  return {};
}

void FileRuntime::begin_termination(PodId) {}

void FileRuntime::stop(PodId, bool) {}

ExecResult FileRuntime::exec(PodId, std::string_view, const std::vector<std::string>& argv) {
  if (argv.front() == "cat") {
    ExecResult result;
    for (std::size_t i = 1; i < argv.size(); ++i) {
      const auto found = files_.find(argv[i]);
      if (found != files_.end()) {
        result.standard_output += found->second;
        continue;
      }
      result.exit_code = 1;
      result.standard_error += "cat: " + argv[i] + ": No such file or directory\n";
    }
    return result;
  }
  if (argv.size() == 3 && argv[0] == "sh" && argv[1] == "-c") return run_shell(argv[2]);
  return ExecResult{.found = false};
}

}  // namespace mocks::kubernetes
