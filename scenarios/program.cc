#include "scenarios/program.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>
#include <thread>

#include "rotator/cli/usage.h"
#include "scenarios/commands.h"
#include "scenarios/compression.h"
#include "scenarios/explore_command.h"
#include "scenarios/formats.h"
#include "scenarios/scenario_keys.h"
#include "scenarios/serve/command.h"
#include "scenarios/serve/control_document.h"
#include "scenarios/sweep.h"

namespace scenarios {
namespace {

constexpr const char* footer =
    R"(Without a command: every scenario of the guide, then the table of overlap windows.

Exit codes: 0 everything as expected, 1 a verdict deviates, 2 unknown, 3 stopped by a stop condition, 64 usage,
65 configuration (a scenario or its rotation section), 70 internal error, 74 output could not be written,
130 interrupted.)";

constexpr const char* explore_footer =
    R"(Each finding is shrunk to the least faults that show it, with the nearest run that goes well beside it.

Examples:
  rehearse explore                              200 seeds of guide/zero_downtime
  rehearse explore guide/entra --for 60s        as many as fit into a minute
  rehearse explore FILE --exhaustive 1          every kind of fault at every call
  rehearse explore FILE --exhaustive 2 --calls 'P* idp *' --kinds 'crash*'
  rehearse explore FILE --seed 7                the run of seed 7, and what happened last in it

Exit codes: 0 nothing found, 1 a finding, 130 interrupted (what was found until then is printed).)";

constexpr int max_seed = 2'000'000'000;  // as in a scenario

// The folder that this program's executable is in; empty where the system does not tell.
std::filesystem::path own_folder() {
  std::error_code error;
  const auto executable = std::filesystem::canonical("/proc/self/exe", error);
  return error ? std::filesystem::path() : executable.parent_path();
}

// The scenario library: beside the user, else of the installation that this program belongs to,
// else where it was built from.
std::string scenarios_folder() {
  if (std::filesystem::is_directory("scenarios/guide")) return "scenarios";
  const auto here = own_folder();
  const auto installed = (here / OVERLAP_SCENARIOS_FROM_PROGRAM).lexically_normal();
  std::error_code absent;
  if (!here.empty() && std::filesystem::is_directory(installed / "guide", absent))
    return installed.string();
  return std::string(OVERLAP_SOURCE_DIR) + "/scenarios";
}

// A path of the command line: where something is; else the scenario or folder of that name in the
// library, as reports name them ("field/x"); else as it was given.
void find_in(const std::string& library, std::string& path) {
  std::error_code absent;
  if (path.empty() || std::filesystem::exists(path, absent)) return;
  for (const auto& candidate : {library + "/" + path, library + "/" + path + ".yaml"})
    if (std::filesystem::exists(candidate, absent)) {
      path = candidate;
      return;
    }
}

// The rotator beside this program in a build tree or an installation; else by PATH.
std::string rotator_beside() {
  const auto here = own_folder();
  if (here.empty()) return "rotator";
  for (const auto& candidate : {here / "rotator", here.parent_path() / "rotator" / "rotator"}) {
    std::error_code absent;
    if (std::filesystem::is_regular_file(candidate, absent)) return candidate.string();
  }
  return "rotator";
}

// The forms that print runs or, of these, the ones that print a sweep.
std::vector<std::string> format_names(bool of_sweeps) {
  std::vector<std::string> names;
  for (const auto& format : formats())
    if (!of_sweeps || format.sweep != nullptr) names.emplace_back(format.name);
  return names;
}

void add_common(CLI::App& command, CommonOptions& common, const std::vector<std::string>& outputs) {
  command
      .add_option_function<std::string>(
          "--output", [&common](const std::string& name) { common.output = find_format(name); },
          "What to print")
      ->check(CLI::IsMember(outputs))
      ->default_str(common.output->name);
  command.add_option("--output-file", common.output_file,
                     "Write it there instead of stdout, whole or not at all");
  command.add_option("--threads", common.threads, "Runs side by side; changes no digit")
      ->check(CLI::Range(1, 256));
}

// An option whose value is one of `all`, by its word.
template <typename Enumeration, typename All, typename Value>
CLI::Option* add_choice(CLI::App& command, const char* name, Value& value, const All& all,
                        const char* says) {
  std::map<std::string, Enumeration> by_word;
  for (const auto one : all) by_word.emplace(to_string(one), one);
  std::vector<std::string> words;
  for (const auto one : all) words.emplace_back(to_string(one));
  return command
      .add_option_function<std::string>(
          name, [&value, by_word](const std::string& word) { value = by_word.at(word); }, says)
      ->check(CLI::IsMember(words));
}

void add_wire(CLI::App& command, RunCommand& run) {
  add_choice<Wire>(command, "--wire", run.wire, all_wires,
                   "sim: virtual time. http: real HTTPS and the rotator's executable")
      ->default_str(to_string(run.wire));
}

template <typename Value>
CLI::Option* add_fidelity(CLI::App& command, Value& fidelity) {
  return add_choice<mocks::users::Fidelity>(command, "--fidelity", fidelity,
                                            mocks::users::all_fidelities, "How logins are counted");
}

