#include <boost/test/unit_test.hpp>

#include "rotator/kubernetes/objects.h"
#include "tests/rotator/kubernetes/cluster_world.h"

namespace rotator {

BOOST_FIXTURE_TEST_SUITE(deployment, ClusterWorld)

BOOST_AUTO_TEST_CASE(reads_a_deployment_that_leaves_zeroes_out) {
  http.expect("GET " + deployments + "/web", 200,
              deployment_json("100", R"({"observedGeneration":1,"updatedReplicas":3})"));
  const auto found = cluster.workload(web);
  REQUIRE_OK(found);
  BOOST_TEST(found->uid == "u-web");
  BOOST_TEST(found->generation == 2);
  BOOST_TEST(found->observed_generation == 1);
  BOOST_TEST(found->replicas == 4);
  BOOST_TEST(found->max_surge == 1);
  BOOST_TEST(found->max_unavailable == 1);
  BOOST_TEST(found->updated_replicas == 3);
  BOOST_TEST(found->available_replicas == 0);
  BOOST_TEST(found->min_ready_s == 5);
  BOOST_TEST(found->termination_grace_s == 45);
  BOOST_TEST(found->template_annotations.at("overlap/rotation") == "r-1");
  BOOST_TEST(found->label_selector == "app=web");
  BOOST_TEST(found->containers.size() == 2U);
  BOOST_TEST(found->held.empty());
  BOOST_TEST(!found->progress_deadline_exceeded);
  BOOST_TEST(header(http.requests[0], "Authorization") == "Bearer " + service_token);
}

BOOST_AUTO_TEST_CASE(knows_a_stuck_rollout_and_recreate) {
  http.expect(
      "GET " + deployments + "/web", 200,
      deployment_json(
          "100",
          R"({"conditions":[{"type":"Available","status":"True"},{"type":"Progressing","status":"False","reason":"ProgressDeadlineExceeded"}]})",
          R"("strategy":{"type":"Recreate"},"paused":true)"));
  const auto found = cluster.workload(web);
  REQUIRE_OK(found);
  BOOST_TEST(found->progress_deadline_exceeded);
  BOOST_TEST(found->recreate);
  BOOST_TEST(found->max_unavailable == 4);
  BOOST_TEST(found->held == "paused");
  BOOST_TEST(found->remedy == "resume it");
}

BOOST_AUTO_TEST_CASE(rounds_surge_up_and_unavailable_down) {
  // 25 % of 1, 4, 5, 10: the table of the Deployment controller.
  const auto resolve = [](std::string_view json, int replicas, bool round_up) {
    return resolve_quantity(JsonDocument::parse(json).value(), replicas, round_up);
  };
  BOOST_TEST(resolve(R"("25%")", 1, true).value() == 1);
  BOOST_TEST(resolve(R"("25%")", 1, false).value() == 0);
  BOOST_TEST(resolve(R"("25%")", 5, true).value() == 2);
  BOOST_TEST(resolve(R"("25%")", 5, false).value() == 1);
  BOOST_TEST(resolve(R"("25%")", 10, true).value() == 3);
  BOOST_TEST(resolve(R"("100%")", 3, false).value() == 3);
  BOOST_TEST(resolve("2", 10, true).value() == 2);
  for (const char* bad :
       {R"("25")", R"("%")", R"("-1%")", "-1", R"("x%")", "true", "1.5", "9999999999999999999"})
    BOOST_TEST(!resolve(bad, 10, true).has_value(), bad);
}

BOOST_AUTO_TEST_CASE(is_rolled_out_only_when_observed_updated_and_available) {
  const Workload whole{.kind = &workload_kinds::deployment,
                       .generation = 2,
                       .observed_generation = 2,
                       .replicas = 3,
                       .status_replicas = 3,
                       .updated_replicas = 3,
                       .ready_replicas = 3,
                       .available_replicas = 3};
  BOOST_TEST(whole.rolled_out());
  auto stale = whole;
  stale.observed_generation = 1;
  BOOST_TEST(!stale.rolled_out());
  auto old_left = whole;
  old_left.status_replicas = 4;
  BOOST_TEST(!old_left.rolled_out());
  auto unavailable = whole;
  unavailable.available_replicas = 2;
  BOOST_TEST(!unavailable.rolled_out());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rotator
