// A cluster in virtual time, and short ways to speak with it: for the tests of this folder.
#pragma once

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "mocks/kubernetes/api_server.h"
#include "mocks/kubernetes/node/file_runtime.h"
#include "mocks/sim/event_queue.h"
#include "tests/mocks/kubernetes/rules.h"

namespace kubernetes_test {

using mocks::FactKind;
using mocks::kubernetes::ApiServer;
using mocks::kubernetes::ApiServerOptions;
using mocks::kubernetes::FileRuntime;
using mocks::kubernetes::PodId;
using mocks::kubernetes::User;
using mocks::kubernetes::WorkloadSeed;
using Json = nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

inline constexpr std::string_view admin_token = "synthetic-admin-token";
inline constexpr std::string_view rotator_token = "synthetic-rotator-token";

struct SeenFact {
  ports::Instant at = {};
  FactKind kind = FactKind::call_made;
  std::uint64_t subject = 0;
  std::uint64_t object = 0;
  std::int64_t number = 0;
};

class Facts final : public mocks::Observer {
 public:
  void observe(ports::Instant at, const mocks::Fact& fact) override {
    seen.push_back({at, fact.kind, fact.subject, fact.object, fact.number});
  }
  int count(FactKind kind) const {
    int found = 0;
    for (const SeenFact& fact : seen) found += fact.kind == kind ? 1 : 0;
    return found;
  }
  std::vector<SeenFact> seen;
};

inline User admin() {
  return {.name = "admin",
          .token = std::string(admin_token),
          .groups = {"system:masters"},
          .rules = {{.verbs = {"*"}, .groups = {"*"}, .resources = {"*"}}}};
}

inline User rotator(const std::string& deployment = "web", const std::string& lease = "lock") {
  return {.name = "system:serviceaccount:portal:rotator",
          .token = std::string(rotator_token),
          .kubernetes_namespace = "portal",
          .rules = testing::rotator_rules(deployment, lease)};
}

// Every time fixed, so that a test can say when what happens.
inline ApiServerOptions steady_options() {
  ApiServerOptions options;
  options.users = {admin(), rotator()};
  options.namespaces = {"default", "portal"};
  options.pod_start = {.low = milliseconds(100), .high = milliseconds(100)};
  options.pod_ready = {.low = seconds(2), .high = seconds(2)};
  options.pod_termination = {.low = seconds(3), .high = seconds(3)};
  options.endpoint_lag = {.low = milliseconds(500), .high = milliseconds(500)};
  return options;
}

struct World {
  explicit World(ApiServerOptions options = steady_options(), std::uint64_t seed = 7)
      : server(queue, facts, mocks::sim::Draws(seed), std::move(options)) {
    server.set_pod_runtime(runtime);
  }

  std::vector<PodId> seed(WorkloadSeed deployment) {
    if (deployment.name.empty()) deployment.name = "web";
    deployment.kubernetes_namespace = "portal";
    return server.seed_workload(deployment);
  }

  ports::Response call(std::string method, std::string target, std::string body = {},
                       std::string content_type = "application/json",
                       std::string_view token = admin_token) {
    return answer(std::move(method), std::move(target), std::move(body), std::move(content_type),
                  token)
        .response;
  }
  mocks::Answer answer(std::string method, std::string target, std::string body = {},
                       std::string content_type = "application/json",
                       std::string_view token = admin_token, std::string accept = {}) {
    ports::Request request{.method = std::move(method), .target = std::move(target)};
    if (!token.empty()) {
      request.headers.push_back({"Authorization", "Bearer " + std::string(token)});
    }
    if (!body.empty()) request.headers.push_back({"Content-Type", std::move(content_type)});
    if (!accept.empty()) request.headers.push_back({"Accept", std::move(accept)});
    request.body = std::move(body);
    return server.handle(request);
  }
  Json get(const std::string& target, std::string_view token = admin_token) {
    const ports::Response response = call("GET", target, {}, {}, token);
    BOOST_TEST_REQUIRE(response.status == 200, target << ": " << response.body);
    return Json::parse(response.body);
  }
  Json deployment(const std::string& name = "web") { return get(deployments + "/" + name); }
  ports::Response patch(const std::string& target, const std::string& body,
                        std::string type = "application/strategic-merge-patch+json") {
    return call("PATCH", target, body, std::move(type));
  }
  // A rolling restart by annotation.
  ports::Response restart(const std::string& value, const std::string& name = "web") {
    return patch(deployments + "/" + name,
                 R"({"spec":{"template":{"metadata":{"annotations":{"example.test/rotation":")" +
                     value + R"("}}}}})");
  }
  void run_for(ports::Duration duration) { queue.run_until(queue.now() + duration); }

  // What a watch has sent so far, as events.
  static std::vector<Json> events(mocks::Answer& watch) {
    std::vector<Json> events;
    while (auto piece = watch.channel->pop()) events.push_back(Json::parse(*piece));
    return events;
  }

  const std::string deployments = "/apis/apps/v1/namespaces/portal/deployments";
  const std::string replica_sets = "/apis/apps/v1/namespaces/portal/replicasets";
  const std::string pods = "/api/v1/namespaces/portal/pods";
  const std::string leases = "/apis/coordination.k8s.io/v1/namespaces/portal/leases";

  mocks::sim::EventQueue queue;
  Facts facts;
  FileRuntime runtime;
  ApiServer server;
};

}  // namespace kubernetes_test
