#include "mocks/vault/store/quota.h"

#include <algorithm>

namespace mocks::vault {
namespace {

// Health and unsealing are never limited.
bool exempt(std::string_view path) {
  return path == "sys/health" || path == "sys/seal-status" || path == "sys/unseal";
}

std::int64_t seconds_up(ports::Duration duration) {
  return std::chrono::ceil<std::chrono::seconds>(std::max(duration, ports::Duration::zero()))
      .count();
}

}  // namespace

QuotaVerdict RateQuotas::take(std::string_view path, ports::Instant now) {
  if (quotas_.empty() || exempt(path)) return {};
  RateQuota* best = nullptr;
  for (auto& [name, quota] : quotas_)
    if (path.starts_with(quota.path) && (best == nullptr || quota.path.size() > best->path.size()))
      best = &quota;
  if (best == nullptr) return {};
  if (!best->began) best->began = now;
  if (now - *best->began >= best->interval) {
    *best->began += (now - *best->began) / best->interval * best->interval;
    best->taken = 0;
  }
  QuotaVerdict verdict{.applies = true, .limit = static_cast<std::int64_t>(best->rate)};
  verdict.reset_s = seconds_up(*best->began + best->interval - now);
  if (now < best->blocked_until) {
    verdict.allowed = false;
    verdict.reset_s = seconds_up(best->blocked_until - now);
    return verdict;
  }
  // A fractional rate still lets one request through.
  const std::int64_t limit = std::max<std::int64_t>(verdict.limit, 1);
  if (best->taken >= limit) {
    verdict.allowed = false;
    best->blocked_until = best->block > ports::Duration::zero() ? now + best->block : now;
    return verdict;
  }
  ++best->taken;
  verdict.remaining = limit - best->taken;
  return verdict;
}

}  // namespace mocks::vault
