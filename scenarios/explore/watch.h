// Watch: looks on while a run is played and keeps what an exploration asks of it: the calls that
// the driver made, which followed which, and one hash over everything that happened. It ends a run
// that makes calls without end, or that takes too long.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "mocks/sim/trace.h"
#include "rotator/ports/clock.h"
#include "rotator/ports/stop_signal.h"
#include "scenarios/spectator.h"

namespace scenarios::explore {

// One call of the driver, as it ended.
struct MadeCall {
  std::string phase = {};
  std::string server = {};
  std::string method = {};
  std::string target = {};  // as it was sent
  std::int64_t status = 0;  // or one of mocks/sim/network.h
  double at_s = 0;          // since the run began
};

// The target as a glob that means the same call in another run: what is made up anew in each run
// (ids of secrets, names of pods, versions) is `*`.
std::string shape_of(std::string_view target);

// "POST idp /api/v1/apps/*/credentials/secrets -> 201".
std::string describe(const MadeCall& call);

class Watch final : public Spectator {
 public:
  // When it ends a run.
  struct Limits {
    std::uint64_t calls = 0;      // of the driver; 0 = any number
    ports::Duration real_time{};  // by the clock; 0 = any
  };
  enum class Ended {
    no,
    told_to,         // the exploration itself is to end
    too_many_calls,  // Limits::calls
    too_long,        // Limits::real_time
  };

  // `driver` as the network calls it: "rotator", "operator". `clock` and `stop` are borrowed; the
  // run is given stop() of this, which follows `stop` (may be null).
  Watch(std::string_view driver, Limits limits, const ports::Clock& clock,
        const ports::StopSignal* stop);

  void entered(const std::string& phase) override;
  void observe(ports::Instant at, const mocks::Fact& fact) override;

  ports::StopSignal& stop() { return own_stop_; }
  Ended ended() const { return ended_; }

  const std::vector<MadeCall>& calls() const { return calls_; }
  // Of the driver; the last one entered.
  const std::string& phase() const { return phase_; }
  // Each a hash of two calls that followed one another: their phases, methods, shapes and statuses,
  // no times. How often says nothing.
  const std::set<std::uint64_t>& steps() const { return steps_; }
  // One hash over them: two runs with the same one made the same calls in the same order, but for
  // repetitions.
  std::uint64_t call_order() const;
  // A hash over every fact with its time, but for that a fault fired.
  std::uint64_t facts() const { return facts_.hash(); }
  // Since the driver began a secret was created, disabled or deleted, or written into Vault.
  bool secrets_changed() const { return secrets_changed_; }

 private:
  void end(Ended why);
  void look_at_the_time();
  void made(ports::Instant at, const mocks::Fact& fact);

  const std::uint64_t driver_;
  const Limits limits_;
  const ports::Clock& clock_;
  const ports::StopSignal* const stop_;
  const ports::Instant begun_;
  ports::StopSignal own_stop_;
  Ended ended_ = Ended::no;
  mocks::sim::Trace facts_;
  std::uint64_t seen_ = 0;
  std::string phase_ = {};
  std::vector<MadeCall> calls_;
  std::set<std::uint64_t> steps_;
  std::uint64_t last_call_ = 0;
  bool began_ = false;
  bool secrets_changed_ = false;
};

}  // namespace scenarios::explore
