#include "scenarios/report.h"

#include <algorithm>

namespace scenarios {

const char* to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass: return "pass";
    case Verdict::unknown: return "unknown";
    case Verdict::fail: return "fail";
  }
  return "unknown";
}

const char* to_string(Wire wire) { return wire == Wire::sim ? "sim" : "http"; }

Verdict worst(Verdict a, Verdict b) { return std::max(a, b); }

std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, 1, ',');
  return digits;
}

std::string to_string(const std::optional<rotator::Ending>& outcome) {
  return outcome ? rotator::to_string(*outcome) : "";
}

}  // namespace scenarios
