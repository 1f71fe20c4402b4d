#include "rotator/kubernetes/cluster.h"

#include <boost/test/unit_test.hpp>

#include "rotator/kubernetes/objects.h"
#include "tests/rotator/kubernetes/cluster_world.h"

namespace rotator {

using namespace std::chrono_literals;
using ports::ErrorCode;

BOOST_FIXTURE_TEST_SUITE(cluster, ClusterWorld)

BOOST_AUTO_TEST_CASE(writes_selectors_as_kubectl_does) {
  BOOST_TEST(selector_text(*JsonDocument::parse(
                 R"({"matchLabels":{"app":"web","tier":"front"},"matchExpressions":[
      {"key":"zone","operator":"In","values":["a","b"]},{"key":"canary","operator":"DoesNotExist"},
      {"key":"track","operator":"Exists"},{"key":"env","operator":"NotIn","values":["dev"]}]})")) ==
             "app=web,tier=front,zone in (a,b),!canary,track,env notin (dev)");
}

BOOST_AUTO_TEST_CASE(refuses_objects_that_lack_what_matters) {
  const std::string url = "GET " + deployments + "/web";
  http.expect(url, 200, R"({"metadata":{"name":"web"}})");
  check_error(cluster.workload(web), ErrorCode::malformed, "uid");
  http.expect(
      url, 200,
      R"({"metadata":{"name":"web","uid":"u","resourceVersion":"1","generation":1},"spec":{}})");
  check_error(cluster.workload(web), ErrorCode::malformed, "selector");
  http.expect(url, 200, "<html>sign in</html>");
  check_error(cluster.workload(web), ErrorCode::malformed, "JSON");
}

BOOST_AUTO_TEST_CASE(maps_statuses_to_what_a_caller_can_do) {
  const std::string url = "GET " + deployments + "/web";
  http.expect(url, 404, status_json(404, "NotFound", "deployments.apps \\\"web\\\" not found"));
  check_error(cluster.workload(web), ErrorCode::missing, "not found");
  http.expect(
      url, 403,
      status_json(403, "Forbidden",
                  "deployments.apps \\\"web\\\" is forbidden: User \\\"u\\\" cannot get resource"));
  check_error(cluster.workload(web), ErrorCode::refused, "cannot get resource");
  http.expect("PATCH " + deployments + "/web?fieldManager=rotator", 409,
              status_json(409, "Conflict", "the object has been modified"));
  check_error(cluster.annotate_template(web, "a", "b"), ErrorCode::conflict, "modified");
  http.expect("PATCH " + deployments + "/web?fieldManager=rotator", 422,
              status_json(422, "Invalid", "is invalid"));
  check_error(cluster.annotate_template(web, "a", "b"), ErrorCode::refused, "is invalid");
  http.expect(url, 404, "404 page not found");
  check_error(cluster.workload(web), ErrorCode::missing, "404");
}

BOOST_AUTO_TEST_CASE(reads_its_token_afresh_and_once_more_after_a_401) {
  const std::string url = "GET " + deployments + "/web";
  const auto unauthorized = status_json(401, "Unauthorized", "Unauthorized");
  http.expect(url, 401, unauthorized).expect(url, 200, deployment_json("100", "{}"));
  BOOST_TEST(cluster.workload(web).has_value());
  BOOST_TEST(files.reads == 2);
  http.expect(url, 401, unauthorized).expect(url, 401, unauthorized);
  check_error(cluster.workload(web), ErrorCode::refused, "does not accept this credential");
  files.content["/token"] = "two\nlines";
  check_error(cluster.workload(web), ErrorCode::configuration, "/token");
  files.content.clear();
  check_error(cluster.workload(web), ErrorCode::configuration, "/token");
}

BOOST_AUTO_TEST_CASE(waits_out_a_busy_server) {
  const std::string url = "GET " + deployments + "/web";
  http.expect(url, 429, "Too many requests, please try again later.", {{"Retry-After", "1"}});
  http.expect(url, 503, status_json(503, "ServiceUnavailable", "apiserver is shutting down"));
  http.expect_error(url, ErrorCode::unreachable).expect_error(url, ErrorCode::ambiguous);
  http.expect(url, 200, deployment_json("100", "{}"));
  BOOST_TEST(cluster.workload(web).has_value());
  BOOST_TEST((clock.elapsed == 1s + 500ms + 1s + 2s));
}

BOOST_AUTO_TEST_CASE(gives_up_on_a_server_that_stays_away) {
  auto hasty = make(1s);
  for (int i = 0; i < 3; ++i)
    http.expect_error("GET " + deployments + "/web", ErrorCode::unreachable);
  check_error(hasty.workload(web), ErrorCode::unreachable, "tried 3 times");
  // A certificate that is refused now is refused in a moment too.
  http.expect_error("GET " + deployments + "/web", ErrorCode::untrusted);
  check_error(hasty.workload(web), ErrorCode::untrusted, "deployments/web");
}

BOOST_AUTO_TEST_CASE(restarts_by_its_own_annotation_and_again_after_a_lost_reply) {
  const std::string url = "PATCH " + deployments + "/web?fieldManager=rotator";
  http.expect_error(url, ErrorCode::ambiguous)
      .expect(url, 504, "{}")
      .expect(url, 200, deployment_json("101", "{}"));
  const auto patched = cluster.annotate_template(web, "overlap/rotation", "r-1");
  REQUIRE_OK(patched);
  BOOST_TEST(patched->resource_version == "101");
  BOOST_TEST(http.requests[2].body ==
             R"({"spec":{"template":{"metadata":{"annotations":{"overlap/rotation":"r-1"}}}}})");
  BOOST_TEST(header(http.requests[2], "Content-Type") == "application/strategic-merge-patch+json");
  http.expect(url, 200, deployment_json("102", "{}"));
  BOOST_TEST(cluster.annotate_template(web, "overlap/rotation", std::nullopt).has_value());
  BOOST_TEST(http.requests[3].body ==
             R"({"spec":{"template":{"metadata":{"annotations":{"overlap/rotation":null}}}}})");
}

