#include "mocks/sim/faults/kinds.h"

#include <algorithm>

#include "rotator/ports/check.h"

namespace mocks::sim {

const FaultKind* find_kind(std::string_view name) {
  const auto* const found = std::find_if(all_kinds.begin(), all_kinds.end(),
                                         [&](const FaultKind* kind) { return kind->name == name; });
  return found == all_kinds.end() ? nullptr : *found;
}

std::size_t number_of(const FaultKind& kind) {
  const auto* const found = std::find(all_kinds.begin(), all_kinds.end(), &kind);
  ports::check(found != all_kinds.end(), "a kind of fault is not in the table");
  return static_cast<std::size_t>(found - all_kinds.begin());
}

}  // namespace mocks::sim
