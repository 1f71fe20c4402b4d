// The contract of the Kubernetes API as a rotator uses it. The same bodies run against the mock in
// process and over HTTPS, and may run against a real cluster that nobody else uses.
//
// Each function takes a fresh subject: one Deployment rolled out with all its pods ready, and no
// Lease. Every request goes through `send`.
#pragma once

#include <boost/test/unit_test.hpp>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "rotator/ports/http.h"
#include "tests/contract/contract_case.h"

namespace contract {

struct KubernetesSubject {
  std::function<ports::Response(const ports::Request&)> send;
  // Opens a watch or a WebSocket and gives the pieces that come within about a second.
  std::function<std::vector<std::string>(const ports::Request&, ports::Response& head)> stream;
  std::string admin_token;
  std::string rotator_token;  // may do what one rotation needs, no more
  std::string kubernetes_namespace;
  std::string deployment;
  std::string lease;  // the one that the rotator may hold
  std::string container;
  std::string file;  // in every pod
  std::string content;

  std::string deployment_path() const {
    return "/apis/apps/v1/namespaces/" + kubernetes_namespace + "/deployments/" + deployment;
  }
  std::string pods_path() const { return "/api/v1/namespaces/" + kubernetes_namespace + "/pods"; }
  std::string leases_path() const {
    return "/apis/coordination.k8s.io/v1/namespaces/" + kubernetes_namespace + "/leases";
  }
};

inline ports::Request kubernetes_request(const KubernetesSubject& subject, std::string method,
                                         std::string target, std::string body = {},
                                         std::string content_type = "application/json") {
  ports::Request request{
      .method = std::move(method),
      .target = std::move(target),
      .headers = {{.name = "Authorization", .value = "Bearer " + subject.rotator_token},
                  {.name = "Accept", .value = "application/json"}},
      .body = std::move(body)};
  if (!request.body.empty()) {
    request.headers.push_back({.name = "Content-Type", .value = std::move(content_type)});
  }
  return request;
}

inline ports::Response kubernetes_call(const KubernetesSubject& subject, std::string method,
                                       std::string target, std::string body = {},
                                       std::string content_type = "application/json") {
  return subject.send(kubernetes_request(subject, std::move(method), std::move(target),
                                         std::move(body), std::move(content_type)));
}

inline nlohmann::json kubernetes_json(const ports::Response& response, int status = 200) {
  BOOST_TEST_REQUIRE(response.status == status, response.status << ": " << response.body);
  auto parsed = nlohmann::json::parse(response.body, nullptr, false);
  BOOST_TEST_REQUIRE(!parsed.is_discarded(), "not JSON: " << response.body);
  return parsed;
}

inline void expect_status(const ports::Response& response, int code, const std::string& reason,
                          const std::string& message = {}) {
  const auto body = kubernetes_json(response, code);
  BOOST_TEST(body["kind"] == "Status");
  BOOST_TEST(body["apiVersion"] == "v1");
  BOOST_TEST(body["status"] == "Failure");
  BOOST_TEST(body["code"] == code);
  BOOST_TEST(body["reason"] == reason);
  if (!message.empty()) BOOST_TEST(body["message"] == message);
}

// ---- Who may

inline void refuses_an_unknown_token(KubernetesSubject subject) {
  subject.rotator_token = "synthetic-unknown-token";
  const auto response = kubernetes_call(subject, "GET", subject.deployment_path());
  expect_status(response, 401, "Unauthorized", "Unauthorized");
  BOOST_TEST(!ports::find_header(response.headers, "WWW-Authenticate"));
}

inline void forbids_before_it_reads_the_body_or_knows_the_name(const KubernetesSubject& subject) {
  const std::string where = "/api/v1/namespaces/" + subject.kubernetes_namespace;
  expect_status(kubernetes_call(subject, "GET", where + "/secrets"), 403, "Forbidden");
  expect_status(kubernetes_call(subject, "POST", where + "/configmaps", "{bad"), 403, "Forbidden");
  expect_status(kubernetes_call(subject, "GET", subject.deployment_path() + "-other"), 403,
                "Forbidden");
  // A list is allowed only where it names the one Deployment.
  const std::string list =
      "/apis/apps/v1/namespaces/" + subject.kubernetes_namespace + "/deployments";
  expect_status(kubernetes_call(subject, "GET", list), 403, "Forbidden");
  const auto named = kubernetes_call(subject, "GET",
                                     list + "?fieldSelector=metadata.name%3D" + subject.deployment);
  BOOST_TEST(kubernetes_json(named)["items"].size() == 1U);
}

inline void tells_what_one_may_do(const KubernetesSubject& subject) {
  const auto ask = [&](const std::string& attributes) {
    const auto answer = kubernetes_json(
        kubernetes_call(subject, "POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
                        R"({"apiVersion":"authorization.k8s.io/v1","kind":)"
                        R"("SelfSubjectAccessReview","spec":{"resourceAttributes":{"namespace":")" +
                            subject.kubernetes_namespace + "\"," + attributes + "}}}"),
        201);
    return answer["status"]["allowed"].get<bool>();
  };
  const std::string named = R"("group":"apps","resource":"deployments","verb":"patch")";
  BOOST_TEST(ask(named + R"(,"name":")" + subject.deployment + '"'));
  BOOST_TEST(!ask(named));
  BOOST_TEST(ask(R"("resource":"pods","subresource":"exec","verb":"create")"));
  BOOST_TEST(!ask(R"("resource":"secrets","verb":"get")"));
}

// ---- Deployment

inline void restarts_by_an_annotation_of_the_template(const KubernetesSubject& subject) {
  const std::string body =
      R"({"spec":{"template":{"metadata":{"annotations":{"example.test/rotation":"r1"}}}}})";
  const std::string type = "application/strategic-merge-patch+json";
  const auto before = kubernetes_json(kubernetes_call(subject, "GET", subject.deployment_path()));
  const auto first =
      kubernetes_json(kubernetes_call(subject, "PATCH", subject.deployment_path(), body, type));
  BOOST_TEST(first["metadata"]["generation"].get<int>() ==
             before["metadata"]["generation"].get<int>() + 1);
  BOOST_TEST(first["spec"]["template"]["metadata"]["annotations"]["example.test/rotation"] == "r1");
  // The same again changes nothing more in the spec.
  const auto second =
      kubernetes_json(kubernetes_call(subject, "PATCH", subject.deployment_path(), body, type));
  BOOST_TEST(second["metadata"]["generation"] == first["metadata"]["generation"]);
}

inline void holds_a_patch_to_the_version_that_it_names(const KubernetesSubject& subject) {
  const auto response =
      kubernetes_call(subject, "PATCH", subject.deployment_path(),
                      R"({"metadata":{"resourceVersion":"1","annotations":{"a":"b"}}})",
                      "application/merge-patch+json");
  expect_status(response, 409, "Conflict",
                "Operation cannot be fulfilled on deployments.apps \"" + subject.deployment +
                    "\": the object has been modified; please apply your changes to the latest "
                    "version and try again");
}

inline void refuses_patches_that_are_none(const KubernetesSubject& subject) {
  const auto patch = [&](const std::string& body, const std::string& type) {
    return kubernetes_call(subject, "PATCH", subject.deployment_path(), body, type);
  };
  expect_status(patch("{}", "application/json"), 415, "UnsupportedMediaType");
  expect_status(patch(R"({"spec":)", "application/strategic-merge-patch+json"), 400, "BadRequest",
                "unexpected end of JSON input");
  expect_status(patch(R"([{"op":"test","path":"/metadata/name","value":"x"}])",
                      "application/json-patch+json"),
                422, "Invalid");
}

inline void stores_nothing_in_a_dry_run(const KubernetesSubject& subject) {
  const auto before = kubernetes_json(kubernetes_call(subject, "GET", subject.deployment_path()));
  const auto would_be = kubernetes_json(kubernetes_call(
      subject, "PATCH", subject.deployment_path() + "?dryRun=All",
      R"({"spec":{"template":{"metadata":{"annotations":{"example.test/dry":"1"}}}}})",
      "application/merge-patch+json"));
  BOOST_TEST(would_be["metadata"]["resourceVersion"] == before["metadata"]["resourceVersion"]);
  BOOST_TEST(would_be["metadata"]["generation"].get<int>() ==
             before["metadata"]["generation"].get<int>() + 1);
  const auto after = kubernetes_json(kubernetes_call(subject, "GET", subject.deployment_path()));
  BOOST_TEST(after["metadata"]["generation"] == before["metadata"]["generation"]);
}

// ---- Pods

inline void lists_pods_with_their_owner_and_start(const KubernetesSubject& subject) {
  const auto deployment =
      kubernetes_json(kubernetes_call(subject, "GET", subject.deployment_path()));
  const auto pods = kubernetes_json(kubernetes_call(subject, "GET", subject.pods_path()));
  BOOST_TEST(pods["kind"] == "PodList");
  BOOST_TEST(pods["items"].size() == deployment["spec"]["replicas"].get<std::size_t>());
  for (const auto& pod : pods["items"]) {
    BOOST_TEST(!pod.contains("kind"));
    const auto& owner = pod["metadata"]["ownerReferences"][0];
    BOOST_TEST(owner["kind"] == "ReplicaSet");
    BOOST_TEST(owner["controller"] == true);
    BOOST_TEST(pod["status"]["phase"] == "Running");
    const auto& container = pod["status"]["containerStatuses"][0];
    BOOST_TEST(container["state"]["running"]["startedAt"].get<std::string>().ends_with("Z"));
    bool ready = false;
    for (const auto& condition : pod["status"]["conditions"]) {
      if (condition["type"] == "Ready") ready = condition["status"] == "True";
    }
    BOOST_TEST(ready);
  }
}

inline void pages_through_a_list_at_one_version(const KubernetesSubject& subject) {
  std::vector<std::string> names;
  std::string version;
  std::string token;
  for (int page = 0; page < 100; ++page) {
    const auto list = kubernetes_json(
        kubernetes_call(subject, "GET", subject.pods_path() + "?limit=1&continue=" + token));
    BOOST_TEST_REQUIRE(list["items"].size() == 1U);
    names.push_back(list["items"][0]["metadata"]["name"]);
    const std::string at = list["metadata"]["resourceVersion"];
    if (!version.empty()) BOOST_TEST(at == version);
    version = at;
    token = list["metadata"].value("continue", "");
    if (token.empty()) break;
  }
  const auto whole = kubernetes_json(kubernetes_call(subject, "GET", subject.pods_path()));
  BOOST_TEST(names.size() == whole["items"].size());
}

inline void refuses_selectors_that_it_cannot_read(const KubernetesSubject& subject) {
  expect_status(kubernetes_call(subject, "GET", subject.pods_path() + "?labelSelector=a%3D%3D%3Db"),
                400, "BadRequest", "unable to parse requirement: found '=', expected: identifier");
  expect_status(
      kubernetes_call(subject, "GET", subject.pods_path() + "?fieldSelector=spec.image%3Dx"), 400,
      "BadRequest", "field label not supported: spec.image");
}

// ---- Watch

inline void watches_from_the_beginning_with_a_bookmark(const KubernetesSubject& subject) {
  ports::Response head;
  const auto pieces = subject.stream(
      kubernetes_request(subject, "GET",
                         subject.pods_path() + "?watch=true&sendInitialEvents=true"
                                               "&resourceVersionMatch=NotOlderThan"
                                               "&allowWatchBookmarks=true&timeoutSeconds=60"),
      head);
  BOOST_TEST(head.status == 200);
  std::string text;
  for (const auto& piece : pieces) text += piece;
  std::vector<nlohmann::json> events;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = text.find('\n', from);
    BOOST_TEST_REQUIRE(end != std::string::npos);
    events.push_back(nlohmann::json::parse(text.substr(from, end - from)));
    from = end + 1;
  }
  BOOST_TEST_REQUIRE(events.size() >= 2U);
  for (std::size_t i = 0; i + 1 < events.size(); ++i) BOOST_TEST(events[i]["type"] == "ADDED");
  BOOST_TEST(events.back()["type"] == "BOOKMARK");
  BOOST_TEST(events.back()["object"]["metadata"]["annotations"]["k8s.io/initial-events-end"] ==
             "true");
}

