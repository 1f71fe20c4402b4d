// RateQuotas: rate-limit quotas
// (https://developer.hashicorp.com/vault/api-docs/system/rate-limit-quotas), one bucket for the
// whole cluster: every client of a rehearsal has one address.
//
// As a real Vault counts: `rate` requests an interval, the first interval beginning with the first
// request; what is left of one is not carried into the next.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "rotator/ports/clock.h"

namespace mocks::vault {

// One quota under its name, and where it stands.
struct RateQuota {
  // "" = everything; else a mount ("portal-kv/") or the beginning of a path in one.
  std::string path = {};
  // Requests an interval, greater than 0. What is below 1 lets one through nevertheless.
  double rate = 0;
  ports::Duration interval = std::chrono::seconds(1);
  // How long a client that hit the limit stays refused; 0 = until the interval ends.
  ports::Duration block{0};
  // The running interval; none before the first request.
  std::optional<ports::Instant> began = {};
  ports::Instant blocked_until = {};
  std::int64_t taken = 0;
};

// What one request found. The numbers are those of the X-Ratelimit-* headers, and 0 where no quota
// applies.
struct QuotaVerdict {
  bool applies = false;  // some quota is meant for this path
  bool allowed = true;
  std::int64_t limit = 0;
  std::int64_t remaining = 0;
  std::int64_t reset_s = 0;  // until the next interval, rounded up
};

class RateQuotas {
 public:
  // Replaces the one of that name; its count begins anew. remove(): false when there is none.
  void set(const std::string& name, RateQuota quota) { quotas_[name] = std::move(quota); }
  bool remove(const std::string& name) { return quotas_.erase(name) > 0; }
  // By name, sorted.
  const std::map<std::string, RateQuota, std::less<>>& all() const { return quotas_; }
  // True while nothing is limited: callers on a hot path ask this first.
  bool empty() const { return quotas_.empty(); }

  // Counts one request for `path` (without /v1/) against the most specific quota. A refused one is
  // not counted. Health, seal status and unsealing are never limited.
  QuotaVerdict take(std::string_view path, ports::Instant now);

  // enable_rate_limit_response_headers of sys/quotas/config: whether answers tell of the quota.
  bool headers = false;

 private:
  std::map<std::string, RateQuota, std::less<>> quotas_;
};

}  // namespace mocks::vault
