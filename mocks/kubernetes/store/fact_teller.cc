#include "mocks/kubernetes/store/fact_teller.h"

namespace mocks::kubernetes {

std::uint64_t subject_of(const Object& object) {
  return name_of(key_of(object.kubernetes_namespace(), object.name()));
}

FactTeller::FactTeller(Registry& registry) : registry_(registry) { registry.store().follow(*this); }

void FactTeller::tell(FactKind kind, std::uint64_t subject, std::int64_t number,
                      std::string_view text) {
  registry_.observer().observe(
      registry_.now(), Fact{.kind = kind, .subject = subject, .number = number, .text = text});
}

void FactTeller::on_change(const Change& change) {
  const Object& object = *change.object;
  switch (object.kind) {
    case Kind::pod: tell_pod(change); return;
    case Kind::lease: {
      const bool deleted = change.type == Change::Type::deleted;
      const auto& lease = static_cast<const Document&>(object);
      tell(FactKind::lease_changed, subject_of(object), 0,
           deleted ? std::string_view() : std::string_view(lease.holder));
      return;
    }
    case Kind::event: {
      // The controllers' own Events follow from other facts.
      const auto& event = static_cast<const Event&>(object);
      const bool from_api = event.event_time.has_value();
      if (from_api && change.type != Change::Type::deleted) {
        tell(FactKind::event_recorded, subject_of(object), event.count, event.reason);
      }
      return;
    }
    default:
      if (!info(object.kind).workload) return;
      if (change.before == nullptr || change.before->generation != object.generation) {
        tell(FactKind::workload_changed, subject_of(object), object.generation, object.name());
      }
  }
}

void FactTeller::tell_pod(const Change& change) {
  const auto& pod = static_cast<const Pod&>(*change.object);
  const auto* before = static_cast<const Pod*>(change.before.get());
  if (before == nullptr) tell(FactKind::pod_created, pod.id, pod.revision, pod.name());
  const bool was_ready = before != nullptr && before->ready;
  const bool gone = change.type == Change::Type::deleted;
  if (pod.ready != was_ready) {
    tell(pod.ready ? FactKind::pod_ready : FactKind::pod_unready, pod.id, pod.revision);
  }
  const bool was_terminating = before != nullptr && before->deletion_time;
  if (pod.deletion_time && !was_terminating) {
    tell(FactKind::pod_terminating, pod.id, pod.revision);
  }
  if (gone) tell(FactKind::pod_gone, pod.id, pod.revision);
}

}  // namespace mocks::kubernetes
