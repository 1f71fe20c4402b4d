// Kubelet: runs the pods of its one node. Draws their ready and termination times, keeps their
// status, restarts the application with back-off, and drives the PodRuntime inside. Everything that
// a pod becomes (Pending, Running, Ready, Terminating, gone) is written to the store from here.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "mocks/kubernetes/node/pod_runtime.h"
#include "mocks/kubernetes/store/registry.h"

namespace mocks::kubernetes {

// Restart back-off of a container: at once, then 10 s doubling to 5 min; forgotten after 10 min
// (https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#container-restarts).
inline constexpr ports::Duration first_back_off = std::chrono::seconds(10);
inline constexpr ports::Duration longest_back_off = std::chrono::minutes(5);
inline constexpr ports::Duration back_off_memory = std::chrono::minutes(10);
// How long the kubelet takes to see a change.
inline constexpr ports::Duration kubelet_lag = std::chrono::milliseconds(10);

class Kubelet final : public Follower, public Timed, public PodHost {
 public:
  explicit Kubelet(Registry& registry);

  // Before the first pod; must outlive it.
  void set_pod_runtime(PodRuntime& runtime);
  // A pod whose annotations hold this key starts, and never gets ready.
  void set_never_ready_annotation(std::string key) { never_ready_ = std::move(key); }

  // A pod that is put into the store already running: no start-up.
  void adopt(std::shared_ptr<Pod> pod);

  // Whether the container runs now, and then its answer.
  bool running(PodId pod, std::size_t container) const;
  // `container` must run.
  ExecResult exec(PodId pod, std::string_view container, const std::vector<std::string>& argv);
  // As a failed liveness probe does: the process ends and, after its back-off, begins again in the
  // same pod, with the files that are there.
  void restart_application(PodId pod);

  void on_change(const Change& change) override;
  void on_timer(std::uint32_t kind, std::uint64_t pod) override;

  void init_done(PodId pod, bool ok) override;
  void app_ready(PodId pod) override;
  void app_ready_in(PodId pod, ports::Duration delay) override;
  void app_unready(PodId pod) override;
  void app_exited(PodId pod, int exit_code) override;

 private:
  enum Timer : std::uint32_t { start, simulate, retry_init, restart, ready, terminate, gone };
  enum class State : std::uint8_t { unknown, waiting, initializing, running, crashed, stopped };
  // What the kubelet knows of a pod beside the store.
  struct Record {
    State state = State::unknown;
    bool terminating = false;
    bool touched = false;  // the PodRuntime knows the pod
    TimerId life = 0;      // start, restart, terminate or gone: one at a time
    TimerId ready = 0;
    std::uint64_t starts = 0;  // of the application; numbers its draws
    int init_failures = 0;     // in a row, as `crashes` below
    ports::Instant running_since = {};
    int crashes = 0;
  };

  Record& record(PodId pod);
  std::shared_ptr<const Pod> find(PodId pod) const;
  std::shared_ptr<Pod> copy(PodId pod) const;
  void put(std::shared_ptr<Pod> pod) { registry_.store().put(std::move(pod)); }
  // Plans the pod's next step, instead of the one that was planned.
  void set_life(PodId pod, Timer kind, ports::Duration after);
  void start_pod(PodId pod);
  void simulate_start(PodId pod);
  void tell_started(PodId pod, std::uint64_t secret);
  void start_application(PodId pod, bool first);
  void finish_application(PodId pod, int exit_code);
  void set_ready(PodId pod, bool value);
  void begin_termination(PodId pod);
  void stop(PodId pod);
  void take_away(PodId pod);
  bool never_ready(const Pod& pod) const;

  Registry& registry_;
  PodRuntime* runtime_ = nullptr;
  std::vector<Record> records_;  // by PodId, from 1
  std::string never_ready_;
};

}  // namespace mocks::kubernetes
