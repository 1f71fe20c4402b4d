#include "rotator/rotation/preflight/foresight.h"

#include <utility>

#include "rotator/rotation/context/context.h"
#include "rotator/rotation/strategy.h"

namespace rotator {

std::vector<ForeseenCall> foresee(Context& context, const Strategy& strategy) {
  std::vector<ForeseenCall> all;
  for (const auto& row : strategy.forward) {
    if (!row.phase->wanted(context)) continue;
    for (auto& call : context.systems.note([&] { row.phase->foresee(context); }))
      all.push_back({.phase = row.phase->name(),
                     .method = std::move(call.method),
                     .host = std::move(call.origin),
                     .path = std::move(call.target)});
  }
  return all;
}

}  // namespace rotator
