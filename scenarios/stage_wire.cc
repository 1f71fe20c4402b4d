// The stage of the HTTP wire: the same mocks behind real HTTPS, the rotator's executable as a child
// process, users on client threads.
#include <signal.h>

#include <algorithm>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "mocks/portal/metrics.h"
#include "mocks/sim/fault_plan.h"
#include "mocks/sim/trace.h"
#include "mocks/users/browser.h"
#include "mocks/wire/real_time.h"
#include "rotator/ports/stop_signal.h"
#include "rotator/ports/system_clock.h"
#include "rotator/ports/system_http.h"
#include "rotator/rotation/rotation.h"
#include "scenarios/assemble.h"
#include "scenarios/child.h"
#include "scenarios/compression.h"
#include "scenarios/hand.h"
#include "scenarios/narrator.h"
#include "scenarios/play.h"
#include "scenarios/run.h"
#include "scenarios/servers.h"
#include "scenarios/world.h"

namespace scenarios {
namespace {

using mocks::FactKind;
using ports::ErrorCode;
using ports::fail;

// More real logins a second than this, and two cores measure themselves instead of the rotation.
constexpr double most_logins_per_second = 60;
constexpr std::size_t browser_threads = 16;

// The rotator's own word for how it ended.
rotator::Ending ending_of(const std::string& word) {
  using rotator::Ending;
  for (const auto ending :
       {Ending::done, Ending::rolled_back, Ending::refused, Ending::unknown, Ending::stopped,
        Ending::misconfigured, Ending::locked, Ending::interrupted})
    if (word == rotator::to_string(ending)) return ending;
  return Ending::unknown;
}

// The requests of one caller that have come to a server.
class CallCount final : public mocks::Observer {
 public:
  explicit CallCount(std::string_view caller) : caller_(mocks::name_of(caller)) {}
  void observe(ports::Instant, const mocks::Fact& fact) override {
    if (fact.kind == FactKind::call_made && fact.object == caller_) ++calls_;
  }
  std::uint64_t calls() const { return calls_; }

 private:
  std::uint64_t caller_;
  std::uint64_t calls_ = 0;
};

const char* caller_name(const Driver& driver) {
  return driver.kind == Driver::Kind::rotator ? "rotator" : "operator";
}

class WireStage final : private Stage {
 public:
  WireStage(const Scenario& scenario, const RunOptions& options, Driver driver)
      : original_(scenario),
        scenario_(compressed(scenario, options.compression)),
        options_(options),
        driver_(std::move(driver)),
        driver_calls_(caller_name(driver_)) {
    const double rate = login_rate(scenario_);
    if (rate > most_logins_per_second)
      scenario_.portal.logins_per_minute = static_cast<int>(most_logins_per_second * 60);
    if (options.kill_at_call > 0)
      scenario_.faults.push_back({.label = "kill -9",
                                  .kind = options.seed % 2 == 0 ? &mocks::sim::fault::crash_before
                                                                : &mocks::sim::fault::crash_after,
                                  .caller = "rotator",
                                  .nth = options.kill_at_call});
  }
  ~WireStage() { close(); }

  ports::Result<Report> run() {
    auto started = start_world();
    if (!started) return fail(started.error());
    auto driven = drive();
    if (!driven) return fail(driven.error());
    pass(scenario_.tail);
    browsers_->stop();
    await_bystanders();
    if (stop_.requested()) return interrupted();
    return report();
  }

 private:
  ports::Status start_world();
  ports::Status drive();
  void close();

  // Lets real time pass.
  void pass(ports::Duration duration) {
    static_cast<void>(clock_.sleep_until(clock_.now() + duration));
  }
  static tl::unexpected<ports::Error> interrupted() {
    return fail(ErrorCode::interrupted, "interrupted; nothing that it started runs any more");
  }

  // Stage
  World& world() override { return *world_; }
  mocks::Scheduler& scheduler() override { return *scheduler_; }
  mocks::sim::Conditions& conditions() override { return *conditions_; }
  void begin_phase(const std::string& label) override;
  void human(const Step& act) override;
  void start_process(Command command) override;
  void kill_process() override;
  void interrupt_process() override;

  void follow_the_guide();
  void heard(const std::string& line);
  void exited(const ChildExit& how);
  void break_off(ports::Error error);
  void await_bystanders();
  HandOptions hand_options() const;
  Report report();

  Scenario original_;
  Scenario scenario_;
  const RunOptions& options_;
  Driver driver_;
  rotator::Configuration configuration_;

