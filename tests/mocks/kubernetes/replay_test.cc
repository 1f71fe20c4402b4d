// The mock answers as a real Kubernetes 1.36.3 (with kwok's simulated node) did: its recorded
// exchanges, in order. The recording has no times, so before each row the world runs on until it
// shows what the row recorded: the mock must pass through every recorded state, in that order.
#include "tests/recorded/replay.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <iostream>
#include <set>

#include "tests/mocks/kubernetes/world.h"
#include "tests/recorded/shape.h"

BOOST_AUTO_TEST_SUITE(replay)

namespace {

using kubernetes_test::Json;
using kubernetes_test::User;
using kubernetes_test::World;
using namespace std::literals;

constexpr const char* recording = OVERLAP_SOURCE_DIR "/tests/recorded/kubernetes.jsonl";
const std::vector<std::string> literal = {"message", "reason", "kind", "type"};
constexpr auto patience = 30s;  // of virtual time, for the next recorded state to come

kubernetes_test::ApiServerOptions recorded_cluster() {
  kubernetes_test::ApiServerOptions options;
  User admin = kubernetes_test::admin();
  admin.token = "<admin>";
  User rolling{.name = "system:serviceaccount:portal:rolling",
               .token = "<rolling-sa-token>",
               .kubernetes_namespace = "portal",
               .rules = {{.verbs = {"get", "patch"},
                          .groups = {"apps"},
                          .resources = {"deployments"},
                          .resource_names = {"backstage"}},
                         {.verbs = {"list", "watch"},
                          .groups = {"apps"},
                          .resources = {"deployments", "replicasets"}},
                         {.verbs = {"get", "list", "watch"}, .resources = {"pods"}},
                         {.verbs = {"get", "create", "update"},
                          .groups = {"coordination.k8s.io"},
                          .resources = {"leases"}}}};
  User nobody{.name = "nobody", .token = "<nobody>"};
  options.users = {admin, rolling, nobody};
  options.namespaces = {"default", "kube-system", "portal"};
  options.pod_start = {};
  options.pod_ready = {.low = 1500ms, .high = 1500ms};
  options.pod_termination = {.low = 2490ms, .high = 2490ms};
  options.simulated_node = true;
  // The recorded polls saw every ReplicaSet's status before the Deployment's: so must the mock.
  options.workload_lag = 6ms;
  options.replica_set_lag = 5ms;
  return options;
}

std::map<std::string, std::string> skipped_rows() {
  return {
      {"discovery /apis", "lists only the groups that the mock serves"},
      {"discovery /api/v1", "lists only the resources that the mock serves"},
      {"discovery /apis/apps/v1", "lists only the resources that the mock serves"},
      {"discovery /apis/coordination.k8s.io/v1", "deletecollection is not served"},
      {"deploy apply yaml", "apply patches are read as JSON, not as YAML"},
      {"deploy PATCH malformed apply", "apply patches are read as JSON, not as YAML"},
      {"deploy PATCH unknown field Strict", "the text quotes the object with managedFields"},
      {"accept yaml", "answers are JSON"},
      {"events after rollout", "Events of rollouts that the recording leaves out"},
      {"pod PATCH immutable", "the text holds a diff of Go structures"},
      {"quota events", "how often creation was retried by then is a matter of pace"},
      {"pods ?watch=maybe&timeoutSeconds=1", "recorded as text that was cut, not as a stream"},
      {"log", "containers write no logs"},
      {"anon off: /livez", "a second server, started with --anonymous-auth=false"},
      {"anon off: unknown path", "a second server, started with --anonymous-auth=false"},
  };
}

std::vector<Json> rows() {
  std::vector<Json> rows;
  std::ifstream in(recording);
  for (std::string line; std::getline(in, line);) rows.push_back(Json::parse(line));
  return rows;
}

recorded::Shape fresh_shape() {
  return recorded::Shape({.literal = {literal.begin(), literal.end()}});
}

// Counts are compared too while waiting, and whether the controller has seen the newest spec; not
// generations, which rows left out of the recording have moved, and not how many pods terminate:
// that is the pace of kwok.
bool same_counts(const Json& recorded, const Json& now) {
  for (const auto& [key, value] : recorded.items()) {
    if (!value.is_number() || key == "observedGeneration" || key == "terminatingReplicas") continue;
    if (now.value(key, Json()) != value) return false;
  }
  return true;
}

int generations_behind(const Json& object) {
  return object["metadata"].value("generation", 0) -
         object["status"].value("observedGeneration", 0);
}

// `shape` keeps what it bound only when all is alike.
bool looks_like(recorded::Shape& shape, const Json& recorded, const Json& now) {
  recorded::Shape attempt = shape;
  if (!now.is_object() || !attempt.compare(recorded, now).empty()) return false;
  const bool deployment = recorded.value("kind", "") == "Deployment";
  const bool alike = !deployment || (generations_behind(recorded) == generations_behind(now) &&
                                     same_counts(recorded["status"], now["status"]));
  if (alike) shape = std::move(attempt);
  return alike;
}

// Lists come sorted by name, and names hold letters that no mock need share. Puts the items of a
// list of pods or ReplicaSets into the recorded order, where they are the same in all but order.
class SameOrder final : public mocks::Handler {
 public:
  explicit SameOrder(mocks::Handler& handler) : handler_(handler) {}
  void expect(const Json& body) { expected_ = body; }
  mocks::Answer handle(const ports::Request& request) override {
    mocks::Answer answer = handler_.handle(request);
    Json body = Json::parse(answer.response.body, nullptr, false);
    if (!body.is_object() || !body.contains("items") || !expected_.is_object() ||
        !expected_.contains("items")) {
      return answer;
    }
    std::vector<Json> left(body["items"].begin(), body["items"].end());
    if (left.size() != expected_["items"].size() || left.size() < 2) return answer;
    Json items = Json::array();
    for (const Json& wanted : expected_["items"]) {
      const auto found = std::find_if(left.begin(), left.end(), [&](const Json& one) {
        return signature(one) == signature(wanted);
      });
      if (found == left.end()) return answer;
      items.push_back(*found);
      left.erase(found);
    }
    body["items"] = std::move(items);
    answer.response.body = body.dump();
    return answer;
  }

