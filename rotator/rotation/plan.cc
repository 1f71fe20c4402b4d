#include "rotator/rotation/plan.h"

namespace rotator {

Judgement Plan::verdict() const {
  const auto* obstacle = first_obstacle();
  return obstacle == nullptr ? Judgement::pass : obstacle->verdict;
}

const Finding* Plan::first_obstacle() const {
  const Finding* worst = nullptr;
  for (const auto& finding : findings) {
    if (finding.verdict == Judgement::fail) return &finding;
    if (finding.verdict == Judgement::unknown && worst == nullptr) worst = &finding;
  }
  return worst;
}

const Finding* Plan::of(Check check) const {
  for (const auto& finding : findings)
    if (finding.check == check) return &finding;
  return nullptr;
}

}  // namespace rotator
