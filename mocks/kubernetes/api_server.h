// ApiServer: a Kubernetes cluster as its clients see it: API machinery, Deployment and ReplicaSet
// controllers, kubelet and Service endpoints, in one Handler. Imitates Kubernetes 1.36 as measured;
// API reference: https://kubernetes.io/docs/reference/kubernetes-api/
//
// State is typed and immutable per resourceVersion; JSON is made only when somebody reads.
// Controllers act a few milliseconds after the change that concerns them, by the Scheduler.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mocks/facts.h"
#include "mocks/handler.h"
#include "mocks/kubernetes/node/pod_runtime.h"
#include "mocks/scheduler.h"
#include "mocks/sim/draws.h"

namespace mocks::kubernetes {

// Bounds.
inline constexpr std::size_t max_request_body = std::size_t{3} << 20;  // bytes; 413 beyond
inline constexpr std::size_t max_history = 4096;  // changes that a watch can go back; 410 beyond
inline constexpr int max_containers = 16;         // of a pod template
inline constexpr int max_replicas = 1000;         // of a Deployment; 422 beyond (ours)

// One RBAC rule (rbac.authorization.k8s.io/v1 PolicyRule); "*" matches all. A subresource is part
// of the resource, "pods/exec". No resource_names = every name.
struct Rule {
  std::vector<std::string> verbs = {};
  std::vector<std::string> groups = {""};
  std::vector<std::string> resources = {};
  std::vector<std::string> resource_names = {};
};

// Somebody who can log in with a bearer token.
struct User {
  std::string name = {};   // "admin" or "system:serviceaccount:NAMESPACE:NAME"
  std::string token = {};  // empty: only by TokenRequest
  std::vector<std::string> groups = {};
  std::string kubernetes_namespace = {};  // rules hold in this namespace; empty = everywhere
  std::vector<Rule> rules = {};
};

// The smallest Role with which a rotator can restart one Deployment and hold one Lease.
std::vector<Rule> rotator_rules(const std::string& deployment, const std::string& lease);

// A closed range of durations; each use draws from it.
struct Range {
  ports::Duration low{0};
  ports::Duration high{0};
};

struct ApiServerOptions {
  std::vector<User> users = {};
  bool anonymous = true;  // false: no token is 401, as with --anonymous-auth=false
  std::vector<std::string> namespaces = {"default", "kube-system"};
  std::uint64_t first_resource_version = 1000;

  // How long each part takes to act on a change.
  ports::Duration deployment_lag = std::chrono::milliseconds(5);
  ports::Duration replica_set_lag = std::chrono::milliseconds(5);
  Range pod_start = {.low = std::chrono::milliseconds(50), .high = std::chrono::milliseconds(200)};
  Range endpoint_lag = {.low = std::chrono::milliseconds(100), .high = std::chrono::seconds(1)};

  // From start_app until the readiness probe succeeds; from SIGTERM until the process has ended
  // (cut at the pod's grace period).
  Range pod_ready = {.low = std::chrono::seconds(5), .high = std::chrono::seconds(15)};
  Range pod_termination = {.low = std::chrono::seconds(1), .high = std::chrono::seconds(10)};

  // What exec accepts, best first. Kubernetes before 1.30 speaks "v4.channel.k8s.io" only.
  std::vector<std::string> exec_protocols = {"v5.channel.k8s.io"};

  // Pod conditions and exec errors as a simulated node (kwok) writes them, not as a kubelet does.
  bool simulated_node = false;
};

// A Deployment that is rolled out as the world begins.
struct SeedDeployment {
  std::string kubernetes_namespace = "default";
  std::string name = {};
  int replicas = 1;
  std::string max_surge = "25%";        // as in the API: "25%" or "1"
  std::string max_unavailable = "25%";  // the same
  bool recreate = false;
  int min_ready_s = 0;
  int progress_deadline_s = 600;
  int termination_grace_s = 30;
  std::vector<std::string> containers = {"app"};
  std::vector<std::string> init_containers = {};
  std::vector<std::pair<std::string, std::string>> annotations = {};           // of the Deployment
  std::vector<std::pair<std::string, std::string>> template_annotations = {};  // of the template
  // Name of a Service whose endpoints follow the pods; empty = the Deployment's name.
  std::string service = {};
  ports::Duration age = std::chrono::hours(24);  // since the pods became ready
};

// What goes wrong with exec, until taken back.
enum class ExecFault {
  none,
  no_status,  // the stream ends cleanly without a Status on channel 3
  truncated,  // half of stdout, then the stream ends, without a Status
  refused,    // 500 before the upgrade, as with an unknown node address
};

class ApiServer final : public Handler {
 public:
  ApiServer(Scheduler& scheduler, Observer& observer, sim::Draws draws, ApiServerOptions options);
  ~ApiServer() override;
  ApiServer(const ApiServer&) = delete;
  ApiServer& operator=(const ApiServer&) = delete;

  // Not owned; must outlive the server. Set before the first pod exists. Without a PodRuntime pods
  // get ready by the drawn time and have no files.
  void set_pod_runtime(PodRuntime& runtime);
  void set_endpoint_listener(EndpointListener& listener);

  // Creates Deployment, ReplicaSet and ready pods as if rolled out `age` ago, with no time passing;
  // the pods are adopted by the PodRuntime and enter the endpoints at once. Returns them in order.
  std::vector<PodId> seed_deployment(const SeedDeployment& seed);

  Answer handle(const ports::Request& request) override;

  // What a kubelet or a human does to a pod, beside the API.
  void restart_application(PodId pod);  // its process is killed and starts again, the pod stays
  void fail_pod(PodId pod);             // deleted with grace 0, as after a node's loss
  void set_exec_fault(ExecFault fault);
  // Pods that carry this annotation, unless with value "false", never get ready; "" for none.
  void set_never_ready_annotation(std::string key);

  // Forgets all history, as etcd's compaction does: older watches and pages get 410.
  void forget_history();
  // Ends every watch cleanly, as a server that restarts.
  void end_watches();

  // A bearer token valid for `lifetime`, as TokenRequest gives one; subject must be a known user.
  std::string issue_token(const std::string& user, ports::Duration lifetime);
  // Revokes every token of a user, given ones too.
  void revoke_tokens(const std::string& user);
  // Whether `token` is accepted now, and whose it is: what a TokenReview answers. Empty if not.
  std::string user_of_token(std::string_view token) const;

  // What truly is, for harness and tests.
  struct PodState {
    PodId id = 0;
    std::string name = {};
    std::int64_t revision = 0;
    bool ready = false;
    bool terminating = false;
    bool endpoint = false;  // receives traffic
  };
  std::vector<PodState> pods(std::string_view kubernetes_namespace,
                             std::string_view deployment) const;

 private:
  struct Machine;
  std::unique_ptr<Machine> machine_;
};

}  // namespace mocks::kubernetes
