// Play: the drama of one run, the same on every stage: when its driver begins and ends and what
// follows when a process of it does, which phases are entered, when the acts of the timeline happen
// and what they do, and what of the run goes into its report.
//
// A run begins with open(); Scenario::lead later the driver begins; the run is over when the driver
// has come to an end, or Scenario::at_most after open() at the latest. Everything is called under
// the world's lock where the stage has one.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

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

// How a process of the driver ended by itself.
struct Incarnation {
  bool knows_a_rotation = true;  // false: a rotator that found none which had begun
  RotationReport result = {};    // of it alone, `outcome` set; times and calls are the play's
};

// What follows an incarnation.
enum class Next {
  the_end,
  run,     // after restart_delay, for it died before its rotation had begun
  resume,  // after restart_delay, or when the timeline says `start`
  // After restart_delay, by an operator: the rotation stopped.
  resume_stopped,
  roll_back,
};

// What of a run only its stage knows. References live as long as the call.
struct Performance {
  const mocks::users::Tally& tally;
  const mocks::sim::FaultPlan& faults;
  // HTTP wire: logins that the machine could not bear, and refusals that the record has no reason
  // for.
  std::uint64_t held_back = 0;
  std::uint64_t unexplained = 0;
  std::uint64_t api_calls = 0;   // of the driver, killed processes included
  std::uint64_t bytes_read = 0;  // where the stage counts them
  std::string command = {};      // what replays the run on this wire: "rehearse replay PATH"
};

class Play final : private mocks::Timed {
 public:
  // All must outlive it. Every act and phase goes to the narrator; RunOptions::progress is told
  // with each phase how far the driver is.
  Play(const Scenario& scenario, Driver::Kind driver, Stage& stage, Narrator& narrator,
       const RunOptions& options)
      : scenario_(scenario),
        driver_(driver),
        stage_(stage),
        narrator_(narrator),
        options_(options) {}
  Play(const Play&) = delete;
  Play& operator=(const Play&) = delete;

  // The run begins: phase "before". Once.
  void open();
  // The driver has ended, or was given up. Phase "after" has been entered then.
  bool over() const { return over_; }

  // `phase` begins now; the acts that hang on it are set when it does so for the first time. No act
  // hangs on "before" or "after".
  void enter(const std::string& phase);
  // Of the driver; the last one entered before it was over.
  const std::string& phase() const { return phase_; }

  // By the stage: the process that it started last has ended by itself, or was killed.
  void driver_ended(Incarnation how);
  void driver_killed();

  // By the stage: the human who was to do this act could not.
  void act_failed(const Step& step, const std::string& why);

  // By the acts. kill -9 and SIGTERM. Error when no process runs.
  ports::Status kill_driver();
  ports::Status interrupt_driver();
  // Error when one does, or when the run is over.
  ports::Status start_driver();

  // What follows a process that was told `command`.
  Next next_after(Command command, const Incarnation& incarnation) const;

  // Fills all of a report but its wire and the trace, once it is over.
  void report(const Performance& performance, Report& report);

 private:
  enum TimerKind : std::uint32_t { act, begin_driver, next_process, give_up };

  void on_timer(std::uint32_t kind, std::uint64_t subject) override;
  void begin();
  void start(Command command);
  void start_soon(Command command);
  void end(RotationReport result);
  void schedule_steps(std::string_view phase);
  void perform(std::size_t index);
  ports::Status bring_about(const Step& step);
  ports::Status changes_something(std::size_t index) const;
  void remember(std::size_t index);

  const Scenario& scenario_;
  Driver::Kind driver_;
  Stage& stage_;
  Narrator& narrator_;
  const RunOptions& options_;
  std::set<std::string> entered_;
  std::set<std::size_t> happened_;  // of the timeline
  std::set<std::size_t> in_force_;  // of those, what was begun and not taken back
  std::vector<std::string> acts_failed_;
  std::string phase_;
  ports::Instant opened_ = {};
  ports::Instant began_ = {};
  ports::Instant ended_ = {};
  int incarnations_ = 0;
  bool running_ = false;            // a process of the driver
  Command command_ = Command::run;  // of the last process
  Command next_ = Command::run;     // of the next one
  bool over_ = false;
  RotationReport result_ = {};
  std::optional<RotationReport> unfinished_ = {};  // how a process ended that another one follows
};

// What somebody needs who follows the guide by hand in this world. `window` is what `wait: window`
// waits.
HandOptions hand_options(const World& world, const Endpoints& endpoints, ports::Duration window);

// What `wait: window` waits when neither the run nor the scenario's `rotation:` says otherwise: the
// guide's "safe default".
inline constexpr ports::Duration default_window = std::chrono::minutes(15);
// What `wait: window` waits in this run.
ports::Duration window_of(const Scenario& scenario, const RunOptions& options);

}  // namespace scenarios