inline void tells_an_old_watcher_to_list_again(const KubernetesSubject& subject) {
  ports::Response head;
  const auto pieces = subject.stream(
      kubernetes_request(subject, "GET",
                         subject.pods_path() + "?watch=true&resourceVersion=1&timeoutSeconds=2"),
      head);
  BOOST_TEST(head.status == 200);
  std::string text;
  for (const auto& piece : pieces) text += piece;
  const auto event = nlohmann::json::parse(text);
  BOOST_TEST(event["type"] == "ERROR");
  BOOST_TEST(event["object"]["code"] == 410);
  BOOST_TEST(event["object"]["reason"] == "Expired");
}

// ---- Exec

inline ports::Request exec_request(const KubernetesSubject& subject, const std::string& arguments,
                                   const std::string& container) {
  const auto pods = kubernetes_json(kubernetes_call(subject, "GET", subject.pods_path()));
  const std::string pod = pods["items"][0]["metadata"]["name"];
  return kubernetes_request(subject, "GET",
                            subject.pods_path() + "/" + pod + "/exec?" + arguments +
                                "&container=" + container + "&stdout=true&stderr=true");
}

inline void runs_a_command_and_ends_with_a_status(const KubernetesSubject& subject) {
  ports::Response head;
  ports::Request request =
      exec_request(subject, "command=cat&command=" + subject.file, subject.container);
  request.headers.push_back({.name = "Upgrade", .value = "websocket"});
  request.headers.push_back({.name = "Connection", .value = "Upgrade"});
  request.headers.push_back({.name = "Sec-WebSocket-Protocol", .value = "v5.channel.k8s.io"});
  const auto pieces = subject.stream(request, head);
  BOOST_TEST_REQUIRE(head.status == 101);
  BOOST_TEST(ports::find_header(head.headers, "Sec-WebSocket-Protocol").value_or("") ==
             "v5.channel.k8s.io");
  std::string output;
  std::string status;
  BOOST_TEST_REQUIRE(!pieces.empty());
  BOOST_TEST(pieces.front() == "\x01");
  for (const auto& piece : pieces) {
    BOOST_TEST_REQUIRE(!piece.empty());
    if (piece[0] == 1) output += piece.substr(1);
    if (piece[0] == 3) status += piece.substr(1);
  }
  BOOST_TEST(output == subject.content);
  BOOST_TEST(nlohmann::json::parse(status)["status"] == "Success");
}

