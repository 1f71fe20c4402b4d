#include "rotator/cli/program.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>

#include "rotator/calls/encoding.h"
#include "rotator/cli/config.h"
#include "rotator/cli/console.h"
#include "rotator/cli/yaml_section.h"
#include "rotator/ports/stop_signal.h"
#include "rotator/ports/system_clock.h"
#include "rotator/ports/system_files.h"
#include "rotator/ports/system_http.h"
#include "rotator/ports/system_random.h"
#include "rotator/rotation/notifier.h"
#include "rotator/rotation/rotation.h"
#include "rotator/rotation/strategies/strategies.h"

namespace rotator {
namespace {

using ports::ErrorCode;

constexpr ports::Duration patience_when_looking = std::chrono::seconds(5);

constexpr const char* footer = R"(
Environment: VAULT_ADDR VAULT_TOKEN VAULT_CACERT VAULT_NAMESPACE KUBECONFIG, or the pod's service
account. What the configuration file says wins.

Exit codes: 0 done, or rolled back as asked | 1 rolled back or refused | 2 unknown, resumable | 3
stopped by a stop condition | 64 usage | 65 configuration | 70 internal | 74 the result could not be
written | 75 another rotator is at work | 130 interrupted, resumable)";

struct CommandRow {
  Command command = Command::plan;
  const char* name = "";
  const char* says = "";
};

constexpr CommandRow commands[] = {
    {Command::plan, "plan", "Look at everything, change nothing, say whether it can begin"},
    {Command::run, "run", "Rotate; finishes a rotation that a crash left unfinished"},
    {Command::resume, "resume", "Continue an unfinished or stopped rotation"},
    {Command::status, "status", "Show the journal and how things stand"},
    {Command::rollback, "rollback", "Take an unfinished or stopped rotation back"},
    {Command::doctor, "doctor", "Reach every system, check every permission"},
    {Command::schema, "schema", "Print the JSON Schema of the configuration file"},
};

// What one run holds on to; in the order in which it is built.
struct Wiring {
  ports::StopSignal stop;
  ports::StopOnSignals on_signals{stop};
  ports::SystemClock clock{stop};
  ports::SystemRandom random;
  ports::SystemFiles files;
  std::unique_ptr<ports::HttpClient> http;
};

ports::Result<std::unique_ptr<ports::HttpClient>> connect(Wiring& wiring,
                                                          const ProgramConfiguration& program,
                                                          ClusterConnection& connection) {
  ports::HttpOptions options{.ca_files = program.ca_files};
  if (!program.vault_ca_file.empty()) {
    const auto vault = split_https_url(program.rotation.vault.session.address, "vault.address");
    if (!vault) return ports::fail(vault.error());
    options.origins[vault->origin].ca_file = program.vault_ca_file;
  }
  const auto server = split_https_url(connection.options.server, "the Kubernetes API server");
  if (!server) return ports::fail(server.error());
  options.origins[server->origin] = std::move(connection.origin);
  return ports::new_http_client(wiring.clock, wiring.stop, std::move(options));
}

// What the command line says goes before what the file says.
ports::Status overrule(RotationConfiguration& rotation, const Arguments& arguments) {
  if (!arguments.strategy.empty()) rotation.strategy = arguments.strategy;
  if (arguments.max_exposure.empty()) return {};
  const auto exposure = parse_duration(arguments.max_exposure);
  if (!exposure)
    return ports::fail(ErrorCode::configuration, "--max-exposure: '" + arguments.max_exposure +
                                                     "' is no duration; write one such as 90s");
  const auto* strategy = find_strategy(rotation.strategy);
  if (strategy == nullptr || strategy->due == nullptr)
    return ports::fail(ErrorCode::configuration,
                       "--max-exposure is for a secret that leaked; add --strategy emergency");
  rotation.emergency.max_exposure = *exposure;
  return {};
}

template <typename Value>
int code_of_judgement(const Value& judged) {
  switch (judged.verdict()) {
    case Judgement::pass: return 0;
    case Judgement::fail: return exit_code(Ending::refused);
    case Judgement::unknown: return exit_code(Ending::unknown);
  }
  return exit_code(Ending::unknown);
}

// Prints a result, or says why there is none; the exit code, which `code_of` tells for a result.
template <typename Value, typename Code>
int show(Console& console, const ports::Result<Value>& result, Code code_of) {
  return result ? console.print(*result, code_of(*result)) : console.complain(result.error());
}

// Performs the command and tells what comes of it; the exit code.
int perform(Rotation& rotation, Command command, Console& console, const std::string& client_id) {
  Outcome outcome;
  switch (command) {
    case Command::plan: return show(console, rotation.plan(), code_of_judgement<Plan>);
    case Command::doctor: return show(console, rotation.doctor(), code_of_judgement<DoctorReport>);
    case Command::status:
      return show(console, rotation.status(), [](const StatusReport&) { return 0; });
    case Command::schema: return 0;
    case Command::run: outcome = rotation.run(); break;
    case Command::resume: outcome = rotation.resume(); break;
    case Command::rollback: outcome = rotation.rollback(); break;
  }
  const int code = console.write_metrics(outcome, client_id);
  return console.print(outcome, code);
}

int run_command(const Arguments& arguments, const Environment& environment, Console& console,
                Wiring& wiring) {
  if (const auto ready = console.metrics_writable(); !ready) return console.complain(ready.error());
  auto program = load_configuration(arguments.configuration, environment);
  if (!program) return console.misconfigured(program.error());
  auto& configuration = program->rotation;
  if (const auto overruled = overrule(configuration.rotation, arguments); !overruled)
    return console.misconfigured(overruled.error());
  Credentials credentials;
  if (configuration.vault.session.login == VaultOptions::Login::token) {
    const auto token = environment.find("VAULT_TOKEN");
    if (token == environment.end() || token->second.empty())
      return console.misconfigured(
          {ErrorCode::configuration,
           "no Vault token: set VAULT_TOKEN, or vault.auth.method: kubernetes in " +
               arguments.configuration});
    credentials.vault_token = ports::Secret(std::string(token->second));
  }
  const bool acts = changes(arguments.command);
  // A person waits for the answer of a command that only looks.
  if (!acts) {
    auto& cluster = configuration.kubernetes.cluster;
    auto& vault = configuration.vault.session;
    cluster.patience = std::min(cluster.patience, patience_when_looking);
    vault.patience = std::min(vault.patience, patience_when_looking);
  }

  auto connection = cluster_connection(environment, program->kubeconfig, wiring.files);
  if (!connection) return console.misconfigured(connection.error());
  configuration.kubernetes.cluster.server = connection->options.server;
  configuration.kubernetes.cluster.kubernetes_namespace = connection->options.kubernetes_namespace;
  configuration.kubernetes.cluster.token_file = connection->options.token_file;
  credentials.cluster_token = connection->token.clone();
  auto http = connect(wiring, *program, *connection);
  if (!http) return console.misconfigured(http.error());
  wiring.http = std::move(*http);
  Listener* listener = &console.log();
  Cluster event_cluster(*wiring.http, wiring.clock, wiring.files, configuration.kubernetes.cluster,
                        std::move(connection->token));
  EventNotifier events(event_cluster, configuration.kubernetes.workload, *listener);
  if (acts && configuration.notifications.kubernetes_events) listener = &events;
  WebhookNotifier webhook(*wiring.http, wiring.clock, configuration.notifications.webhook_url,
                          *listener);
  if (acts && !configuration.notifications.webhook_url.empty()) listener = &webhook;

  Rotation rotation({*wiring.http, wiring.clock, wiring.random, wiring.files}, configuration,
                    std::move(credentials), *listener);
  return perform(rotation, arguments.command, console, configuration.identity_provider.client_id);
}

}  // namespace

