#include "rotator/rotation/phase.h"

#include <array>

namespace rotator {
namespace {

constexpr std::array all_phases = {Phase::preflight, Phase::create,  Phase::store,   Phase::rollout,
                                   Phase::verify,    Phase::overlap, Phase::disable, Phase::soak,
                                   Phase::removal,   Phase::confirm, Phase::rollback};

}  // namespace

const char* to_string(Phase phase) {
  switch (phase) {
    case Phase::preflight: return "preflight";
    case Phase::create: return "create";
    case Phase::store: return "store";
    case Phase::rollout: return "rollout";
    case Phase::verify: return "verify";
    case Phase::overlap: return "overlap";
    case Phase::disable: return "disable";
    case Phase::soak: return "soak";
    case Phase::removal: return "delete";
    case Phase::confirm: return "confirm";
    case Phase::rollback: return "rollback";
  }
  return "unknown";
}

std::optional<Phase> parse_phase(std::string_view text) {
  for (const auto phase : all_phases)
    if (text == to_string(phase)) return phase;
  return std::nullopt;
}

const char* to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass: return "pass";
    case Verdict::fail: return "fail";
    case Verdict::unknown: return "unknown";
  }
  return "unknown";
}

const char* to_string(Severity severity) {
  switch (severity) {
    case Severity::debug: return "debug";
    case Severity::info: return "info";
    case Severity::warning: return "warning";
    case Severity::error: return "error";
  }
  return "unknown";
}

std::string to_text(ports::Duration duration) {
  auto left = duration.count();
  if (left == 0) return "0s";
  std::string text = left < 0 ? "-" : "";
  if (left < 0) left = -left;
  struct Unit {
    std::int64_t nanoseconds;
    const char* name;
  };
  constexpr std::array units = {
      Unit{3'600'000'000'000, "h"}, Unit{60'000'000'000, "m"}, Unit{1'000'000'000, "s"},
      Unit{1'000'000, "ms"},        Unit{1'000, "us"},         Unit{1, "ns"}};
  // A long time is told to the second, a short one to the millisecond.
  if (left >= 60'000'000'000) left -= left % 1'000'000'000;
  if (left >= 1'000'000) left -= left % 1'000'000;
  for (const auto& unit : units) {
    if (left < unit.nanoseconds) continue;
    text += std::to_string(left / unit.nanoseconds) + unit.name;
    left %= unit.nanoseconds;
  }
  return text;
}

}  // namespace rotator
