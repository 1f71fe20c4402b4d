// A rotation where the provider keeps one secret at a time, whose replicas turn to another one by
// one, and the portal tries two: no pod is refused at any time, forward or back, whoever dies.
#include <boost/test/unit_test.hpp>

#include "mocks/idp/auth0/auth0.h"
#include "mocks/sim/faults/kinds.h"
#include "tests/rotator/rotation/print.h"
#include "tests/rotator/rotation/world.h"
#include "tests/stride.h"

BOOST_AUTO_TEST_SUITE(staged_fallback)

namespace {

using namespace std::chrono_literals;
using rotator::Ending;
using rotator::Phase;
using testing::require;
using testing::stride;
using testing::stride_begin;
namespace fault = mocks::sim::fault;

constexpr const char* provider_path = "/api/v2/clients/*";

struct StagedWorld : testing::World {
  struct Portal {
    bool renders = true;
    bool tries = true;
    std::uint64_t seed = 7;
    bool failure_signal = false;
    std::vector<std::pair<std::string, std::string>> annotations = {};
  };
  StagedWorld() : StagedWorld(Portal{}) {}
  explicit StagedWorld(const Portal& portal)
      : testing::World(
            {.seed = portal.seed,
             .core = mocks::idp::auth0_core(mocks::idp::options_of(mocks::idp::Variant::multi)),
             .dialect = mocks::idp::find_dialect("auth0"),
             .failure_signal = portal.failure_signal,
             .renders_fallback = portal.renders,
             .tries_fallback = portal.tries,
             .annotations = portal.annotations}) {}

  rotator::Configuration staged() const {
    auto written = configuration();
    written.rotation.strategy = "staged_fallback";
    written.rotation.portal_tries_fallback = true;
    written.rotation.probes = 2;
    return written;
  }
  std::string second_value() const {
    return vault.field("portal-kv", "oidc/portal", "client_secret_next").value_or("");
  }
  // One secret, Vault's and every pod's, and none beside it in Vault; no pod was ever refused.
  void check_settled() {
    check_whole();
    BOOST_TEST((second_value().empty()));
  }
  void crash_at_the_switch(const mocks::sim::FaultKind* kind) {
    fault(kind, "PATCH", provider_path);
    BOOST_TEST(!run(staged()).has_value());
  }
  // Every pod's process dies and reads its file anew.
  void restart_processes() {
    for (const auto& pod : kubernetes->pods("platform", "portal-backend"))
      kubernetes->restart_application(pod.id);
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(turns_a_provider_with_one_secret_without_refusing_a_pod) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    StagedWorld world({.seed = seed});
    const auto outcome = require(world.run(world.staged()));
    BOOST_TEST(outcome.ending == Ending::done, outcome.message);
    BOOST_TEST(outcome.restarts == 2);
    BOOST_TEST((world.vault_value() != testing::first_secret));
    world.check_settled();
  }
}

BOOST_AUTO_TEST_CASE(gives_every_pod_both_before_the_provider_is_told) {
  StagedWorld world;
  bool looked = false;
  world.when(Phase::create, [&] {
    looked = true;
    BOOST_TEST((world.vault_value() == testing::first_secret));
    for (const auto& pod : world.kubernetes->pods("platform", "portal-backend")) {
      const auto* process = world.fleet->process(pod.id);
      BOOST_REQUIRE(process != nullptr);
      BOOST_TEST((process->secret == testing::first_secret));
      BOOST_TEST((!process->fallback.empty() && process->fallback == world.second_value()));
    }
  });
  BOOST_TEST(require(world.run(world.staged())).ending == Ending::done);
  BOOST_TEST(looked);
}

BOOST_AUTO_TEST_CASE(runs_only_where_it_is_said_that_the_portal_tries_two) {
  StagedWorld world;
  auto configuration = world.staged();
  configuration.rotation.portal_tries_fallback = false;
  const auto outcome = require(world.run(configuration));
  BOOST_TEST(outcome.ending == Ending::misconfigured);
  BOOST_TEST(outcome.message.find("rotation.portal_tries_fallback") != std::string::npos);
  BOOST_TEST((world.vault_value() == testing::first_secret));
}

BOOST_AUTO_TEST_CASE(is_refused_where_no_template_gives_the_pods_both) {
  StagedWorld world(
      {.renders = false,
       .annotations = {{"vault.hashicorp.com/agent-inject-template-oidc",
                        "{{- with secret \"portal-kv/data/oidc/portal\" -}}\n"
                        "OIDC_CLIENT_SECRET={{ .Data.data.client_secret }}\n{{- end }}\n"}}});
  const auto outcome = require(world.run(world.staged()));
  BOOST_TEST(outcome.ending == Ending::refused, outcome.message);
  BOOST_TEST(outcome.message.find("no template of the pods renders client_secret_next") !=
             std::string::npos);
  world.check_settled();
  BOOST_TEST((world.vault_value() == testing::first_secret));
}

// Nothing on the pod template tells of it before.
BOOST_AUTO_TEST_CASE(goes_back_where_the_pods_never_show_both) {
  StagedWorld world({.renders = false});
  const auto outcome = require(world.run(world.staged()));
  BOOST_TEST(outcome.ending == Ending::rolled_back, outcome.message);
  world.check_settled();
  BOOST_TEST((world.vault_value() == testing::first_secret));
}

BOOST_AUTO_TEST_CASE(leaves_a_second_value_of_somebody_else_alone) {
  StagedWorld world;
  BOOST_REQUIRE(world.ask_vault("POST", "portal-kv/data/oidc/portal",
                                std::string(R"({"data":{"client_secret":")") +
                                    testing::first_secret +
                                    R"(","client_secret_next":"synthetic-stranger"}})") == 200);
  const auto outcome = require(world.run(world.staged()));
  BOOST_TEST(outcome.ending == Ending::refused);
  BOOST_TEST(outcome.message.find("client_secret_next") != std::string::npos, outcome.message);
  BOOST_TEST((world.second_value() == "synthetic-stranger"));
}