int run_program(int argc, const char* const* argv, const Environment& environment) {
  Arguments arguments;
  CLI::App app("Rotates an OIDC client secret without one failed login.", "rotator");
  app.footer(footer);
  app.set_version_flag("--version", "rotator " OVERLAP_VERSION);
  app.fallthrough();
  app.add_option("-c,--config", arguments.configuration, "Configuration file")
      ->capture_default_str();
  app.add_option("-o,--output", arguments.output, "Form of the result on standard output")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  app.add_option("--log", arguments.log,
                 "Form of the log on standard error; auto: text on a terminal, else json")
      ->check(CLI::IsMember({"auto", "text", "json"}))
      ->capture_default_str();
  app.add_option("--metrics-file", arguments.metrics_file,
                 "Write Prometheus metrics of the run here (textfile collector)");
  app.add_option("--strategy", arguments.strategy, "Instead of rotation.strategy")
      ->check(CLI::IsMember(strategy_names()));
  app.add_option(
      "--max-exposure", arguments.max_exposure,
      "Instead of rotation.emergency.max_exposure, such as 90s: how long a leaked secret "
      "may go on being accepted");
  app.add_flag("-v,--verbose", arguments.verbose, "Log every wait");
  for (const auto& row : commands)
    app.add_subcommand(row.name, row.says)->callback([&] { arguments.command = row.command; });
  if (const auto ended = parse_command_line(app, argc, argv, Commands::one)) return *ended;
  if (arguments.command == Command::schema) {
    std::cout << configuration_schema() << std::flush;
    return std::cout ? 0 : exit_output;
  }
  Wiring wiring;
  Console console(arguments, wiring.clock);
  try {
    return run_command(arguments, environment, console, wiring);
  } catch (const std::exception& error) {
    console.say(std::string("internal error: ") + error.what());
    return exit_internal;
  }
}

}  // namespace rotator
