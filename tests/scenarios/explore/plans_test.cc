#include "scenarios/explore/plans.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(explore_plans)

namespace {

using scenarios::explore::all_mishaps;
using scenarios::explore::Ground;
using scenarios::explore::MadeCall;
using scenarios::explore::mutated;
using scenarios::explore::parse_plan;
using scenarios::explore::places_of;
using scenarios::explore::plan_of_seed;
using scenarios::explore::same;
using scenarios::explore::shape_of;
using scenarios::explore::yaml_of;

const std::vector<MadeCall>& some_calls() {
  static const std::vector<MadeCall> calls = {
      {.server = "idp", .method = "GET", .target = "/api/v1/apps/0oaportal/secrets"},
      {.server = "idp", .method = "GET", .target = "/api/v1/apps/0oaportal/secrets/ocs9SbwXIw"},
      {.server = "vault", .method = "PUT", .target = "/v1/kv/data/portal"},
      {.server = "idp", .method = "GET", .target = "/api/v1/apps/0oaportal/secrets/ocs7Qw8XIw"},
      {.server = "idp", .method = "POST", .target = "/api/v1/apps/0oaportal/secrets"},
      {.server = "idp", .method = "GET", .target = "/api/v1/apps/0oaportal/secrets"}};
  return calls;
}

Ground some_ground() { return {.places = places_of(some_calls()), .mishaps = all_mishaps()}; }

}  // namespace

BOOST_AUTO_TEST_CASE(every_kind_of_fault_is_among_the_mishaps) {
  for (const auto* kind : mocks::sim::all_kinds)
    BOOST_TEST((std::any_of(all_mishaps().begin(), all_mishaps().end(),
                            [&](const auto& mishap) { return mishap.kind == kind; })),
               kind->name);
}

BOOST_AUTO_TEST_CASE(a_shape_leaves_out_what_is_made_up_anew_in_each_run) {
  BOOST_TEST(shape_of("/api/v1/apps/0oaportal/credentials/secrets/ocs9SbwXIwMweUx3kyQ8") ==
             "/api/v1/apps/*/credentials/secrets/*");
  BOOST_TEST(shape_of("/apis/coordination.k8s.io/v1/namespaces/platform/leases/rotator") ==
             "/apis/coordination.k8s.io/v1/namespaces/platform/leases/rotator");
  BOOST_TEST(shape_of("/api/v1/namespaces/platform/pods/portal-4cdcvw66gl-bcqj5/exec?command=cat&"
                      "command=%2Fvault&stdout=true") ==
             "/api/v1/namespaces/platform/pods/*/exec?command=cat*");
  BOOST_TEST(shape_of("/api/v1/pods?labelSelector=a&watch=true&resourceVersion=1144") ==
             "/api/v1/pods?*watch=true*");
  BOOST_TEST(shape_of("/api/v1/pods?limit=500") == "/api/v1/pods?*");
}

BOOST_AUTO_TEST_CASE(a_rule_at_a_place_hits_the_call_that_the_place_is_of) {
  class Nobody final : public mocks::Observer {
    void observe(ports::Instant, const mocks::Fact&) override {}
  };
  const auto places = places_of(some_calls());
  BOOST_REQUIRE(places.size() == some_calls().size());
  for (std::size_t wanted = 0; wanted < places.size(); ++wanted) {
    Nobody nobody;
    mocks::sim::FaultPlan plan(
        nobody, mocks::sim::Draws(1),
        {rule_of("rotator", places[wanted], {.kind = &mocks::sim::fault::refuse})});
    for (std::size_t i = 0; i < some_calls().size(); ++i) {
      const auto& call = some_calls()[i];
      const auto fate = plan.consult({}, {.caller = "rotator",
                                          .server = call.server,
                                          .method = call.method,
                                          .target = call.target});
      BOOST_TEST((fate.course == mocks::sim::fault::refuse.course) == (i == wanted));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_plan_follows_from_its_seed_alone_and_most_differ) {
  const auto ground = some_ground();
  int alike = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    const auto plan = plan_of_seed(seed, ground);
    BOOST_TEST(!plan.empty());
    BOOST_TEST(plan.size() <= scenarios::explore::most_rules);
    BOOST_TEST(same(plan, plan_of_seed(seed, ground)));
    alike += same(plan, plan_of_seed(seed + 1, ground)) ? 1 : 0;
    const auto next = mutated(plan, seed, ground);
    BOOST_TEST(!next.empty());
    BOOST_TEST(next.size() <= scenarios::explore::most_rules);
    BOOST_TEST(same(next, mutated(plan, seed, ground)));
  }
  BOOST_TEST(alike < 5);
}

BOOST_AUTO_TEST_CASE(a_printed_plan_reads_back_as_the_same) {
  const auto ground = some_ground();
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    const auto plan = plan_of_seed(seed, ground);
    const auto read = parse_plan(yaml_of(plan));
    BOOST_REQUIRE_MESSAGE(read.has_value(), yaml_of(plan) << ": " << read.error().message);
    BOOST_TEST(same(*read, plan), yaml_of(plan) << " became " << yaml_of(*read));
    for (std::size_t i = 0; i < plan.size(); ++i) {
      BOOST_TEST((*read)[i].response.status == plan[i].response.status);
      BOOST_TEST((*read)[i].response.headers.size() == plan[i].response.headers.size());
    }
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_plan_is_told_in_a_sentence) {
  for (const auto* const text : {"", "refuse", "[{kind: refuse}]\nseed: 1", "[{kind: nonsense}]"}) {
    const auto read = parse_plan(text);
    BOOST_REQUIRE_MESSAGE(!read.has_value(), text);
    BOOST_TEST((read.error().code == ports::ErrorCode::configuration));
  }
}

BOOST_AUTO_TEST_SUITE_END()
