#include <array>

#include "mocks/kubernetes/codec/kind_codec.h"
#include "rotator/ports/check.h"

namespace mocks::kubernetes {

// In the order of Kind.
const KindCodec& codec_of(Kind kind) {
  static const std::array<const KindCodec*, kinds> all = {
      &deployment_codec(),      // deployment
      &replica_set_codec(),     // replica_set
      &pod_codec(),             // pod
      &lease_codec(),           // lease
      &event_codec(),           // event
      &document_codec(),        // service
      &endpoints_codec(),       // endpoints
      &endpoint_slice_codec(),  // endpoint_slice
      &namespace_codec(),       // kubernetes_namespace
      &document_codec(),        // config_map
      &document_codec(),        // service_account
      &document_codec(),        // resource_quota
      &document_codec(),        // disruption_budget
  };
  return *all[static_cast<std::size_t>(kind)];
}

void KindCodec::cells(JsonText& json, const Object& object, const std::string& age,
                      ports::WallTime) const {
  json.text(object.name()).text(age);
}

std::shared_ptr<Object> KindCodec::make(Kind kind) const {
  return std::make_shared<Document>(kind);
}

void KindCodec::decode(detail::Fields&, const KindInfo&, Decoded&) const {
  ports::check(false, "a kind that clients write has a codec that reads it");
}

bool KindCodec::counts(const Object& now, const Object& next) const {
  return !same_object(now, next);
}

bool same_object(const Object& now, const Object& next) {
  return now.labels == next.labels && now.annotations == next.annotations &&
         now.finalizers == next.finalizers && now.generation == next.generation &&
         codec_of(now.kind).same(now, next);
}

}  // namespace mocks::kubernetes
