#include "scenarios/serve/command.h"

#include <filesystem>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "rotator/ports/stop_signal.h"
#include "rotator/ports/system_clock.h"
#include "rotator/ports/system_random.h"
#include "scenarios/assemble.h"
#include "scenarios/commands.h"
#include "scenarios/narrator.h"
#include "scenarios/private_file.h"
#include "scenarios/serve/background.h"
#include "scenarios/serve/control.h"
#include "scenarios/serve/folder.h"
#include "scenarios/serve/served.h"
#include "scenarios/serve/shell.h"
#include "scenarios/world.h"

namespace scenarios {
namespace {

using ServeJson = nlohmann::ordered_json;

void print_line(const ServeJson& line) { std::cout << line.dump() << std::endl; }

// Prints each fact as it happens; observe() is called under the world's lock, so lines never mix.
class Reporter final : public mocks::Observer {
 public:
  void observe(ports::Instant at, const mocks::Fact& fact) override {
    if (!begun_) begin_ = at;
    begun_ = true;
    if (!greeted_) return;
    Narrator narrator;
    narrator.observe(at, fact);
    for (const auto& entry : narrator.take())
      print_line({{"at_s", seconds_since(begin_, at)}, {"what", entry.what}});
  }
  // Under the world's lock: the first line.
  void greet(const ServeJson& line) {
    print_line(line);
    greeted_ = true;
  }

