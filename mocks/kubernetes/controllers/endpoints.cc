#include "mocks/kubernetes/controllers/endpoints.h"

#include <utility>

namespace mocks::kubernetes {
namespace {

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

EndpointsController::Record& EndpointsController::record(PodId pod) {
  if (records_.size() < pod) records_.resize(pod);
  return records_[pod - 1];
}

bool EndpointsController::listed(PodId pod) const {
  return pod > 0 && pod <= records_.size() && records_[pod - 1].listed;
}

// Ready, not terminating, and behind a Service.
bool EndpointsController::wanted(const Pod& pod) const {
  if (!pod.ready || pod.deletion_time) return false;
  for (const auto& [key, service] : registry_.store().all(Kind::service)) {
    if (selects(static_cast<const Document&>(*service), pod)) return true;
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
    record(subject).pending = false;
    const auto pod = registry_.store().get<Pod>(Kind::pod, subject);
    list(subject, pod != nullptr && wanted(*pod));
    return;
  }
  sync_pending_ = false;
  for (const auto& [key, service] : registry_.store().all(Kind::service)) {
    write(static_cast<const Document&>(*service));
  }
  for (PodId pod = 1; pod <= records_.size() || pod <= registry_.store().last_serial(Kind::pod);
       ++pod) {
    Record& one = record(pod);
    if (one.pending) continue;
    const auto now = registry_.store().get<Pod>(Kind::pod, pod);
    if (one.listed == (now != nullptr && wanted(*now))) continue;
    one.pending = true;
    registry_.scheduler().at(
        registry_.now() + registry_.draw(registry_.options().endpoint_lag,
                                         sim::Stream::endpoint_lag, pod, one.draws++),
        *this, proxy, pod);
  }
}

void EndpointsController::settle() {
  for (const auto& [key, object] : registry_.store().all(Kind::pod)) {
    const auto& pod = static_cast<const Pod&>(*object);
    if (wanted(pod)) list(pod.id, true);
  }
  for (const auto& [key, service] : registry_.store().all(Kind::service)) {
    write(static_cast<const Document&>(*service));
  }
}

void EndpointsController::list(PodId pod, bool value) {
  Record& one = record(pod);
  if (one.listed == value) return;
  one.listed = value;
  registry_.observer().observe(
      registry_.now(),
      Fact{.kind = value ? FactKind::endpoint_added : FactKind::endpoint_removed, .subject = pod});
  if (listener_ == nullptr) return;
  if (value) {
    listener_->endpoint_added(pod);
  } else {
    listener_->endpoint_removed(pod);
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