 private:
  // Whether it was restarted, how far it is, and whether it goes: all that tells items apart.
  static std::string signature(const Json& item) {
    const Json& metadata = item["metadata"];
    std::string text = metadata.contains("annotations") &&
                               metadata["annotations"].contains("kubectl.kubernetes.io/restartedAt")
                           ? "restarted "
                           : "";
    text += metadata.contains("deletionTimestamp") ? "terminating " : "";
    const Json status = item.value("status", Json::object());
    text += status.value("phase", "");
    return text + (status.contains("readyReplicas") ? " ready" : "");
  }
  mocks::Handler& handler_;
  Json expected_;
};

class Recording {
 public:
  Recording(World& world, SameOrder& server) : world_(world), server_(server) {
    for (const Json& row : rows()) expected_[row["name"]].push_back(row["response"]);
  }

  void before(const std::string& name, ports::Request& request) {
    credential(name, request);
    const auto found = expected_.find(name);
    if (found == expected_.end() || found->second.empty()) return;
    // Rows left out had waited, and had named a pod.
    if (name == "replicasets after rollout") world_.run_for(1s);
    name_a_pod(request);
    if (name.starts_with("ws frames")) {
      // Their requests were recorded without headers.
      request.headers = {{"Authorization", "Bearer <admin>"},
                         {"Connection", "Upgrade"},
                         {"Upgrade", "websocket"},
                         {"Sec-WebSocket-Protocol", "v5.channel.k8s.io"}};
    }
    const Json response = found->second.front();
    found->second.erase(found->second.begin());
    server_.expect(response["body"]);
    const bool watch = request.target.find("watch") != std::string::npos;
    const bool reads = request.method == "GET" && !watch;
    if (reads && response["status"] == 200 && response["body"].is_object()) {
      wait_for(response["body"], request);
    } else if (reads && response["status"] == 404) {
      run_until([&] { return server_.handle(request).response.status == 404; });
    }
    const bool writes = request.method == "PATCH" || request.method == "PUT";
    if (writes && response["status"] == 200 && response["body"].is_object()) {
      wait_for_write(response["body"], request);
    }
    versions(name, request);
  }

 private:
  static void credential(const std::string& name, ports::Request& request) {
    for (ports::Header& header : request.headers) {
      if (header.value == "Bearer <rolling>") header.value = "Bearer <rolling-sa-token>";
    }
    if (name.find("unknown sa token") != std::string::npos) return;
    std::erase_if(request.headers,
                  [](const ports::Header& header) { return header.value == "Bearer <none>"; });
  }

  void name_a_pod(ports::Request& request) {
    const std::size_t at = request.target.find("{{pod:");
    if (at == std::string::npos) return;
    const std::size_t end = request.target.find("}}", at) + 2;
    const auto pods = world_.server.pods("portal", "backstage");
    BOOST_TEST_REQUIRE(!pods.empty());
    request.target.replace(at, end - at, pods.back().name);
  }

