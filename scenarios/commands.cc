#include "scenarios/commands.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <memory>
#include <mutex>
#include <sstream>

#include "rotator/calls/utf8.h"
#include "rotator/ports/check.h"
#include "rotator/ports/stop_signal.h"
#include "rotator/ports/system_clock.h"
#include "scenarios/assemble.h"
#include "scenarios/progress.h"
#include "scenarios/run.h"
#include "scenarios/scenario.h"
#include "scenarios/side_by_side.h"
#include "scenarios/sweep.h"
#include "scenarios/terminal.h"

namespace scenarios {
namespace {

using ports::ErrorCode;
using ports::fail;

// A scenario of the command line, or what is wrong with its file.
struct Loaded {
  std::string path = {};
  std::optional<Scenario> scenario = {};
  std::string flaw = {};
};

Loaded load_one(const std::string& path, const RunCommand& command) {
  auto scenario = load_scenario(path);
  if (!scenario) return {.path = path, .flaw = scenario.error().message};
  if (!command.paths.empty() && !scenario->wires.contains(command.wire))
    return {
        .path = path,
        .flaw = path + ": is not for the " + to_string(command.wire) + " wire; see its `wires:`"};
  return {.path = path, .scenario = std::move(*scenario)};
}

// Error of code configuration for a folder without scenarios.
ports::Result<std::vector<Loaded>> load_all(const RunCommand& command) {
  std::vector<std::string> paths = command.paths;
  if (paths.empty()) paths.push_back(command.scenarios_folder + "/guide");
  std::vector<Loaded> all;
  for (const auto& path : paths) {
    std::vector<std::string> files = {path};
    if (std::filesystem::is_directory(path)) {
      auto found = scenario_files(path);
      if (!found) return fail(found.error());
      files = std::move(*found);
    }
    for (const auto& file : files) all.push_back(load_one(file, command));
  }
  return all;
}

// The report of a scenario that could not be run.
Report not_run(const Loaded& loaded, const RunCommand& command, const std::string& why) {
  return {.scenario = scenario_name(loaded.path),
          .ran = false,
          .wire = command.wire,
          .policy = command.policy,
          .verdict = Verdict::unknown,
          .deviations = {why}};
}

RunOptions options_of(const RunCommand& command, const Scenario& scenario) {
  return {.seed = command.seed.value_or(scenario.seed),
          .policy = command.policy,
          .fidelity = command.fidelity,
          .keep_timeline = command.timeline,
          .compression = command.compression,
          .rotator = command.rotator,
          .kill_at_call = command.kill_at_call};
}

struct AllRuns {
  std::vector<Report> reports = {};  // in the order of the scenarios
  bool all_ran = true;               // false: a file was wrong
};

// On the simulated wire scenarios run side by side; on the HTTP wire one after the other, as they
// share the machine's time. Error of code interrupted, or when something of ours broke.
ports::Result<AllRuns> run_all(const RunCommand& command, const std::vector<Loaded>& scenarios) {
  AllRuns all{.reports = std::vector<Report>(scenarios.size())};
  std::optional<ports::Error> error;
  std::mutex mutex;
  std::atomic<std::size_t> next{0};
  // On the HTTP wire there are a child process and a folder with keys to take away.
  ports::StopSignal stop;
  const ports::StopOnSignals on_signals(stop);
  const ports::SystemClock clock(stop);
  Progress progress(std::cerr, clock, command.common.progress);
  const auto one = [&](std::size_t i) -> ports::Result<Report> {
    const auto& scenario = *scenarios[i].scenario;
    auto options = options_of(command, scenario);
    const auto show = [&](double within) {
      const std::lock_guard lock(mutex);
      progress.show((static_cast<double>(i) + within) / static_cast<double>(scenarios.size()),
                    scenario.name);
    };
    options.progress = show;
    options.stop = &stop;
    show(0);
    const auto begun = clock.now();
    const auto started = clock.wall_now();
    auto report =
        command.wire == Wire::http ? run_http(scenario, options) : run_simulated(scenario, options);
    if (!report) return report;
    report->started = started;
    report->real_s = seconds_since(begun, clock.now());
    return report;
  };
  const auto work = [&] {
    for (std::size_t i = next++; i < scenarios.size(); i = next++) {
      auto report = scenarios[i].scenario
                        ? one(i)
                        : ports::Result<Report>(fail(ErrorCode::configuration, scenarios[i].flaw));
      const std::lock_guard lock(mutex);
      if (report) {
        all.reports[i] = std::move(*report);
      } else if (report.error().code == ErrorCode::configuration) {
        all.reports[i] = not_run(scenarios[i], command, report.error().message);
        all.all_ran = false;
      } else {
        error = report.error();
        next = scenarios.size();
      }
    }
  };
  side_by_side(command.wire == Wire::sim ? command.common.threads : 1, work);
  if (error) return fail(*error);
  return all;
}

std::string rendered(const RunCommand& command, const std::vector<Report>& reports) {
  const auto& format = *command.common.output;
  return command.details ? format.details(reports) : format.runs(reports);
}

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, at);) parts.push_back(part);
  return parts;
}

