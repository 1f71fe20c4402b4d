// The rotator's configuration for one world.
#include <algorithm>
#include <optional>

#include "mocks/kubernetes/store/kinds.h"
#include "rotator/cli/config.h"
#include "rotator/kubernetes/workload_kinds.h"
#include "rotator/ports/check.h"
#include "scenarios/run.h"
#include "scenarios/world.h"

namespace scenarios {

namespace {

// The rotator's word for the kind that runs the portal: the one of the same resource.
const rotator::WorkloadKind* portal_kind() {
  const auto resource = mocks::kubernetes::info(workload_kind).plural;
  const auto& kinds = rotator::all_workload_kinds();
  const auto found = std::ranges::find(kinds, resource, &rotator::WorkloadKind::resource);
  ports::check(found != kinds.end(), "the rotator does not know the world's kind of workload");
  return *found;
}

}  // namespace

rotator::Configuration rotation_configuration(const Scenario& scenario, const Driver& driver,
                                              const Endpoints& endpoints,
                                              std::optional<ports::Duration> window) {
  const auto& portal = scenario.portal;
  rotator::Configuration configuration;
  configuration.identity_provider.type = scenario.identity_provider.dialect->name;
  if (scenario.identity_provider.http) {
    configuration.identity_provider.type = "http";
    configuration.identity_provider.http = scenario.identity_provider.http;
  }
  const auto& dialect = *scenario.identity_provider.dialect;
  configuration.identity_provider.url = endpoints.idp + std::string(dialect.issuer_path);
  if (dialect.separate_admin) configuration.identity_provider.admin_url = endpoints.idp;
  configuration.identity_provider.client_id = client_id;
  configuration.identity_provider.authentication_method = *rotator::parse_authentication_method(
      to_string(portal.next_authentication_method.value_or(portal.authentication_method)));
  configuration.vault.session.address = endpoints.vault;
  configuration.vault.mount = vault_mount;
  configuration.vault.path = secret_path;
  configuration.kubernetes.workload = {.kind = portal_kind(), .name = workload_name};
  configuration.kubernetes.container = container_name;
  configuration.kubernetes.lease_name = lease_name;
  configuration.kubernetes.agent_render_interval = scenario.vault.render_interval;
  configuration.rotation = driver.rotation;
  configuration.kubernetes.cluster.server = endpoints.kubernetes;
  configuration.kubernetes.cluster.token_file = endpoints.kubernetes_token_file;
  configuration.kubernetes.cluster.kubernetes_namespace = kubernetes_namespace;
  auto& rotation = configuration.rotation;
  if (window) rotation.window = window;
  if (auto& emergency = rotation.emergency; emergency.max_exposure) {
    // With an end that is due, the window is what is bearable.
    if (window) emergency.max_exposure = window;
    if (!emergency.logins_per_minute) emergency.logins_per_minute = portal.logins_per_minute;
  }
  if (!configuration.rotation.failure_signal)
    configuration.rotation.failure_signal.emplace(rotator::FailureSignal{
        .url = endpoints.metrics, .query = "sum(portal_login_failures_total)"});
  return configuration;
}

std::string configuration_yaml(const rotator::Configuration& configuration,
                               const std::string& kubeconfig, const std::string& ca_file) {
  return rotator::configuration_yaml(
      {.rotation = configuration, .kubeconfig = {.file = kubeconfig}, .ca_files = {ca_file}});
}

}  // namespace scenarios
