// What a rotation tells without changing anything: its plan, its status, and what the doctor finds.
#include "rotator/rotation/rotation.h"

#include <boost/test/unit_test.hpp>

#include "tests/rotator/rotation/print.h"
#include "tests/rotator/rotation/world.h"

BOOST_AUTO_TEST_SUITE(looking)

namespace {

using rotator::Judgement;
using rotator::Phase;
using testing::require;
using testing::World;

}  // namespace

BOOST_AUTO_TEST_CASE(a_plan_changes_nothing_and_says_what_it_found) {
  World world;
  std::optional<rotator::Plan> plan;
  world.look(world.configuration(), [&](rotator::Rotation& rotation) { plan = *rotation.plan(); });
  BOOST_REQUIRE(plan.has_value());
  for (const auto& finding : plan->findings)
    BOOST_TEST(finding.verdict == Judgement::pass, to_string(finding.check)
                                                       << ": " << finding.detail);
  BOOST_TEST(plan->safe_window.dominating == "rollout");
  BOOST_TEST(plan->pods == 3);
  BOOST_TEST(world.secret_ids().size() == 1U);
  BOOST_TEST(world.vault.current_version("portal-kv", "oidc/portal") == 1);
  BOOST_TEST(world.vault.current_version("portal-kv", "oidc/portal-rotation") == 0);
}

namespace {

// The term of the safe window of that name, as a plan shows it; an empty one when it has none.
rotator::WindowTerm term_of(World& world, const rotator::Configuration& configuration,
                            const std::string& name) {
  rotator::WindowTerm found;
  world.look(configuration, [&](rotator::Rotation& rotation) {
    const auto plan = rotation.plan();
    for (const auto& term : plan->safe_window.terms)
      if (term.name == name) found = term;
  });
  return found;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_plan_takes_from_the_pods_how_long_they_take_to_be_ready) {
  World world;
  const auto rollout = term_of(world, world.configuration(), "rollout");
  BOOST_TEST(rollout.source == "the slowest of 3 pods' own conditions, creation to Ready");
  // The mock's pods are ready after 5 to 15 s, and are replaced one by one.
  BOOST_TEST((rollout.duration > 3 * std::chrono::seconds(5)));
  BOOST_TEST((rollout.duration < 3 * std::chrono::seconds(20)));
}

BOOST_AUTO_TEST_CASE(a_plan_takes_an_estimate_that_is_longer_than_what_the_pods_show) {
  World world;
  auto configuration = world.configuration();
  configuration.rotation.pod_ready_estimate = std::chrono::minutes(2);
  const auto longer = term_of(world, configuration, "rollout");
  BOOST_TEST(longer.source == "rotation.pod_ready_estimate");
  BOOST_TEST((longer.duration == 3 * std::chrono::seconds(121)));
  configuration.rotation.pod_ready_estimate = std::chrono::seconds(1);
  BOOST_TEST(term_of(world, configuration, "rollout").source != "rotation.pod_ready_estimate");
}

BOOST_AUTO_TEST_CASE(a_plan_counts_the_render_interval_only_where_pods_do_not_read_at_their_start) {
  World reads_at_start;
  BOOST_TEST(term_of(reads_at_start, reads_at_start.configuration(), "agent render interval")
                 .name.empty());
  World reads_later({.annotations = {{"vault.hashicorp.com/agent-pre-populate", "false"}}});
  auto configuration = reads_later.configuration();
  configuration.kubernetes.agent_render_interval = std::chrono::hours(1);
  const auto term = term_of(reads_later, configuration, "agent render interval");
  BOOST_TEST((term.duration > std::chrono::minutes(50)));
  BOOST_TEST(term.source ==
             "kubernetes.agent_render_interval; vault.hashicorp.com/agent-pre-populate is false");
}

BOOST_AUTO_TEST_CASE(status_tells_journal_vault_and_provider) {
  World world;
  require(world.run(world.configuration()));
  world.look(world.configuration(), [](rotator::Rotation& rotation) {
    const auto status = rotation.status();
    BOOST_REQUIRE(status.has_value());
    BOOST_TEST(status->journal_exists);
    BOOST_TEST(status->journal.disposition == rotator::Disposition::done);
    BOOST_TEST((status->kv_holds == rotator::Held::new_secret));
    BOOST_TEST(status->secrets.size() == 1U);
    BOOST_TEST(status->problems.empty());
  });
}

BOOST_AUTO_TEST_CASE(status_after_an_interrupt_says_that_nobody_is_at_work) {
  World world;
  world.recorder.on_phase = [&world](Phase entered) {
    if (entered == Phase::disable) world.rotator_process.interrupt();
  };
  require(world.run(world.configuration()));
  world.look(world.configuration(), [](rotator::Rotation& rotation) {
    const auto status = rotation.status();
    BOOST_REQUIRE(status.has_value());
    BOOST_TEST(status->journal.disposition == rotator::Disposition::running);
    BOOST_TEST(status->journal.phase == Phase::overlap);
    BOOST_TEST(status->lock_seen);
    BOOST_TEST(!status->at_work.has_value());
    BOOST_TEST(!status->about_to());
  });
}

BOOST_AUTO_TEST_CASE(doctor_and_plan_show_the_same_fingerprint_or_none) {
  World world;
  const auto shown = [&world] {
    std::vector<std::string> details;
    for (const bool doctor : {true, false, true})
      world.look(world.configuration(), [&](rotator::Rotation& rotation) {
        const auto found = doctor ? rotation.doctor()->findings : rotation.plan()->findings;
        for (const auto& finding : found)
          if (finding.check == rotator::Check::vault_secret) details.push_back(finding.detail);
      });
    BOOST_REQUIRE(details.size() == 3U);
    BOOST_TEST(details[0] == details[1]);
    BOOST_TEST(details[0] == details[2]);
    return details[0];
  };
  BOOST_TEST(shown().ends_with("version 1 holds the field client_secret"));
  require(world.run(world.configuration()));
  BOOST_TEST(!shown().ends_with("the field client_secret"));
}

BOOST_AUTO_TEST_CASE(doctor_reaches_every_system) {
  World world({.failure_signal = true});
  world.look(world.configuration(), [](rotator::Rotation& rotation) {
    const auto report = rotation.doctor();
    BOOST_REQUIRE(report.has_value());
    for (const auto& finding : report->findings)
      BOOST_TEST(finding.verdict == Judgement::pass, to_string(finding.check)
                                                         << ": " << finding.detail);
  });
}

BOOST_AUTO_TEST_SUITE_END()
