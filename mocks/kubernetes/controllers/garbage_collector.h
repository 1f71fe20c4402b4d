// GarbageCollector: deletes what lost its owner (background), or an owner whose dependents have
// gone (foreground). Who owns what is in the kinds' rows.
//
// Imitates kubernetes/pkg/controller/garbagecollector.
#pragma once

#include "mocks/kubernetes/controllers/controller.h"

namespace mocks::kubernetes {

class GarbageCollector final : public Controller {
 public:
  explicit GarbageCollector(Registry& registry);
  void on_change(const Change& change) override;
  // `kind` is the Kind of the owner.
  void on_timer(std::uint32_t kind, std::uint64_t serial) override;

 private:
  void let_go(const Object& dependent, bool owner_remains);
  Registry& registry_;
};

}  // namespace mocks::kubernetes