BOOST_AUTO_TEST_CASE(is_chosen_where_none_is_named_and_the_portal_tries_two) {
  StagedWorld world;
  auto configuration = world.staged();
  configuration.rotation.strategy.clear();
  world.look(configuration, [](rotator::Rotation& rotation) {
    const auto plan = rotation.plan();
    BOOST_REQUIRE(plan.has_value());
    BOOST_TEST(plan->strategy == "staged_fallback");
    const auto* why = plan->of(rotator::Check::strategy);
    BOOST_REQUIRE(why != nullptr);
    BOOST_TEST(why->verdict == rotator::Judgement::pass);
    BOOST_TEST(why->detail.find("one secret at a time") != std::string::npos, why->detail);
  });
  const auto outcome = require(world.run(configuration));
  BOOST_TEST(outcome.ending == Ending::done, outcome.message);
  BOOST_TEST(outcome.strategy == "staged_fallback");
  world.check_settled();
}

BOOST_AUTO_TEST_CASE(is_offered_where_none_is_named_and_nobody_says_that_the_portal_tries_two) {
  StagedWorld world;
  auto configuration = world.staged();
  configuration.rotation.strategy.clear();
  configuration.rotation.portal_tries_fallback = false;
  const auto outcome = require(world.run(configuration));
  BOOST_TEST(outcome.ending == Ending::refused);
  for (const auto* const part : {"cutover", "staged_fallback", "rotation.portal_tries_fallback"})
    BOOST_TEST(outcome.message.find(part) != std::string::npos, outcome.message);
}

BOOST_AUTO_TEST_CASE(goes_on_after_a_crash_at_any_call) {
  StagedWorld whole;
  BOOST_REQUIRE((whole.run(whole.staged())->ending == Ending::done));
  const auto calls = whole.network.calls("rotator");
  std::uint64_t row = 0;
  for (const auto* kind : {&fault::crash_before, &fault::crash_after}) {
    for (std::uint64_t nth = stride_begin(row++); nth <= calls; nth += stride) {
      BOOST_TEST_CONTEXT(kind->name << " at call " << nth << " of " << calls) {
        StagedWorld world;
        world.fault_any(kind, nth);
        BOOST_TEST(!world.run(world.staged()).has_value());
        bool done = false;
        for (int i = 0; i < 4 && !done; ++i) {
          world.pass(10min);
          done = world.run(world.staged()).value_or(rotator::Outcome{}).ending == Ending::done;
        }
        BOOST_TEST(done);
        BOOST_TEST((world.vault_value() != testing::first_secret));
        world.check_settled();
      }
    }
  }
}

// ... until the old value was cleared away.
BOOST_AUTO_TEST_CASE(goes_back_after_a_crash_at_any_call) {
  StagedWorld whole;
  BOOST_REQUIRE((whole.run(whole.staged())->ending == Ending::done));
  const auto calls = whole.network.calls("rotator");
  std::map<Ending, int> endings;
  std::uint64_t row = 0;
  for (const auto* kind : {&fault::crash_before, &fault::crash_after}) {
    for (std::uint64_t nth = stride_begin(row++); nth <= calls; nth += stride) {
      BOOST_TEST_CONTEXT(kind->name << " at call " << nth << " of " << calls) {
        StagedWorld world;
        world.fault_any(kind, nth);
        BOOST_TEST(!world.run(world.staged()).has_value());
        world.pass(1min);  // the dead one's lock lapses
        auto outcome = require(world.rollback(world.staged()));
        if (outcome.ending == Ending::locked) {
          world.pass(10min);
          outcome = require(world.rollback(world.staged()));
        }
        ++endings[outcome.ending];
        BOOST_TEST((outcome.ending == Ending::rolled_back || outcome.ending == Ending::refused),
                   outcome.message);
        // Refused: not begun, or past the point of no return.
        if (outcome.ending == Ending::refused) static_cast<void>(world.run(world.staged()));
        if (outcome.ending == Ending::rolled_back)
          BOOST_TEST((world.vault_value() == testing::first_secret));
        world.pass(10min);
        world.check_settled();
      }
    }
  }
  BOOST_TEST(endings[Ending::rolled_back] > endings[Ending::refused]);
}

