// World: all the mocks of one run, wired together: identity provider, Vault, Kubernetes with the
// portal's pods and their Vault Agents, users who log in, and the metrics that a rotator may watch.
// It knows neither wire: on the simulated one the scheduler is the event queue, on the HTTP wire a
// timer thread; who calls holds the world's lock.
//
// Built as if everything had been running for a day: the workload rolled out, every pod on the
// one secret.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "mocks/idp/core.h"
#include "mocks/idp/provider.h"
#include "mocks/kubernetes/api_server.h"
#include "mocks/portal/fleet.h"
#include "mocks/portal/load_balancer.h"
#include "mocks/portal/metrics.h"
#include "mocks/scheduler.h"
#include "mocks/sim/faults/faults.h"
#include "mocks/sim/trace.h"
#include "mocks/users/timeline.h"
#include "mocks/vault/vault.h"
#include "scenarios/invariants.h"
#include "scenarios/scenario.h"
#include "scenarios/witness.h"

namespace scenarios {

// The names that every world uses.
inline constexpr const char* client_id = "0oaportal";
inline constexpr const char* kubernetes_namespace = "platform";
// What runs the portal, and its kind.
inline constexpr const char* workload_name = "portal-backend";
inline constexpr auto workload_kind = mocks::kubernetes::Kind::deployment;
// Where the API has that kind in the namespace: "/apis/apps/v1/namespaces/platform/deployments".
std::string workload_path();
// Where the API has the Service that users come through.
std::string service_path();
inline constexpr const char* container_name = "portal";
inline constexpr const char* redirect_uri = "https://portal.example/api/auth/oidc/handler/frame";
// Of the green portal, where a world has one beside the other, which is the blue one then. Each has
// a Service of its own, and the Service `workload_name` selects one of the two by this label.
inline constexpr const char* colour_label = "colour";
inline constexpr const char* green_client_id = "0oaportalgreen";
inline constexpr const char* green_workload_name = "portal-backend-green";
inline constexpr const char* green_secret_path = "oidc/portal-green";
inline constexpr const char* blue_service = "portal-backend-blue";
inline constexpr const char* green_service = "portal-backend-green";
// Where each is called back, if each has a redirect URI of its own.
inline constexpr const char* blue_redirect_uri =
    "https://portal.example/api/auth/oidc-blue/handler/frame";
inline constexpr const char* green_redirect_uri =
    "https://portal.example/api/auth/oidc-green/handler/frame";
inline constexpr const char* vault_mount = "portal-kv";
inline constexpr const char* secret_path = "oidc/portal";
inline constexpr const char* journal_path = "oidc/portal-rotation";
inline constexpr const char* admin_path = "oidc/idp-admin";
inline constexpr const char* lease_name = "rotator-portal-backend";

// The synthetic credentials of one world. Drawn from its seed.
struct Credentials {
  std::string idp_admin_token = {};   // as it lies in Vault
  std::string idp_admin_secret = {};  // what is secret in it
  std::string vault_token = {};       // may do what the rotator needs
  std::string kubernetes_token = {};  // the rotator's service account
  std::string operator_token = {};    // kubectl of a person: admin
};

// The identity provider's core as that world wants it: its variant and its vendor's own, as fast as
// the world is compressed, and what is said beside them.
mocks::idp::CoreOptions core_options(const Scenario& scenario);

class World {
 public:
  // All must outlive it. `trace` gets every fact.
  World(mocks::Scheduler& scheduler, mocks::sim::Trace& trace, mocks::sim::Faults& faults,
        const Scenario& scenario, std::uint64_t seed);
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  const Credentials& credentials() const { return credentials_; }
  mocks::sim::Draws draws() const { return draws_; }

  mocks::idp::Provider& idp() { return *idp_; }
  const mocks::idp::Provider& idp() const { return *idp_; }
  mocks::vault::Vault& vault() { return *vault_; }
  const mocks::vault::Vault& vault() const { return *vault_; }
  mocks::kubernetes::ApiServer& kubernetes() { return *kubernetes_; }
  mocks::portal::Fleet& fleet() { return *fleet_; }
  mocks::users::Timeline& timeline() { return timeline_; }
  Invariants& invariants() { return invariants_; }

  // What changes with the restart (a new authentication method, a bumped cookie key) is in the pod
  // template from now on.
  void apply_next_configuration();

  // The state that a run must end in; violations go to invariants(). `foreign` secrets are left
  // alone.
  void check_end_state();

  // Every value that ever was a secret of the client, deleted ones included, oldest first.
  const std::vector<std::string>& secrets() const { return witness_.secrets(); }
  // Every secret value that ever was, and every credential: what no log, report or Event may hold.
  std::vector<std::string> plaintexts() const;
  // Looks for them in what the rotator `said`, in the calls' paths, the journal, the Events, the
  // Lease and the workload; what is found goes to invariants(). To be called at the run's end.
  void look_for_leaks(const std::string& said);

 private:
  // What Vault and the pods hold beside the first secret counts for the invariants.
  void allow_second_secret();
  void seed_identity_provider();
  void seed_vault();
  void seed_kubernetes();
  // What runs the portal's pods of one colour, or of none.
  struct Portal {
    const char* colour = nullptr;
    const char* workload = workload_name;
    const char* secret_path = scenarios::secret_path;
    std::string service = workload_name;
    std::vector<std::string> more_services = {};
  };
  void seed_portal(const Portal& portal);
  // Callbacks reach the pods of their own colour.
  void route_callbacks();
  std::shared_ptr<mocks::vault::AgentSpec> agent_spec(const char* path) const;
  mocks::portal::FleetVariant green_variant(const mocks::portal::PortalConfiguration& blue) const;

  mocks::Scheduler& scheduler_;
  mocks::sim::Trace& trace_;
  mocks::sim::Draws draws_;
  const Scenario& scenario_;
  Credentials credentials_;
  std::string first_secret_;
  std::string green_secret_;  // empty without a green portal
  Invariants invariants_;
  Witness witness_;
  mocks::users::Timeline timeline_;
  std::unique_ptr<mocks::idp::Provider> idp_;
  std::unique_ptr<mocks::vault::Vault> vault_;
  std::unique_ptr<mocks::portal::Fleet> fleet_;
  std::unique_ptr<mocks::portal::LoadBalancer> balancer_;
  std::vector<std::unique_ptr<mocks::portal::LoadBalancer>> routes_;
  std::unique_ptr<mocks::kubernetes::ApiServer> kubernetes_;
};

}  // namespace scenarios
