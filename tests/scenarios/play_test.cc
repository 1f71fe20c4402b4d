// The drama on a stage that only writes down what it is told: when acts happen, whom they reach,
// and what follows when the rotator ends.
#include "scenarios/play.h"

#include <boost/test/unit_test.hpp>

#include "mocks/sim/event_queue.h"
#include "mocks/sim/trace.h"

BOOST_AUTO_TEST_SUITE(play)

namespace {

using rotator::Ending;
using scenarios::Command;
using scenarios::Next;
using Told = std::vector<std::string>;

scenarios::Scenario scenario_of(const std::string& rest) {
  const auto scenario = scenarios::parse_scenario("purpose: A test.\nsource: This test.\n" + rest,
                                                  "scenarios/field/x.yaml");
  BOOST_REQUIRE_MESSAGE(scenario.has_value(), (scenario ? "" : scenario.error().message));
  return *scenario;
}

class ToyStage final : public scenarios::Stage {
 public:
  explicit ToyStage(const std::string& rest)
      : scenario(scenario_of(rest)), world_(queue, trace, conditions_, scenario, 1) {}

  scenarios::World& world() override { return world_; }
  mocks::Scheduler& scheduler() override { return queue; }
  mocks::sim::Conditions& conditions() override { return conditions_; }
  void human(const scenarios::Step& step) override {
    tell("human " + to_string(step.act, step.argument));
  }
  void begin_phase(const std::string& label) override { labels.push_back(label); }
  void start_process(Command command) override { tell(to_string(command)); }
  void kill_process() override {
    tell("kill");
    play.driver_killed();
  }
  void interrupt_process() override { tell("interrupt"); }

  void run_for(ports::Duration time) { queue.run_until(queue.now() + time); }
  scenarios::Report report() {
    scenarios::Report report;
    const mocks::users::Tally tally;
    const mocks::sim::FaultPlan faults(trace, mocks::sim::Draws(1));
    play.report({.tally = tally, .faults = faults, .command = "rehearse replay x.yaml"}, report);
    return report;
  }

  scenarios::Scenario scenario;
  mocks::sim::EventQueue queue;
  mocks::sim::Trace trace;
  Told told;
  Told labels;

 private:
  void tell(const std::string& what) {
    told.push_back(std::to_string(queue.now().time_since_epoch() / std::chrono::seconds(1)) + " " +
                   what);
  }

  mocks::sim::NoFaults faults_;
  mocks::sim::Conditions conditions_{faults_};
  scenarios::World world_;

 public:
  scenarios::Narrator narrator;
  std::vector<double> shares;  // what a progress bar was told
  scenarios::RunOptions options = {
      .seed = 7, .policy = "timer", .progress = [this](double share) { shares.push_back(share); }};
  scenarios::Play play{scenario, scenario.driver.kind, *this, narrator, options};

  // The driver's process ends by itself.
  void end(Ending ending) { play.driver_ended({.result = {.outcome = ending}}); }
};

}  // namespace