BOOST_AUTO_TEST_CASE(lists_all_pages_of_pods_terminating_ones_too) {
  http.expect("GET " + pods_url + "&limit=500", 200,
              pod_list("50", pod_json("a", "40"), "next page=="));
  http.expect(
      "GET " + pods_url + "&limit=500&continue=next%20page%3D%3D", 200,
      pod_list("50", pod_json("b", "41", R"(,"deletionTimestamp":"2026-11-23T10:00:30Z")")));
  const auto pods = cluster.pods(read_web);
  REQUIRE_OK(pods);
  BOOST_REQUIRE(pods->size() == 2U);
  const auto& pod = pods->at(0);
  BOOST_TEST(pod.uid == "u-a");
  BOOST_TEST(pod.phase == "Running");
  BOOST_TEST(pod.ready);
  BOOST_TEST(!pod.terminating);
  BOOST_TEST((pod.started.at("portal") == pod.created + 20s));
  BOOST_TEST(pod.started.count("vault-agent") == 0U);
  BOOST_TEST(pod.restarts.at("portal") == 1);
  BOOST_TEST(pods->at(1).terminating);
}

BOOST_AUTO_TEST_CASE(starts_over_when_a_page_has_expired) {
  http.expect("GET " + pods_url + "&limit=500", 200, pod_list("50", pod_json("a", "40"), "n"));
  http.expect("GET " + pods_url + "&limit=500&continue=n", 410,
              status_json(410, "Expired", "the continue parameter is too old"));
  http.expect("GET " + pods_url + "&limit=500", 200, pod_list("60", pod_json("b", "55")));
  const auto pods = cluster.pods(read_web);
  REQUIRE_OK(pods);
  BOOST_REQUIRE(pods->size() == 1U);
  BOOST_TEST(pods->at(0).name == "b");
}

BOOST_AUTO_TEST_CASE(takes_an_empty_list_for_empty_and_nonsense_for_nonsense) {
  http.expect("GET " + pods_url + "&limit=500", 200,
              R"({"kind":"PodList","metadata":{"resourceVersion":"5"},"items":null})");
  const auto none = cluster.pods(read_web);
  REQUIRE_OK(none);
  BOOST_TEST(none->empty());
  http.expect("GET " + pods_url + "&limit=500", 200, R"({"kind":"Pod"})");
  check_error(cluster.pods(read_web), ErrorCode::malformed, "list");
}

BOOST_AUTO_TEST_CASE(asks_what_it_may_do) {
  const std::string url =
      "POST " + server + "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
  http.expect(url, 201, R"({"status":{"allowed":true}})")
      .expect(url, 201, R"({"status":{"allowed":false}})");
  BOOST_TEST(cluster.allowed("create", "", "pods", "exec").value());
  BOOST_TEST(!cluster.allowed("patch", "apps", "deployments", {}, "web").value());
  BOOST_TEST(
      http.requests[0].body ==
      R"({"apiVersion":"authorization.k8s.io/v1","kind":"SelfSubjectAccessReview","spec":{"resourceAttributes":{"namespace":"portal","verb":"create","resource":"pods","subresource":"exec"}}})");
  http.expect(url, 201, R"({"status":{}})");
  check_error(cluster.allowed("get", "", "pods"), ErrorCode::malformed, "allowed");
  http.expect(url, 403,
              status_json(403, "Forbidden", "User \\\"system:anonymous\\\" cannot create"));
  check_error(cluster.allowed("get", "", "pods"), ErrorCode::refused, "system:anonymous");
}

BOOST_AUTO_TEST_CASE(records_an_event_once_even_after_a_lost_reply) {
  const std::string url = "POST " + server + "/apis/events.k8s.io/v1/namespaces/portal/events";
  http.expect_error(url, ErrorCode::ambiguous)
      .expect(url, 409, status_json(409, "AlreadyExists", "already exists"));
  BOOST_TEST(cluster
                 .record_event(read_web, "Normal", "Rotated", "Rotate",
                               std::string(1023, 'x') + "\xc3\xa9", "r-1.done")
                 .has_value());
  const auto sent = JsonDocument::parse(http.requests[0].body).value();
  BOOST_TEST(text_member(sent, {"metadata", "name"}) == "web.r-1.done");
  BOOST_TEST(text_member(sent, {"eventTime"}) == "2026-11-23T10:00:00.000000Z");
  BOOST_TEST(text_member(sent, {"note"}) == std::string(1023, 'x'));
  BOOST_TEST(text_member(sent, {"regarding", "kind"}) == "Deployment");
  http.expect(url, 422, status_json(422, "Invalid", "eventTime: Required value"));
  check_error(cluster.record_event(read_web, "Normal", "Rotated", "Rotate", "n", "x"),
              ErrorCode::refused, "eventTime");
}

BOOST_AUTO_TEST_CASE(tells_the_version) {
  http.expect("GET " + server + "/version", 200,
              R"({"major":"1","minor":"36","gitVersion":"v1.36.3"})");
  BOOST_TEST(cluster.version().value() == "v1.36.3");
}

BOOST_AUTO_TEST_CASE(encodes_names_that_could_change_the_path) {
  http.expect("GET " + deployments + "/a%2Fb%3Fc", 404, "");
  check_error(cluster.workload({web.kind, "a/b?c"}), ErrorCode::missing, "a/b?c");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rotator