BOOST_AUTO_TEST_CASE(survives_a_lost_reply_of_the_provider) {
  StagedWorld world;
  world.fault(&fault::lost_reply, "PATCH", provider_path);
  const auto outcome = require(world.run(world.staged()));
  BOOST_TEST(outcome.ending == Ending::done, outcome.message);
  BOOST_TEST(world.idp->core().secrets_created() == 2U);
  world.check_settled();
}

BOOST_AUTO_TEST_CASE(turns_back_where_the_provider_says_no) {
  StagedWorld world;
  world.plan.add({.label = "no",
                  .kind = &fault::answer,
                  .caller = "rotator",
                  .method = "PATCH",
                  .target = provider_path,
                  .response = {.status = 409, .body = "{}"}});
  const auto outcome = require(world.run(world.staged()));
  BOOST_TEST(outcome.ending == Ending::rolled_back, outcome.message);
  BOOST_TEST((world.vault_value() == testing::first_secret));
  world.check_settled();
}

// Who takes it up at the switch does not rely on what another one has seen.
BOOST_AUTO_TEST_CASE(gives_the_provider_nothing_that_a_pod_has_lost_meanwhile) {
  StagedWorld world;
  world.crash_at_the_switch(&fault::crash_before);
  world.write_vault(testing::first_secret);  // and nothing beside it
  world.pass(10min);
  world.restart_processes();
  world.pass(10min);
  const auto outcome = require(world.resume(world.staged()));
  BOOST_TEST(outcome.ending == Ending::done, outcome.message);
  world.check_settled();
}

BOOST_AUTO_TEST_CASE(gives_the_provider_nothing_that_a_pod_lacks_though_vault_holds_it) {
  StagedWorld world;
  world.crash_at_the_switch(&fault::crash_before);
  const auto second = world.second_value();
  world.write_vault(testing::first_secret);
  world.pass(10min);
  world.restart_processes();
  world.pass(1min);
  BOOST_REQUIRE(world.ask_vault("POST", "portal-kv/data/oidc/portal",
                                std::string(R"({"data":{"client_secret":")") +
                                    testing::first_secret + R"(","client_secret_next":")" + second +
                                    R"("}})") == 200);
  const auto outcome = require(world.resume(world.staged()));
  BOOST_TEST(outcome.ending == Ending::done, outcome.message);
  BOOST_TEST(outcome.restarts == 3);
  world.check_settled();
}

BOOST_AUTO_TEST_CASE(goes_back_after_the_switch_without_refusing_a_pod) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    StagedWorld world({.seed = seed});
    world.crash_at_the_switch(&fault::crash_after);
    world.pass(1min);
    const auto outcome = require(world.rollback(world.staged()));
    BOOST_TEST(outcome.ending == Ending::rolled_back, outcome.message);
    BOOST_TEST((world.vault_value() == testing::first_secret));
    world.check_settled();
  }
}

BOOST_AUTO_TEST_CASE(does_not_clear_the_old_value_away_where_vault_holds_another) {
  StagedWorld world;
  world.when(Phase::clear, [&] { world.write_vault(testing::first_secret); });
  const auto outcome = require(world.run(world.staged()));
  BOOST_TEST(outcome.ending == Ending::stopped, outcome.message);
  BOOST_TEST((world.vault_value() == testing::first_secret));
}

// The price of a portal that does not do what is said of it.
BOOST_AUTO_TEST_CASE(costs_logins_where_the_portal_never_tries_the_second) {
  StagedWorld world({.tries = false});
  BOOST_TEST(require(world.run(world.staged())).ending == Ending::done);
  BOOST_TEST(world.ledger.failures() > 0U);
}

// Nothing waits between the last restart and the clearing, so nobody would look by the way.
BOOST_AUTO_TEST_CASE(turns_back_for_logins_that_failed_since_the_last_look_before_it_is_too_late) {
  StagedWorld world({.failure_signal = true});
  bool verifying = false;
  world.recorder.on_phase = [&verifying](Phase phase) { verifying = phase == Phase::verify; };
  // Where the last of the older pods is gone: the new ones are looked into.
  world.ledger.on_call = [&](const std::string& call) {
    if (verifying && call.find("/exec") != std::string::npos) world.counter.value = 3;
  };
  const auto outcome = require(world.run(world.staged()));
  BOOST_TEST(outcome.ending == Ending::rolled_back, outcome.message);
  BOOST_TEST(
      outcome.message.find("3 login failures until every pod was restarted") != std::string::npos,
      outcome.message);
  BOOST_TEST((world.vault_value() == testing::first_secret));
  world.check_settled();
}

BOOST_AUTO_TEST_SUITE_END()
