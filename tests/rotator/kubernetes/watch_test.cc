#include <boost/test/unit_test.hpp>

#include "rotator/kubernetes/watches.h"
#include "tests/rotator/kubernetes/cluster_world.h"

namespace rotator {

using namespace std::chrono_literals;
using ports::ErrorCode;

namespace watch {

std::string workload_watch(const std::string& version) {
  return "GET " + deployments +
         "?fieldSelector=metadata.name%3Dweb&watch=true&allowWatchBookmarks=true&resourceVersion=" +
         version + "&timeoutSeconds=300";
}
std::string pods_watch(const std::string& version) {
  return "GET " + pods_url + "&watch=true&allowWatchBookmarks=true&resourceVersion=" + version +
         "&timeoutSeconds=300";
}
std::string event(const std::string& type, const std::string& object) {
  return R"({"type":")" + type + R"(","object":)" + object + "}\n";
}
const std::string expired = event(
    "ERROR",
    R"({"kind":"Status","status":"Failure","message":"too old resource version","reason":"Expired","code":410})");

struct World : ClusterWorld {
  Workload shown = read("100");

  Workload read(const std::string& version) {
    http.expect("GET " + deployments + "/web", 200, deployment_json(version, "{}"));
    auto found = cluster.workload(web);
    REQUIRE_OK(found);
    return *found;
  }
  void list_pods(const std::string& version, const std::string& items) {
    http.expect("GET " + pods_url + "&limit=500", 200, pod_list(version, items));
    BOOST_REQUIRE(cluster.pods(shown).has_value());
  }
  bool wait(Subject subject, ports::Duration time = 60s) {
    const auto changed = cluster.wait_for_change(shown, subject, clock.now() + time);
    REQUIRE_OK(changed);
    return *changed;
  }
};

}  // namespace watch

BOOST_FIXTURE_TEST_SUITE(watch, watch::World)

BOOST_AUTO_TEST_CASE(compares_resource_versions_as_numbers_where_they_are) {
  BOOST_TEST(later_version("100", "99"));
  BOOST_TEST(!later_version("99", "100"));
  BOOST_TEST(!later_version("100", "100"));
  BOOST_TEST(later_version("abc", "100"));
  BOOST_TEST(later_version("100", ""));
}

BOOST_AUTO_TEST_CASE(keeps_one_watch_over_several_waits) {
  http.expect_stream(
      workload_watch("100"), 200,
      {data(event("MODIFIED", deployment_json("101", R"({"updatedReplicas":1})"))), quiet(),
       data(event("MODIFIED", deployment_json("102", R"({"updatedReplicas":2})")) +
            event("MODIFIED", deployment_json("103", R"({"updatedReplicas":3})")))});
  BOOST_TEST(wait(Subject::workload));
  BOOST_TEST(cluster.seen_workload()->updated_replicas == 1);
  BOOST_TEST(!wait(Subject::workload, 5s));
  BOOST_TEST((clock.elapsed == 5s));
  BOOST_TEST(wait(Subject::workload));
  BOOST_TEST(cluster.seen_workload()->updated_replicas == 3);
}

BOOST_AUTO_TEST_CASE(puts_events_together_from_pieces) {
  const auto text = event("MODIFIED", deployment_json("101", R"({"updatedReplicas":4})"));
  http.expect_stream(
      workload_watch("100"), 200,
      {data(text.substr(0, 10)), data(text.substr(10, 200)), data(text.substr(210))});
  BOOST_TEST(wait(Subject::workload));
  BOOST_TEST(cluster.seen_workload()->updated_replicas == 4);
}

BOOST_AUTO_TEST_CASE(skips_what_a_later_read_has_overtaken_and_bookmarks) {
  http.expect_stream(
      workload_watch("100"), 200,
      {quiet(), data(event("MODIFIED", deployment_json("101", R"({"updatedReplicas":1})"))),
       data(event("BOOKMARK", R"({"kind":"Deployment","metadata":{"resourceVersion":"120"}})")),
       quiet()});
  BOOST_TEST(!wait(Subject::workload, 1s));
  read("110");
  BOOST_TEST(!wait(Subject::workload, 1s));
  BOOST_TEST(cluster.seen_workload()->resource_version == "110");
}

BOOST_AUTO_TEST_CASE(opens_again_from_the_last_event_after_the_servers_timeout) {
  http.expect_stream(workload_watch("100"), 200,
                     {data(event("BOOKMARK", R"({"metadata":{"resourceVersion":"140"}})")), end()});
  http.expect_stream(workload_watch("140"), 200,
                     {data(event("MODIFIED", deployment_json("141", "{}")))});
  BOOST_TEST(wait(Subject::workload));
}

BOOST_AUTO_TEST_CASE(reads_again_after_410_and_watches_from_there) {
  http.expect_stream(workload_watch("100"), 200, {data(expired)});
  http.expect("GET " + deployments + "?fieldSelector=metadata.name%3Dweb", 200,
              R"({"kind":"DeploymentList","metadata":{"resourceVersion":"500"},"items":[)" +
                  deployment_json("100", R"({"updatedReplicas":4})") + "]}");
  http.expect_stream(workload_watch("500"), 200, {});
  BOOST_TEST(wait(Subject::workload));
  BOOST_TEST(cluster.seen_workload()->updated_replicas == 4);
  BOOST_TEST(!wait(Subject::workload, 1s));
}

BOOST_AUTO_TEST_CASE(lists_pods_again_after_410) {
  list_pods("200", pod_json("a", "150"));
  http.expect_stream(pods_watch("200"), 410, {}, {},
                     status_json(410, "Expired", "too old resource version"));
  http.expect("GET " + pods_url + "&limit=500", 200, pod_list("300", pod_json("b", "250")));
  http.expect_stream(pods_watch("300"), 200, {});
  BOOST_TEST(wait(Subject::pods));
  BOOST_REQUIRE(cluster.seen_pods().size() == 1U);
  BOOST_TEST(cluster.seen_pods()[0].name == "b");
}

BOOST_AUTO_TEST_CASE(follows_pods_as_they_come_terminate_and_go) {
  list_pods("200", pod_json("a", "150"));
  http.expect_stream(
      pods_watch("200"), 200,
      {data(event("ADDED", pod_json("b", "201"))),
       data(event("MODIFIED",
                  pod_json("a", "202", R"(,"deletionTimestamp":"2026-11-23T10:00:30Z")"))),
       quiet(), data(event("DELETED", pod_json("a", "203")))});
  BOOST_TEST(wait(Subject::pods));
  BOOST_REQUIRE(cluster.seen_pods().size() == 2U);
  BOOST_TEST(cluster.seen_pods()[0].terminating);
  BOOST_TEST(!wait(Subject::pods, 1s));
  BOOST_TEST(wait(Subject::pods));
  BOOST_REQUIRE(cluster.seen_pods().size() == 1U);
  BOOST_TEST(cluster.seen_pods()[0].name == "b");
}

BOOST_AUTO_TEST_CASE(lists_pods_first_when_nobody_has) {
  http.expect("GET " + pods_url + "&limit=500", 200, pod_list("200", pod_json("a", "150")));
  http.expect_stream(pods_watch("200"), 200, {});
  BOOST_TEST(wait(Subject::pods));
  BOOST_TEST(!wait(Subject::pods, 1s));
}

BOOST_AUTO_TEST_CASE(says_when_the_deployment_is_deleted) {
  http.expect_stream(workload_watch("100"), 200,
                     {data(event("DELETED", deployment_json("101", "{}")))});
  BOOST_TEST(wait(Subject::workload));
  BOOST_TEST(!cluster.seen_workload().has_value());
}

BOOST_AUTO_TEST_CASE(opens_again_after_broken_connections) {
  http.expect_stream(workload_watch("100"), 200, {broken()});
  http.expect_error(workload_watch("100"), ErrorCode::unreachable);
  http.expect_stream(workload_watch("100"), 500, {}, {}, status_json(500, "InternalError", "etcd"));
  http.expect_stream(workload_watch("100"), 200,
                     {data(event("MODIFIED", deployment_json("101", "{}")))});
  BOOST_TEST(wait(Subject::workload));
  BOOST_TEST((clock.elapsed == 250ms + 500ms + 1s));
}

BOOST_AUTO_TEST_CASE(lets_the_caller_look_when_it_was_blind_until_the_deadline) {
  for (int i = 0; i < 3; ++i) http.expect_error(workload_watch("100"), ErrorCode::unreachable);
  BOOST_TEST(wait(Subject::workload, 1s));
}

BOOST_AUTO_TEST_CASE(reports_what_no_repetition_mends) {
  http.expect_stream(workload_watch("100"), 403, {}, {},
                     status_json(403, "Forbidden", "cannot watch resource"));
  check_error(cluster.wait_for_change(shown, Subject::workload, clock.now() + 9s),
              ErrorCode::refused, "cannot watch");
  http.expect_stream(workload_watch("100"), 200, {data("not json\n")});
  check_error(cluster.wait_for_change(shown, Subject::workload, clock.now() + 9s),
              ErrorCode::malformed, "JSON");
  http.expect("GET " + deployments + "?fieldSelector=metadata.name%3Dweb", 200,
              R"({"metadata":{"resourceVersion":"500"},"items":[]})");
  check_error(cluster.wait_for_change(shown, Subject::workload, clock.now() + 9s),
              ErrorCode::missing, "web");
  clock.stop = true;
  http.expect(
      "GET " + deployments + "?fieldSelector=metadata.name%3Dweb", 200,
      R"({"metadata":{"resourceVersion":"500"},"items":[)" + deployment_json("100", "{}") + "]}");
  http.expect_stream(workload_watch("500"), 200, {});
  BOOST_TEST(wait(Subject::workload));  // the list may have brought news
  check_error(cluster.wait_for_change(shown, Subject::workload, clock.now() + 9s),
              ErrorCode::interrupted, "stop");
}

BOOST_AUTO_TEST_CASE(bounds_an_event_that_never_ends) {
  std::vector<Beat> flood;
  for (int i = 0; i < 6; ++i) flood.push_back(data(std::string(1 << 20, 'x')));
  http.expect_stream(workload_watch("100"), 200, flood);
  check_error(cluster.wait_for_change(shown, Subject::workload, clock.now() + 9s),
              ErrorCode::malformed, "longer than");
}

BOOST_AUTO_TEST_CASE(takes_what_the_other_watch_has_without_waiting_for_it) {
  list_pods("200", pod_json("a", "150"));
  http.expect_stream(pods_watch("200"), 200,
                     {quiet(), data(event("DELETED", pod_json("a", "201"))), quiet()});
  BOOST_TEST(!wait(Subject::pods, 1s));
  http.expect_stream(workload_watch("100"), 200, {});
  const auto before = clock.elapsed;
  BOOST_TEST(!wait(Subject::workload, 1s));
  BOOST_TEST((clock.elapsed == before + 1s));
  BOOST_TEST(cluster.seen_pods().empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rotator