inline void refuses_exec_before_the_upgrade(const KubernetesSubject& subject) {
  expect_status(subject.send(exec_request(subject, "command=id", subject.container)), 400,
                "BadRequest", "Upgrade request required");
  ports::Request wrong = exec_request(subject, "command=id", "nope");
  expect_status(subject.send(wrong), 400, "BadRequest");
}

// ---- Lease

inline std::string lease_body(const std::string& name, const std::string& holder,
                              const std::string& renewed, const std::string& version = {}) {
  return R"({"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"name":")" + name +
         '"' + (version.empty() ? "" : R"(,"resourceVersion":")" + version + '"') +
         R"(},"spec":{"holderIdentity":")" + holder +
         R"(","leaseDurationSeconds":15,"acquireTime":"2026-01-05T08:00:00.000000Z",)" +
         R"("renewTime":")" + renewed + R"(","leaseTransitions":0}})";
}

inline void locks_with_a_lease(const KubernetesSubject& subject) {
  const std::string path = subject.leases_path() + "/" + subject.lease;
  const std::string time = "2026-01-05T08:00:05.123456Z";
  expect_status(kubernetes_call(subject, "GET", path), 404, "NotFound",
                "leases.coordination.k8s.io \"" + subject.lease + "\" not found");
  const auto made = kubernetes_json(
      kubernetes_call(subject, "POST", subject.leases_path(), lease_body(subject.lease, "a", time)),
      201);
  expect_status(
      kubernetes_call(subject, "POST", subject.leases_path(), lease_body(subject.lease, "b", time)),
      409, "AlreadyExists");
  const std::string version = made["metadata"]["resourceVersion"];
  const auto renewed = kubernetes_json(
      kubernetes_call(subject, "PUT", path,
                      lease_body(subject.lease, "a", "2026-01-05T08:00:06.123456Z", version)));
  BOOST_TEST(renewed["spec"]["renewTime"] == "2026-01-05T08:00:06.123456Z");
  BOOST_TEST(renewed["metadata"]["resourceVersion"] != version);
  expect_status(
      kubernetes_call(subject, "PUT", path, lease_body(subject.lease, "b", time, version)), 409,
      "Conflict");
  expect_status(kubernetes_call(subject, "PUT", path, lease_body(subject.lease, "b", time)), 422,
                "Invalid");
  expect_status(kubernetes_call(subject, "PUT", path,
                                lease_body(subject.lease, "a", "2026-01-05T08:00:06Z",
                                           renewed["metadata"]["resourceVersion"])),
                400, "BadRequest");
}

