#include "mocks/kubernetes/api_server.h"

#include <boost/test/unit_test.hpp>
#include <set>

#include "tests/mocks/kubernetes/world.h"

BOOST_AUTO_TEST_SUITE(api_server)

namespace {

using namespace std::literals;
using kubernetes_test::FactKind;
using kubernetes_test::Json;
using kubernetes_test::World;
using mocks::kubernetes::ExecFault;

constexpr const char* file = "/vault/secrets/oidc";

// The messages of an exec: by channel.
struct Frames {
  int status = 0;
  std::string output = {};
  std::string error = {};
  std::string outcome = {};
};

Frames exec(World& world, const std::string& arguments) {
  const std::string pod = world.server.pods("portal", "web").front().name;
  mocks::Answer answer = world.server.handle(
      {.method = "GET",
       .target =
           world.pods + "/" + pod + "/exec?container=app&stdout=true&stderr=true&" + arguments,
       .headers = {{"Authorization", "Bearer " + std::string(kubernetes_test::rotator_token)},
                   {"Upgrade", "websocket"},
                   {"Sec-WebSocket-Protocol", "v5.channel.k8s.io, v4.channel.k8s.io"}}});
  Frames frames{.status = answer.response.status};
  if (answer.channel == nullptr) return frames;
  while (auto piece = answer.channel->pop()) {
    const std::string data = piece->substr(1);
    if (piece->front() == 1) frames.output += data;
    if (piece->front() == 2) frames.error += data;
    if (piece->front() == 3) frames.outcome += data;
  }
  BOOST_TEST(answer.channel->ended());
  return frames;
}

std::vector<std::string> types(const std::vector<Json>& events) {
  std::vector<std::string> types;
  for (const Json& event : events) types.push_back(event["type"]);
  return types;
}

}  // namespace

BOOST_AUTO_TEST_CASE(tells_the_exit_code_and_what_the_command_said) {
  World world;
  world.seed({});
  world.runtime.set_file(file, "synthetic\n");
  BOOST_TEST(exec(world, "command=cat&command=/vault/secrets/oidc").output == "synthetic\n");
  const Frames missing = exec(world, "command=cat&command=/none");
  BOOST_TEST(missing.error == "cat: /none: No such file or directory\n");
  const Json status = Json::parse(missing.outcome);
  BOOST_TEST(status["reason"] == "NonZeroExitCode");
  BOOST_TEST(status["details"]["causes"][0]["reason"] == "ExitCode");
  BOOST_TEST(status["details"]["causes"][0]["message"] == "1");
  BOOST_TEST(Json::parse(exec(world, "command=nope").outcome)["reason"] == "InternalError");
}

// The fields as kubectl 1.20 sends them.
BOOST_AUTO_TEST_CASE(runs_commands_over_spdy_for_older_clients) {
  World world;
  world.seed({});
  world.runtime.set_file(file, "synthetic\n");
  ports::Request request{
      .method = "POST",
      .target = world.pods + "/" + world.server.pods("portal", "web").front().name +
                "/exec?command=cat&command=/vault/secrets/oidc&container=app&stderr=true&"
                "stdout=true",
      .headers = {{"Authorization", "Bearer " + std::string(kubernetes_test::rotator_token)},
                  {"Connection", "Upgrade"},
                  {"Upgrade", "SPDY/3.1"},
                  {"X-Stream-Protocol-Version", "v5.channel.k8s.io"}}};
  const mocks::Answer refused = world.server.handle(request);
  BOOST_TEST(refused.response.status == 403);
  BOOST_TEST(refused.response.body ==
             "unable to upgrade: unable to negotiate protocol: client supports "
             "[v5.channel.k8s.io], server accepts [v4.channel.k8s.io]\n");
  request.headers.push_back({"X-Stream-Protocol-Version", "v4.channel.k8s.io"});
  const mocks::Answer answer = world.server.handle(request);
  BOOST_TEST(answer.response.status == 101);
  BOOST_TEST(ports::find_header(answer.response.headers, "Upgrade").value_or("") == "SPDY/3.1");
  BOOST_TEST(
      ports::find_header(answer.response.headers, "X-Stream-Protocol-Version").value_or("") ==
      "v4.channel.k8s.io");
  BOOST_REQUIRE(answer.channel != nullptr);
  std::vector<std::string> pieces;
  while (auto piece = answer.channel->pop()) pieces.push_back(std::move(*piece));
  // Both streams are waited for before the command says anything.
  const std::vector<std::string> expected = {"\2", "\1", "\1synthetic\n",
                                             "\3"
                                             R"({"metadata":{},"status":"Success"})"};
  BOOST_TEST(pieces == expected, boost::test_tools::per_element());
}

