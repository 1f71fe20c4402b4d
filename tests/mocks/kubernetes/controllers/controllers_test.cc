#include "mocks/kubernetes/controllers/replica_set.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <set>
#include <sstream>

#include "tests/mocks/kubernetes/world.h"

BOOST_AUTO_TEST_SUITE(controllers)

namespace {

using namespace std::literals;
using kubernetes_test::FactKind;
using kubernetes_test::Json;
using kubernetes_test::World;

// Sizes of the old ReplicaSets together and of the newest, as a rollout passes through them.
struct Sizes {
  int old_size = 0;
  int new_size = 0;
  friend bool operator==(const Sizes&, const Sizes&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Sizes& sizes) {
    return out << sizes.old_size << '+' << sizes.new_size;
  }
};

Sizes sizes_of(World& world, std::int64_t newest = 0) {
  Sizes sizes;
  const Json list = world.get(world.replica_sets);
  for (const Json& set : list["items"]) {
    const auto revision = std::stoll(
        set["metadata"]["annotations"]["deployment.kubernetes.io/revision"].get<std::string>());
    newest = std::max<std::int64_t>(newest, revision);
  }
  for (const Json& set : list["items"]) {
    const bool current = set["metadata"]["annotations"]["deployment.kubernetes.io/revision"] ==
                         std::to_string(newest);
    (current ? sizes.new_size : sizes.old_size) += set["spec"]["replicas"].get<int>();
  }
  return sizes;
}

// Restarts a rolled-out Deployment in lock step (the controllers settle, then all waiting pods
// become ready together) and lists every pair of sizes that it passed through, as a watch of its
// ReplicaSets saw them.
std::vector<Sizes> trace(int replicas, const std::string& surge, const std::string& unavailable) {
  World world;
  world.seed({.replicas = replicas, .max_surge = surge, .max_unavailable = unavailable});
  mocks::Answer watch = world.answer("GET", world.replica_sets + "?watch=true");
  BOOST_TEST_REQUIRE(world.restart("1").status == 200);
  world.run_for(1min);
  std::vector<Sizes> passed = {{replicas, 0}};
  Sizes now = passed.front();
  for (const Json& event : World::events(watch)) {
    const Json& set = event["object"];
    const bool old = set["metadata"]["annotations"]["deployment.kubernetes.io/revision"] == "1";
    (old ? now.old_size : now.new_size) = set["spec"]["replicas"];
    if (now != passed.back()) passed.push_back(now);
  }
  return passed;
}

void check_trace(int replicas, const std::string& surge, const std::string& unavailable,
                 const std::vector<Sizes>& expected) {
  const std::vector<Sizes> passed = trace(replicas, surge, unavailable);
  std::ostringstream shown;
  for (const Sizes& sizes : passed) shown << sizes << ' ';
  BOOST_TEST((passed == expected), shown.str());
}

std::string condition(const Json& deployment, const std::string& type, const std::string& key) {
  for (const Json& one : deployment["status"].value("conditions", Json::array())) {
    if (one["type"] == type) return one[key];
  }
  return "";
}

}  // namespace

// The worked examples of the rolling update (kubernetes/pkg/controller/deployment/rolling.go):
// 25 % surge rounded up, 25 % unavailable rounded down.
BOOST_AUTO_TEST_CASE(rolls_ten_pods_in_two_waves) {
  check_trace(10, "25%", "25%", {{10, 0}, {10, 3}, {8, 3}, {8, 5}, {3, 5}, {3, 10}, {0, 10}});
}

BOOST_AUTO_TEST_CASE(rolls_four_pods_in_two_waves) {
  check_trace(4, "25%", "25%", {{4, 0}, {4, 1}, {3, 1}, {3, 2}, {1, 2}, {1, 4}, {0, 4}});
}

BOOST_AUTO_TEST_CASE(rolls_five_pods_in_two_waves) {
  check_trace(5, "25%", "25%", {{5, 0}, {5, 2}, {4, 2}, {4, 3}, {1, 3}, {1, 5}, {0, 5}});
}

BOOST_AUTO_TEST_CASE(rolls_seven_pods_in_three_waves) {
  check_trace(7, "25%", "25%", {{7, 0}, {7, 2}, {6, 2}, {6, 3}, {3, 3}, {3, 6}, {0, 6}, {0, 7}});
}

BOOST_AUTO_TEST_CASE(rolls_three_pods_one_by_one) {
  check_trace(3, "25%", "25%", {{3, 0}, {3, 1}, {2, 1}, {2, 2}, {1, 2}, {1, 3}, {0, 3}});
}

BOOST_AUTO_TEST_CASE(rolls_one_pod_by_surging) {
  check_trace(1, "25%", "25%", {{1, 0}, {1, 1}, {0, 1}});
}

