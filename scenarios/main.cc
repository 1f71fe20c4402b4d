// rehearse: reads the command line and calls one command.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <thread>

#include "scenarios/commands.h"
#include "scenarios/serve.h"

namespace {

constexpr const char* footer =
    R"(Without a command: every scenario of the guide, then the table of overlap windows.

Exit codes: 0 everything as expected, 1 a verdict deviates, 2 unknown, 3 stopped by a stop condition, 64 usage,
65 configuration (a scenario or its rotation section), 70 internal error, 74 output could not be written,
130 interrupted.)";

// The scenario library: beside the user, or where this program was built from.
std::string scenarios_folder() {
  if (std::filesystem::is_directory("scenarios/guide")) return "scenarios";
  return std::string(OVERLAP_SOURCE_DIR) + "/scenarios";
}

// The rotator beside this program in a build tree or an installation; else by PATH.
std::string rotator_beside() {
  std::error_code error;
  const auto here = std::filesystem::canonical("/proc/self/exe", error).parent_path();
  if (error) return "rotator";
  for (const auto& candidate : {here / "rotator", here.parent_path() / "rotator" / "rotator"}) {
    std::error_code absent;
    if (std::filesystem::is_regular_file(candidate, absent)) return candidate.string();
  }
  return "rotator";
}

void add_common(CLI::App& command, scenarios::CommonOptions& common,
                const std::vector<std::string>& outputs) {
  command.add_option("--output", common.output, "What to print")
      ->check(CLI::IsMember(outputs))
      ->capture_default_str();
  command.add_option("--output-file", common.output_file,
                     "Write it there instead of stdout, whole or not at all");
  command.add_option("--threads", common.threads, "Runs side by side; changes no digit")
      ->check(CLI::Range(1, 256));
}

int run(int argc, char** argv) {
  CLI::App app("Rehearses the rotation of an OIDC client secret and counts every failed login.",
               "rehearse");
  app.footer(footer);
  app.require_subcommand(0, 1);
  scenarios::CommonOptions common;
  common.threads = std::max(1U, std::thread::hardware_concurrency());
  common.progress = isatty(STDERR_FILENO) == 1;
  std::string report_file = "build/rehearsal.json";
  app.add_option("--report-file", report_file,
                 "Where `rehearse` alone writes its JSON report; empty for none")
      ->capture_default_str();

  scenarios::RunCommand run;
  auto* run_app = app.add_subcommand("run", "Run scenarios: files, folders, or the guide's");
  run_app->add_option("scenario", run.paths, "Scenario files or folders of them");
  run_app
      ->add_option("--wire", run.wire,
                   "sim: virtual time. http: real HTTPS and the rotator's executable")
      ->check(CLI::IsMember({"sim", "http"}))
      ->capture_default_str();
  run_app->add_option("--seed", run.seed, "Instead of each scenario's own");
  run_app->add_option("--policy", run.policy, "One of the scenario's `policies:` as the driver");
  run_app->add_option("--fidelity", run.fidelity, "exact, superposed, counts or hybrid")
      ->check(CLI::IsMember({"exact", "superposed", "counts", "hybrid"}));
  run_app->add_flag("--details", run.details, "Phases, invariants and deviations of each run");
  run_app->add_option("--compression", run.compression, "HTTP wire: times faster than real")
      ->check(CLI::Range(1, 60))
      ->capture_default_str();
  run_app->add_option("--rotator", run.rotator, "HTTP wire: the rotator's executable");
  run_app->add_option("--kill-at-call", run.kill_at_call,
                      "HTTP wire: kill -9 the rotator at its n-th call, then resume");
  add_common(*run_app, common, {"text", "json", "junit"});

  scenarios::RunCommand replay;
  auto* replay_app =
      app.add_subcommand("replay", "Run one scenario again and print everything that happened");
  replay_app->add_option("scenario", replay.paths, "The scenario file")->required()->expected(1);
  replay_app->add_option("--seed", replay.seed, "The seed of the run");
  replay_app->add_option("--policy", replay.policy, "The policy of the run");
  replay_app->add_option("--wire", replay.wire, "sim or http")
      ->check(CLI::IsMember({"sim", "http"}))
      ->capture_default_str();
  add_common(*replay_app, common, {"text", "json", "junit"});

  scenarios::SweepCommand sweep;
  auto* sweep_app =
      app.add_subcommand("sweep", "Count failed logins for each overlap window and policy");
  sweep_app->add_option("scenario", sweep.path, "The scenario file, with `policies:`")->required();
  sweep_app->add_option("--window", sweep.windows, "FROM..TO/STEP, or a list: 0s,1m,5m")
      ->capture_default_str();
  sweep_app->add_option("--policies", sweep.policies, "Comma-separated; default: all of them");
  sweep_app->add_option("--seeds", sweep.seeds, "Runs a point")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  sweep_app->add_option("--fidelity", sweep.fidelity, "exact, superposed, counts or hybrid")
      ->check(CLI::IsMember({"exact", "superposed", "counts", "hybrid"}))
      ->capture_default_str();
  add_common(*sweep_app, common, {"text", "json"});

  scenarios::ServeCommand serve;
  auto* serve_app =
      app.add_subcommand("serve", "Serve a scenario's mocks over loopback HTTPS until SIGTERM");
  serve_app->add_option("scenario", serve.path,
                        "The scenario file; default: the guide's zero_downtime");
  serve_app->add_option("--compression", serve.compression, "Times faster than real")
      ->check(CLI::Range(1, 60))
      ->capture_default_str();
  serve_app->add_flag("--logins", serve.logins, "Users log in meanwhile");

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : scenarios::exit_usage;
  }
  for (auto* command : {&run, &replay}) {
    command->scenarios_folder = scenarios_folder();
    if (command->rotator.empty()) command->rotator = rotator_beside();
    command->common = common;
  }
  sweep.common = common;
  serve.scenarios_folder = scenarios_folder();
  if (serve_app->parsed()) return scenarios::serve_command(serve);
  if (run_app->parsed()) return scenarios::run_command(run);
  if (sweep_app->parsed()) return scenarios::sweep_command(sweep);
  if (replay_app->parsed()) {
    replay.details = true;
    replay.timeline = true;
    return scenarios::run_command(replay);
  }
  return scenarios::main_command(scenarios_folder(), report_file, common);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "rehearse: internal error: " << error.what() << "\n";
    return scenarios::exit_internal;
  }
}
