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
  void kill_rotator() override { tell("kill"); }
  void interrupt_rotator() override { tell("interrupt"); }
  void start_rotator() override { tell("start"); }

  void run_for(ports::Duration time) { queue.run_until(queue.now() + time); }

  scenarios::Scenario scenario;
  mocks::sim::EventQueue queue;
  mocks::sim::Trace trace;
  Told told;

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
  std::function<void(double)> progress = [this](double share) { shares.push_back(share); };
  scenarios::Play play{scenario, *this, narrator, progress};
};

}  // namespace

BOOST_AUTO_TEST_CASE(an_act_happens_so_long_after_the_driver_began_or_its_phase_was_first_entered) {
  ToyStage stage(
      "timeline: [{at: 10s, kill: rotator}, {after: store, plus: 5s, interrupt: rotator},\n"
      "  {after: store, restart: true}]\n");
  stage.play.enter("before");
  stage.run_for(std::chrono::seconds(100));
  BOOST_TEST(stage.told.empty());
  stage.play.begin();
  stage.run_for(std::chrono::seconds(20));
  stage.play.enter("store");
  stage.run_for(std::chrono::seconds(20));
  stage.play.enter("store");  // again, after a resume
  stage.run_for(std::chrono::seconds(20));
  const Told expected = {"110 kill", "120 human restart", "125 interrupt"};
  BOOST_TEST(stage.told == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_act_of_the_network_reaches_the_conditions_and_its_opposite_takes_it_back) {
  ToyStage stage(
      "timeline: [{at: 1s, partition: agent/*>vault}, {at: 2s, repair: agent/*>vault},\n"
      "  {at: 1s, take_down: kubernetes}, {at: 2s, bring_up: kubernetes}]\n");
  stage.play.begin();
  stage.run_for(std::chrono::milliseconds(1500));
  BOOST_TEST(stage.conditions().is_cut("agent/portal-1", "vault"));
  BOOST_TEST(!stage.conditions().is_cut("rotator", "vault"));
  BOOST_TEST(stage.conditions().is_down("kubernetes"));
  stage.run_for(std::chrono::seconds(1));
  BOOST_TEST(!stage.conditions().is_cut("agent/portal-1", "vault"));
  BOOST_TEST(!stage.conditions().is_down("kubernetes"));
}

BOOST_AUTO_TEST_CASE(a_progress_bar_is_told_with_each_phase_how_far_the_driver_is) {
  ToyStage stage("");
  stage.play.enter("before");
  stage.play.begin();
  for (const char* phase : {"preflight", "overlap", "confirm"}) stage.play.enter(phase);
  stage.play.end();
  stage.play.enter("after");
  BOOST_TEST(stage.shares == (std::vector<double>{0.0, 0.5, 0.9}),
             boost::test_tools::tolerance(0.001) << boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(users_know_of_an_identity_provider_that_is_down) {
  ToyStage stage("timeline: [{at: 1s, take_down: idp}, {at: 3s, bring_up: idp}]\n");
  stage.play.begin();
  stage.run_for(std::chrono::seconds(2));
  BOOST_TEST(!stage.world().timeline().provider_up(stage.queue.now()));
  stage.run_for(std::chrono::seconds(2));
  BOOST_TEST(stage.world().timeline().provider_up(stage.queue.now()));
}

BOOST_AUTO_TEST_CASE(the_phase_that_the_driver_ended_in_is_kept) {
  ToyStage stage("");
  stage.play.begin();
  stage.play.enter("confirm");
  stage.run_for(std::chrono::seconds(30));
  stage.play.end();
  stage.play.enter("after");
  stage.run_for(std::chrono::seconds(30));
  BOOST_TEST(stage.play.phase() == "confirm");
  BOOST_TEST(stage.play.duration_s() == 30);
}

BOOST_AUTO_TEST_CASE(an_ending_that_can_be_resumed_is_unless_it_is_what_is_expected) {
  ToyStage stage("expect: {outcome: locked}\n");
  const auto next = [&](Ending ending) {
    return stage.play.next_after({.command = Command::run, .ending = ending});
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
    return stage.play.next_after(
        {.command = command, .ending = Ending::done, .knows_a_rotation = knows});
  };
  BOOST_TEST((next(Command::resume, false) == Next::run));
  BOOST_TEST((next(Command::resume, true) == Next::the_end));
  BOOST_TEST((next(Command::run, false) == Next::the_end));
}

BOOST_AUTO_TEST_CASE(the_command_that_replays_a_run_names_its_seed_and_policy) {
  ToyStage stage("");
  scenarios::Report report;
  mocks::sim::FaultPlan faults(stage.trace, mocks::sim::Draws(1));
  stage.play.report({.seed = 7, .policy = "timer"}, {}, faults, "rehearse replay x.yaml", report);
  BOOST_TEST(report.replay == "rehearse replay x.yaml --seed 7 --policy timer");
}

BOOST_AUTO_TEST_SUITE_END()
