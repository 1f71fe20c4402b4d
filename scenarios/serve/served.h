// Served: one scenario's world behind loopback HTTPS, in real time, for whoever calls: what
// `rehearse serve` has in its folder. What the control API does to it is done here: acts, faults,
// jumps of time, another world in the place of this one.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "mocks/facts.h"
#include "mocks/sim/fault_plan.h"
#include "mocks/users/tally.h"
#include "mocks/wire/real_time.h"
#include "rotator/ports/result.h"
#include "rotator/ports/stop_signal.h"
#include "rotator/ports/system_clock.h"
#include "scenarios/acts.h"
#include "scenarios/scenario.h"
#include "scenarios/serve/known_secrets.h"
#include "scenarios/serve/profile.h"
#include "scenarios/serve/request_journal.h"
#include "scenarios/servers.h"
#include "scenarios/stage.h"

namespace scenarios {

struct ServedOptions {
  std::string folder = {};  // where the servers' files go (ServersOptions::folder)
  ServerPorts ports = {};
  int compression = 1;  // how much faster than written the scenario passes
  bool logins = false;  // users log in meanwhile
  Profile profile = Profile::gentle;
  mocks::Observer* observer = nullptr;  // told every fact, under the world's lock; may be null
  // Of a person who may do everything in Vault; chosen by whoever serves, so that it stays good in
  // every world that follows.
  std::string vault_operator_token = {};
};

// How long a person may wait for one answer.
inline constexpr ports::Duration served_call_timeout = std::chrono::seconds(10);
// How far time may jump at once.
inline constexpr ports::Duration longest_jump = std::chrono::hours(24 * 7);

class Served final : private Stage {
 public:
  // All must outlive it. Error of code configuration when the scenario, a port or a file cannot be
  // had.
  static ports::Result<std::unique_ptr<Served>> start(const Scenario& scenario,
                                                      const ServedOptions& options,
                                                      ports::SystemClock& clock,
                                                      ports::StopSignal& stop);
  // Nobody is served any more; nothing of it runs.
  ~Served();
  Served(const Served&) = delete;
  Served& operator=(const Served&) = delete;

  const ServedOptions& options() const { return options_; }
  // As it is in its file, not compressed.
  const Scenario& scenario() const;
  const Servers& servers() const;

  // One world of this scenario in the place of the one that was: at the same ports, with the same
  // authority and credentials, its time beginning anew, an empty journal. Connections break. When
  // it cannot be had, nobody is served any more, and the stop signal is requested.
  ports::Status begin_anew(Scenario scenario);
  // Why begin_anew() failed.
  const ports::Status& failure() const { return failure_; }

  // Does one act. Those by hand are done by one person, whose calls are over when this returns.
  // Error configuration for one of the driver's process, of which there is none; else as the act
  // says it.
  ports::Status perform(const Step& step);
  // Lets the world's time jump (RealTimeScheduler::jump). Error conflict while users log in, who do
  // so in the machine's time; configuration beyond longest_jump.
  ports::Status jump(ports::Duration by);

  // Of the users who log in; nothing without them.
  std::optional<mocks::users::Tally> logins() const;

  // The rest only under the world's lock.
  std::mutex& world_mutex() { return world_mutex_; }
  World& world() override;
  mocks::wire::RealTimeScheduler& scheduler() override { return scheduler_; }
  mocks::sim::Conditions& conditions() override;
  mocks::sim::FaultPlan& faults();
  RequestJournal& journal() { return journal_; }
  // Knows every secret of this world up to now.
  const KnownSecrets& secrets();
  // When this world began.
  ports::Instant begin() const;

 private:
  struct Cast;

  Served(const ServedOptions& options, ports::SystemClock& clock, ports::StopSignal& stop);
  ports::Status begin_world(Scenario scenario);
  ports::Status begin_logins();
  void end_world();
  void record(const mocks::wire::Exchange& exchange);

  // Stage. There is no driver here, so that no phase begins and no process of one.
  void begin_phase(const std::string&) override {}
  void human(const Step&) override {}
  void start_process(Command) override {}
  void kill_process() override {}
  void interrupt_process() override {}

  ports::Status by_hand(const Step& step);

  ServedOptions options_;
  std::uint64_t seed_ = 0;
  ports::SystemClock& clock_;
  ports::StopSignal& stop_;
  std::mutex world_mutex_;
  mocks::wire::RealTimeScheduler scheduler_{world_mutex_};
  RequestJournal journal_;
  ports::Status failure_;
  std::unique_ptr<Cast> cast_;
};

}  // namespace scenarios