  ports::StopSignal own_stop_;
  ports::StopSignal& stop_ = options_.stop == nullptr ? own_stop_ : *options_.stop;
  ports::SystemClock clock_{stop_};
  std::mutex world_mutex_;
  mocks::sim::Trace trace_;
  Narrator narrator_;
  CallCount driver_calls_;
  Play play_{scenario_, driver_.kind, *this, narrator_, options_};
  std::unique_ptr<mocks::sim::FaultPlan> plan_;
  std::unique_ptr<mocks::sim::Conditions> conditions_;
  std::optional<mocks::wire::RealTimeScheduler> scheduler_;
  std::optional<World> world_;
  std::unique_ptr<mocks::portal::Metrics> metrics_;
  std::unique_ptr<Servers> servers_;
  std::unique_ptr<ports::HttpClient> portal_client_;
  std::unique_ptr<mocks::users::Browsers> browsers_;

  // Guarded by world_mutex_. The driver is one of the two.
  std::unique_ptr<Child> child_;
  std::jthread hand_;
  ports::StopSignal hand_stop_;
  std::condition_variable changed_;  // the play may be over, or cannot go on
  std::optional<ports::Error> error_;
  bool closing_ = false;

  std::vector<std::jthread> bystanders_;
  std::string output_;
  ports::Instant begin_ = {};  // of the world
};

ports::Status WireStage::start_world() {
  if (options_.keep_timeline) trace_.add(narrator_);
  trace_.add(driver_calls_);
  scheduler_.emplace(world_mutex_);
  {
    const std::lock_guard lock(world_mutex_);
    plan_ = std::make_unique<mocks::sim::FaultPlan>(trace_, mocks::sim::Draws(options_.seed));
    conditions_ = std::make_unique<mocks::sim::Conditions>(*plan_);
    world_.emplace(*scheduler_, trace_, *conditions_, scenario_, options_.seed);
  }
  metrics_ = std::make_unique<mocks::portal::Metrics>(
      *scheduler_, [this] { return browsers_ ? browsers_->failed_so_far() : 0; });
  auto servers =
      Servers::start(*world_, *metrics_, world_mutex_, *scheduler_, *conditions_, trace_,
                     {.now = clock_.wall_now(), .crash = [this](std::string_view caller) {
                        if (caller != caller_name(driver_)) return;
                        const std::lock_guard lock(world_mutex_);
                        static_cast<void>(play_.kill_driver());
                      }});
  if (!servers) return fail(servers.error());
  servers_ = std::move(*servers);
  configuration_ =
      compressed(rotation_configuration(original_, driver_, servers_->endpoints(), options_.window),
                 options_.compression);
  const auto written = servers_->write_configuration(configuration_);
  if (!written) return written;
  auto client = ports::new_http_client(clock_, stop_, servers_->client_options("overlap-user"));
  if (!client) return fail(client.error());
  portal_client_ = std::move(*client);
  browsers_ = std::make_unique<mocks::users::Browsers>(
      world_mutex_, *scheduler_, trace_, world_->draws(), world_->timeline(), world_->fleet(),
      *portal_client_,
      mocks::users::BrowserOptions{.origin = servers_->endpoints().idp,
                                   .paths = world_->idp().endpoint_paths(),
                                   .redirect_uri = redirect_uri,
                                   .user_agent_prefix = caller_prefix,
                                   .threads = browser_threads,
                                   .per_second = login_rate(scenario_),
                                   .journey = journey_options(scenario_)});
  // A login that ends soon began before: let the world be that old.
  begin_ = clock_.now();
  pass(journey_options(scenario_).longest_before());
  {
    const std::lock_guard lock(world_mutex_);
    for (auto& rule : mocks::sim::since(scheduler_->now(), scenario_.faults))
      plan_->add(std::move(rule));
    play_.open();
  }
  browsers_->start();
  return {};
}

// Until the play is over. A request to stop comes from a signal handler, which may wake no waiter.
ports::Status WireStage::drive() {
  constexpr auto look = std::chrono::milliseconds(100);
  std::unique_lock lock(world_mutex_);
  while (!play_.over() && !error_ && !stop_.requested()) changed_.wait_for(lock, look);
  if (error_) return fail(*error_);
  if (stop_.requested()) return interrupted();
  return {};
}

// Whatever has happened: no process and no thread of the run is left.
void WireStage::close() {
  {
    const std::lock_guard lock(world_mutex_);
    closing_ = true;
  }
  hand_stop_.request();
  child_.reset();
  if (hand_.joinable()) hand_.join();
  if (browsers_) browsers_->stop();
  await_bystanders();
}

void WireStage::begin_phase(const std::string& label) {
  browsers_->begin_phase(label);
  changed_.notify_all();
}

void WireStage::break_off(ports::Error error) {
  if (!error_) error_ = std::move(error);
  changed_.notify_all();
}

// --- The driver ---------------------------------------------------------------------------------

void WireStage::start_process(Command command) {
  if (closing_) return;
  if (driver_.kind == Driver::Kind::operator_by_hand) {
    hand_ = std::jthread([this] { follow_the_guide(); });
    return;
  }
  child_.reset();  // the one before, which has ended and told so
  auto child = Child::start(
      {options_.rotator, to_string(command), "-c", servers_->configuration_file(), "--output",
       "json"},
      {{"VAULT_TOKEN", world_->credentials().vault_token}, {"PATH", "/usr/bin:/bin"}},
      [this](const std::string& line) { heard(line); },
      [this](const ChildExit& how) { exited(how); });
  if (!child) return break_off(child.error());
  child_ = std::move(*child);
}

void WireStage::kill_process() {
  if (child_) child_->send(SIGKILL);
  if (hand_.joinable()) hand_stop_.request();
}

void WireStage::interrupt_process() {
  if (child_) child_->send(SIGTERM);
  if (hand_.joinable()) hand_stop_.request();
}

// A line of the rotator's log: one JSON object.
void WireStage::heard(const std::string& line) {
  const auto json = nlohmann::json::parse(line, nullptr, false);
  std::string phase;
  if (json.is_object() && json.value("event", "") == "phase_began") phase = json.value("phase", "");
  const std::lock_guard lock(world_mutex_);
  output_ += line + "\n";
  narrator_.note(scheduler_->now(), line);
  if (!phase.empty()) play_.enter(phase);
}

void WireStage::exited(const ChildExit& how) {
  const std::lock_guard lock(world_mutex_);
  output_ += how.standard_output;
  if (how.signal != 0) return play_.driver_killed();
  const auto result = nlohmann::json::parse(how.standard_output, nullptr, false);
  if (!result.is_object())
    return break_off(
        {.code = ErrorCode::malformed,
         .message = "the rotator exited with " + std::to_string(how.code) +
                    " and printed no JSON result; it said: " + how.standard_error.substr(0, 500)});
  play_.driver_ended({.knows_a_rotation = !result.value("rotation_id", "").empty(),
                      .result = {.strategy = result.value("strategy", ""),
                                 .outcome = ending_of(result.value("outcome", "")),
                                 .phase = result.value("phase", ""),
                                 .restarts = result.value("restarts", 0),
                                 .message = result.value("message", "")}});
}

HandOptions WireStage::hand_options() const {
  return scenarios::hand_options(*world_, servers_->endpoints(),
                                 window_of(original_, options_) / options_.compression);
}

void WireStage::follow_the_guide() {
  ports::SystemClock clock(hand_stop_);
  auto client =
      ports::new_http_client(clock, hand_stop_, servers_->client_options("overlap-operator"));
  ports::Status done;
  if (!client) {
    done = fail(client.error());
  } else {
    Hand hand(**client, clock, hand_options(), [this](const std::string& phase) {
      const std::lock_guard lock(world_mutex_);
      play_.enter(phase);
    });
    done = hand.run(driver_of(scenario_, options_.policy)->commands);  // in this wire's time
  }
  const std::lock_guard lock(world_mutex_);
  play_.driver_ended({.result = {.outcome = done ? rotator::Ending::done : rotator::Ending::unknown,
                                 .message = done ? "" : done.error().message}});
}

// --- Others -------------------------------------------------------------------------------------

// A human who does one of the guide's commands beside the driver.
void WireStage::human(const Step& act) {
  bystanders_.emplace_back([this, act] {
    auto client = ports::new_http_client(clock_, stop_, servers_->client_options("overlap-human"));
    ports::Status done;
    if (!client) {
      done = fail(client.error());
    } else {
      auto who = hand_options();
      who.looks = true;
      done = Hand(**client, clock_, who, [](const std::string&) {}).run({act});
    }
    const std::lock_guard lock(world_mutex_);
    if (done) return narrator_.note(scheduler_->now(), "human: done");
    play_.act_failed(act, done.error().message);
  });
}

void WireStage::await_bystanders() {
  std::unique_lock lock(world_mutex_);
  const auto humans = std::move(bystanders_);
  lock.unlock();  // joined without it: they say what they did
}

Report WireStage::report() {
  Report report{.wire = Wire::http};
  const auto tally = browsers_->tally();
  const std::lock_guard lock(world_mutex_);
  world_->check_end_state();
  world_->look_for_leaks(output_);
  play_.report({.tally = tally,
                .faults = *plan_,
                .held_back = browsers_->held_back(),
                .unexplained = browsers_->unexplained(),
                .api_calls = driver_calls_.calls(),
                .command = "rehearse run " + original_.path + " --wire http"},
               report);
  const double begin_s = seconds_since(ports::Instant(), begin_);
  for (auto& invariant : report.invariants)
    invariant.at_s = std::max(0.0, invariant.at_s - begin_s);
  for (auto& entry : report.timeline) entry.at_s = std::max(0.0, entry.at_s - begin_s);
  decompress(report, options_.compression);
  judge(original_, report);
  return report;
}

}  // namespace

ports::Result<Report> run_http(const Scenario& scenario, const RunOptions& options) {
  auto driver = driver_of(scenario, options.policy);
  if (!driver) return fail(driver.error());
  WireStage stage(scenario, options, std::move(*driver));
  return stage.run();
}

}  // namespace scenarios
