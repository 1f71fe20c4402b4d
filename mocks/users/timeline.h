// Timeline: the one record of the past that every login is judged by. The world writes it as things
// happen and never reads it; the users read it and never write it.
//
// Written by: the portal, through PortalListener (which pods the load balancer sends logins to,
// which process runs in each and what it holds); the identity provider, Vault and Kubernetes,
// through their Facts (which secrets are accepted, what Vault's current value is, when a pod was
// created); and whoever plays the drama, for what no mock tells (registered methods, a provider
// that is cut off or throttles). Read by: journeys, for each step of a login; the live provider and
// the browsers, for the blame of a refusal; counting.h, for what may be counted; the oracle, for
// what should have failed.
//
// Piecewise constant: every change is appended at its instant, and any instant up to the present
// can be asked about. It knows secrets by name_of only.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "mocks/facts.h"
#include "mocks/idp/core.h"
#include "mocks/kubernetes/node/pod_runtime.h"
#include "mocks/portal/environment.h"
#include "mocks/portal/listener.h"
#include "mocks/users/cause.h"

namespace mocks::users {

using kubernetes::PodId;

// Bound: a pod id beyond it is a bug of ours (check).
inline constexpr PodId max_pod_id = 1'000'000;

inline constexpr ports::Instant forever = ports::Instant::max();

struct TimelineOptions {
  // name_of the KV path whose facts count ("portal-kv/oidc/portal", as Vault tells it); 0: every
  // path whose value has a client secret.
  std::uint64_t vault_path = 0;
  int provider_replicas = 1;  // idp::CoreOptions::replicas
  // idp::CoreOptions::replacement_is_one_turn: the replicas that accept an old value and those that
  // accept the one in its place are different ones. Else the fewer are taken to be among the more.
  bool one_turn = false;
};

// One life of a portal process in a pod: [from, to).
struct Run {
  ports::Instant from = {};
  ports::Instant to = forever;
  std::uint32_t environment = 0;
  std::uint32_t previous = std::numeric_limits<std::uint32_t>::max();  // of the same pod
  PodId pod = 0;
};
using RunIndex = std::uint32_t;
inline constexpr RunIndex no_run = std::numeric_limits<RunIndex>::max();

// The set of endpoints from `from` until the next epoch.
struct Epoch {
  ports::Instant from = {};
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};

// What the identity provider makes of an exchange by the process of a run, the grant left aside.
struct ExchangeVerdict {
  // Of `replicas` equally likely replicas, `accepting` succeed, and the rest fail by `cause`.
  int accepting = 1;
  int replicas = 1;
  Cause cause = Cause::secret_retired;
};

class Timeline final : public Observer, public portal::PortalListener {
 public:
  explicit Timeline(TimelineOptions options = {}) : options_(options) {}

  const TimelineOptions& options() const { return options_; }

  // Who wants to know that something was appended (the hybrid fidelity). Not owned; null for none.
  class Listener {
   public:
    virtual void on_change(ports::Instant at) = 0;

   protected:
    ~Listener() = default;
  };
  void set_listener(Listener* listener) { listener_ = listener; }

  // ---- Appending. Instants never go back.
  // Takes secret_*, kv_written and pod_created, and ignores the rest.
  void observe(ports::Instant at, const Fact& fact) override;
  void process_started(ports::Instant at, PodId pod,
                       const portal::Environment& environment) override;
  void process_stopped(ports::Instant at, PodId pod) override;
  // Once a route is named, calls of that redirect URI reach its endpoints and no others.
  void endpoint_added(ports::Instant at, PodId pod, std::uint64_t route) override;
  void endpoint_removed(ports::Instant at, PodId pod, std::uint64_t route) override;
  // The method that a client is registered with, from `at` on. A client never named here counts as
  // registered with whatever its portal uses.
  void register_method(ports::Instant at, std::uint64_t client, idp::AuthenticationMethod method);
  // The identity provider answers nobody, or answers 429, until taken back.
  void set_provider_up(ports::Instant at, bool up);
  void set_provider_throttling(ports::Instant at, bool throttling);