BOOST_AUTO_TEST_CASE(rolls_in_one_wave_with_a_full_surge) {
  check_trace(10, "100%", "0", {{10, 0}, {10, 10}, {0, 10}});
}

BOOST_AUTO_TEST_CASE(keeps_enough_pods_available_and_never_too_many) {
  World world;
  world.seed({.replicas = 10});
  world.restart("1");
  int most_live = 0;
  int least_available = 10;
  int most_in_all = 0;
  for (int i = 0; i < 10'000; ++i) {
    world.run_for(1ms);
    int live = 0;
    int available = 0;
    const auto pods = world.server.pods("portal", "web");
    for (const auto& pod : pods) {
      live += pod.terminating ? 0 : 1;
      available += pod.ready && !pod.terminating ? 1 : 0;
    }
    most_live = std::max(most_live, live);
    least_available = std::min(least_available, available);
    most_in_all = std::max(most_in_all, static_cast<int>(pods.size()));
  }
  BOOST_TEST(most_live == 13);
  BOOST_TEST(least_available == 8);
  // Terminating pods come on top of the thirteen.
  BOOST_TEST(most_in_all > 13);
}

BOOST_AUTO_TEST_CASE(reports_done_while_old_pods_still_terminate) {
  World world;
  world.seed({.replicas = 10});
  world.restart("1");
  for (int i = 0; i < 20'000; ++i) {
    world.run_for(1ms);
    const Json deployment = world.deployment();
    const Json& status = deployment["status"];
    const bool done =
        status.value("observedGeneration", 0) == 2 && status.value("updatedReplicas", 0) == 10 &&
        status.value("replicas", 0) == 10 && status.value("availableReplicas", 0) == 10;
    if (!done) continue;
    const auto pods = world.server.pods("portal", "web");
    BOOST_TEST(std::any_of(pods.begin(), pods.end(), [](const auto& p) { return p.terminating; }));
    BOOST_TEST(status["terminatingReplicas"].get<int>() > 0);
    return;
  }
  BOOST_FAIL("the rollout never completed");
}

BOOST_AUTO_TEST_CASE(shows_the_old_counts_until_it_has_seen_the_new_generation) {
  World world;
  world.seed({.replicas = 4});
  const Json patched = Json::parse(world.restart("1").body);
  BOOST_TEST(patched["metadata"]["generation"] == 2);
  BOOST_TEST(patched["status"]["observedGeneration"] == 1);
  BOOST_TEST(patched["status"]["updatedReplicas"] == 4);
  BOOST_TEST(condition(patched, "Progressing", "reason") == "NewReplicaSetAvailable");
}

BOOST_AUTO_TEST_CASE(restarts_alike_whatever_else_the_patch_says) {
  const std::string annotations = R"({"example.test/rotation":"1","example.test/other":null})";
  const auto after = [&](const std::string& more, const std::string& type) {
    World world;
    world.seed({.replicas = 2, .template_annotations = {{"example.test/other", "x"}}});
    const auto patched = world.patch(
        world.deployments + "/web",
        R"({"spec":{"template":{"metadata":{"annotations":)" + annotations + "}}}" + more + "}",
        type);
    BOOST_TEST(patched.status == 200);
    world.run_for(1min);
    return Json{patched.body, world.deployment(), world.get(world.replica_sets)};
  };
  for (const char* type :
       {"application/strategic-merge-patch+json", "application/merge-patch+json"}) {
    const auto alone = after("", type);
    BOOST_TEST(alone == after(R"(,"metadata":{})", type));
    const auto& shown = alone[1]["spec"]["template"]["metadata"]["annotations"];
    BOOST_TEST(shown["example.test/rotation"] == "1");
    BOOST_TEST(!shown.contains("example.test/other"));
  }
}

BOOST_AUTO_TEST_CASE(refuses_annotations_without_a_name_in_a_restart) {
  World world;
  world.seed({.replicas = 2});
  const auto refused =
      world.patch(world.deployments + "/web",
                  R"({"spec":{"template":{"metadata":{"annotations":{"bad name!":"1"}}}}})");
  BOOST_TEST(refused.status == 422);
}

BOOST_AUTO_TEST_CASE(changes_nothing_for_the_same_annotation_again) {
  World world;
  world.seed({.replicas = 2});
  world.restart("1");
  world.run_for(1min);
  const Json before = world.deployment();
  BOOST_TEST(world.restart("1").status == 200);
  world.run_for(1min);
  BOOST_TEST(world.deployment() == before);
}

