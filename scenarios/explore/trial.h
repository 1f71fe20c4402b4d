// Trial: one run of a rotation under a plan, and what is wrong with how it went. However a plan
// goes: no login is lost to the rotation, every invariant holds, and once the faults are over the
// rotation converges: it is done, or taken back, or was refused with nothing changed.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "rotator/ports/clock.h"
#include "rotator/ports/result.h"
#include "rotator/ports/stop_signal.h"
#include "scenarios/explore/plans.h"
#include "scenarios/explore/watch.h"
#include "scenarios/report.h"
#include "scenarios/scenario.h"

namespace scenarios::explore {

enum class Wrong {
  lost_logins,
  broken_invariant,
  stuck,           // an ending that leaves a rotation half done, or none at all
  half_refused,    // refused after secrets had been changed
  too_many_calls,  // out of all proportion to the quiet run: a loop of polls without a wait
  too_long,        // in real time
};
// "lost_logins", as JSON has it.
const char* to_string(Wrong wrong);

struct Finding {
  Wrong wrong = Wrong::stuck;
  std::optional<Invariant> invariant = {};  // of broken_invariant
  std::string phase = {};                   // in which it went wrong; of a stuck one, the last
  std::string call = {};                    // the last one until then, as describe() has it
  std::string what = {};                    // one sentence
  // Since the run began; else it showed at the end. Of lost logins at the latest the end of the
  // phase.
  std::optional<double> at_s = {};

  // Whether both are the same mistake, as far as can be told: the same kind, of the same invariant;
  // of a rotation that stays behind also in the same phase.
  bool resembles(const Finding& other) const;
};

struct Trial {
  std::uint64_t seed = 0;
  Plan plan = {};
  std::optional<Finding> finding = {};
  std::vector<MadeCall> calls = {};
  std::set<std::uint64_t> steps = {};  // Watch::steps
  std::uint64_t call_order = 0;
  std::uint64_t facts = 0;
  std::uint64_t rules_idle = 0;  // of the plan, that never fired
  std::vector<TimelineEntry> timeline = {};
  std::string ended = {};  // "done in confirm"; empty when it was ended from outside
};

// The place where trials are made: a scenario without its expectation. For several threads.
class Court {
 public:
  struct Options {
    std::string policy = {};  // as of RunOptions
    // Of one run: so many times the calls of the quiet one, and so many more.
    std::uint64_t calls_factor = 10;
    std::uint64_t calls_more = 1000;
    ports::Duration real_time = std::chrono::seconds(60);
    const ports::StopSignal* stop = nullptr;  // may be null
  };

  // Plays the quiet run, which has no rule but the scenario's own. `clock` is real time; it and
  // what the options point to are borrowed. Error of code configuration when the scenario cannot be
  // played, of code interrupted when it was ended meanwhile.
  static ports::Result<Court> open(Scenario scenario, const Options& options,
                                   const ports::Clock& clock);

  // One run with `plan` beside the scenario's own rules: a pure function of both arguments, but
  // for Wrong::too_long. Error of code interrupted when it was ended meanwhile.
  ports::Result<Trial> play(const Plan& plan, std::uint64_t seed) const;
  // The same, with everything that happened.
  ports::Result<Trial> play_with_timeline(const Plan& plan, std::uint64_t seed) const;

  const Trial& quiet() const { return quiet_; }
  const Scenario& scenario() const { return scenario_; }
  // "rotator", or "operator" where the guide is followed by hand.
  const std::string& driver() const { return driver_; }

 private:
  struct How {
    bool keep_timeline = false;
    std::uint64_t most_calls = 0;
  };

  Court(Scenario scenario, const Options& options, const ports::Clock& clock);
  ports::Result<Trial> play(const Plan& plan, std::uint64_t seed, const How& how) const;

  Scenario scenario_;
  Options options_;
  const ports::Clock* clock_;
  std::string driver_;
  Trial quiet_ = {};
  std::uint64_t most_calls_ = 0;
};

}  // namespace scenarios::explore
