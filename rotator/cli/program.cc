#include "rotator/cli/program.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <sstream>

#include "rotator/calls/encoding.h"
#include "rotator/cli/config.h"
#include "rotator/cli/log.h"
#include "rotator/cli/output.h"
#include "rotator/ports/stop_signal.h"
#include "rotator/ports/system_clock.h"
#include "rotator/ports/system_files.h"
#include "rotator/ports/system_http.h"
#include "rotator/ports/system_random.h"
#include "rotator/rotation/notifier.h"
#include "rotator/rotation/rotation.h"

namespace rotator {
namespace {

using ports::ErrorCode;

constexpr ports::Duration patience_when_looking = std::chrono::seconds(5);

constexpr const char* footer = R"(
Environment: VAULT_ADDR VAULT_TOKEN VAULT_CACERT VAULT_NAMESPACE KUBECONFIG, or the pod's service
account. What the configuration file says wins.

Exit codes: 0 done | 1 rolled back or refused | 2 unknown, resumable | 3 stopped by a stop condition
| 64 usage | 65 configuration | 70 internal | 75 another rotator is at work | 130 interrupted,
resumable)";

enum class Command { plan, run, resume, status, rollback, doctor, schema };

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

// Whether it may change anything in the systems that it reaches.
bool changes(Command command) {
  return command == Command::run || command == Command::resume || command == Command::rollback;
}

struct Arguments {
  Command command = Command::plan;
  std::string configuration = "rotation.yaml";
  std::string output = "text";
  std::string log = "auto";
  std::string metrics_file = {};
  bool verbose = false;
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

int exit_code_of(const ports::Error& error) {
  switch (error.code) {
    case ErrorCode::configuration: return exit_configuration;
    case ErrorCode::interrupted: return exit_code(Ending::interrupted);
    case ErrorCode::refused:
    case ErrorCode::missing: return exit_code(Ending::refused);
    default: return exit_code(Ending::unknown);
  }
}

int complain(const ports::Error& error, OutputFormat format) {
  if (format == OutputFormat::json) std::cout << render(error, format) << std::flush;
  std::cerr << "rotator: " << error.message << "\n";
  return exit_code_of(error);
}

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

// Written beside and renamed, so that a collector never reads half a file.
void write_metrics(const std::string& path, const Outcome& outcome, const std::string& client_id,
                   ports::Clock& clock) {
  std::ostringstream before;
  if (std::ifstream old(path); old) before << old.rdbuf();
  const auto text =
      render_metrics(outcome, client_id, clock.wall_now(), last_success_in(before.str()));
  const auto beside = path + ".new";
  std::ofstream file(beside, std::ios::trunc);
  file << text << std::flush;
  file.close();
  if (!file || std::rename(beside.c_str(), path.c_str()) != 0)
    std::cerr << "rotator: the metrics file " << path
              << " cannot be written; check its directory and the free space\n";
}

// Prints a result, or says why there is none; the exit code, which `code_of` tells for a result.
template <typename Value, typename Code>
int print(const ports::Result<Value>& result, OutputFormat format, Code code_of) {
  if (!result) return complain(result.error(), format);
  std::cout << render(*result, format) << std::flush;
  return code_of(*result);
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

// Performs the command and prints what comes of it; the exit code.
int perform(Rotation& rotation, const Arguments& arguments, OutputFormat format,
            const std::string& client_id, ports::Clock& clock) {
  Outcome outcome;
  switch (arguments.command) {
    case Command::plan: return print(rotation.plan(), format, code_of_judgement<Plan>);
    case Command::doctor: return print(rotation.doctor(), format, code_of_judgement<DoctorReport>);
    case Command::status:
      return print(rotation.status(), format, [](const StatusReport&) { return 0; });
    case Command::schema: return 0;
    case Command::run: outcome = rotation.run(); break;
    case Command::resume: outcome = rotation.resume(); break;
    case Command::rollback: outcome = rotation.rollback(); break;
  }
  std::cout << render(outcome, format) << std::flush;
  if (!arguments.metrics_file.empty())
    write_metrics(arguments.metrics_file, outcome, client_id, clock);
  return outcome.exit_code;
}

int run_command(const Arguments& arguments, const Environment& environment, OutputFormat format) {
  auto program = load_configuration(arguments.configuration, environment);
  if (!program) return complain(program.error(), format);
  auto& configuration = program->rotation;
  Credentials credentials;
  if (configuration.vault.session.login == VaultOptions::Login::token) {
    const auto token = environment.find("VAULT_TOKEN");
    if (token == environment.end() || token->second.empty())
      return complain({ErrorCode::configuration,
                       "no Vault token: set VAULT_TOKEN, or vault.auth.method: kubernetes in " +
                           arguments.configuration},
                      format);
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

  Wiring wiring;
  auto connection = cluster_connection(environment, program->kubeconfig, wiring.files);
  if (!connection) return complain(connection.error(), format);
  configuration.kubernetes.cluster.server = connection->options.server;
  configuration.kubernetes.cluster.kubernetes_namespace = connection->options.kubernetes_namespace;
  configuration.kubernetes.cluster.token_file = connection->options.token_file;
  credentials.cluster_token = connection->token.clone();
  auto http = connect(wiring, *program, *connection);
  if (!http) return complain(http.error(), format);
  wiring.http = std::move(*http);

  const bool people = arguments.log == "text" || (arguments.log == "auto" && isatty(2) == 1);
  LogListener log(wiring.clock, people ? LogFormat::text : LogFormat::json, arguments.verbose);
  Listener* listener = &log;
  Cluster event_cluster(*wiring.http, wiring.clock, wiring.files, configuration.kubernetes.cluster,
                        std::move(connection->token));
  EventNotifier events(event_cluster, configuration.kubernetes.workload, *listener);
  if (acts && configuration.notifications.kubernetes_events) listener = &events;
  WebhookNotifier webhook(*wiring.http, wiring.clock, configuration.notifications.webhook_url,
                          *listener);
  if (acts && !configuration.notifications.webhook_url.empty()) listener = &webhook;

  Rotation rotation({*wiring.http, wiring.clock, wiring.random, wiring.files}, configuration,
                    std::move(credentials), *listener);
  return perform(rotation, arguments, format, configuration.identity_provider.client_id,
                 wiring.clock);
}

}  // namespace

int run_program(int argc, const char* const* argv, const Environment& environment) {
  Arguments arguments;
  CLI::App app("Rotates an OIDC client secret without one failed login.", "rotator");
  app.footer(footer);
  app.require_subcommand(1);
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
  app.add_flag("-v,--verbose", arguments.verbose, "Log waits too");
  for (const auto& row : commands)
    app.add_subcommand(row.name, row.says)->callback([&] { arguments.command = row.command; });
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : exit_usage;
  }
  if (arguments.command == Command::schema) {
    std::cout << configuration_schema() << std::flush;
    return 0;
  }
  const auto format = arguments.output == "json" ? OutputFormat::json : OutputFormat::text;
  try {
    return run_command(arguments, environment, format);
  } catch (const std::exception& error) {
    std::cerr << "rotator: internal error: " << error.what() << "\n";
    return exit_internal;
  }
}

}  // namespace rotator
