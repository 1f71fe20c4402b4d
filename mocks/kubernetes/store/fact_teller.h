// FactTeller: says what each change in the store truly means, once, in one place: a Fact a
// transition (a pod became ready, a Lease changed hands), whoever wrote it and by whatever call.
#pragma once

#include "mocks/kubernetes/store/registry.h"

namespace mocks::kubernetes {

// The `subject` of Facts about a workload, a Lease or an Event.
std::uint64_t subject_of(const Object& object);

class FactTeller final : public Follower {
 public:
  // Follows the registry's store, and tells its observer.
  explicit FactTeller(Registry& registry);
  void on_change(const Change& change) override;

 private:
  void tell(FactKind kind, std::uint64_t subject, std::int64_t number, std::string_view text = {});
  // What a pod has become since the version before: created, ready, terminating, gone.
  void tell_pod(const Change& change);
  Registry& registry_;
};

}  // namespace mocks::kubernetes