// The columns of the table, from the naive to the safe.
std::vector<std::string> policies_of(const Scenario& scenario) {
  std::vector<std::string> policies;
  for (const char* known : {"cutover", "timer"})
    if (scenario.policies.contains(known)) policies.emplace_back(known);
  for (const auto& [name, driver] : scenario.policies)
    if (std::find(policies.begin(), policies.end(), name) == policies.end())
      policies.push_back(name);
  policies.emplace_back(own_policy);
  return policies;
}

// What is wrong with the columns that were asked for; empty = nothing.
std::string flaw_of_columns(const std::vector<std::string>& policies) {
  for (std::size_t i = 0; i < policies.size(); ++i) {
    if (policies[i].empty()) return "a name is empty";
    if (std::find(policies.begin(), policies.begin() + static_cast<std::ptrdiff_t>(i),
                  policies[i]) != policies.begin() + static_cast<std::ptrdiff_t>(i))
      return "'" + policies[i] + "' is there twice";
  }
  return {};
}

}  // namespace

int complain(const ports::Error& error) {
  std::cerr << "rehearse: " << rotator::printable(error.message) << "\n";
  if (error.code == ErrorCode::interrupted) return exit_interrupted;
  return error.code == ErrorCode::configuration ? exit_configuration : exit_internal;
}

ports::Status write_output(const std::string& file, const std::string& text) {
  if (file.empty()) {
    std::cout << text << std::flush;
    if (!std::cout)
      return fail(ErrorCode::refused,
                  "stdout cannot be written: " + std::string(std::strerror(errno)));
    return {};
  }
  // A pipe or a device is written as it is; only a regular file can be replaced whole.
  std::error_code absent;
  const auto kind = std::filesystem::status(file, absent).type();
  const bool whole =
      kind == std::filesystem::file_type::regular || kind == std::filesystem::file_type::not_found;
  const std::string temporary = whole ? file + ".part" : file;
  std::FILE* out = std::fopen(temporary.c_str(), "wb");
  bool written = out != nullptr && std::fwrite(text.data(), 1, text.size(), out) == text.size() &&
                 std::fflush(out) == 0;
  std::string why = std::strerror(errno);
  if (out != nullptr && std::fclose(out) != 0 && written) {
    written = false;
    why = std::strerror(errno);
  }
  if (written && !whole) return {};
  if (written && std::rename(temporary.c_str(), file.c_str()) == 0) return {};
  if (written) why = std::strerror(errno);
  if (whole) std::remove(temporary.c_str());
  return fail(ErrorCode::refused,
              file + ": cannot be written: " + why + "; what was there before is unchanged");
}

int exit_code_of(const std::vector<Report>& runs) {
  int code = exit_as_expected;
  for (const auto& run : runs) {
    if (run.as_expected) continue;
    if (run.verdict != Verdict::unknown) return exit_deviates;
    code = exit_unknown;
  }
  return code;
}