// kubectl sends its access reviews so from 1.32 on.
BOOST_AUTO_TEST_CASE(says_that_it_reads_no_protobuf) {
  World world;
  const mocks::Answer answer = world.server.handle(
      {.method = "POST",
       .target = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
       .headers = {{"Authorization", "Bearer " + std::string(kubernetes_test::rotator_token)},
                   {"Content-Type", "application/vnd.kubernetes.protobuf"}},
       .body = std::string("k8s\0", 4)});
  BOOST_TEST(answer.response.status == 415);
  BOOST_TEST(Json::parse(answer.response.body)["reason"] == "UnsupportedMediaType");
}

BOOST_AUTO_TEST_CASE(can_end_an_exec_without_status_or_with_half_the_output) {
  World world;
  world.seed({});
  world.runtime.set_file(file, "0123456789");
  const std::string command = "command=cat&command=/vault/secrets/oidc";
  world.server.set_exec_fault(ExecFault::no_status);
  BOOST_TEST(exec(world, command).output == "0123456789");
  BOOST_TEST(exec(world, command).outcome.empty());
  world.server.set_exec_fault(ExecFault::truncated);
  BOOST_TEST(exec(world, command).output == "01234");
  BOOST_TEST(exec(world, command).outcome.empty());
  world.server.set_exec_fault(ExecFault::refused);
  BOOST_TEST(exec(world, command).status == 500);
  world.server.set_exec_fault(ExecFault::none);
  BOOST_TEST(Json::parse(exec(world, command).outcome)["status"] == "Success");
}

BOOST_AUTO_TEST_CASE(still_runs_commands_in_a_terminating_pod) {
  World world;
  world.seed({});
  world.runtime.set_file(file, "synthetic");
  world.restart("1");
  world.run_for(2300ms);
  BOOST_TEST_REQUIRE(world.server.pods("portal", "web").front().terminating);
  BOOST_TEST(exec(world, "command=cat&command=/vault/secrets/oidc").output == "synthetic");
}