// ---- Events

inline void records_an_event(const KubernetesSubject& subject) {
  const std::string path =
      "/apis/events.k8s.io/v1/namespaces/" + subject.kubernetes_namespace + "/events";
  const std::string body =
      R"({"apiVersion":"events.k8s.io/v1","kind":"Event","metadata":{"name":"web.1a2b","namespace":")" +
      subject.kubernetes_namespace +
      R"("},"eventTime":"2026-01-05T08:00:00.000000Z","reportingController":"example.test/rotator",)"
      R"("reportingInstance":"r-1","action":"Rotate","reason":"SecretRotated","type":"Normal",)"
      R"("note":"synthetic note","regarding":{"apiVersion":"apps/v1","kind":"Deployment","name":")" +
      subject.deployment + R"(","namespace":")" + subject.kubernetes_namespace + R"("}})";
  const auto made = kubernetes_json(kubernetes_call(subject, "POST", path, body), 201);
  BOOST_TEST(made["note"] == "synthetic note");
  const auto missing = kubernetes_call(
      subject, "POST", path,
      R"({"apiVersion":"events.k8s.io/v1","kind":"Event","metadata":{"name":"x"}})");
  expect_status(missing, 422, "Invalid");
  BOOST_TEST(missing.body.find("reportingController: Required value") != std::string::npos);
}

}  // namespace contract