BOOST_AUTO_TEST_CASE(waits_with_recreate_until_the_last_old_pod_has_gone) {
  World world;
  world.seed({.replicas = 3, .recreate = true});
  world.restart("1");
  std::set<std::int64_t> together;
  for (int i = 0; i < 10'000; ++i) {
    world.run_for(1ms);
    std::set<std::int64_t> revisions;
    for (const auto& pod : world.server.pods("portal", "web")) revisions.insert(pod.revision);
    if (revisions.size() > 1) together = revisions;
  }
  BOOST_TEST(together.empty());
  BOOST_TEST(sizes_of(world) == (Sizes{0, 3}));
  BOOST_TEST(world.deployment()["status"]["availableReplicas"] == 3);
}

BOOST_AUTO_TEST_CASE(counts_a_pod_as_available_only_after_min_ready_seconds) {
  World world;
  world.seed({.replicas = 3, .max_surge = "1", .max_unavailable = "0", .min_ready_s = 2});
  world.restart("1");
  // Three waves of 0.1 s start, 2 s ready and 2 s waiting.
  world.run_for(12s);
  BOOST_TEST(sizes_of(world).old_size > 0);
  world.run_for(1s);
  BOOST_TEST(sizes_of(world) == (Sizes{0, 3}));
}

BOOST_AUTO_TEST_CASE(gives_up_after_the_progress_deadline_but_goes_on_trying) {
  World world;
  world.server.set_never_ready_annotation("example.test/never-ready");
  world.seed({.replicas = 10, .progress_deadline_s = 6});
  world.patch(
      world.deployments + "/web",
      R"({"spec":{"template":{"metadata":{"annotations":{"example.test/never-ready":"true"}}}}})");
  world.run_for(6s);
  BOOST_TEST(condition(world.deployment(), "Progressing", "status") == "True");
  world.run_for(4s);
  const Json stuck = world.deployment();
  BOOST_TEST(condition(stuck, "Progressing", "reason") == "ProgressDeadlineExceeded");
  BOOST_TEST(condition(stuck, "Progressing", "status") == "False");
  BOOST_TEST(sizes_of(world) == (Sizes{8, 5}));
  BOOST_TEST(stuck["status"]["availableReplicas"] == 8);
  world.patch(
      world.deployments + "/web",
      R"({"spec":{"template":{"metadata":{"annotations":{"example.test/never-ready":null}}}}})");
  world.run_for(1min);
  BOOST_TEST(condition(world.deployment(), "Progressing", "reason") == "NewReplicaSetAvailable");
}

BOOST_AUTO_TEST_CASE(drops_the_half_done_pods_first_when_a_second_restart_overtakes) {
  World world;
  world.seed({.replicas = 10});
  world.restart("1");
  world.run_for(1s);
  BOOST_TEST_REQUIRE(sizes_of(world) == (Sizes{8, 5}));
  world.restart("2");
  world.run_for(50ms);
  // The unready pods of the overtaken ReplicaSet go at once, the old ready ones stay.
  int ready_old = 0;
  for (const auto& pod : world.server.pods("portal", "web")) {
    ready_old += pod.ready && !pod.terminating ? 1 : 0;
    if (pod.revision == 2) BOOST_TEST(pod.terminating);
  }
  BOOST_TEST(ready_old == 8);
  world.run_for(1min);
  BOOST_TEST(sizes_of(world) == (Sizes{0, 10}));
  BOOST_TEST(world.deployment()["metadata"]["annotations"]["deployment.kubernetes.io/revision"] ==
             "3");
}

BOOST_AUTO_TEST_CASE(accepts_a_restart_while_paused_and_rolls_when_resumed) {
  World world;
  world.seed({.replicas = 2});
  world.patch(world.deployments + "/web", R"({"spec":{"paused":true}})");
  world.restart("1");
  world.run_for(1min);
  BOOST_TEST(condition(world.deployment(), "Progressing", "reason") == "DeploymentPaused");
  BOOST_TEST(condition(world.deployment(), "Progressing", "status") == "Unknown");
  BOOST_TEST(world.deployment()["status"].value("updatedReplicas", 0) == 0);
  world.patch(world.deployments + "/web", R"({"spec":{"paused":false}})");
  world.run_for(1min);
  BOOST_TEST(world.deployment()["status"]["updatedReplicas"] == 2);
}

BOOST_AUTO_TEST_CASE(scales_both_replica_sets_in_proportion_in_mid_rollout) {
  World world;
  world.server.set_never_ready_annotation("example.test/never-ready");
  world.seed({.replicas = 10, .max_surge = "3", .max_unavailable = "2"});
  world.patch(
      world.deployments + "/web",
      R"({"spec":{"template":{"metadata":{"annotations":{"example.test/never-ready":"true"}}}}})");
  world.run_for(1s);
  BOOST_TEST_REQUIRE(sizes_of(world) == (Sizes{8, 5}));
  // kubernetes.io's own example: 10 to 15 replicas adds 3 to the larger and 2 to the smaller.
  world.patch(world.deployments + "/web/scale", R"({"spec":{"replicas":15}})",
              "application/merge-patch+json");
  world.run_for(20ms);
  BOOST_TEST(sizes_of(world) == (Sizes{11, 7}));
}

