#include "rotator/rotation/plan.h"

namespace rotator {

Verdict Plan::verdict() const {
  const auto* obstacle = first_obstacle();
  return obstacle == nullptr ? Verdict::pass : obstacle->verdict;
}

const Finding* Plan::first_obstacle() const {
  const Finding* worst = nullptr;
  for (const auto& finding : findings) {
    if (finding.verdict == Verdict::fail) return &finding;
    if (finding.verdict == Verdict::unknown && worst == nullptr) worst = &finding;
  }
  return worst;
}

}  // namespace rotator