  template <typename Test>
  void run_until(const Test& test) {
    const ports::Instant deadline = world_.queue.now() + patience;
    while (!test()) {
      const auto next = world_.queue.next();
      if (!next || *next > deadline) return;
      world_.queue.run_until(*next);
    }
  }

  void wait_for(const Json& body, const ports::Request& request) {
    run_until([&] {
      const auto answer = server_.handle(request).response;
      return answer.status == 200 &&
             looks_like(shape_, body, Json::parse(answer.body, nullptr, false));
    });
  }

  // A dry run tells how the write would be answered now.
  void wait_for_write(const Json& body, ports::Request request) {
    const std::string stale = R"("resourceVersion":"2536",)";
    const std::size_t at = request.body.find(stale);
    if (at != std::string::npos) request.body.erase(at, stale.size());
    request.target += request.target.find('?') == std::string::npos ? "?" : "&";
    request.target += "dryRun=All";
    run_until([&] {
      // The real answer will have another resourceVersion: nothing is bound here.
      recorded::Shape shape = shape_;
      const auto answer = server_.handle(request).response;
      return answer.status == 200 &&
             looks_like(shape, body, Json::parse(answer.body, nullptr, false));
    });
  }

  // resourceVersions that stand in the recording as plain numbers.
  void versions(const std::string& name, ports::Request& request) {
    const auto current = [&](const std::string& path) {
      return world_.get(path, "<admin>")["metadata"]["resourceVersion"].get<std::string>();
    };
    const auto replace = [](std::string& text, const std::string& from, const std::string& to) {
      const std::size_t at = text.find(from);
      if (at != std::string::npos) text.replace(at, from.size(), to);
    };
    if (name == "watch trigger restart") before_restart_ = current(world_.deployments);
    if (name == "watch deployment during restart") {
      replace(request.target, "resourceVersion=3106", "resourceVersion=" + before_restart_);
    }
    if (name == "deploy PUT current rv") {
      replace(request.body, "\"2536\"", '"' + current(world_.deployments + "/backstage") + '"');
    }
  }

  World& world_;
  SameOrder& server_;
  recorded::Shape shape_ = fresh_shape();
  std::map<std::string, std::vector<Json>> expected_;
  std::string before_restart_;
};

std::vector<std::string> whole_stream(World& world, mocks::Answer& answer) {
  std::vector<std::string> pieces;
  if (answer.channel == nullptr) return pieces;
  const ports::Instant deadline = world.queue.now() + patience;
  while (!answer.channel->ended() || answer.channel->overflowed()) {
    while (auto piece = answer.channel->pop()) pieces.push_back(std::move(*piece));
    const auto next = world.queue.next();
    if (answer.channel->ended() || !next || *next > deadline) break;
    world.queue.run_until(*next);
  }
  return pieces;
}

}  // namespace

BOOST_AUTO_TEST_CASE(answers_as_the_recorded_server_did) {
  World world(recorded_cluster());
  world.server.set_never_ready_annotation("probe/never-ready");
  SameOrder server(world.server);
  Recording plan(world, server);
  recorded::Options options;
  options.skip = skipped_rows();
  options.literal_keys = literal;
  options.bridges["pod eviction ok"] = {
      {.method = "DELETE",
       .target = "/apis/policy/v1/namespaces/portal/poddisruptionbudgets/b",
       .headers = {{"Authorization", "Bearer <admin>"}}}};
  // What a skipped row had done: the next rows depend on it.
  options.bridges["deploy apply without kind"] = {
      {.method = "PATCH",
       .target = world.deployments + "/backstage",
       .headers = {{"Authorization", "Bearer <admin>"},
                   {"Content-Type", "application/merge-patch+json"}},
       .body = R"({"spec":{"template":{"metadata":{"annotations":)"
               R"({"kubectl.kubernetes.io/restartedAt":"2026-11-23T11:04:00Z"}}}}})"}};
  options.before = [&](const std::string& name, double, const std::string&,
                       ports::Request& request) { plan.before(name, request); };
  options.pieces = [&](const std::string&, mocks::Answer& answer) {
    return whole_stream(world, answer);
  };
  const auto outcome = recorded::replay(server, recording, options);
  std::cout << outcome.summary();
  BOOST_TEST(outcome.differing == 0, outcome.summary());
  BOOST_TEST(outcome.matched + static_cast<int>(outcome.skipped.size()) == 323);
}

BOOST_AUTO_TEST_SUITE_END()