BOOST_AUTO_TEST_CASE(an_act_happens_so_long_after_the_driver_began_or_its_phase_was_first_entered) {
  ToyStage stage(
      "lead: 100s\n"
      "timeline: [{at: 10s, pause_rollout: true}, {after: store, plus: 5s, interrupt: "
      "rotator},\n"
      "  {after: store, restart: true}]\n");
  stage.play.open();
  stage.run_for(std::chrono::seconds(99));
  BOOST_TEST(stage.told.empty());
  stage.run_for(std::chrono::seconds(21));
  stage.play.enter("store");
  stage.run_for(std::chrono::seconds(20));
  stage.play.enter("store");  // again, after a resume
  stage.run_for(std::chrono::seconds(20));
  const Told expected = {"100 run", "110 human pause_rollout", "120 human restart",
                         "125 interrupt"};
  BOOST_TEST(stage.told == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_killed_rotator_resumes_after_a_moment) {
  ToyStage stage("timeline: [{at: 10s, kill: rotator}]\n");
  stage.play.open();
  stage.run_for(std::chrono::minutes(3));
  const Told expected = {"60 run", "70 kill", "90 resume"};
  BOOST_TEST(stage.told == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_killed_rotator_waits_for_the_timeline_to_start_it_again) {
  ToyStage stage(
      "timeline: [{at: 5s, start: rotator}, {at: 10s, kill: rotator}, {at: 11s, kill: rotator},\n"
      "  {at: 60s, start: rotator}, {at: 61s, start: rotator}]\n");
  stage.play.open();
  stage.run_for(std::chrono::minutes(3));
  const Told expected = {"60 run", "70 kill", "120 resume"};
  BOOST_TEST(stage.told == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_rotator_that_is_killed_again_and_again_is_given_up) {
  ToyStage stage("");
  stage.play.open();
  stage.run_for(std::chrono::seconds(60));
  for (int i = 0; i < scenarios::max_incarnations; ++i) {
    BOOST_TEST(!stage.play.over());
    BOOST_TEST(stage.play.kill_driver().has_value());
    stage.run_for(scenarios::restart_delay);
  }
  BOOST_TEST(stage.play.over());
  BOOST_TEST(stage.report().rotation.message == "crashed more often than it was restarted");
  BOOST_TEST(stage.report().rotation.duration_s == 400);
  BOOST_TEST((stage.report().rotation.outcome == Ending::unknown));
}

BOOST_AUTO_TEST_CASE(a_rotator_that_never_comes_to_an_end_is_given_up_with_how_it_ended_last) {
  ToyStage stage("");
  stage.play.open();
  stage.run_for(std::chrono::seconds(60));
  for (int i = 1; i < scenarios::max_incarnations; ++i) {
    stage.end(Ending::locked);
    stage.run_for(scenarios::restart_delay);
  }
  BOOST_TEST(!stage.play.over());
  stage.end(Ending::locked);
  BOOST_TEST(stage.play.over());
  BOOST_TEST((stage.report().rotation.outcome == Ending::locked));
}

// As with a system that its preflight cannot reach: each run ends before a rotation has begun, and
// each resume after it finds none.
BOOST_AUTO_TEST_CASE(a_rotator_that_never_begins_a_rotation_is_given_up_with_how_its_run_ended) {
  ToyStage stage("");
  stage.play.open();
  stage.run_for(std::chrono::seconds(60));
  for (int i = 0; !stage.play.over() && i < scenarios::max_incarnations; i += 2) {
    stage.play.driver_ended({.result = {.outcome = Ending::unknown, .message = "out of reach"}});
    stage.run_for(scenarios::restart_delay);
    stage.play.driver_ended({.knows_a_rotation = false, .result = {.outcome = Ending::done}});
    stage.run_for(scenarios::restart_delay);
  }
  BOOST_TEST(stage.play.over());
  BOOST_TEST((stage.report().rotation.outcome == Ending::unknown));
  BOOST_TEST(stage.report().rotation.message == "out of reach");
}

BOOST_AUTO_TEST_CASE(at_most_bounds_the_whole_run_and_not_each_process_of_it) {
  ToyStage stage("at_most: 5m\ntimeline: [{at: 2m, kill: rotator}]\n");
  stage.play.open();
  stage.run_for(std::chrono::seconds(299));
  BOOST_TEST(!stage.play.over());
  stage.run_for(std::chrono::minutes(5));
  const Told expected = {"60 run", "180 kill", "200 resume", "300 kill"};
  BOOST_TEST(stage.told == expected, boost::test_tools::per_element());
  BOOST_TEST(stage.play.over());
  BOOST_TEST(stage.report().rotation.message == "the run was still going after 5m");
  BOOST_TEST(stage.report().rotation.duration_s == 240);
}

BOOST_AUTO_TEST_CASE(nothing_starts_once_the_run_is_over) {
  ToyStage stage("timeline: [{at: 60s, start: rotator}]\n");
  stage.play.open();
  stage.run_for(std::chrono::seconds(70));
  stage.end(Ending::done);
  stage.run_for(std::chrono::minutes(2));
  BOOST_TEST(stage.told == Told{"60 run"}, boost::test_tools::per_element());
  BOOST_TEST(stage.labels.back() == "after");
}

BOOST_AUTO_TEST_CASE(an_operator_by_hand_is_not_started_again) {
  ToyStage stage("operator: [{restart: true}]\n");
  stage.play.open();
  stage.run_for(std::chrono::seconds(70));
  stage.end(Ending::unknown);
  BOOST_TEST(stage.play.over());
  BOOST_TEST(stage.report().rotation.strategy == "by hand");
}

BOOST_AUTO_TEST_CASE(an_act_of_the_network_reaches_the_conditions_and_its_opposite_takes_it_back) {
  ToyStage stage(
      "timeline: [{at: 1s, partition: agent/*>vault}, {at: 2s, repair: agent/*>vault},\n"
      "  {at: 1s, take_down: kubernetes}, {at: 2s, bring_up: kubernetes}]\n");
  stage.play.open();
  stage.run_for(std::chrono::milliseconds(61500));
  BOOST_TEST(stage.conditions().is_cut("agent/portal-1", "vault"));
  BOOST_TEST(!stage.conditions().is_cut("rotator", "vault"));
  BOOST_TEST(stage.conditions().is_down("kubernetes"));
  stage.run_for(std::chrono::seconds(1));
  BOOST_TEST(!stage.conditions().is_cut("agent/portal-1", "vault"));
  BOOST_TEST(!stage.conditions().is_down("kubernetes"));
}

BOOST_AUTO_TEST_CASE(a_progress_bar_is_told_with_each_phase_how_far_the_driver_is) {
  ToyStage stage("");
  stage.play.open();
  stage.run_for(std::chrono::seconds(61));
  for (const char* phase : {"preflight", "overlap", "confirm"}) stage.play.enter(phase);
  stage.end(Ending::done);
  BOOST_TEST(stage.shares == (std::vector<double>{0.0, 8.0 / 14, 13.0 / 14}),
             boost::test_tools::tolerance(0.001) << boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(users_know_of_an_identity_provider_that_is_down) {
  ToyStage stage("timeline: [{at: 1s, take_down: idp}, {at: 3s, bring_up: idp}]\n");
  stage.play.open();
  stage.run_for(std::chrono::seconds(62));
  BOOST_TEST(!stage.world().timeline().provider_up(stage.queue.now()));
  stage.run_for(std::chrono::seconds(2));
  BOOST_TEST(stage.world().timeline().provider_up(stage.queue.now()));
}

BOOST_AUTO_TEST_CASE(the_phase_that_the_driver_ended_in_is_kept) {
  ToyStage stage("");
  stage.play.open();
  stage.run_for(std::chrono::seconds(60));
  stage.play.enter("confirm");
  stage.run_for(std::chrono::seconds(30));
  stage.end(Ending::done);
  stage.run_for(std::chrono::seconds(30));
  BOOST_TEST(stage.play.phase() == "confirm");
  BOOST_TEST(stage.report().rotation.duration_s == 30);
}

BOOST_AUTO_TEST_CASE(an_ending_that_can_be_resumed_is_unless_it_is_what_is_expected) {
  ToyStage stage("expect: {outcome: locked}\n");
  const auto next = [&](Ending ending) {
    return stage.play.next_after(Command::run, {.result = {.outcome = ending}});
  };
  BOOST_TEST((next(Ending::interrupted) == Next::resume));
  BOOST_TEST((next(Ending::unknown) == Next::resume));
  BOOST_TEST((next(Ending::locked) == Next::the_end));
  for (const auto ending : {Ending::done, Ending::rolled_back, Ending::refused, Ending::stopped})
    BOOST_TEST((next(ending) == Next::the_end), rotator::to_string(ending));
}

BOOST_AUTO_TEST_CASE(who_resumes_and_finds_no_rotation_begins_one) {
  ToyStage stage("");
  const auto next = [&](Command command, bool knows) {
    return stage.play.next_after(command,
                                 {.knows_a_rotation = knows, .result = {.outcome = Ending::done}});
  };
  BOOST_TEST((next(Command::resume, false) == Next::run));
  BOOST_TEST((next(Command::resume, true) == Next::the_end));
  BOOST_TEST((next(Command::run, false) == Next::the_end));
}

BOOST_AUTO_TEST_CASE(a_rotation_that_stopped_is_for_an_operator) {
  using scenarios::OnStop;
  ToyStage stage("");
  const auto next = [&](Command command, Ending ending) {
    return stage.play.next_after(command, {.result = {.outcome = ending}});
  };
  BOOST_TEST((next(Command::run, Ending::stopped) == Next::the_end));
  stage.options.on_stop = OnStop::resume;
  BOOST_TEST((next(Command::run, Ending::stopped) == Next::resume_stopped));
  stage.options.on_stop = OnStop::roll_back;
  BOOST_TEST((next(Command::run, Ending::stopped) == Next::roll_back));
  BOOST_TEST((next(Command::rollback, Ending::stopped) == Next::resume_stopped));
  BOOST_TEST((next(Command::rollback, Ending::refused) == Next::resume_stopped));
  BOOST_TEST((next(Command::rollback, Ending::rolled_back) == Next::the_end));
}

BOOST_AUTO_TEST_CASE(an_operator_rolls_back_what_stopped) {
  ToyStage stage("");
  stage.options.on_stop = scenarios::OnStop::roll_back;
  stage.play.open();
  stage.run_for(std::chrono::seconds(60));
  stage.end(Ending::stopped);
  stage.run_for(scenarios::restart_delay);
  stage.end(Ending::stopped);
  stage.run_for(scenarios::restart_delay);
  const Told expected = {"60 run", "80 rollback", "100 resume"};
  BOOST_TEST(stage.told == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_command_that_replays_a_run_names_its_seed_and_policy) {
  ToyStage stage("");
  BOOST_TEST(stage.report().replay == "rehearse replay x.yaml --seed 7 --policy timer");
}

BOOST_AUTO_TEST_SUITE_END()
