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

class WireStage final : private Stage {
 public:
  WireStage(const Scenario& scenario, const RunOptions& options, Driver driver)
      : original_(scenario),
        scenario_(compressed(scenario, options.compression)),
        options_(options),
        driver_(std::move(driver)) {
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

  ports::Result<Report> run() {
    auto started = start_world();
    if (!started) return fail(started.error());
    pass(scenario_.lead);
    {
      const std::lock_guard lock(world_mutex_);
      play_.begin();
    }
    auto driven = driver_.kind == Driver::Kind::rotator ? drive_rotator() : drive_by_hand();
    if (!driven) return fail(driven.error());
    enter("after");
    pass(scenario_.tail);
    browsers_->stop();
    await_bystanders();
    return report();
  }

 private:
  ports::Status start_world();
  ports::Status drive_rotator();
  ports::Status drive_by_hand();
  ports::Result<ChildExit> one_incarnation(Command command);

  // Lets real time pass.
  void pass(ports::Duration duration) {
    static_cast<void>(clock_.sleep_until(clock_.now() + duration));
  }

  void enter(const std::string& phase) {
    browsers_->begin_phase(phase);
    const std::lock_guard lock(world_mutex_);
    play_.enter(phase);
  }

  // Stage
  World& world() override { return *world_; }
  mocks::Scheduler& scheduler() override { return *scheduler_; }
  mocks::sim::Conditions& conditions() override { return *conditions_; }
  void human(const Step& act) override;
  void kill_rotator() override { signal(SIGKILL); }
  void interrupt_rotator() override { signal(SIGTERM); }
  void start_rotator() override;

  void signal(int number);
  void await_bystanders();
  void await_start();
  HandOptions hand_options() const;
  void heard(const std::string& line);
  Report report();

  Scenario original_;
  Scenario scenario_;
  const RunOptions& options_;
  Driver driver_;
  rotator::Configuration configuration_;

  ports::StopSignal stop_;
  ports::SystemClock clock_{stop_};
  std::mutex world_mutex_;
  mocks::sim::Trace trace_;
  Narrator narrator_;
  Play play_{scenario_, *this, narrator_, options_.progress};
  std::unique_ptr<mocks::sim::FaultPlan> plan_;
  std::unique_ptr<mocks::sim::Conditions> conditions_;
  std::optional<mocks::wire::RealTimeScheduler> scheduler_;
  std::optional<World> world_;
  std::unique_ptr<mocks::portal::Metrics> metrics_;
  std::unique_ptr<Servers> servers_;
  std::unique_ptr<ports::HttpClient> portal_client_;
  std::unique_ptr<mocks::users::Browsers> browsers_;

  std::mutex child_mutex_;
  std::condition_variable child_changed_;
  std::unique_ptr<Child> child_;
  bool start_asked_ = false;
  std::optional<ChildExit> exit_;

  std::vector<std::jthread> bystanders_;

  std::string output_;
  RotationReport rotation_;
  ports::Instant begin_ = {};  // of the world
};

ports::Status WireStage::start_world() {
  if (options_.keep_timeline) trace_.add(narrator_);
  scheduler_.emplace(world_mutex_);
  {
    const std::lock_guard lock(world_mutex_);
    plan_ = std::make_unique<mocks::sim::FaultPlan>(trace_, mocks::sim::Draws(options_.seed),
                                                    scenario_.faults);
    conditions_ = std::make_unique<mocks::sim::Conditions>(*plan_);
    world_.emplace(*scheduler_, trace_, *conditions_, scenario_, options_.seed);
  }
  metrics_ = std::make_unique<mocks::portal::Metrics>(
      *scheduler_, [this] { return browsers_ ? browsers_->failed_so_far() : 0; });
  auto servers = Servers::start(*world_, *metrics_, world_mutex_, *scheduler_, *conditions_, trace_,
                                clock_.wall_now(), [this](std::string_view) {
                                  const std::lock_guard lock(child_mutex_);
                                  if (child_) child_->send(SIGKILL);
                                });
  if (!servers) return fail(servers.error());
  servers_ = std::move(*servers);
  auto configuration =
      rotation_configuration(original_, driver_, servers_->endpoints(), options_.window);
  if (!configuration) return fail(configuration.error());
  configuration_ = compressed(*configuration, options_.compression);
  const auto written = servers_->write_configuration(configuration_);
  if (!written) return written;
  auto client = ports::new_http_client(clock_, stop_, servers_->client_options("overlap-portal"));
  if (!client) return fail(client.error());
  portal_client_ = std::move(*client);
  browsers_ = std::make_unique<mocks::users::Browsers>(
      world_mutex_, *scheduler_, trace_, world_->draws(), world_->timeline(), world_->fleet(),
      *portal_client_,
      mocks::users::BrowserOptions{.origin = servers_->endpoints().idp,
                                   .paths = world_->idp().endpoint_paths(),
                                   .redirect_uri = redirect_uri,
                                   .threads = browser_threads,
                                   .per_second = login_rate(scenario_),
                                   .journey = journey_options(scenario_)});
  // A login that ends soon began before: let the world be that old.
  begin_ = clock_.now();
  pass(journey_options(scenario_).longest_before());
  browsers_->begin_phase("before");
  browsers_->start();
  return {};
}

// A line of the rotator's log: one JSON object.
void WireStage::heard(const std::string& line) {
  const auto json = nlohmann::json::parse(line, nullptr, false);
  std::string phase;
  if (json.is_object() && json.value("event", "") == "phase_began") phase = json.value("phase", "");
  {
    const std::lock_guard lock(world_mutex_);
    output_ += line + "\n";
    narrator_.note(scheduler_->now(), line);
  }
  if (!phase.empty()) enter(phase);
}

ports::Result<ChildExit> WireStage::one_incarnation(Command command) {
  {
    const std::lock_guard lock(child_mutex_);
    exit_.reset();
  }
  auto child = Child::start(
      {options_.rotator, to_string(command), "-c", servers_->configuration_file(), "--output",
       "json"},
      {{"VAULT_TOKEN", world_->credentials().vault_token}, {"PATH", "/usr/bin:/bin"}},
      [this](const std::string& line) { heard(line); },
      [this](const ChildExit& how) {
        const std::lock_guard lock(child_mutex_);
        exit_ = how;
        child_changed_.notify_all();
      });
  if (!child) return fail(child.error());
  std::unique_lock lock(child_mutex_);
  child_ = std::move(*child);
  const auto limit = scenario_.at_most;
  if (!child_changed_.wait_for(lock, limit, [this] { return exit_.has_value(); })) {
    child_->send(SIGKILL);
    child_changed_.wait(lock, [this] { return exit_.has_value(); });
  }
  auto ended = std::move(child_);
  const auto how = *exit_;
  lock.unlock();
  ended->join();
  return how;
}

ports::Status WireStage::drive_rotator() {
  auto command = Command::run;
  for (int incarnation = 1; incarnation <= max_incarnations; ++incarnation) {
    auto exit = one_incarnation(command);
    if (!exit) return fail(exit.error());
    output_ += exit->standard_output;
    const auto result = nlohmann::json::parse(exit->standard_output, nullptr, false);
    const bool killed = exit->signal != 0;
    if (!killed && !result.is_object())
      return fail(ErrorCode::malformed, "the rotator exited with " + std::to_string(exit->code) +
                                            " and printed no JSON result; it said: " +
                                            exit->standard_error.substr(0, 500));
    if (!killed) {
      rotation_.outcome = ending_of(result.value("outcome", ""));
      rotation_.phase = result.value("phase", "");
      rotation_.strategy = result.value("strategy", "");
      rotation_.message = result.value("message", "");
      rotation_.api_calls += result.value("api_calls", std::uint64_t{0});
      rotation_.restarts = result.value("restarts", 0);
    }
    // Whoever was killed comes back.
    const auto next =
        killed ? Next::resume
               : play_.next_after({.command = command,
                                   .ending = *rotation_.outcome,
                                   .knows_a_rotation = !result.value("rotation_id", "").empty()});
    if (next == Next::the_end) break;
    if (next == Next::run)
      pass(restart_delay / options_.compression);
    else
      await_start();
    command = next == Next::run ? Command::run : Command::resume;
  }
  const std::lock_guard lock(world_mutex_);
  play_.end();
  return {};
}

HandOptions WireStage::hand_options() const {
  return scenarios::hand_options(*world_, servers_->endpoints(),
                                 options_.window.value_or(default_window) / options_.compression);
}

ports::Status WireStage::drive_by_hand() {
  auto client = ports::new_http_client(clock_, stop_, servers_->client_options("overlap-operator"));
  if (!client) return fail(client.error());
  Hand hand(**client, clock_, hand_options(), [this](const std::string& phase) { enter(phase); });
  const auto done =
      hand.run(options_.policy.empty() ? scenario_.driver.commands
                                       : scenario_.policies.at(options_.policy).commands);
  rotation_ = {.strategy = "by hand",
               .outcome = done ? rotator::Ending::done : rotator::Ending::unknown,
               .phase = play_.phase(),
               .api_calls = hand.calls(),
               .message = done ? "" : done.error().message};
  const std::lock_guard lock(world_mutex_);
  play_.end();
  return {};
}

// A human who does one of the guide's commands beside the driver.
void WireStage::human(const Step& act) {
  const auto said = [this](const std::string& what) {
    const std::lock_guard lock(world_mutex_);
    narrator_.note(scheduler_->now(), "human: " + what);
  };
  bystanders_.emplace_back([this, act, said] {
    auto client = ports::new_http_client(clock_, stop_, servers_->client_options("human"));
    if (!client) return said(client.error().message);
    Hand hand(**client, clock_, hand_options(), [](const std::string&) {});
    const auto done = hand.run({act});
    said(done ? "done" : done.error().message);
  });
}

void WireStage::await_bystanders() {
  std::unique_lock lock(world_mutex_);
  const auto humans = std::move(bystanders_);
  lock.unlock();  // joined without it: they say what they did
}

// Until the next incarnation: a moment, or what the timeline says.
void WireStage::await_start() {
  if (restarts_by_itself(scenario_)) return pass(restart_delay / options_.compression);
  std::unique_lock lock(child_mutex_);
  child_changed_.wait_for(lock, scenario_.at_most, [this] { return start_asked_; });
  start_asked_ = false;
}

void WireStage::signal(int number) {
  const std::lock_guard lock(child_mutex_);
  if (child_) child_->send(number);
}

void WireStage::start_rotator() {
  const std::lock_guard lock(child_mutex_);
  start_asked_ = true;
  child_changed_.notify_all();
}

Report WireStage::report() {
  Report report{.wire = "http"};
  const auto tally = browsers_->tally();
  const std::lock_guard lock(world_mutex_);
  world_->check_end_state();
  world_->look_for_leaks(output_);
  rotation_.duration_s = play_.duration_s();
  report.rotation = rotation_;
  play_.report(options_, tally, *plan_, "rehearse run " + original_.path + " --wire http", report);
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
