// ApiServer: a Kubernetes cluster as its clients see it: API machinery, controllers of
// workloads, kubelet and Service endpoints, in one Handler. Imitates Kubernetes 1.36 as measured;
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
#include "mocks/kubernetes/api/authorizer.h"
#include "mocks/kubernetes/api/exec_fault.h"
#include "mocks/kubernetes/controllers/endpoint_listener.h"
#include "mocks/kubernetes/controllers/workload_seed.h"
#include "mocks/kubernetes/node/pod_runtime.h"
#include "mocks/kubernetes/store/options.h"
#include "mocks/scheduler.h"
#include "mocks/sim/draws.h"

namespace mocks::kubernetes {

// Bound.
inline constexpr std::size_t max_request_body = std::size_t{3} << 20;  // bytes; 413 beyond

class ApiServer final : public Handler {
 public:
  ApiServer(Scheduler& scheduler, Observer& observer, sim::Draws draws, ApiServerOptions options);
  ~ApiServer() override;
  ApiServer(const ApiServer&) = delete;
  ApiServer& operator=(const ApiServer&) = delete;

  // Not owned; must outlive the server. Set before the first pod exists. Without a PodRuntime pods
  // get ready by the drawn time and have no files.
  void set_pod_runtime(PodRuntime& runtime);
  // Of the Service of that name, or without a name of any. There may be several, for as many
  // Services; facts are told of the first one's.
  void add_endpoint_listener(EndpointListener& listener, std::string service = {});

  // Creates a workload with its ready pods as if rolled out `age` ago, with no time passing; the
  // pods are adopted by the PodRuntime and enter the endpoints at once. Returns them in order.
  std::vector<PodId> seed_workload(const WorkloadSeed& seed);

  Answer handle(const ports::Request& request) override;

  // What a kubelet or a human does to a pod, beside the API.
  void restart_application(PodId pod);  // its process is killed and starts again, the pod stays
  void fail_pod(PodId pod);             // deleted with grace 0, as after a node's loss
  void set_exec_fault(ExecFault fault);
  // Pods that carry this annotation, unless with value "false", never get ready; "" for none.
  void set_never_ready_annotation(std::string key);

  // Forgets all history, as etcd's compaction does: older watches and pages get 410.
  void forget_history();

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
                             std::string_view workload) const;

 private:
  struct Machine;
  std::unique_ptr<Machine> machine_;
};

}  // namespace mocks::kubernetes
