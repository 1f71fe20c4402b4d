#include "mocks/kubernetes/store/registry.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace mocks::kubernetes {
namespace {

// Keeps this mock's identifiers apart from those of other mocks of the same seed.
constexpr std::uint64_t identifiers = name_of("kubernetes");
constexpr std::string_view hex = "0123456789abcdef";

}  // namespace

Registry::Registry(Scheduler& scheduler, Observer& observer, sim::Draws draws,
                   ApiServerOptions options)
    : store_(options.first_resource_version, max_history),
      scheduler_(scheduler),
      observer_(observer),
      draws_(draws),
      options_(std::move(options)) {}

ports::WallTime Registry::wall_second() const {
  return std::chrono::floor<std::chrono::seconds>(scheduler_.wall_now());
}

ports::Duration Registry::draw(const TimeRange& range, sim::Stream stream, std::uint64_t entity,
                               std::uint64_t index) const {
  return draws_.between(range.low, range.high, stream, entity, index);
}

std::shared_ptr<const Identity> Registry::identify(Kind kind, std::string kubernetes_namespace,
                                                   std::string name, std::string generate_name,
                                                   const Object* owner) {
  auto identity = std::make_shared<Identity>();
  identity->serial = store_.next_serial(kind);
  identity->name = std::move(name);
  identity->generate_name = std::move(generate_name);
  identity->kubernetes_namespace = std::move(kubernetes_namespace);
  identity->uid = uid();
  identity->created = wall_second();
  if (owner != nullptr) {
    identity->owner = OwnerReference{.kind = owner->kind,
                                     .serial = owner->identity->serial,
                                     .name = owner->name(),
                                     .uid = owner->identity->uid};
  }
  return identity;
}

std::string Registry::uid() {
  ++made_;
  std::uint64_t high = draws_.bits(sim::Stream::identifiers, identifiers, 2 * made_);
  std::uint64_t low = draws_.bits(sim::Stream::identifiers, identifiers, 2 * made_ + 1);
  // Version 4, variant 1 (RFC 9562 section 5.4).
  high = (high & ~0xf000ULL) | 0x4000ULL;
  low = (low & ~(3ULL << 62U)) | (2ULL << 62U);
  std::string text;
  text.reserve(36);
  for (int digit = 0; digit < 32; ++digit) {
    if (digit == 8 || digit == 12 || digit == 16 || digit == 20) text += '-';
    const std::uint64_t half = digit < 16 ? high : low;
    text += hex[(half >> (60U - 4U * static_cast<unsigned>(digit % 16))) & 15U];
  }
  return text;
}

std::string Registry::suffix() {
  ++made_;
  std::uint64_t bits = draws_.bits(sim::Stream::identifiers, identifiers, 2 * made_);
  std::string text;
  for (int i = 0; i < 5; ++i) {
    text += safe_letters[bits % safe_letters.size()];
    bits /= safe_letters.size();
  }
  return text;
}

void Registry::record_event(const Object& about, std::string_view component, std::string_view type,
                            std::string_view reason, std::string message) {
  auto event = std::make_shared<Event>();
  // Named by the nanosecond in hexadecimal; one instant of virtual time may hold several.
  const auto nanosecond = static_cast<std::uint64_t>(wall_now().time_since_epoch().count());
  last_event_ = std::max(last_event_ + 1, nanosecond);
  std::string name = about.name() + '.';
  for (unsigned shift = 64; shift > 0; shift -= 4) name += hex[(last_event_ >> (shift - 4)) & 15U];
  event->identity = identify(Kind::event, about.kubernetes_namespace(), std::move(name));
  event->regarding = {.kind = std::string(info(about.kind).name),
                      .kubernetes_namespace = about.kubernetes_namespace(),
                      .name = about.name(),
                      .uid = about.identity->uid,
                      .api_version = api_version(info(about.kind)),
                      .resource_version = std::to_string(about.resource_version)};
  event->reason = reason;
  event->message = std::move(message);
  event->type = type;
  event->component = component;
  event->first = wall_second();
  event->last = event->first;
  event->count = 1;
  store_.put(std::move(event));
}

void Registry::delete_pod(const Pod& pod, std::int64_t grace_s) {
  if (pod.deletion_time && grace_s >= pod.deletion_grace_s) return;
  auto next = std::make_shared<Pod>(pod);
  if (!next->deletion_time) ++next->generation;
  next->deletion_time = wall_second() + std::chrono::seconds(grace_s);
  next->deletion_grace_s = grace_s;
  if (grace_s == 0) {
    store_.remove(std::move(next));
  } else {
    store_.put(std::move(next));
  }
}

}  // namespace mocks::kubernetes
