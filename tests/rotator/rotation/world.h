// A whole simulated world around one rotator: Okta, Vault, Kubernetes with the portal's pods and
// their agents, and a ledger of what the rotation must never do. Built as if it had run for a day.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "mocks/facts.h"
#include "mocks/handler.h"
#include "mocks/idp/provider.h"
#include "mocks/kubernetes/api_server.h"
#include "mocks/portal/fleet.h"
#include "mocks/sim/event_queue.h"
#include "mocks/sim/fault_plan.h"
#include "mocks/sim/network.h"
#include "mocks/sim/process.h"
#include "mocks/sim/sim_ports.h"
#include "mocks/users/timeline.h"
#include "mocks/vault/vault.h"
#include "rotator/rotation/rotation.h"
#include "tests/rotator/rotation/shipped.h"

namespace testing {

inline constexpr const char* client = "0oaportal";
inline constexpr const char* idp_origin = "https://okta.example";
inline constexpr const char* vault_origin = "https://vault.example:8200";
inline constexpr const char* kubernetes_origin = "https://kubernetes.example:6443";
inline constexpr const char* metrics_origin = "https://prometheus.example";
inline constexpr const char* hook_origin = "https://hooks.example";
inline constexpr const char* first_secret = "synthetic-first-secret-000000000001";
inline constexpr const char* admin_text = "synthetic-admin-token-000000000001";
inline constexpr const char* operator_token = "synthetic-operator-token-0000000001";
inline constexpr const char* kubernetes_token = "synthetic-kubernetes-token-0000001";

// Watches the facts and writes down every breach of what a rotation promises.
class Ledger final : public mocks::Observer {
 public:
  explicit Ledger(mocks::users::Timeline& timeline) : timeline_(timeline) {}
  void observe(ports::Instant at, const mocks::Fact& fact) override;

  const std::vector<std::string>& breaches() const { return breaches_; }
  void forget_latest() { breaches_.pop_back(); }
  std::set<std::uint64_t> in_use() const;               // secrets that live pods hold
  std::uint64_t failures() const { return failures_; }  // pods times refusals
  int restarts_seen() const { return restarts_seen_; }
  // Of a portal that tries two secrets: whether each replica of the token endpoint accepts one of
  // those that a pod's process tries, or of those that Vault holds. Empty: each secret stands
  // alone.
  std::function<bool(std::uint64_t pod, ports::Instant at)> pod_is_let_in = {};
  std::function<bool(ports::Instant at)> vault_is_let_in = {};
  // Tells every call, "caller METHOD target", for tests that look at the order.
  std::function<void(const std::string&)> on_call = {};

 private:
  void breach(ports::Instant at, std::string what);

  mocks::users::Timeline& timeline_;
  std::set<std::uint64_t> accepted_;
  std::map<std::uint64_t, std::uint64_t> pods_;  // what each live process holds
  std::vector<std::string> breaches_;
  std::uint64_t failures_ = 0;
  int restarts_seen_ = 0;
};

// Answers as Prometheus: one value.
class Counter final : public mocks::Handler {
 public:
  std::uint64_t value = 0;
  mocks::Answer handle(const ports::Request& request) override;
};

// Keeps what it was sent.
class Hook final : public mocks::Handler {
 public:
  std::vector<std::string> bodies;
  mocks::Answer handle(const ports::Request& request) override;
};

// Keeps every line of what the rotation tells.
class Recorder final : public rotator::Listener {
 public:
  void phase_began(rotator::Phase phase, const std::string& rotation_id) override;
  void phase_ended(rotator::Phase phase, bool succeeded, ports::Duration took,
                   const std::string& message) override;
  void waiting(rotator::Phase phase, const std::string& what, ports::Duration at_most) override;
  void gate_evaluated(rotator::Phase phase, const rotator::GateResult& result) override;
  void noted(rotator::Severity severity, const std::string& message) override;