void add_compression(CLI::App& command, int& compression) {
  command.add_option("--compression", compression, "HTTP wire: times faster than real")
      ->check(CLI::Range(1, max_compression))
      ->capture_default_str();
}

CLI::App* add_run(CLI::App& app, RunCommand& run) {
  auto* command = app.add_subcommand("run", "Run scenarios: files, folders, or the guide's");
  command->add_option(
      "scenario", run.paths,
      "Files, folders of them, or names in the library: guide, field/rotator_killed");
  add_wire(*command, run);
  command->add_option("--seed", run.seed, "Instead of each scenario's own")
      ->check(CLI::Range(0, max_seed));
  command->add_option("--policy", run.policy, "One of the scenario's `policies:` as the driver");
  add_fidelity(*command, run.fidelity);
  command->add_flag("--details", run.details, "Phases, invariants and deviations of each run");
  add_compression(*command, run.compression);
  command->add_option("--rotator", run.rotator, "HTTP wire: the rotator's executable");
  command->add_option("--kill-at-call", run.kill_at_call,
                      "HTTP wire: kill -9 the rotator at its n-th call, then resume");
  add_common(*command, run.common, format_names(false));
  return command;
}

CLI::App* add_replay(CLI::App& app, RunCommand& replay) {
  auto* command =
      app.add_subcommand("replay", "Run one scenario again and print everything that happened");
  command->add_option("scenario", replay.paths, "The scenario: a file, or its name in the library")
      ->required()
      ->expected(1);
  command->add_option("--seed", replay.seed, "The seed of the run")->check(CLI::Range(0, max_seed));
  command->add_option("--policy", replay.policy, "The policy of the run");
  add_wire(*command, replay);
  add_common(*command, replay.common, format_names(false));
  replay.details = true;
  replay.timeline = true;
  return command;
}

CLI::App* add_sweep(CLI::App& app, SweepCommand& sweep) {
  auto* command =
      app.add_subcommand("sweep", "Count failed logins for each overlap window and policy");
  command
      ->add_option("scenario", sweep.path,
                   "The scenario: a file, or its name in the library, with `policies:`")
      ->required();
  command->add_option("--window", sweep.windows, "FROM..TO/STEP, or a list: 0s,1m,5m")
      ->capture_default_str();
  command->add_option("--policies", sweep.policies, "Comma-separated; default: all of them");
  command->add_option("--seeds", sweep.seeds, "Runs a point")
      ->check(CLI::Range(1, max_sweep_seeds))
      ->capture_default_str();
  add_fidelity(*command, sweep.fidelity)->default_str("counts where they see everything");
  add_common(*command, sweep.common, format_names(true));
  return command;
}

CLI::App* add_explore(CLI::App& app, ExploreCommand& explore) {
  auto* command = app.add_subcommand(
      "explore", "Look for faults under which the rotation loses a login or gets stuck");
  command->footer(explore_footer);
  command->add_option(
      "scenario", explore.path,
      "The scenario: a file, or its name in the library; default: guide/zero_downtime");
  command->add_option("--policy", explore.policy,
                      "One of the scenario's `policies:` as the driver");
  command->add_option("--seeds", explore.seeds,
                      "A..B: a plan a seed, and one by feedback; default: 1..200");
  command->add_option("--for", explore.real_time, "As many seeds as fit into that time: 60s");
  command
      ->add_option("--exhaustive", explore.exhaustive,
                   "1: every call with every kind of fault; 2: every pair of them")
      ->check(CLI::Range(1, 2))
      ->excludes("--seeds");
  command->add_flag_callback(
      "--no-prune", [&explore] { explore.prune = false; },
      "Play also pairs that must end as another one does");
  command->add_option("--calls", explore.calls,
                      "Only calls that match: a glob of \"METHOD server path\"");
  command->add_option("--kinds", explore.kinds, "Only kinds of fault that match: a glob");
  auto* seed = command->add_option("--seed", explore.seed, "Play this seed alone, and tell of it")
                   ->check(CLI::Range(0, max_seed));
  command->add_option("--plan", explore.plan, "With these faults, as a finding prints them")
      ->needs(seed);
  add_common(*command, explore.common, format_names(true));
  return command;
}

constexpr const char* serve_footer =
    R"text(Examples:
  eval "$(rehearse serve --env --background)"
  kubectl get pods; vault kv get portal-kv/oidc/portal; rotator plan -c "$OVERLAP_ROTATION"
  curl -H @"$OVERLAP_FOLDER/control-header" "$OVERLAP_CONTROL_URL/v1/state"
  rehearse stop

  rehearse serve scenarios/field/wedged_agent.yaml --background --folder world --port-vault 8200
  . world/env.sh
  rehearse stop --folder world

`rehearse schema control` prints the OpenAPI document of the control API: state, requests, clock, acts, faults.
Everything is there when the first line is printed, or --background returns. SIGTERM ends it, and its folder with it.)text";

