// Play: the drama of one run, the same on every stage: which phases are entered, when the acts of
// the timeline happen and what they do, what follows when the rotator's process ends, and what of
// the run goes into its report.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "mocks/scheduler.h"
#include "mocks/sim/fault_plan.h"
#include "mocks/users/tally.h"
#include "rotator/rotation/rotation.h"
#include "scenarios/hand.h"
#include "scenarios/narrator.h"
#include "scenarios/report.h"
#include "scenarios/run.h"
#include "scenarios/scenario.h"
#include "scenarios/stage.h"

namespace scenarios {

// A killed or interrupted rotator comes back so much later (in the scenario's own time), as the
// next run of a CronJob does, and at most so often.
inline constexpr ports::Duration restart_delay = std::chrono::seconds(20);
inline constexpr int max_incarnations = 20;

// What a process of the rotator is told to do.
enum class Command { run, resume };
const char* to_string(Command command);

// How a process of the rotator ended by itself.
struct Incarnation {
  Command command = Command::run;
  rotator::Ending ending = rotator::Ending::unknown;
  bool knows_a_rotation = true;  // false: it found none that had begun
};

// What follows an incarnation.
enum class Next {
  the_end,
  run,     // after restart_delay, for it died before its rotation had begun
  resume,  // after restart_delay, or when the timeline says `start`
};

class Play final : private mocks::Timed {
 public:
  // All must outlive it. Every act and phase goes to the narrator; `progress`, unless empty, is
  // told with each phase how far the driver is, from 0 to 1.
  Play(const Scenario& scenario, Stage& stage, Narrator& narrator,
       const std::function<void(double)>& progress)
      : scenario_(scenario), stage_(stage), narrator_(narrator), progress_(progress) {}
  Play(const Play&) = delete;
  Play& operator=(const Play&) = delete;

  // The driver begins now: what changes with the next restart is in place, and the acts that hang
  // on no phase are set.
  void begin();
  // `phase` begins now; the acts that hang on it are set when it does so for the first time.
  // "before" is the time before the driver, and no act hangs on it.
  void enter(const std::string& phase);
  // The driver has ended. The phase that it was in is kept.
  void end();

  // Of the driver; the last one entered before end().
  const std::string& phase() const { return phase_; }
  // Seconds from begin() to end(), or to now while it goes on.
  double duration_s() const;

  Next next_after(const Incarnation& incarnation) const;

  // Fills what a report tells of any run; the stage adds its wire, the rotation and the trace.
  // `command` is what replays it on this wire: "rehearse replay PATH".
  void report(const RunOptions& options, const mocks::users::Tally& tally,
              const mocks::sim::FaultPlan& faults, const std::string& command, Report& report);

 private:
  void on_timer(std::uint32_t kind, std::uint64_t subject) override;
  void schedule_steps(std::string_view phase);
  void perform(const Step& step);

  const Scenario& scenario_;
  Stage& stage_;
  Narrator& narrator_;
  const std::function<void(double)>& progress_;
  std::set<std::string> entered_;
  std::string phase_;
  ports::Instant began_ = {};
  ports::Instant ended_ = {};
  bool over_ = false;
};

// What somebody needs who follows the guide by hand in this world. `window` is what `wait: window`
// waits.
HandOptions hand_options(const World& world, const Endpoints& endpoints, ports::Duration window);

// What `wait: window` waits when nobody says otherwise.
inline constexpr ports::Duration default_window = std::chrono::minutes(15);

}  // namespace scenarios