#define KUBERNETES_CONTRACT(run)                                         \
  CONTRACT_CASE(run, refuses_an_unknown_token)                           \
  CONTRACT_CASE(run, forbids_before_it_reads_the_body_or_knows_the_name) \
  CONTRACT_CASE(run, tells_what_one_may_do)                              \
  CONTRACT_CASE(run, restarts_by_an_annotation_of_the_template)          \
  CONTRACT_CASE(run, holds_a_patch_to_the_version_that_it_names)         \
  CONTRACT_CASE(run, refuses_patches_that_are_none)                      \
  CONTRACT_CASE(run, stores_nothing_in_a_dry_run)                        \
  CONTRACT_CASE(run, lists_pods_with_their_owner_and_start)              \
  CONTRACT_CASE(run, pages_through_a_list_at_one_version)                \
  CONTRACT_CASE(run, refuses_selectors_that_it_cannot_read)              \
  CONTRACT_CASE(run, watches_from_the_beginning_with_a_bookmark)         \
  CONTRACT_CASE(run, tells_an_old_watcher_to_list_again)                 \
  CONTRACT_CASE(run, runs_a_command_and_ends_with_a_status)              \
  CONTRACT_CASE(run, refuses_exec_before_the_upgrade)                    \
  CONTRACT_CASE(run, locks_with_a_lease)                                 \
  CONTRACT_CASE(run, records_an_event)
