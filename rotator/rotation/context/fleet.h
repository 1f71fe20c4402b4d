// Fleet: the portal's workload and its pods, as this run last saw them; restarting it, waiting for
// it, and looking into it. What the pods prove is judged elsewhere (fleet_proof.h, gates.h).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rotator/kubernetes/cluster.h"
#include "rotator/rotation/context/exposure.h"
#include "rotator/rotation/context/failure_watch.h"
#include "rotator/rotation/context/ledger.h"
#include "rotator/rotation/context/systems.h"
#include "rotator/rotation/context/teller.h"
#include "rotator/rotation/context/waiter.h"
#include "rotator/rotation/fleet_proof.h"
#include "rotator/rotation/step.h"

namespace rotator {

// How long a pod may stay Terminating beyond its grace period.
inline constexpr ports::Duration termination_margin = std::chrono::minutes(2);

class Fleet {
 public:
  // All must outlive this.
  Fleet(Systems& systems, Ledger& ledger, FailureWatch& failures, const Exposure& exposure,
        Waiter& waiter, const Configuration& configuration, ports::Clock& clock, Teller& teller);

  // Reads the workload anew.
  ports::Status read();
  // As last read, patched or seen to change; its name is empty before the first read.
  const Workload& workload() const { return workload_; }
  // The restart that its pods are asked to have come from: the value of restart_annotation in its
  // pod template; nothing = it was never restarted so.
  std::optional<std::string> mark() const;

  // Restarts the workload by giving its template that mark; none or the one of before brings the
  // old pods' template back. Idempotent in the mark. The caller has announced it.
  ports::Status restart(const std::optional<std::string>& mark);

  // The rollout that begins now is given rotation.rollout_deadline; into the journal's entry too.
  void set_deadline();
  // For a run that takes up what another began.
  void recall_deadline();
  // When the rollout must be complete; counted from now when nobody set it.
  ports::Instant deadline();
  // It is complete: what comes later has a time of its own.
  void forget_deadline();

  struct Wait {
    ports::Instant until = {};  // for await_rollout(); pods that end have their own time
    // Whether a breached stop condition ends it: not on the way back, where there is no other way.
    bool heed_failures = true;
  };
  // Until the workload says that its rollout is complete; then nothing. Else why not: turn_back
  // when it failed or took too long, stop when the workload is gone. Whether a pod is really new
  // is for the gates to say.
  ports::Result<std::optional<Step>> await_rollout(const Wait& wait);
  // Until no pod that is older by `question` is left, Terminating ones counted, which the workload
  // says nothing of; then nothing. stop when one outlives its grace period by termination_margin.
  ports::Result<std::optional<Step>> await_older_gone(const FleetQuestion& question,
                                                      const Wait& wait);

  // What the gates that are switched on ask of the pods of the rotation's latest restart, while a
  // leaked secret may still be exposed.
  FleetQuestion question() const;
  // Looks into the pods.
  ports::Result<FleetProof> inspect(FleetQuestion question);
  // The same from the pods as they were last seen, which saves a list and costs no certainty.
  ports::Result<FleetProof> inspect_seen(FleetQuestion question);
  // Looks into the pods of any template whose process no kept proof stands for; for the others that
  // proof is taken over.
  ports::Result<FleetProof> inspect_strangers();
  // Proofs whose gates were open: while a pod runs the same process, they need not be had again.
  void keep_proofs(std::vector<PodProof> proofs) { proved_ = std::move(proofs); }
  const std::vector<PodProof>& kept_proofs() const { return proved_; }

 private:
  Cluster& cluster_;
  Ledger& ledger_;
  FailureWatch& failures_;
  const Exposure& exposure_;
  Waiter& waiter_;
  const Configuration& configuration_;
  ports::Clock& clock_;
  Teller& teller_;
  Workload workload_;
  std::vector<PodProof> proved_;
  std::optional<ports::Instant> deadline_;
};

}  // namespace rotator
