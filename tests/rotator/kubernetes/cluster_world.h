// A Cluster before scripted answers, and the objects that it reads.
#pragma once

#include <string>

#include "rotator/kubernetes/cluster.h"
#include "rotator/kubernetes/objects.h"
#include "rotator/kubernetes/workload_kinds.h"
#include "tests/rotator/scripted_http.h"

namespace rotator {

using tests::Beat;
using tests::broken;
using tests::check_discreet;
using tests::data;
using tests::end;
using tests::header;
using tests::holds;
using tests::ManualClock;
using tests::MemoryFiles;
using tests::quiet;
using tests::ScriptedHttp;

inline const std::string server = "https://10.0.0.1:6443";
inline const std::string deployments = server + "/apis/apps/v1/namespaces/portal/deployments";
inline const std::string pods_url =
    server + "/api/v1/namespaces/portal/pods?labelSelector=app%3Dweb";
// The workload that is asked for, and what a read of it leaves that its pods and Events need.
inline const WorkloadReference web = {.kind = &workload_kinds::deployment, .name = "web"};
inline const Workload read_web = {
    .kind = web.kind, .name = "web", .uid = "u-web", .label_selector = "app=web"};
inline const std::string service_token = "synthetic.service.account";

struct ClusterWorld {
  ManualClock clock;
  ScriptedHttp http{clock};
  MemoryFiles files = {};
  rotator::Cluster cluster = make();

  rotator::Cluster make(ports::Duration patience = std::chrono::seconds(60)) {
    files.content["/token"] = service_token;
    return {http,
            clock,
            files,
            {.server = server,
             .kubernetes_namespace = "portal",
             .token_file = "/token",
             .patience = patience}};
  }
};

// A Deployment as an API server of 1.36 writes it, cut to what is read; zero fields are left out.
inline std::string deployment_json(
    const std::string& version, const std::string& status,
    const std::string& strategy =
        R"("strategy":{"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":"25%","maxSurge":"25%"}})") {
  return R"({"kind":"Deployment","apiVersion":"apps/v1","metadata":{"name":"web","namespace":"portal","uid":"u-web","resourceVersion":")" +
         version +
         R"(","generation":2,"annotations":{"deployment.kubernetes.io/revision":"2"}},"spec":{"replicas":4,"selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"},"annotations":{"overlap/rotation":"r-1"}},"spec":{"containers":[{"name":"portal"},{"name":"vault-agent"}],"terminationGracePeriodSeconds":45}},)" +
         strategy + R"(,"minReadySeconds":5,"progressDeadlineSeconds":300},"status":)" + status +
         "}";
}

inline std::string pod_json(const std::string& name, const std::string& version,
                            const std::string& more = {}) {
  return R"({"metadata":{"name":")" + name + R"(","namespace":"portal","uid":"u-)" + name +
         R"(","resourceVersion":")" + version + R"(","creationTimestamp":"2026-11-23T09:59:00Z")" +
         more +
         R"(,"ownerReferences":[{"kind":"ReplicaSet","uid":"u-rs2","controller":true}]},"spec":{},"status":{"phase":"Running","conditions":[{"type":"Ready","status":"True","lastTransitionTime":"2026-11-23T09:59:30Z"}],"containerStatuses":[{"name":"portal","restartCount":1,"state":{"running":{"startedAt":"2026-11-23T09:59:20Z"}}},{"name":"vault-agent","restartCount":0,"state":{"waiting":{"reason":"ContainerCreating"}}}]}})";
}

inline std::string pod_list(const std::string& version, const std::string& items,
                            const std::string& next = {}) {
  return R"({"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":")" + version + "\"" +
         (next.empty() ? "" : R"(,"continue":")" + next + "\"") + R"(},"items":[)" + items + "]}";
}

inline std::string status_json(int code, const std::string& reason, const std::string& message) {
  return R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":")" +
         message + R"(","reason":")" + reason + R"(","code":)" + std::to_string(code) + "}";
}

template <typename R>
void check_error(const R& result, ports::ErrorCode code, const std::string& part) {
  BOOST_REQUIRE(!result.has_value());
  BOOST_TEST(result.error().code == code);
  BOOST_TEST(holds(result.error().message, part),
             "\"" << result.error().message << "\" lacks " << part);
  check_discreet(result.error(), {service_token, "synthetic-secret"});
}

}  // namespace rotator