  // ---- Asking. O(log changes), and cheaper for what is recent.
  // Of a redirect URI that is not routed, and of 0: those of all requests that are not routed.
  std::span<const PodId> endpoints(ports::Instant at, std::uint64_t route = 0) const;
  bool routed() const { return !routes_.empty(); }
  RunIndex run_at(PodId pod, ports::Instant at) const;  // no_run: nothing runs in it then
  const Run& run(RunIndex index) const { return runs_[index]; }
  const portal::Environment& environment(RunIndex run) const {
    return environments_[runs_[run].environment];
  }
  bool provider_up(ports::Instant at) const;
  bool provider_throttling(ports::Instant at) const;
  ExchangeVerdict exchange(RunIndex run, ports::Instant at) const;
  // The same as facts of the decision table, the grant and liveness left at their defaults, and
  // secret_accepted true only if every replica accepts.
  ExchangeFacts exchange_facts(RunIndex run, ports::Instant at) const;

  // ---- The raw record, ascending by instant, for whoever integrates over it.
  // Of the endpoints of requests that are not routed.
  const std::vector<Epoch>& epochs() const { return entry_.epochs; }
  std::span<const PodId> members(const Epoch& epoch) const { return entry_.members_of(epoch); }
  const std::vector<Run>& runs() const { return runs_; }
  // Instants at which exchange() may change for some run.
  const std::vector<ports::Instant>& verdict_changes() const { return verdict_changes_; }

  struct Secret {
    struct Step {
      ports::Instant at = {};
      int accepting = 0;  // replicas
    };
    struct Act {
      ports::Instant at = {};
      bool retired = false;  // disabled or deleted; else created or enabled
    };
    std::uint64_t name = 0;
    std::vector<Step> steps = {};
    std::vector<Act> acts = {};
  };
  const std::vector<Secret>& secrets() const { return secrets_; }
  // Vault's current value, name_of, from each instant on.
  struct Value {
    ports::Instant at = {};
    std::uint64_t name = 0;
  };
  const std::vector<Value>& vault_values() const { return vault_values_; }
  ports::Instant created(PodId pod) const;
  // As pod_created told it; empty for a pod that it did not name.
  const std::string& name(PodId pod) const;
  struct Switch {
    ports::Instant at = {};
    bool on = false;
  };
  const std::vector<Switch>& provider_switches() const { return up_; }
  const std::vector<Switch>& throttling_switches() const { return throttling_; }
  struct Registered {
    ports::Instant at = {};
    std::uint64_t client = 0;
    idp::AuthenticationMethod method = idp::AuthenticationMethod::client_secret_post;
  };
  const std::vector<Registered>& registrations() const { return registrations_; }

 private:
  // Endpoints by epoch, ascending.
  struct Endpoints {
    std::uint64_t route = 0;
    std::vector<Epoch> epochs = {};
    std::vector<PodId> members = {};

    std::span<const PodId> members_of(const Epoch& epoch) const {
      return {members.data() + epoch.first, epoch.count};
    }
    std::span<const PodId> at(ports::Instant instant) const;
    // Opens an epoch with the members of the latest one. Changes of one instant share an epoch.
    void begin_epoch(ports::Instant instant);
  };
  Endpoints& endpoints_of(std::uint64_t route);

  struct Pod {
    ports::Instant created = {};
    std::string name = {};
    RunIndex last_run = no_run;
  };
  // The number of an environment like this one: a fleet has few.
  std::uint32_t intern(const portal::Environment& environment);
  Pod& pod(PodId id);
  Secret& secret(std::uint64_t name);
  const Secret* find_secret(std::uint64_t name) const;
  // How many replicas accept what a process holds, its fallback included.
  int accepting(const portal::Environment& held, ports::Instant at) const;
  void changed(ports::Instant at, bool verdict);

  TimelineOptions options_;
  Listener* listener_ = nullptr;
  std::vector<Pod> pods_;
  std::vector<Run> runs_;
  std::vector<portal::Environment> environments_;
  Endpoints entry_;
  std::vector<Endpoints> routes_;
  std::vector<Secret> secrets_;
  std::vector<Value> vault_values_;
  std::vector<Switch> up_;
  std::vector<Switch> throttling_;
  std::vector<Registered> registrations_;
  std::vector<ports::Instant> verdict_changes_;
};

}  // namespace mocks::users