BOOST_AUTO_TEST_CASE(needs_create_as_well_as_get_for_an_upgrade) {
  auto options = kubernetes_test::steady_options();
  options.users.push_back({.name = "getter",
                           .token = "synthetic-getter",
                           .kubernetes_namespace = "portal",
                           .rules = {{.verbs = {"get"}, .resources = {"pods", "pods/exec"}}}});
  World world(options);
  world.seed({});
  const std::string pod = world.server.pods("portal", "web").front().name;
  const auto response = world.call("GET", world.pods + "/" + pod + "/exec?command=id&stdout=true",
                                   {}, {}, "synthetic-getter");
  BOOST_TEST(response.status == 403);
  BOOST_TEST(response.body.find("is forbidden: \"") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(watches_every_change_of_what_a_selector_means) {
  World world;
  world.seed({.replicas = 1});
  mocks::Answer all = world.answer("GET", world.pods + "?watch=true");
  mocks::Answer labelled = world.answer("GET", world.pods + "?watch=true&labelSelector=team%3Da");
  BOOST_TEST((types(World::events(all)) == std::vector<std::string>{"ADDED"}));
  BOOST_TEST(World::events(labelled).empty());
  const std::string pod = world.server.pods("portal", "web").front().name;
  world.patch(world.pods + "/" + pod, R"({"metadata":{"labels":{"team":"a"}}})");
  world.patch(world.pods + "/" + pod, R"({"metadata":{"labels":{"team":"b"}}})");
  BOOST_TEST((types(World::events(all)) == std::vector<std::string>{"MODIFIED", "MODIFIED"}));
  // An object that comes to match is added, one that ceases to is deleted.
  BOOST_TEST((types(World::events(labelled)) == std::vector<std::string>{"ADDED", "DELETED"}));
}

BOOST_AUTO_TEST_CASE(loses_nothing_between_a_list_and_its_watch) {
  World world;
  world.seed({.replicas = 2});
  const std::string version = world.get(world.pods)["metadata"]["resourceVersion"];
  world.restart("1");
  world.run_for(1min);
  mocks::Answer watch = world.answer("GET", world.pods + "?watch=true&resourceVersion=" + version);
  std::set<std::string> names;
  for (const Json& event : World::events(watch)) {
    if (event["type"] == "DELETED") {
      names.erase(event["object"]["metadata"]["name"]);
    } else {
      names.insert(event["object"]["metadata"]["name"]);
    }
  }
  std::set<std::string> now;
  for (const auto& pod : world.server.pods("portal", "web")) now.insert(pod.name);
  BOOST_TEST((names == now));
}

BOOST_AUTO_TEST_CASE(ends_a_watch_at_its_timeout_with_bookmarks_on_the_way) {
  World world;
  world.seed({});
  const std::string version = world.get(world.pods)["metadata"]["resourceVersion"];
  mocks::Answer watch =
      world.answer("GET", world.pods + "?watch=true&allowWatchBookmarks=true&timeoutSeconds=90" +
                              "&resourceVersion=" + version);
  world.run_for(89s);
  BOOST_TEST(!watch.channel->ended());
  BOOST_TEST((types(World::events(watch)) == std::vector<std::string>{"BOOKMARK"}));
  world.run_for(1s);
  BOOST_TEST(watch.channel->ended());
  BOOST_TEST(!watch.channel->overflowed());
}

BOOST_AUTO_TEST_CASE(sends_410_to_a_watcher_whose_history_is_compacted) {
  World world;
  world.seed({});
  const std::string version = world.get(world.pods)["metadata"]["resourceVersion"];
  world.restart("1");
  world.run_for(1min);
  world.server.forget_history();
  mocks::Answer watch = world.answer("GET", world.pods + "?watch=true&resourceVersion=" + version);
  const auto events = World::events(watch);
  BOOST_TEST_REQUIRE(events.size() == 1U);
  BOOST_TEST(events[0]["type"] == "ERROR");
  BOOST_TEST(events[0]["object"]["code"] == 410);
  BOOST_TEST(watch.channel->ended());
}

BOOST_AUTO_TEST_CASE(drops_a_watcher_who_has_left) {
  World world;
  world.seed({});
  mocks::Answer watch = world.answer("GET", world.pods + "?watch=true&timeoutSeconds=3600");
  watch.channel->abandon();
  world.restart("1");
  const std::size_t before = world.queue.pending();
  world.run_for(2h);
  BOOST_TEST(world.queue.pending() < before);
  BOOST_TEST(!watch.channel->pop().has_value());
}

BOOST_AUTO_TEST_CASE(refuses_the_anonymous_with_401_when_told_to) {
  auto options = kubernetes_test::steady_options();
  options.anonymous = false;
  World world(options);
  BOOST_TEST(world.call("GET", "/livez", {}, {}, "").status == 401);
  BOOST_TEST(world.call("GET", "/nope", {}, {}, "").status == 401);
  World open;
  BOOST_TEST(open.call("GET", "/livez", {}, {}, "").status == 200);
  BOOST_TEST(open.call("GET", "/nope", {}, {}, "").status == 403);
}

BOOST_AUTO_TEST_CASE(lets_issued_tokens_expire_and_be_revoked) {
  World world;
  world.seed({});
  const std::string user = "system:serviceaccount:portal:rotator";
  const std::string token = world.server.issue_token(user, 1h);
  BOOST_TEST(world.server.user_of_token(token) == user);
  BOOST_TEST(world.call("GET", world.deployments + "/web", {}, {}, token).status == 200);
  world.run_for(1h);
  BOOST_TEST(world.call("GET", world.deployments + "/web", {}, {}, token).status == 401);
  world.server.revoke_tokens(user);
  BOOST_TEST(world.call("GET", world.deployments + "/web", {}, {}, kubernetes_test::rotator_token)
                 .status == 401);
}

BOOST_AUTO_TEST_CASE(prints_tables_for_kubectl) {
  World world;
  world.seed({.replicas = 3});
  const auto table = [&](const std::string& path) {
    return Json::parse(world
                           .answer("GET", path, {}, {}, kubernetes_test::admin_token,
                                   "application/json;as=Table;v=v1;g=meta.k8s.io,application/json")
                           .response.body);
  };
  const Json deployments = table(world.deployments);
  BOOST_TEST(deployments["kind"] == "Table");
  BOOST_TEST(deployments["rows"][0]["cells"][1] == "3/3");
  BOOST_TEST(deployments["rows"][0]["cells"][4] == "24h");
  const Json pods = table(world.pods);
  BOOST_TEST(pods["rows"][0]["cells"][2] == "Running");
  BOOST_TEST(pods["rows"][0]["object"]["kind"] == "PartialObjectMetadata");
  // kubectl sorts by a field of the whole object (--sort-by).
  const Json whole = table(world.pods + "?includeObject=Object");
  BOOST_TEST(whole["rows"][0]["object"]["status"]["phase"] == "Running");
  BOOST_TEST(table(world.pods + "?includeObject=None")["rows"][0]["object"].is_null());
}

BOOST_AUTO_TEST_CASE(refuses_a_body_without_end) {
  World world;
  const std::string body(mocks::kubernetes::max_request_body + 1, ' ');
  BOOST_TEST(world.call("POST", world.leases, body).status == 413);
}

BOOST_AUTO_TEST_CASE(forbids_eviction_below_a_disruption_budget) {
  World world;
  world.seed({.replicas = 2});
  BOOST_TEST(world
                 .call("POST", "/apis/policy/v1/namespaces/portal/poddisruptionbudgets",
                       R"({"apiVersion":"policy/v1","kind":"PodDisruptionBudget","metadata":)"
                       R"({"name":"b"},"spec":{"minAvailable":2,"selector":{"matchLabels":)"
                       R"({"app.kubernetes.io/name":"web"}}}})")
                 .status == 201);
  const std::string pod = world.server.pods("portal", "web").front().name;
  const auto response = world.call("POST", world.pods + "/" + pod + "/eviction",
                                   R"({"apiVersion":"policy/v1","kind":"Eviction"})");
  BOOST_TEST(response.status == 429);
  BOOST_TEST(Json::parse(response.body)["reason"] == "TooManyRequests");
}

BOOST_AUTO_TEST_CASE(patches_lists_of_containers_by_name) {
  World world;
  world.seed({.containers = {"app", "sidecar"}});
  const auto response = world.patch(
      world.deployments + "/web",
      R"({"spec":{"template":{"spec":{"containers":[{"name":"sidecar","image":"example.invalid/new:2"}]}}}})");
  BOOST_TEST_REQUIRE(response.status == 200);
  const Json containers = Json::parse(response.body)["spec"]["template"]["spec"]["containers"];
  BOOST_TEST_REQUIRE(containers.size() == 2U);
  BOOST_TEST(containers[0]["image"] == "example.invalid/app:1.0");
  BOOST_TEST(containers[1]["image"] == "example.invalid/new:2");
}

BOOST_AUTO_TEST_CASE(answers_garbage_with_a_status_and_lives_on) {
  World world;
  world.seed({});
  const std::vector<std::string> bodies = {"",
                                           "{",
                                           "[]",
                                           "null",
                                           "1",
                                           R"("x")",
                                           R"({"spec":null})",
                                           R"({"spec":{"template":7}})",
                                           R"({"metadata":{"labels":{"a":1}}})",
                                           R"({"spec":{"replicas":99999999999}})",
                                           std::string(5000, '['),
                                           "\xff\xfe"};
  for (const char* method : {"POST", "PUT", "PATCH", "DELETE"}) {
    for (const char* type : {"application/json", "application/merge-patch+json",
                             "application/strategic-merge-patch+json",
                             "application/json-patch+json", "application/apply-patch+yaml"}) {
      for (const std::string& body : bodies) {
        for (const std::string& path :
             {world.deployments, world.deployments + "/web", world.leases + "/lock", world.pods,
              world.deployments + "/web/scale",
              std::string("/apis/events.k8s.io/v1/namespaces/portal/events"),
              std::string("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews")}) {
          const std::string target = path + "?fieldManager=x&dryRun=All";
          const int status = world.call(method, target, body, type).status;
          BOOST_TEST((status >= 200 && status < 600));
        }
      }
    }
  }
  BOOST_TEST(world.deployment()["status"]["availableReplicas"] == 1);
}

BOOST_AUTO_TEST_CASE(tells_facts_of_leases_and_of_events_that_clients_record) {
  World world;
  world.seed({});
  world.call("POST", world.leases,
             R"({"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"name":"lock"},)"
             R"("spec":{"holderIdentity":"r1","leaseDurationSeconds":15}})");
  BOOST_TEST(world.facts.count(FactKind::lease_changed) == 1);
  BOOST_TEST(world.facts.count(FactKind::event_recorded) == 0);
  BOOST_TEST(world.facts.count(FactKind::workload_changed) == 1);
}