  std::vector<std::string> lines;
  std::vector<rotator::Phase> phases;
  std::vector<rotator::GateResult> gates;
  std::function<void(rotator::Phase)> on_phase = {};
  bool told(std::string_view part) const;
};

struct WorldOptions {
  std::uint64_t seed = 7;
  int replicas = 3;
  mocks::idp::Variant variant = mocks::idp::Variant::multi;
  // Instead of the variant's: lags, replicas.
  std::optional<mocks::idp::CoreOptions> core = {};
  // What the provider speaks, and who makes the rotator's adapter for it.
  const mocks::idp::Dialect* dialect = mocks::idp::find_dialect("okta");
  rotator::ProviderFactory* new_provider = &rotator::new_identity_provider;
  mocks::idp::AuthenticationMethod registered =
      mocks::idp::AuthenticationMethod::client_secret_post;
  bool failure_signal = false;
  int progress_deadline_s = 600;
  std::string max_surge = "1";
  std::string max_unavailable = "0";
  int min_ready_s = 0;
  // The Vault annotation of the pod template that names what is rendered.
  std::string rendered = "portal-kv/data/oidc/portal";
  // Whether the pods' file shows a second secret of Vault's, and whether their portal tries it.
  bool renders_fallback = false;
  bool tries_fallback = false;
  // What the rotator's service account may do.
  std::vector<mocks::kubernetes::Rule> rules = shipped_rules();
  // More of them on the pod template.
  std::vector<std::pair<std::string, std::string>> annotations = {};
};

class World {
 public:
  explicit World(WorldOptions options = {});

  // What a user would write for this world, with short times.
  rotator::Configuration configuration() const;

  // One process of the rotator that does `act` and ends; nothing when it was killed on the way.
  using Act = std::function<rotator::Outcome(rotator::Rotation&)>;
  std::optional<rotator::Outcome> process(const rotator::Configuration& configuration,
                                          const Act& act);
  std::optional<rotator::Outcome> run(const rotator::Configuration& configuration);
  std::optional<rotator::Outcome> resume(const rotator::Configuration& configuration);
  std::optional<rotator::Outcome> rollback(const rotator::Configuration& configuration);
  // Any look at the world on the rotator's fiber.
  void look(const rotator::Configuration& configuration,
            const std::function<void(rotator::Rotation&)>& act);

  // A call to Vault with its root token; the status of the answer.
  int ask_vault(std::string method, const std::string& path, std::string body);

  // Any program of the rotator's process, on its fiber, as far as it gets.
  using Program = std::function<void(const rotator::RotationPorts&, rotator::Credentials)>;
  void inside(const Program& program);

  // Once, as the rotator enters that phase; takes the place of what was to be done in another one.
  void when(rotator::Phase phase, std::function<void()> act);
  // Somebody gives the workload that many replicas.
  void scale(int replicas);
  // kubectl rollout undo: the pod template without the rotator's mark.
  void undo_rollout();
  // Somebody else writes that value into the portal's path, accepted or not: no breach of ours.
  void write_vault(const char* value);
  // Somebody takes the lease, whoever holds it.
  void steal_lease();
  // The secret's object at the provider; the id of the one that is not Vault's first.
  std::string new_secret_id() const;
  bool first_is_active() const;

  void pass(ports::Duration time) { queue.run_until(queue.now() + time); }
  // The nth call of the rotator that matches meets this fault.
  void fault(const mocks::sim::FaultKind* kind, std::string method, std::string target,
             std::uint64_t nth = 1, std::uint64_t count = 1);
  // From the nth call on, whatever it is.
  void fault_any(const mocks::sim::FaultKind* kind, std::uint64_t nth);

  std::vector<std::string> secret_ids() const;
  std::string vault_value() const;
  // Every plain secret that there ever was.
  std::vector<std::string> plaintexts() const;
  // What must hold when all is over: one secret, active, in Vault and in every pod; no breach.
  void check_whole();

  mocks::users::Timeline timeline;
  Ledger ledger{timeline};
  mocks::sim::Draws draws;
  mocks::sim::EventQueue queue;
  mocks::sim::FaultPlan plan{ledger, draws};
  mocks::sim::NoFaults quiet;
  mocks::sim::Conditions conditions{plan};
  mocks::sim::Network network{queue, ledger, draws, conditions};
  std::unique_ptr<mocks::idp::Provider> idp;
  mocks::vault::Vault vault{queue, ledger, draws};
  std::unique_ptr<mocks::portal::Fleet> fleet;
  std::unique_ptr<mocks::kubernetes::ApiServer> kubernetes;
  Counter counter;
  Hook hook;
  mocks::sim::SimFiles files;
  mocks::sim::Process rotator_process{queue, "rotator"};
  Recorder recorder;
  std::string vault_token;
  std::vector<std::string> seen_secrets = {first_secret};

 private:
  void let_second_secret_in();
  void patch_workload(std::string body);

  WorldOptions options_;
  std::uint64_t incarnation_ = 0;
};

// What came of a process that must have ended by itself; its message is in the test's log.
rotator::Outcome require(const std::optional<rotator::Outcome>& outcome);

}  // namespace testing
