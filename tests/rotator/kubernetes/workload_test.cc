#include "rotator/kubernetes/workload.h"

#include <boost/test/unit_test.hpp>

#include "tests/rotator/kubernetes/cluster_world.h"

namespace rotator {

using namespace std::chrono_literals;

namespace workload {

// A kind of which the table knows nothing, from another group: Argo's Rollout, which takes the
// place of a Deployment (https://argo-rollouts.readthedocs.io/en/stable/features/specification/).
const WorkloadKind rollout = {
    .kind = "Rollout",
    .key = "rollout",
    .group = "argoproj.io",
    .version = "v1alpha1",
    .resource = "rollouts",
    .read =
        [](JsonView object, Workload& into) {
          into.replicas = count_member(object, {"spec", "replicas"}, 1);
          into.updated_replicas = count_member(object, {"status", "updatedReplicas"});
          return ports::Status();
        },
    .rolled_out = [](const Workload& seen) { return seen.updated_replicas == seen.replicas; }};

const std::string rollouts = server + "/apis/argoproj.io/v1alpha1/namespaces/portal/rollouts";

}  // namespace workload

BOOST_FIXTURE_TEST_SUITE(workload, ClusterWorld)

BOOST_AUTO_TEST_CASE(any_kind_is_read_restarted_watched_and_told_of_by_its_own_row) {
  using workload::rollout;
  using workload::rollouts;
  const WorkloadReference canary = {&rollout, "web"};
  http.expect("GET " + rollouts + "/web", 200,
              deployment_json("100", R"({"observedGeneration":2,"updatedReplicas":4})"));
  const auto read = cluster.workload(canary);
  REQUIRE_OK(read);
  BOOST_TEST(read->title() == "Rollout web");
  BOOST_TEST(read->label_selector == "app=web");
  BOOST_TEST(read->termination_grace_s == 45);
  BOOST_TEST(read->rolled_out());

  http.expect("PATCH " + rollouts + "/web?fieldManager=rotator", 200,
              deployment_json("101", R"({"observedGeneration":1,"updatedReplicas":4})"));
  const auto restarted = cluster.annotate_template(canary, "overlap/rotation", "r-1");
  REQUIRE_OK(restarted);
  BOOST_TEST(!restarted->rolled_out());

  http.expect_stream(
      "GET " + rollouts +
          "?fieldSelector=metadata.name%3Dweb&watch=true&allowWatchBookmarks=true"
          "&resourceVersion=101&timeoutSeconds=300",
      200,
      {data(R"({"type":"MODIFIED","object":)" +
            deployment_json("102", R"({"observedGeneration":2,"updatedReplicas":4})") + "}\n")});
  BOOST_TEST(cluster.wait_for_change(*restarted, Subject::workload, clock.now() + 60s).value());
  BOOST_TEST(cluster.seen_workload()->rolled_out());

  http.expect("POST " + server + "/apis/events.k8s.io/v1/namespaces/portal/events", 201, "{}");
  REQUIRE_OK(cluster.record_event(*restarted, "Normal", "Rotated", "Rotate", "n", "x"));
  const auto sent = JsonDocument::parse(http.requests.back().body).value();
  BOOST_TEST(text_member(sent, {"regarding", "apiVersion"}) == "argoproj.io/v1alpha1");
  BOOST_TEST(text_member(sent, {"regarding", "kind"}) == "Rollout");

  http.expect("GET " + rollouts + "/web", 404, "");
  check_error(cluster.workload(canary), ports::ErrorCode::missing, "reading Rollout portal/web");
}

BOOST_AUTO_TEST_CASE(a_watch_of_one_kind_is_not_taken_for_anothers_of_the_same_name) {
  const auto watch = [](const std::string& collection, const std::string& version) {
    return "GET " + collection +
           "?fieldSelector=metadata.name%3Dweb&watch=true&allowWatchBookmarks=true"
           "&resourceVersion=" +
           version + "&timeoutSeconds=300";
  };
  http.expect("GET " + deployments + "/web", 200, deployment_json("100", "{}"));
  const auto first = cluster.workload(web);
  REQUIRE_OK(first);
  http.expect_stream(watch(deployments, "100"), 200, {});
  BOOST_TEST(!cluster.wait_for_change(*first, Subject::workload, clock.now() + 5s).value());
  http.expect("GET " + workload::rollouts + "/web", 200, deployment_json("200", "{}"));
  const auto other = cluster.workload({&workload::rollout, "web"});
  REQUIRE_OK(other);
  http.expect_stream(watch(workload::rollouts, "200"), 200, {});
  BOOST_TEST(!cluster.wait_for_change(*other, Subject::workload, clock.now() + 5s).value());
}

BOOST_AUTO_TEST_CASE(kinds_of_one_name_have_two_identities) {
  BOOST_TEST(web.identity() == "web");
  BOOST_TEST((WorkloadReference{&workload::rollout, "web"}.identity() == "rollout/web"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rotator
