#include "mocks/kubernetes/node/kubelet.h"

#include <algorithm>
#include <utility>

#include "rotator/ports/check.h"

namespace mocks::kubernetes {
namespace {

PodView view_of(const Pod& pod) {
  return PodView{.id = pod.id,
                 .name = pod.identity->name,
                 .uid = pod.identity->uid,
                 .kubernetes_namespace = pod.identity->kubernetes_namespace,
                 .revision = pod.revision,
                 .annotations = pod.annotations.get(),
                 .labels = pod.labels.get()};
}

}  // namespace

Kubelet::Kubelet(Registry& registry) : registry_(registry) {
  records_.reserve(16);
  registry.store().follow(*this);
}

void Kubelet::set_pod_runtime(PodRuntime& runtime) {
  ports::check(records_.empty(), "the pod runtime is set before the first pod");
  runtime_ = &runtime;
  runtime.attach(*this);
}

Kubelet::Record& Kubelet::record(PodId pod) {
  if (records_.size() < pod) records_.resize(pod);
  return records_[pod - 1];
}

std::shared_ptr<const Pod> Kubelet::find(PodId pod) const {
  return registry_.store().get<Pod>(Kind::pod, pod);
}

std::shared_ptr<Pod> Kubelet::copy(PodId pod) const {
  const auto now = find(pod);
  return now == nullptr ? nullptr : std::make_shared<Pod>(*now);
}

void Kubelet::set_life(PodId pod, Timer kind, ports::Duration after) {
  Record& one = record(pod);
  registry_.scheduler().cancel(one.life);
  one.life = registry_.scheduler().at(registry_.now() + after, *this, kind, pod);
}

bool Kubelet::never_ready(const Pod& pod) const {
  if (never_ready_.empty()) return false;
  const auto found = pod.annotations.get().find(never_ready_);
  return found != pod.annotations.get().end() && found->second != "false";
}

void Kubelet::on_change(const Change& change) {
  if (change.object->kind != Kind::pod) return;
  const auto& pod = static_cast<const Pod&>(*change.object);
  if (change.type == Change::Type::deleted) {
    // Taken away by force, or by this kubelet, which has stopped it already.
    if (record(pod.id).state != State::stopped) set_life(pod.id, gone, ports::Duration(0));
    return;
  }
  Record& one = record(pod.id);
  if (one.state == State::unknown) {
    one.state = State::waiting;
    set_life(pod.id, start,
             registry_.draw(registry_.options().pod_start, sim::Stream::pod_ready_time, pod.id, 0));
  }
  if (pod.deletion_time && !one.terminating) {
    one.terminating = true;
    set_life(pod.id, terminate, kubelet_lag);
  }
}

void Kubelet::on_timer(std::uint32_t kind, std::uint64_t pod) {
  switch (kind) {
    case start: start_pod(pod); return;
    case retry_init: runtime_->start_init(view_of(*find(pod))); return;
    case restart: start_application(pod, false); return;
    case simulate: simulate_start(pod); return;
    case ready:
      record(pod).ready = 0;
      set_ready(pod, true);
      return;
    case terminate: begin_termination(pod); return;
    default: take_away(pod);
  }
}

void Kubelet::adopt(std::shared_ptr<Pod> pod) {
  Record& one = record(pod->id);
  one.state = State::running;
  one.touched = true;
  one.starts = 1;
  one.running_since = registry_.now();
  const PodId id = pod->id;
  put(std::move(pod));
  std::uint64_t secret = 0;
  if (runtime_ != nullptr) {
    const auto now = find(id);
    secret = runtime_->adopt(view_of(*now)).secret;
  }
  tell_started(id, secret);
}

void Kubelet::start_pod(PodId pod) {
  auto next = copy(pod);
  if (next == nullptr) return;
  Record& one = record(pod);
  one.touched = true;
  next->started = registry_.wall_second();
  if (next->simulated_node) {
    // Pending until it is ready, and then everything at once.
    if (never_ready(*next)) return;
    const ports::Duration after = registry_.draw(registry_.options().pod_ready,
                                                 sim::Stream::pod_ready_time, pod, ++one.starts);
    one.life = registry_.scheduler().at(registry_.now() + after, *this, simulate, pod);
    return;
  }
  const bool init = !next->pod_template->init_containers.empty() && runtime_ != nullptr;
  if (!init) {
    next->seen = true;
    next->initialized = true;
    next->initialized_at = next->started;
    next->ready_changed = next->started;
    put(std::move(next));
    start_application(pod, true);
    return;
  }
  one.state = State::initializing;
  next->seen = true;
  next->ready_changed = next->started;
  for (ContainerState& container : next->containers) container.waiting_reason = "PodInitializing";
  put(next);
  runtime_->start_init(view_of(*next));
}

void Kubelet::simulate_start(PodId pod) {
  auto next = copy(pod);
  if (next == nullptr || next->deletion_time) return;
  Record& one = record(pod);
  one.state = State::running;
  one.running_since = registry_.now();
  next->phase = "Running";
  next->seen = next->initialized = next->ready = true;
  next->started = next->initialized_at = next->ready_changed = registry_.wall_second();
  for (ContainerState& container : next->containers) {
    container.state = ContainerState::State::running;
    container.started = next->started;
    container.ready = true;
  }
  put(std::move(next));
  AppStart result;
  if (runtime_ != nullptr) {
    const auto now = find(pod);
    result = runtime_->start_app(view_of(*now), ports::Duration(0));
  }
  tell_started(pod, result.secret);
}

void Kubelet::tell_started(PodId pod, std::uint64_t secret) {
  registry_.observer().observe(
      registry_.now(), Fact{.kind = FactKind::pod_started, .subject = pod, .object = secret});
}

void Kubelet::init_done(PodId pod, bool ok) {
  Record& one = record(pod);
  if (one.state != State::initializing || one.terminating) return;
  if (!ok) {
    const int doublings = std::min(one.init_failures++, 5);
    set_life(pod, retry_init, std::min(first_back_off * (1 << doublings), longest_back_off));
    return;
  }
  auto next = copy(pod);
  next->initialized = true;
  next->initialized_at = registry_.wall_second();
  put(std::move(next));
  start_application(pod, true);
}

void Kubelet::start_application(PodId pod, bool first) {
  const auto now = find(pod);
  if (now == nullptr) return;
  Record& one = record(pod);
  one.state = State::running;
  one.running_since = registry_.now();
  const ports::Duration ready_after =
      registry_.draw(registry_.options().pod_ready, sim::Stream::pod_ready_time, pod, ++one.starts);
  auto next = std::make_shared<Pod>(*now);
  next->phase = "Running";
  for (std::size_t i = 0; i < next->containers.size(); ++i) {
    ContainerState& container = next->containers[i];
    if (!first && i > 0) break;
    container.state = ContainerState::State::running;
    container.started = registry_.wall_second();
    container.ready = i > 0;
  }
  put(std::move(next));
  AppStart result;
  if (runtime_ != nullptr) {
    const auto seen = find(pod);
    result = runtime_->start_app(view_of(*seen), ready_after);
  } else {
    app_ready_in(pod, ready_after);
  }
  tell_started(pod, result.secret);
  if (!result.running) finish_application(pod, result.exit_code);
}

void Kubelet::app_ready(PodId pod) {
  registry_.scheduler().cancel(std::exchange(record(pod).ready, 0));
  set_ready(pod, true);
}

void Kubelet::app_ready_in(PodId pod, ports::Duration delay) {
  Record& one = record(pod);
  if (one.state != State::running) return;
  registry_.scheduler().cancel(one.ready);
  one.ready = registry_.scheduler().at(registry_.now() + delay, *this, ready, pod);
}

void Kubelet::app_unready(PodId pod) {
  registry_.scheduler().cancel(std::exchange(record(pod).ready, 0));
  set_ready(pod, false);
}

void Kubelet::app_exited(PodId pod, int exit_code) {
  if (record(pod).state == State::running) finish_application(pod, exit_code);
}

void Kubelet::restart_application(PodId pod) {
  if (pod == 0 || record(pod).state != State::running) return;
  if (runtime_ != nullptr) runtime_->stop(pod, true);
  finish_application(pod, 137);
}

void Kubelet::finish_application(PodId pod, int exit_code) {
  Record& one = record(pod);
  auto next = copy(pod);
  if (next == nullptr) return;
  registry_.scheduler().cancel(std::exchange(one.ready, 0));
  one.state = State::crashed;
  if (registry_.now() - one.running_since >= back_off_memory) one.crashes = 0;
  const int crashes = one.crashes++;
  ports::Duration wait = kubelet_lag;
  if (crashes > 0) {
    wait = std::min(first_back_off * (1 << std::min(crashes - 1, 5)), longest_back_off);
  }
  ContainerState& container = next->containers.front();
  container.last_exit_code = exit_code;
  container.last_started = container.started;
  container.last_finished = registry_.wall_second();
  container.state = ContainerState::State::waiting;
  container.waiting_reason = crashes == 0 ? "ContainerCreating" : "CrashLoopBackOff";
  container.ready = false;
  ++container.restarts;
  if (next->ready) next->ready_changed = registry_.wall_second();
  next->ready = false;
  put(std::move(next));
  if (!one.terminating) set_life(pod, restart, wait);
}

void Kubelet::set_ready(PodId pod, bool value) {
  Record& one = record(pod);
  const auto now = find(pod);
  if (now == nullptr || one.state != State::running || now->ready == value) return;
  if (value && (one.terminating || never_ready(*now))) return;
  auto next = std::make_shared<Pod>(*now);
  next->ready = value;
  next->ready_changed = registry_.wall_second();
  next->containers.front().ready = value;
  put(std::move(next));
}

void Kubelet::begin_termination(PodId pod) {
  const auto now = find(pod);
  if (now == nullptr) return;
  Record& one = record(pod);
  if (one.state != State::running) {
    // Nothing runs that would have to end in order.
    take_away(pod);
    return;
  }
  if (runtime_ != nullptr) runtime_->begin_termination(pod);
  const ports::Duration needed =
      registry_.draw(registry_.options().pod_termination, sim::Stream::pod_termination, pod, 0);
  set_life(pod, gone,
           std::min<ports::Duration>(needed, std::chrono::seconds(now->deletion_grace_s)));
}

void Kubelet::stop(PodId pod) {
  Record& one = record(pod);
  if (one.state == State::stopped) return;
  registry_.scheduler().cancel(std::exchange(one.ready, 0));
  registry_.scheduler().cancel(std::exchange(one.life, 0));
  const bool touched = one.touched;
  one.state = State::stopped;
  if (touched && runtime_ != nullptr) runtime_->stop(pod, false);
}

void Kubelet::take_away(PodId pod) {
  stop(pod);
  // The kubelet's own DELETE, with grace 0: one last MODIFIED, then DELETED.
  auto last = copy(pod);
  if (last == nullptr) return;
  last->deletion_time = registry_.wall_second();
  last->deletion_grace_s = 0;
  put(std::make_shared<Pod>(*last));
  registry_.store().remove(std::move(last));
}

bool Kubelet::running(PodId pod, std::size_t container) const {
  const auto now = find(pod);
  return now != nullptr && container < now->containers.size() &&
         now->containers[container].state == ContainerState::State::running;
}

ExecResult Kubelet::exec(PodId pod, std::string_view container,
                         const std::vector<std::string>& argv) {
  if (runtime_ == nullptr) return ExecResult{.found = false};
  return runtime_->exec(pod, container, argv);
}

}  // namespace mocks::kubernetes