 private:
  bool begun_ = false;
  bool greeted_ = false;
  ports::Instant begin_ = {};
};

// What is served, and by whom it is controlled.
struct Serving {
  Served& served;
  const ControlServer& control;
  const std::string& control_token;
};

ServeJson greeting(const Serving& serving) {
  const auto& served = serving.served;
  const auto& servers = served.servers();
  const auto& at = servers.endpoints();
  return {{"ready", true},
          {"scenario", served.scenario().name},
          {"idp", at.idp},
          {"vault", at.vault},
          {"kubernetes", at.kubernetes},
          {"metrics", at.metrics},
          {"folder", servers.folder()},
          {"ca_file", servers.ca_file()},
          {"client_id", client_id},
          {"kubernetes_namespace", kubernetes_namespace},
          {"workload", workload_name},
          {"vault_token_file", servers.vault_token_file()},
          {"vault_operator_token_file", servers.vault_operator_token_file()},
          {"kubernetes_token_file", servers.kubernetes_token_file()},
          {"operator_token_file", servers.operator_token_file()},
          {"kubeconfig", servers.kubeconfig_file()},
          {"operator_kubeconfig", servers.operator_kubeconfig_file()},
          {"idp_admin_token_file", servers.idp_admin_token_file()},
          {"rotation_yaml", servers.configuration_file()},
          {"control", serving.control.origin()},
          {"control_token_file", servers.control_token_file()}};
}

// What the guide's commands need, and how each kind of client is told whom to trust: Go and
// OpenSSL, curl, Python's requests, Node.
Assignments environment_of(const Serving& serving) {
  const auto& served = serving.served;
  const auto& servers = served.servers();
  const auto& at = servers.endpoints();
  const std::string scheme = "https://";
  return {{"VAULT_ADDR", at.vault},
          {"VAULT_CACERT", servers.ca_file()},
          {"VAULT_TOKEN", served.options().vault_operator_token},
          {"KUBECONFIG", servers.operator_kubeconfig_file()},
          {"IDP_TENANT_DOMAIN", at.idp.substr(scheme.size())},
          {"OIDC_CLIENT_ID", client_id},
          {"OIDC_ISSUER",
           at.idp + std::string(served.scenario().identity_provider.dialect->issuer_path)},
          {"SSL_CERT_FILE", servers.ca_file()},
          {"CURL_CA_BUNDLE", servers.ca_file()},
          {"REQUESTS_CA_BUNDLE", servers.ca_file()},
          {"NODE_EXTRA_CA_CERTS", servers.ca_file()},
          {"OVERLAP_FOLDER", servers.folder()},
          {"OVERLAP_METRICS_URL", at.metrics},
          {"OVERLAP_ROTATION", servers.configuration_file()},
          {"OVERLAP_CONTROL_URL", serving.control.origin()},
          {"OVERLAP_CONTROL_TOKEN", serving.control_token}};
}

ports::Result<std::unique_ptr<ServeFolder>> claim_folder(const ServeCommand& command) {
  if (!command.folder.empty()) return ServeFolder::claim(command.folder);
  return command.background ? ServeFolder::claim(default_serve_folder())
                            : ServeFolder::claim_temporary();
}

// Files by path, and their texts.
ports::Status keep_in_folder(const std::vector<std::pair<std::string, std::string>>& files) {
  for (const auto& [path, text] : files)
    if (const auto written = write_private_file(path, text); !written) return written;
  return {};
}

// Everything is ready: says so. The exit code unless all is well.
int say_ready(const ServeCommand& command, const Serving& serving, Reporter& reporter,
              Background& background) {
  auto& served = serving.served;
  const auto& servers = served.servers();
  const std::string environment = exports(environment_of(serving));
  const auto kept = keep_in_folder(
      {{servers.control_token_file(), serving.control_token + "\n"},
       {servers.control_header_file(), "Authorization: Bearer " + serving.control_token + "\n"},
       {servers.folder() + "/env.sh", environment}});
  if (!kept) return complain(kept.error());
  if (command.env) {
    std::cout << environment << std::flush;
  } else {
    const std::lock_guard printing(served.world_mutex());
    const auto line = greeting(serving);
    if (command.background)
      print_line(line);
    else
      reporter.greet(line);
  }
  if (!std::cout) {
    std::cerr << "rehearse: stdout cannot be written\n";
    return exit_output;
  }
  if (!command.background) return exit_as_expected;
  const auto left = background.ready(servers.folder() + "/log");
  return left ? exit_as_expected : complain(left.error());
}

}  // namespace

int serve_command(const ServeCommand& asked) {
  ServeCommand command = asked;
  // In the background the working folder is another one.
  std::error_code error;
  command.scenarios_folder =
      std::filesystem::absolute(command.scenarios_folder, error).lexically_normal().string();
  const auto scenario = load_scenario(
      command.path.empty() ? command.scenarios_folder + "/guide/zero_downtime.yaml" : command.path);
  if (!scenario) return complain(scenario.error());
  Background background;
  if (command.background)
    if (const auto ended = background.begin()) return *ended;
  const auto folder = claim_folder(command);
  if (!folder) return complain(folder.error());
  ports::StopSignal stop;
  const ports::StopOnSignals on_signals(stop);
  ports::SystemClock clock(stop);
  Reporter reporter;
  ports::SystemRandom random;
  const auto served =
      Served::start(*scenario,
                    {.folder = (*folder)->path(),
                     .ports = command.ports,
                     .compression = command.compression,
                     .logins = command.logins,
                     .observer = &reporter,
                     .vault_operator_token = "overlap-operator-" + ports::random_hex(random, 16)},
                    clock, stop);
  if (!served) return complain(served.error());
  const std::string control_token = ports::random_hex(random, 32);
  auto control = ControlServer::start(**served, {.scenarios_folder = command.scenarios_folder,
                                                 .port = command.control_port,
                                                 .token = control_token});
  if (!control) return complain(control.error());
  const Serving serving{.served = **served, .control = **control, .control_token = control_token};
  if (const int code = say_ready(command, serving, reporter, background); code != exit_as_expected)
    return code;
  while (!stop.requested())
    static_cast<void>(clock.sleep_until(clock.now() + std::chrono::hours(24)));
  control->reset();  // nobody changes the world any more
  return (*served)->failure() ? exit_as_expected : complain((*served)->failure().error());
}

int stop_command(const std::string& folder) {
  const auto ended = end_server_of(folder.empty() ? default_serve_folder() : folder);
  return ended ? exit_as_expected : complain(ended.error());
}

}  // namespace scenarios
