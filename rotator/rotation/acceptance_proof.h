// AcceptanceProof: how probes prove that every replica of a token endpoint accepts a secret.
//
// A probe meets any one of the replicas, and they learn of a change one after the other: one answer
// proves nothing of the rest. Where a third of them still refuses, n probes in a row agree by luck
// (2/3)^n times. How much proof is wanted depends on what is known:
//   - the provider promises that a change counts at once: `probes` in a row;
//   - it promises a time, or says nothing: at least `doubtful_row` in a row, further and further
//     apart, for as long as it says;
//   - a probe was refused, now or in a run before: at least `lagging_row` in a row since, for as
//     long as the refusals had gone on;
//   - the secret was out of use before: its end may still be on its way to a replica, and show
//     after its new beginning was seen: the same row, spread over a longer time.
// A pure account of answers: makes no call and does not wait.
#pragma once

#include <algorithm>
#include <optional>

#include "rotator/idp/token_probe.h"
#include "rotator/ports/clock.h"
#include "rotator/rotation/gate.h"

namespace rotator {

// Bounds, in probes.
inline constexpr int doubtful_row = 12;
inline constexpr int lagging_row = 40;
// As many at rotation.probe_spacing; each later gap of a doubtful row is one spacing longer.
inline constexpr int close_probes = 5;
// Spacings between two probes of a secret that was out of use.
inline constexpr int reborn_gap = 3;

class AcceptanceProof {
 public:
  struct Options {
    int probes = 5;                           // in a row, at least
    ports::Duration spacing{0};               // between two probes
    std::optional<ports::Duration> promised;  // Capability::propagation
    ports::Instant changed = {};              // when the secret was made, or given back
    // A refusal after that is remembered that this account has not seen: it counts as of now.
    std::optional<ports::Instant> refused = {};
    bool out_of_use_before = false;
  };
  explicit AcceptanceProof(Options options) : options_(options), refused_(options.refused) {}

  // One answer, or nothing when none came.
  void add(ports::Instant now, const std::optional<ProbeAnswer>& answer);
  bool complete(ports::Instant now) const;
  // How long after the latest answer the next one is wanted.
  ports::Duration gap() const;
  // Accepted in a row, and how many are needed.
  int row() const { return row_; }
  int needed() const;
  // The gate's judgement, as it stands.
  GateResult judge() const;

  // How long the proof takes, from the first probe to the last, when nothing is refused.
  static ports::Duration shortest(const Options& options);

 private:
  bool doubtful() const { return options_.promised != ports::Duration(0); }
  bool lagging() const { return refused_ || options_.out_of_use_before; }

  Options options_;
  std::optional<ports::Instant> refused_;  // the latest refusal
  std::optional<ports::Instant> row_began_;
  int row_ = 0;
  std::optional<ProbeAnswer> last_;
};

}  // namespace rotator