BOOST_AUTO_TEST_CASE(a_strategic_patch_merges_lists_by_their_key_and_obeys_its_directives) {
  World world;
  world.seed({});
  const std::string web = world.deployments + "/web";
  const std::string type = "application/strategic-merge-patch+json";
  world.call("PATCH", web, R"({"metadata":{"finalizers":["x/a","x/b"]}})", type);
  const auto answer = world.call(
      "PATCH", web,
      R"({"metadata":{"$deleteFromPrimitiveList/finalizers":["x/a"],"finalizers":["x/b","x/c"]},)"
      R"("spec":{"template":{"spec":{"containers":[{"name":"app","image":"app:2"},)"
      R"({"name":"app","workingDir":"/w"},{"name":"side","image":"side:1"}]}}}})",
      type);
  BOOST_TEST(answer.status == 200, answer.body);
  const Json patched = world.deployment();
  BOOST_TEST(patched["metadata"]["finalizers"].dump() == R"(["x/b","x/c"])");
  const Json& containers = patched["spec"]["template"]["spec"]["containers"];
  BOOST_REQUIRE(containers.size() == 2U);
  BOOST_TEST(containers[0]["image"] == "app:2");
  BOOST_TEST(containers[0]["workingDir"] == "/w");
  BOOST_TEST(containers[1]["name"] == "side");
}

BOOST_AUTO_TEST_CASE(a_pod_deleted_with_a_grace_of_0_in_the_body_goes_at_once) {
  World world;
  world.seed({});
  const Json pods = Json::parse(world.call("GET", world.pods).body);
  const std::string name = pods["items"][0]["metadata"]["name"];
  world.call("DELETE", world.pods + "/" + name, R"({"gracePeriodSeconds":0})");
  BOOST_TEST(world.call("GET", world.pods + "/" + name).status == 404);
}

BOOST_AUTO_TEST_SUITE_END()