namespace {

// Writes it, complaining when it cannot; the exit code.
int put_out(const std::string& file, const std::string& text) {
  const auto written = write_output(file, text);
  if (written) return exit_as_expected;
  std::cerr << "rehearse: " << written.error().message << "\n";
  return exit_output;
}

// As put_out, and in colour where that was asked for.
int put_out(const CommonOptions& common, const std::string& text) {
  const bool coloured = common.coloured && common.output->for_people && common.output_file.empty();
  return put_out(common.output_file, coloured ? painted(text) : text);
}

// On standard error, and as a document where the form has one.
int complain(const ports::Error& error, const CommonOptions& common) {
  if (common.output->error != nullptr) put_out(common, common.output->error(error));
  return scenarios::complain(error);
}

// The table, its answer included. Error of code configuration when the scenario cannot be swept.
ports::Result<SweepResult> swept(const SweepCommand& command, const Scenario& scenario,
                                 std::vector<ports::Duration> windows) {
  SweepOptions options{
      .windows = std::move(windows),
      .policies = command.policies.empty() ? policies_of(scenario) : split(command.policies, ','),
      .seeds = command.seeds,
      .threads = command.common.threads,
      .fidelity = command.fidelity};
  ports::StopSignal stop;
  const ports::StopOnSignals on_signals(stop);
  const ports::SystemClock clock(stop);
  Progress progress(std::cerr, clock, command.common.progress);
  options.progress = [&](double done) { progress.show(done, scenario.name); };
  options.stop = &stop;
  auto result = sweep(scenario, options);
  if (!result) return result;
  auto answer = answer_window(scenario, {.seeds = std::min(command.seeds, WindowSearch{}.seeds),
                                         .first_seed = options.first_seed,
                                         .threads = options.threads,
                                         .fidelity = options.fidelity,
                                         .stop = &stop});
  if (!answer) return ports::fail(answer.error());
  result->safe_window = std::move(*answer);
  return result;
}

// Prints it in the form that was asked for.
int print_sweep(const SweepCommand& command, const SweepResult& result) {
  ports::check(command.common.output->sweep != nullptr, "a form without a sweep was asked for one");
  std::string text = command.common.output->sweep(result);
  if (command.common.output->for_people)
    text += wrapped(rotator::printable(window_sentence(result)), 0, 2);
  return put_out(command.common, text);
}

}  // namespace

int run_command(const RunCommand& command) {
  const auto scenarios = load_all(command);
  if (!scenarios) return complain(scenarios.error(), command.common);
  const auto runs = run_all(command, *scenarios);
  if (!runs) return complain(runs.error(), command.common);
  if (!runs->all_ran)
    for (const auto& loaded : *scenarios)
      if (!loaded.flaw.empty())
        std::cerr << "rehearse: " << rotator::printable(loaded.flaw) << "\n";
  if (const int code = put_out(command.common, rendered(command, runs->reports));
      code != exit_as_expected)
    return code;
  return runs->all_ran ? exit_code_of(runs->reports) : exit_configuration;
}

int schema_command(const std::string& document) { return put_out("", document); }

int sweep_command(const SweepCommand& command) {
  const auto scenario = load_scenario(command.path);
  if (!scenario) return complain(scenario.error(), command.common);
  auto windows = parse_windows(command.windows);
  if (!windows) {
    std::cerr << "rehearse: --window: " << windows.error().message << "\n";
    return exit_usage;
  }
  if (const auto flaw = flaw_of_columns(split(command.policies, ',')); !flaw.empty()) {
    std::cerr << "rehearse: --policies: " << flaw << "\n";
    return exit_usage;
  }
  const auto result = swept(command, *scenario, std::move(*windows));
  return result ? print_sweep(command, *result) : complain(result.error(), command.common);
}

int main_command(const std::string& scenarios_folder, const std::string& report_file,
                 const CommonOptions& common) {
  RunCommand runs{.scenarios_folder = scenarios_folder, .common = common};
  const auto scenarios = load_all(runs);
  if (!scenarios) return complain(scenarios.error(), common);
  const auto all = run_all(runs, *scenarios);
  if (!all) return complain(all.error(), common);
  const auto* const reports = &all->reports;
  if (const int code = put_out(runs.common, rendered(runs, *reports) + "\n");
      code != exit_as_expected)
    return code;
  const SweepCommand windows{.path = scenarios_folder + "/guide/window.yaml",
                             .windows = "0s,1m,2m,5m,10m,15m,20m",
                             .common = common};
  const auto fleet = load_scenario(windows.path);
  if (!fleet) return complain(fleet.error(), common);
  const auto result = swept(windows, *fleet, *parse_windows(windows.windows));
  if (!result) return complain(result.error(), common);
  if (const int code = print_sweep(windows, *result); code != exit_as_expected) return code;
  if (!report_file.empty()) {
    std::error_code ignored;
    std::filesystem::create_directories(std::filesystem::path(report_file).parent_path(), ignored);
    const int code = put_out(report_file, main_document(*reports, *result));
    if (code != exit_as_expected) return code;
    std::cout << "report: " << report_file << "\n";
  }
  return exit_code_of(*reports);
}

}  // namespace scenarios
