#include "mocks/kubernetes/controllers/endpoints.h"

#include <utility>

namespace mocks::kubernetes {
namespace {

// Timers and draws of a balancer are numbered apart: pods are fewer than this many bits tell.
constexpr unsigned balancer_shift = 40;
constexpr std::uint64_t pod_mask = (std::uint64_t{1} << balancer_shift) - 1;

bool selects(const Document& service, const Pod& pod) {
  if (service.selector.empty()) return false;
  if (service.kubernetes_namespace() != pod.kubernetes_namespace()) return false;
  for (const auto& [key, value] : service.selector) {
    const auto found = pod.labels.get().find(key);
    if (found == pod.labels.get().end() || found->second != value) return false;
  }
  return true;
}

}  // namespace

EndpointsController::EndpointsController(Registry& registry) : registry_(registry) {
  registry.store().follow(*this);
}

EndpointsController::Record& EndpointsController::Balancer::record(PodId pod) {
  if (records.size() < pod) records.resize(pod);
  return records[pod - 1];
}

void EndpointsController::add_listener(EndpointListener& listener, std::string service) {
  if (balancers_.front().listener != nullptr) balancers_.emplace_back();
  balancers_.back().service = std::move(service);
  balancers_.back().listener = &listener;
}

bool EndpointsController::listed(PodId pod) const {
  const auto& records = balancers_.front().records;
  return pod > 0 && pod <= records.size() && records[pod - 1].listed;
}

bool EndpointsController::wanted(const Balancer& balancer, const Pod& pod) const {
  if (!pod.ready || pod.deletion_time) return false;
  for (const auto& [key, object] : registry_.store().all(Kind::service)) {
    const auto& service = static_cast<const Document&>(*object);
    if (!balancer.service.empty() && service.name() != balancer.service) continue;
    if (selects(service, pod)) return true;
  }
  return false;
}

void EndpointsController::on_change(const Change& change) {
  const Kind kind = change.object->kind;
  if (kind != Kind::pod && kind != Kind::service) return;
  if (!sync_pending_) {
    sync_pending_ = true;
    registry_.scheduler().at(registry_.now() + registry_.options().replica_set_lag, *this, sync, 0);
  }
}

void EndpointsController::on_timer(std::uint32_t kind, std::uint64_t subject) {
  if (kind == proxy) {
    const std::size_t balancer = subject >> balancer_shift;
    const PodId id = subject & pod_mask;
    balancers_[balancer].record(id).pending = false;
    const auto pod = registry_.store().get<Pod>(Kind::pod, id);
    list(balancer, id, pod != nullptr && wanted(balancers_[balancer], *pod));
    return;
  }
  sync_pending_ = false;
  for (const auto& [key, service] : registry_.store().all(Kind::service)) {
    write(static_cast<const Document&>(*service));
  }
  for (std::size_t i = 0; i < balancers_.size(); ++i) follow(i);
}

// What changed for a balancer reaches it after a lag of its own.
void EndpointsController::follow(std::size_t index) {
  Balancer& balancer = balancers_[index];
  const std::uint64_t first_draw = index << balancer_shift;
  for (PodId pod = 1;
       pod <= balancer.records.size() || pod <= registry_.store().last_serial(Kind::pod); ++pod) {
    Record& one = balancer.record(pod);
    if (one.pending) continue;
    const auto now = registry_.store().get<Pod>(Kind::pod, pod);
    if (one.listed == (now != nullptr && wanted(balancer, *now))) continue;
    one.pending = true;
    registry_.scheduler().at(
        registry_.now() + registry_.draw(registry_.options().endpoint_lag,
                                         sim::Stream::endpoint_lag, pod, first_draw + one.draws++),
        *this, proxy, first_draw | pod);
  }
}

void EndpointsController::settle() {
  for (std::size_t i = 0; i < balancers_.size(); ++i)
    for (const auto& [key, object] : registry_.store().all(Kind::pod)) {
      const auto& pod = static_cast<const Pod&>(*object);
      if (wanted(balancers_[i], pod)) list(i, pod.id, true);
    }
  for (const auto& [key, service] : registry_.store().all(Kind::service)) {
    write(static_cast<const Document&>(*service));
  }
}

void EndpointsController::list(std::size_t index, PodId pod, bool value) {
  Balancer& balancer = balancers_[index];
  Record& one = balancer.record(pod);
  if (one.listed == value) return;
  one.listed = value;
  if (index == 0)
    registry_.observer().observe(
        registry_.now(), Fact{.kind = value ? FactKind::endpoint_added : FactKind::endpoint_removed,
                              .subject = pod});
  if (balancer.listener == nullptr) return;
  if (value) {
    balancer.listener->endpoint_added(pod);
  } else {
    balancer.listener->endpoint_removed(pod);
  }
}

void EndpointsController::write(const Document& service) {
  if (service.selector.empty()) return;
  std::vector<EndpointList::Entry> entries;
  for (const auto& [key, object] : registry_.store().all(Kind::pod)) {
    const auto& pod = static_cast<const Pod&>(*object);
    if (!selects(service, pod) || !pod.seen) continue;
    entries.push_back({.pod = pod.id,
                       .identity = pod.identity,
                       .ready = pod.ready,
                       .terminating = pod.deletion_time.has_value()});
  }
  for (const Kind kind : {Kind::endpoints, Kind::endpoint_slice}) {
    const std::string name = kind == Kind::endpoints ? service.name() : service.name() + "-slice";
    const auto now = std::static_pointer_cast<const EndpointList>(
        registry_.store().find(kind, service.kubernetes_namespace(), name));
    if (now != nullptr && now->entries == entries) continue;
    auto next = now == nullptr ? std::make_shared<EndpointList>(kind)
                               : std::make_shared<EndpointList>(*now);
    if (now == nullptr) {
      next->identity = registry_.identify(kind, service.kubernetes_namespace(), name, {}, &service);
      next->labels = SharedStrings(Strings{{"kubernetes.io/service-name", service.name()}});
      if (kind == Kind::endpoint_slice) next->generation = 1;
    } else if (kind == Kind::endpoint_slice) {
      ++next->generation;
    }
    next->entries = entries;
    registry_.store().put(std::move(next));
  }
}

}  // namespace mocks::kubernetes
