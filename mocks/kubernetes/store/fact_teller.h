// FactTeller: says what each change in the store truly means, once, in one place.
#pragma once

#include "mocks/kubernetes/store/registry.h"

namespace mocks::kubernetes {

// The `subject` of Facts about a workload, a Lease or an Event.
std::uint64_t subject_of(const Object& object);

class FactTeller final : public Follower {
 public:
  explicit FactTeller(Registry& registry);
  void on_change(const Change& change) override;

 private:
  void tell(FactKind kind, std::uint64_t subject, std::int64_t number, std::string_view text = {});
  void tell_pod(const Change& change);
  Registry& registry_;
};

}  // namespace mocks::kubernetes
