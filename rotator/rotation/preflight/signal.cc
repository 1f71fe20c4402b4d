#include "rotator/rotation/preflight/examination.h"

namespace rotator {

void examine_signal(Examination& examination) {
  auto& failures = examination.context.failures;
  if (!failures.counts()) return;
  const auto count = failures.begin();
  if (!count) return examination.error(Check::failure_signal, count.error());
  examination.pass(Check::failure_signal,
                   "the failure signal counts " + std::to_string(*count) + " so far");
}

}  // namespace rotator
