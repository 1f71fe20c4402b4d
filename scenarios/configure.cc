// The rotator's configuration for one world.
#include <optional>
#include <sstream>
#include <utility>

#include "rotator/cli/config.h"
#include "rotator/cli/yaml_section.h"
#include "scenarios/run.h"
#include "scenarios/world.h"

namespace scenarios {
namespace {

using rotator::format_duration;

std::string indented(const std::string& yaml) {
  std::istringstream in(yaml);
  std::string text;
  for (std::string line; std::getline(in, line);) text += "  " + line + "\n";
  return text;
}

// As a user of this world would write it; the scenario's own section comes last.
std::string document(const Scenario& scenario, const Driver& driver, const Endpoints& endpoints) {
  const auto& portal = scenario.portal;
  const std::string method = portal.next_authentication_method.empty()
                                 ? portal.authentication_method
                                 : portal.next_authentication_method;
  std::string text;
  text += "identity_provider:\n  type: okta\n  url: " + endpoints.idp +
          "\n  client_id: " + client_id + "\n  authentication_method: " + method + "\n";
  text += "vault:\n  address: " + endpoints.vault +
          "\n  auth:\n    method: token\n  mount: " + vault_mount + "\n  path: " + secret_path +
          "\n";
  text += std::string("kubernetes:\n  namespace: ") + kubernetes_namespace +
          "\n  deployment: " + deployment_name + "\n  container: " + container_name +
          "\n  lease_name: " + lease_name +
          "\n  agent_render_interval: " + format_duration(scenario.vault.render_interval) + "\n";
  const auto own = [&](const char* name, const std::string& yaml) {
    if (!yaml.empty() && yaml != "{}") text += std::string(name) + ":\n" + indented(yaml);
  };
  own("rotation", driver.rotation_yaml);
  own("unsafe", driver.unsafe_yaml);
  return text;
}

// A sweep asks for one document thousands of times, and reading YAML takes as long as a dozen API
// calls: the last one that was read is kept.
ports::Result<rotator::Configuration> parse(const std::string& text, const std::string& name) {
  struct Read {
    std::string text;
    rotator::Configuration configuration;
  };
  thread_local std::optional<Read> last;
  if (last && last->text == text) return last->configuration;
  auto parsed = rotator::parse_configuration(text, name, {});
  if (!parsed) return ports::fail(parsed.error());
  last.emplace(Read{.text = text, .configuration = std::move(parsed->rotation)});
  return last->configuration;
}

// Keys of one section, indented by two.
class Section {
 public:
  Section(std::string& text, const char* name) : text_(text) { text_ += std::string(name) + ":\n"; }
  void add(const char* key, const std::string& value) {
    text_ += std::string("  ") + key + ": " + value + "\n";
  }
  void add(const char* key, ports::Duration value) { add(key, format_duration(value)); }
  void add(const char* key, int value) { add(key, std::to_string(value)); }
  void add(const char* key, bool value) { add(key, std::string(value ? "true" : "false")); }

 private:
  std::string& text_;
};

}  // namespace

ports::Result<rotator::Configuration> rotation_configuration(
    const Scenario& scenario, const Driver& driver, const Endpoints& endpoints,
    std::optional<ports::Duration> window) {
  auto parsed = parse(document(scenario, driver, endpoints), scenario.path + ", section rotation");
  if (!parsed) return ports::fail(parsed.error());
  auto configuration = std::move(*parsed);
  configuration.kubernetes.cluster.server = endpoints.kubernetes;
  configuration.kubernetes.cluster.token_file = endpoints.kubernetes_token_file;
  configuration.kubernetes.cluster.kubernetes_namespace = kubernetes_namespace;
  if (window) configuration.rotation.window = window;
  if (!configuration.rotation.failure_signal)
    configuration.rotation.failure_signal.emplace(rotator::FailureSignal{
        .url = endpoints.metrics, .query = "sum(portal_login_failures_total)"});
  return configuration;
}

std::string configuration_yaml(const rotator::Configuration& configuration,
                               const std::string& kubeconfig, const std::string& ca_file) {
  std::string text;
  const auto& provider = configuration.identity_provider;
  Section idp(text, "identity_provider");
  idp.add("type", provider.type);
  idp.add("url", provider.url);
  idp.add("client_id", provider.client_id);
  idp.add("authentication_method", std::string(rotator::to_string(provider.authentication_method)));
  const auto& vault = configuration.vault;
  Section kv(text, "vault");
  kv.add("address", vault.session.address);
  kv.add("auth", std::string("{method: token}"));
  kv.add("mount", vault.mount);
  kv.add("path", vault.path);
  kv.add("patience", vault.session.patience);
  const auto& kubernetes = configuration.kubernetes;
  Section cluster(text, "kubernetes");
  cluster.add("kubeconfig", kubeconfig);
  cluster.add("deployment", kubernetes.deployment);
  cluster.add("container", kubernetes.container);
  cluster.add("lease_name", kubernetes.lease_name);
  cluster.add("lease_duration", kubernetes.lease_duration);
  cluster.add("agent_render_interval", kubernetes.agent_render_interval);
  cluster.add("patience", kubernetes.cluster.patience);
  const auto& rotation = configuration.rotation;
  Section own(text, "rotation");
  own.add("strategy", std::string(rotator::to_string(rotation.strategy)));
  own.add("accept_downtime", rotation.accept_downtime);
  if (rotation.window) own.add("window", *rotation.window);
  own.add("soak", rotation.soak);
  own.add("soak_check_every", rotation.soak_check_every);
  own.add("quiet_period", rotation.quiet_period);
  own.add("longest_token_exchange", rotation.longest_token_exchange);
  own.add("code_lifetime", rotation.code_lifetime);
  own.add("refresh_in_flight", rotation.refresh_in_flight);
  own.add("rollout_deadline", rotation.rollout_deadline);
  own.add("pod_ready_estimate", rotation.pod_ready_estimate);
  own.add("vault_settle", rotation.vault_settle);
  own.add("probes", rotation.probes);
  own.add("probe_spacing", rotation.probe_spacing);
  own.add("max_restarts", rotation.max_restarts);
  own.add("patience", rotation.patience);
  own.add("minimum_interval", rotation.minimum_interval);
  own.add("automatic_rollback", rotation.automatic_rollback);
  own.add("stop_after_failures", static_cast<int>(rotation.stop_after_failures));
  if (rotation.failure_signal) {
    text += "  failure_signal:\n    url: " + rotation.failure_signal->url +
            "\n    query: " + rotation.failure_signal->query +
            "\n    every: " + format_duration(rotation.failure_signal->every) +
            "\n    timeout: " + format_duration(rotation.failure_signal->timeout) + "\n";
  }
  Section unsafe(text, "unsafe");
  unsafe.add("skip_preflight", rotation.skip_preflight);
  std::string gates;
  for (const auto gate : rotation.disabled_gates)
    gates += (gates.empty() ? "" : ", ") + std::string(rotator::to_string(gate));
  unsafe.add("disabled_gates", "[" + gates + "]");
  Section tls(text, "tls");
  tls.add("ca_files", "[" + ca_file + "]");
  return text;
}

}  // namespace scenarios
