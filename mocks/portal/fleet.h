// Fleet: what runs in the portal's pods, as the kubelet drives it: in each pod a Vault Agent (init
// container and sidecar) and one portal process. The process reads the rendered file once, at its
// start, and holds what it read until it ends; a file that changes later does not change it. A
// container restart reads the file again, so one pod may move to a new secret by crashing.
//
// A process that finds no usable file exits with 1, and the kubelet restarts it with back-off. A
// pod is ready while its process answers the probe and its sidecar, if it has one, lives.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mocks/facts.h"
#include "mocks/kubernetes/node/pod_runtime.h"
#include "mocks/portal/environment.h"
#include "mocks/portal/listener.h"
#include "mocks/scheduler.h"
#include "mocks/sim/draws.h"
#include "mocks/sim/faults/faults.h"
#include "mocks/vault/agent/agent.h"
#include "mocks/vault/vault.h"

namespace mocks::portal {

// What the pods of one label are given instead of what all are given: a portal's other colour.
struct FleetVariant {
  std::string label = {};
  std::string value = {};
  std::shared_ptr<const vault::AgentSpec> agent = {};  // never null
  PortalConfiguration configuration = {};
};

struct FleetOptions {
  std::string container = "portal";
  std::string agent_container = "vault-agent";
  std::string file = "/vault/secrets/oidc";
  std::string key = "OIDC_CLIENT_SECRET";  // the line read is KEY=value
  // The line of a second secret, which need not be there nor have a value.
  std::string fallback_key = "OIDC_CLIENT_SECRET_NEXT";
  std::shared_ptr<const vault::AgentSpec> agent = {};  // null: the default AgentSpec
  PortalConfiguration configuration = {};
  std::vector<FleetVariant> variants = {};  // the first whose label a pod has is its own
};

// What goes wrong in pods created from now on.
struct PodTrouble {
  bool never_ready = false;
  // The init container renders the version before the current one, as if a cache had answered; the
  // sidecar's next poll mends the file, never the process.
  bool stale_render = false;
  bool never_refreshes = false;    // the sidecar never polls
  bool not_injected = false;       // no agent, no file: as with the injector's webhook down
  ports::Duration standby_lag{0};  // its agent reads from a standby this far behind
};

class Fleet final : public kubernetes::PodRuntime, private Timed {
 public:
  // All must outlive it.
  Fleet(Scheduler& scheduler, Observer& observer, sim::Draws draws, vault::Vault& vault,
        sim::Faults& faults, PortalListener& record, FleetOptions options);
  ~Fleet();
  Fleet(const Fleet&) = delete;
  Fleet& operator=(const Fleet&) = delete;

  // What pods created from now on are given (a change of the Deployment's template), but for those
  // of a variant.
  void configure(PortalConfiguration configuration);
  const PortalConfiguration& configuration() const { return options_.configuration; }

  // The next `pods` pods that are created have this trouble; 0 takes it back.
  void trouble(const PodTrouble& trouble, std::uint32_t pods);
  // How many pods are still to be given it, and what it is.
  std::uint32_t troubled() const { return troubled_; }
  const PodTrouble& coming() const { return trouble_; }
  // A pod that was never ready gets ready now.
  void release(PodId pod);
  // The sidecar of a pod stops doing anything, and goes on.
  void wedge_agent(PodId pod);
  void release_agent(PodId pod);

  // What the running process of a pod holds; null when nothing runs in it. Valid until the next
  // call. `secret` is the value itself: for the wire's own logins, never for a log.
  struct Process {
    std::string secret = {};
    std::string fallback = {};  // empty: none
    PortalConfiguration configuration = {};
    ports::Instant started = {};
  };
  const Process* process(PodId pod) const;
  // The file on the pod's disk now; null without one.
  const vault::File* file(PodId pod) const;

  // PodRuntime. Pods that are adopted started long ago with the file as Vault has it now; their
  // sidecars are spread over the polling interval.
  void attach(kubernetes::PodHost& host) override;
  // The Vault Agent injector's webhook: a pod whose template asks for injection is marked injected.
  void admit(std::map<std::string, std::string>& annotations) override;
  kubernetes::AppStart adopt(const kubernetes::PodView& pod) override;
  void start_init(const kubernetes::PodView& pod) override;
  kubernetes::AppStart start_app(const kubernetes::PodView& pod,
                                 ports::Duration ready_after) override;
  void begin_termination(PodId pod) override;
  void stop(PodId pod, bool restarting) override;
  // The commands of command.h, in either container, which share the file; anything else is not
  // found.
  kubernetes::ExecResult exec(PodId pod, std::string_view container,
                              const std::vector<std::string>& argv) override;

 private:
  class Pod;
  enum TimerKind : std::uint32_t { start_adopted_sidecar };

  void on_timer(std::uint32_t kind, std::uint64_t subject) override;
  Pod* find(PodId pod) const;
  const FleetVariant* variant_of(const kubernetes::PodView& view) const;
  Pod& create(const kubernetes::PodView& view);
  kubernetes::AppStart run(Pod& pod);

  Scheduler& scheduler_;
  Observer& observer_;
  sim::Draws draws_;
  vault::Vault& vault_;
  sim::Faults& faults_;
  PortalListener& record_;
  FleetOptions options_;
  kubernetes::PodHost* host_ = nullptr;
  PodTrouble trouble_ = {};
  std::uint32_t troubled_ = 0;  // pods still to be given it
  std::map<PodId, std::unique_ptr<Pod>> pods_;
};

}  // namespace mocks::portal