void add_port(CLI::App& command, const char* name, std::uint16_t& port, const char* says) {
  command.add_option(name, port, says)->check(CLI::Range(0, 65535))->capture_default_str();
}

CLI::App* add_serve(CLI::App& app, ServeCommand& serve) {
  auto* command =
      app.add_subcommand("serve", "Serve a scenario's mocks over loopback HTTPS until SIGTERM");
  command->footer(serve_footer);
  command->add_option(
      "scenario", serve.path,
      "The scenario: a file, or its name in the library; default: guide/zero_downtime");
  command->add_flag("--env", serve.env, "Print what a shell evaluates, and nothing else");
  command->add_flag("--background", serve.background, "Return when everything is ready");
  command->add_option("--folder", serve.folder,
                      "Where its files are, which may not exist yet; default: below TMPDIR, in the "
                      "background always the same one");
  add_port(*command, "--port-idp", serve.ports.idp, "Of the identity provider; 0 = a free one");
  add_port(*command, "--port-vault", serve.ports.vault, "Of Vault");
  add_port(*command, "--port-kubernetes", serve.ports.kubernetes, "Of the Kubernetes API");
  add_port(*command, "--port-metrics", serve.ports.metrics, "Of the metrics");
  add_port(*command, "--port-control", serve.control_port, "Of the control API");
  add_choice<Profile>(
      *command, "--profile", serve.profile, all_profiles,
      "gentle: answers at once. lawful: answers take time and connections end after "
      "some requests, as with real servers")
      ->default_str(to_string(serve.profile));
  add_compression(*command, serve.compression);
  command->add_flag("--logins", serve.logins, "Users log in meanwhile");
  return command;
}

CLI::App* add_stop(CLI::App& app, std::string& folder) {
  auto* command =
      app.add_subcommand("stop", "End a `rehearse serve`, and return when nothing of it is left");
  command
      ->add_option("--folder", folder,
                   "Its folder; default: the one that `serve --background` has without --folder")
      ->envname("OVERLAP_FOLDER");
  return command;
}

int run(int argc, const char* const* argv, const TerminalWishes& terminal) {
  CLI::App app("Rehearses the rotation of an OIDC client secret and counts every failed login.",
               "rehearse");
  app.footer(footer);
  app.set_version_flag("--version", "rehearse " OVERLAP_VERSION);
  CommonOptions common;
  common.threads = std::max(1U, std::thread::hardware_concurrency());
  common.progress = isatty(STDERR_FILENO) == 1 ? ProgressForm::bar : ProgressForm::lines;
  common.coloured = takes_colour(STDOUT_FILENO, terminal);
  std::string report_file = "build/rehearsal.json";
  app.add_option("--report-file", report_file,
                 "Where `rehearse` alone writes its JSON report; empty for none")
      ->capture_default_str();
  const std::string folder = scenarios_folder();
  RunCommand run{.scenarios_folder = folder, .common = common};
  RunCommand replay{.scenarios_folder = folder, .common = common};
  SweepCommand sweep{.common = common};
  ServeCommand serve{.scenarios_folder = folder};
  ExploreCommand explore{.common = common};
  const auto* run_app = add_run(app, run);
  const auto* replay_app = add_replay(app, replay);
  const auto* sweep_app = add_sweep(app, sweep);
  const auto* serve_app = add_serve(app, serve);
  const auto* explore_app = add_explore(app, explore);
  std::string served_folder;
  const auto* stop_app = add_stop(app, served_folder);
  auto* schema_app = app.add_subcommand(
      "schema",
      "Print the JSON Schema of a scenario's file, or what describes serve's control API");
  std::string described = "scenario";
  schema_app->add_option("of", described, "What is described")
      ->check(CLI::IsMember({"scenario", "control"}))
      ->capture_default_str();
  if (const auto ended =
          rotator::parse_command_line(app, argc, argv, rotator::Commands::at_most_one))
    return *ended;
  for (auto* command : {&run, &replay}) {
    if (command->rotator.empty()) command->rotator = rotator_beside();
    for (auto& path : command->paths) find_in(folder, path);
  }
  find_in(folder, sweep.path);
  find_in(folder, serve.path);
  if (explore.path.empty()) explore.path = "guide/zero_downtime";
  find_in(folder, explore.path);
  if (schema_app->parsed())
    return schema_command(described == "control" ? control_document() + "\n" : scenario_schema());
  if (serve_app->parsed()) return serve_command(serve);
  if (stop_app->parsed()) return stop_command(served_folder);
  if (run_app->parsed()) return run_command(run);
  if (sweep_app->parsed()) return sweep_command(sweep);
  if (explore_app->parsed()) return explore_command(explore);
  if (replay_app->parsed()) return run_command(replay);
  return main_command(folder, report_file, common);
}

}  // namespace

int run_program(int argc, const char* const* argv, const TerminalWishes& terminal) {
  try {
    return run(argc, argv, terminal);
  } catch (const std::exception& error) {
    std::cerr << "rehearse: internal error: " << error.what() << "\n";
    return exit_internal;
  }
}

}  // namespace scenarios
