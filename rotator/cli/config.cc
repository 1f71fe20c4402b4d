#include "rotator/cli/config.h"

#include "rotator/calls/encoding.h"
#include "rotator/cli/yaml_section.h"

namespace rotator {
namespace {

constexpr int most_probes = 100;
constexpr int most_restarts = 20;
constexpr int most_failures = 1'000'000'000;
constexpr ports::Duration shortest_lease = std::chrono::seconds(1);

std::string from_environment(const Environment& environment, const std::string& name) {
  const auto found = environment.find(name);
  return found == environment.end() ? std::string() : found->second;
}

void require_https(YamlSection& section, const std::string& key, const std::string& url) {
  if (url.empty()) return;
  if (const auto split = split_https_url(url, "the address"); !split)
    section.complain(key, split.error().message);
}

void read_provider(YamlSection& file, IdentityProviderConfiguration& provider) {
  auto section = file.section("identity_provider");
  section.read_choice("type", provider.type, {"okta"});
  section.require("url", provider.url);
  require_https(section, "url", provider.url);
  section.require("client_id", provider.client_id);
  section.read("application_id", provider.application_id);
  std::string method = to_string(provider.authentication_method);
  section.read_choice("authentication_method", method,
                      {"client_secret_post", "client_secret_basic"});
  provider.authentication_method =
      parse_authentication_method(method).value_or(provider.authentication_method);
  section.read("token_endpoint", provider.token_endpoint);
  require_https(section, "token_endpoint", provider.token_endpoint);
  section.read("max_secrets", provider.max_secrets, 0, 1000);
  auto probe = section.section("probe");
  std::string grant = "client_credentials";
  probe.read_choice("grant", grant, {"client_credentials", "authorization_code"});
  provider.probe_grant = grant == "authorization_code" ? ProbeGrant::authorization_code
                                                       : ProbeGrant::client_credentials;
  probe.read("scope", provider.probe_scope);
  auto admin = section.section("admin_credential");
  admin.read("path", provider.admin_path);
  admin.read("field", provider.admin_field);
}

void read_vault(YamlSection& file, const Environment& environment, ProgramConfiguration& program) {
  auto& vault = program.rotation.vault;
  auto section = file.section("vault");
  vault.session.address = from_environment(environment, "VAULT_ADDR");
  vault.session.vault_namespace = from_environment(environment, "VAULT_NAMESPACE");
  program.vault_ca_file = from_environment(environment, "VAULT_CACERT");
  section.read("address", vault.session.address);
  if (vault.session.address.empty())
    section.complain("address", "is missing; add it, or set VAULT_ADDR");
  require_https(section, "address", vault.session.address);
  while (vault.session.address.ends_with('/')) vault.session.address.pop_back();
  section.read("namespace", vault.session.vault_namespace);
  section.read("ca_file", program.vault_ca_file);
  section.read("mount", vault.mount);
  section.read("path", vault.path);
  section.read("field", vault.field);
  section.read("journal_path", vault.journal_path);
  if (vault.journal_path == vault.path)
    section.complain("journal_path",
                     "must not be vault.path: the journal would replace the secret");
  section.read("call_timeout", vault.session.call_timeout);
  section.read("patience", vault.session.patience);
  auto login = section.section("auth");
  std::string method = "token";
  login.read_choice("method", method, {"token", "kubernetes"});
  if (method == "kubernetes") {
    vault.session.login = VaultOptions::Login::kubernetes;
    login.require("role", vault.session.role);
  } else {
    login.read("role", vault.session.role);
  }
  login.read("mount", vault.session.login_mount);
  login.read("jwt_file", vault.session.jwt_file);
}

void read_kubernetes(YamlSection& file, ProgramConfiguration& program) {
  auto& kubernetes = program.rotation.kubernetes;
  auto section = file.section("kubernetes");
  section.read("kubeconfig", program.kubeconfig.file);
  section.read("context", program.kubeconfig.context);
  section.read("namespace", program.kubeconfig.kubernetes_namespace);
  section.require("deployment", kubernetes.deployment);
  section.require("container", kubernetes.container);
  section.read("secret_file", kubernetes.secret_file);
  section.read("secret_key", kubernetes.secret_key);
  section.read("lease_name", kubernetes.lease_name);
  section.read("lease_duration", kubernetes.lease_duration);
  if (kubernetes.lease_duration < shortest_lease)
    section.complain("lease_duration", "must be at least " + format_duration(shortest_lease));
  section.read("agent_render_interval", kubernetes.agent_render_interval);
  section.read("call_timeout", kubernetes.cluster.call_timeout);
  section.read("patience", kubernetes.cluster.patience);
}

void read_signal(YamlSection& section, RotationConfiguration& rotation) {
  if (!section.has("failure_signal")) {
    section.section("failure_signal");
    return;
  }
  FailureSignal signal;
  auto inner = section.section("failure_signal");
  inner.require("url", signal.url);
  require_https(inner, "url", signal.url);
  inner.require("query", signal.query);
  inner.read("every", signal.every);
  inner.read("timeout", signal.timeout);
  if (signal.every < std::chrono::milliseconds(10))
    inner.complain("every", "must be at least 10ms");
  rotation.failure_signal = signal;
}

void read_rotation(YamlSection& file, RotationConfiguration& rotation) {
  auto section = file.section("rotation");
  std::string strategy = to_string(rotation.strategy);
  section.read_choice("strategy", strategy, {"overlap", "cutover"});
  rotation.strategy = parse_strategy(strategy).value_or(rotation.strategy);
  section.read("accept_downtime", rotation.accept_downtime);
  if (rotation.strategy == Strategy::cutover && !rotation.accept_downtime)
    section.complain("strategy",
                     "cutover fails logins while the pods restart; add accept_downtime: true to "
                     "accept that, or use overlap");
  section.read("window", rotation.window);
  section.read("soak", rotation.soak);
  section.read("soak_check_every", rotation.soak_check_every);
  if (rotation.soak_check_every < std::chrono::milliseconds(10))
    section.complain("soak_check_every", "must be at least 10ms");
  section.read("quiet_period", rotation.quiet_period);
  section.read("longest_token_exchange", rotation.longest_token_exchange);
  section.read("code_lifetime", rotation.code_lifetime);
  section.read("refresh_in_flight", rotation.refresh_in_flight);
  section.read("rollout_deadline", rotation.rollout_deadline);
  section.read("pod_ready_estimate", rotation.pod_ready_estimate);
  section.read("vault_settle", rotation.vault_settle);
  section.read("probes", rotation.probes, 1, most_probes);
  section.read("probe_spacing", rotation.probe_spacing);
  section.read("max_restarts", rotation.max_restarts, 1, most_restarts);
  section.read("patience", rotation.patience);
  section.read("minimum_interval", rotation.minimum_interval);
  section.read("automatic_rollback", rotation.automatic_rollback);
  int failures = static_cast<int>(rotation.stop_after_failures);
  section.read("stop_after_failures", failures, 0, most_failures);
  rotation.stop_after_failures = failures;
  read_signal(section, rotation);
}

void read_unsafe(YamlSection& file, RotationConfiguration& rotation) {
  auto section = file.section("unsafe");
  section.read("skip_preflight", rotation.skip_preflight);
  std::vector<std::string> names;
  section.read("disabled_gates", names);
  std::string known;
  for (const auto gate : all_gates)
    known += (known.empty() ? "" : ", ") + std::string(to_string(gate));
  for (const auto& name : names) {
    if (const auto gate = parse_gate(name))
      rotation.disabled_gates.insert(*gate);
    else
      section.complain("disabled_gates", "expected gates among " + known + ", got '" + name + "'");
  }
}

ports::Result<ProgramConfiguration> read_all(YamlSection& file, const Environment& environment) {
  ProgramConfiguration program;
  auto& configuration = program.rotation;
  read_provider(file, configuration.identity_provider);
  read_vault(file, environment, program);
  read_kubernetes(file, program);
  read_rotation(file, configuration.rotation);
  read_unsafe(file, configuration.rotation);
  auto notifications = file.section("notifications");
  notifications.read("kubernetes_events", configuration.notifications.kubernetes_events);
  notifications.read("webhook_url", configuration.notifications.webhook_url);
  require_https(notifications, "webhook_url", configuration.notifications.webhook_url);
  auto tls = file.section("tls");
  tls.read("ca_files", program.ca_files);
  if (const auto read = file.finish(); !read) return ports::fail(read.error());
  return program;
}

}  // namespace

ports::Result<ProgramConfiguration> load_configuration(const std::string& path,
                                                       const Environment& environment) {
  auto file = YamlSection::load(path);
  if (!file) return ports::fail(file.error());
  return read_all(*file, environment);
}

ports::Result<ProgramConfiguration> parse_configuration(const std::string& text,
                                                        const std::string& name,
                                                        const Environment& environment) {
  auto file = YamlSection::parse(text, name);
  if (!file) return ports::fail(file.error());
  return read_all(*file, environment);
}

}  // namespace rotator
