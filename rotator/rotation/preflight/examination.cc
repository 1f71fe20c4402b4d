#include "rotator/rotation/preflight/examination.h"

#include <utility>

namespace rotator {

using ports::ErrorCode;

void Examination::find(Check check, bool good, std::string detail) {
  plan.findings.push_back({.check = check,
                           .verdict = good ? Judgement::pass : Judgement::fail,
                           .detail = std::move(detail)});
}

void Examination::warn(Check check, std::string detail) {
  plan.findings.push_back(
      {.check = check, .verdict = Judgement::pass, .detail = std::move(detail), .warning = true});
}

void Examination::error(Check check, const ports::Error& error) {
  const bool clear = error.code == ErrorCode::refused || error.code == ErrorCode::missing ||
                     error.code == ErrorCode::conflict || error.code == ErrorCode::configuration ||
                     error.code == ErrorCode::untrusted;
  plan.findings.push_back({.check = check,
                           .verdict = clear ? Judgement::fail : Judgement::unknown,
                           .detail = error.message});
}

bool Examination::passed(Check check) const {
  const auto* finding = plan.of(check);
  return finding != nullptr && finding->verdict == Judgement::pass;
}

}  // namespace rotator