BOOST_AUTO_TEST_CASE(keeps_only_the_wanted_number_of_old_replica_sets) {
  World world;
  world.seed({.replicas = 1});
  world.patch(world.deployments + "/web", R"({"spec":{"revisionHistoryLimit":2}})");
  for (int i = 0; i < 6; ++i) {
    world.restart(std::to_string(i));
    world.run_for(1min);
  }
  // The next restart's sync trims; the newest three remain.
  BOOST_TEST(world.get(world.replica_sets)["items"].size() == 3U);
}

BOOST_AUTO_TEST_CASE(gives_an_old_template_a_new_revision_when_it_comes_back) {
  World world;
  world.seed({.replicas = 1});
  world.restart("1");
  world.run_for(1min);
  world.patch(
      world.deployments + "/web",
      R"({"spec":{"template":{"metadata":{"annotations":{"example.test/rotation":null}}}}})");
  world.run_for(1min);
  BOOST_TEST(world.deployment()["metadata"]["annotations"]["deployment.kubernetes.io/revision"] ==
             "3");
  const Json sets = world.get(world.replica_sets);
  std::set<std::string> revisions;
  for (const Json& set : sets["items"]) {
    revisions.insert(set["metadata"]["annotations"]["deployment.kubernetes.io/revision"]);
  }
  BOOST_TEST((revisions == std::set<std::string>{"2", "3"}));
}

BOOST_AUTO_TEST_CASE(replaces_a_deleted_pod_at_once_while_it_terminates) {
  World world;
  world.seed({.replicas = 2});
  const std::string name = world.server.pods("portal", "web").front().name;
  BOOST_TEST(world.call("DELETE", world.pods + "/" + name).status == 200);
  world.run_for(50ms);
  BOOST_TEST(world.server.pods("portal", "web").size() == 3U);
  BOOST_TEST(world.deployment()["status"]["replicas"] == 2);
  BOOST_TEST(world.deployment()["status"]["terminatingReplicas"] == 1);
  world.run_for(1min);
  BOOST_TEST(world.server.pods("portal", "web").size() == 2U);
}

BOOST_AUTO_TEST_CASE(deletes_dependents_in_the_background_or_first) {
  for (const bool foreground : {false, true}) {
    World world;
    world.seed({.replicas = 2});
    const auto response =
        world.call("DELETE", world.deployments + "/web",
                   foreground ? R"({"propagationPolicy":"Foreground"})" : R"({})");
    BOOST_TEST(response.status == 200);
    BOOST_TEST(world.call("GET", world.deployments + "/web").status == (foreground ? 200 : 404));
    world.run_for(1min);
    BOOST_TEST(world.get(world.pods)["items"].empty());
    BOOST_TEST(world.get(world.replica_sets)["items"].empty());
    BOOST_TEST(world.call("GET", world.deployments + "/web").status == 404);
  }
}

BOOST_AUTO_TEST_CASE(reports_a_quota_that_forbids_new_pods) {
  World world;
  world.seed({.replicas = 2, .max_surge = "1", .max_unavailable = "0"});
  BOOST_TEST(world
                 .call("POST", "/api/v1/namespaces/portal/resourcequotas",
                       R"({"apiVersion":"v1","kind":"ResourceQuota","metadata":{"name":"q"},)"
                       R"("spec":{"hard":{"pods":"2"}}})")
                 .status == 201);
  world.restart("1");
  world.run_for(1s);
  BOOST_TEST(condition(world.deployment(), "ReplicaFailure", "reason") == "FailedCreate");
  BOOST_TEST(world.deployment()["status"]["availableReplicas"] == 2);
}

BOOST_AUTO_TEST_CASE(does_the_same_again_for_the_same_seed) {
  const auto run = [](std::uint64_t seed) {
    kubernetes_test::ApiServerOptions options;
    options.users = {kubernetes_test::admin()};
    options.namespaces = {"portal"};
    World world(options, seed);
    world.seed({.replicas = 4});
    world.restart("1");
    world.run_for(2min);
    std::vector<std::tuple<std::int64_t, std::uint32_t, std::uint64_t>> trace;
    for (const auto& fact : world.facts.seen) {
      trace.emplace_back(fact.at.time_since_epoch().count(), static_cast<std::uint32_t>(fact.kind),
                         fact.subject);
    }
    return trace;
  };
  BOOST_TEST((run(1) == run(1)));
  BOOST_TEST((run(1) != run(2)));
}

BOOST_AUTO_TEST_SUITE_END()
