// PodRuntime: what runs inside the pods, as the kubelet sees it. mocks/portal implements it (Vault
// Agent and portal process); FileRuntime (file_runtime.h) is the trivial one.
//
// The kubelet drives a pod through these calls, always in this order:
//   start_init  (only if the template has init containers; answered by PodHost::init_done)
//   start_app   (all containers start; again after each restart of the application, which is the
//                template's first container)
//   begin_termination  (preStop and SIGTERM: the process may finish what it has in flight)
//   stop        (SIGKILL or exit: nothing of the process is left)
// A pod that is deleted early skips what has not begun; stop is the last call in any case.
// Everything happens under the world's lock, and no call may wait.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "mocks/kubernetes/store/admission.h"
#include "mocks/kubernetes/store/pod_id.h"
#include "rotator/ports/clock.h"

namespace mocks::kubernetes {

// The process's view of its own pod. References live as long as the call.
struct PodView {
  PodId id = 0;
  const std::string& name;
  const std::string& uid;
  const std::string& kubernetes_namespace;
  std::int64_t revision = 0;  // of its ReplicaSet
  const std::map<std::string, std::string>& annotations;
  const std::map<std::string, std::string>& labels;
};

struct ExecResult {
  bool found = true;  // false: no such executable in the container
  int exit_code = 0;
  std::string standard_output = {};
  std::string standard_error = {};
};

// How the start of the application went.
struct AppStart {
  bool running = true;  // false: it exits at once with `exit_code`, and is restarted with back-off
  int exit_code = 1;
  // name_of() the secret value that the process read from its file; 0 when there is none. The
  // kubelet puts it into the Fact pod_started; a PodRuntime observes no pod_started by itself.
  std::uint64_t secret = 0;
};

// What a PodRuntime tells the kubelet. Calls about a pod that has gone do nothing.
class PodHost {
 public:
  // The init containers have ended. Not ok: they are run again (start_init) after a back-off.
  virtual void init_done(PodId pod, bool ok) = 0;
  // The readiness probe succeeds from now on (app_ready), after `delay` unless the process stops
  // first (app_ready_in), or not any more (app_unready, which also takes back app_ready_in).
  virtual void app_ready(PodId pod) = 0;
  virtual void app_ready_in(PodId pod, ports::Duration delay) = 0;
  virtual void app_unready(PodId pod) = 0;
  // The application ended by itself: it is restarted (start_app) after the kubelet's back-off: at
  // once the first time, then 10 s, 20 s, ... 5 min.
  virtual void app_exited(PodId pod, int exit_code) = 0;

 protected:
  ~PodHost() = default;
};

// Also the admission webhook of its pods: what runs in them may have something to inject.
class PodRuntime : public Admission {
 public:
  virtual ~PodRuntime() = default;

  // Who is to be told; called once, before any other call. The host outlives the runtime's use.
  virtual void attach(PodHost& host) = 0;

  // The pod already runs and is ready as the world begins (seed_workload). Its process read
  // `secret`, if any, long ago; the answer is as of start_app, the readiness is given.
  virtual AppStart adopt(const PodView& pod) = 0;

  virtual void start_init(const PodView& pod) = 0;
  // `ready_after` is the time drawn for this start until the readiness probe first succeeds; a
  // runtime that has nothing better to do calls app_ready_in(pod.id, ready_after).
  virtual AppStart start_app(const PodView& pod, ports::Duration ready_after) = 0;
  virtual void begin_termination(PodId pod) = 0;
  // `restarting`: only the application stops (restart_application), the pod, its volumes and its
  // sidecars stay, and start_app follows. Otherwise the pod is gone.
  virtual void stop(PodId pod, bool restarting) = 0;

  // Runs argv in a running container (no shell). `argv` is never empty.
  virtual ExecResult exec(PodId pod, std::string_view container,
                          const std::vector<std::string>& argv) = 0;
};

}  // namespace mocks::kubernetes
