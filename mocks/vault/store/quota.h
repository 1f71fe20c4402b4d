// RateQuotas: rate-limit quotas
// (https://developer.hashicorp.com/vault/api-docs/system/rate-limit-quotas), one bucket for the
// whole cluster: every client of a rehearsal has one address.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "rotator/ports/clock.h"

namespace mocks::vault {

struct RateQuota {
  std::string path = {};  // "" = everything; else a mount or a path in one
  double rate = 0;        // requests an interval
  ports::Duration interval = std::chrono::seconds(1);
  ports::Duration block{0};  // how long a client that hit the limit stays refused
  // The running interval; none before the first request.
  std::optional<ports::Instant> began = {};
  ports::Instant blocked_until = {};
  std::int64_t taken = 0;
};

// What one request found.
struct QuotaVerdict {
  bool applies = false;
  bool allowed = true;
  std::int64_t limit = 0;
  std::int64_t remaining = 0;
  std::int64_t reset_s = 0;  // until the next interval, rounded up
};

class RateQuotas {
 public:
  void set(const std::string& name, RateQuota quota) { quotas_[name] = std::move(quota); }
  bool remove(const std::string& name) { return quotas_.erase(name) > 0; }
  const std::map<std::string, RateQuota, std::less<>>& all() const { return quotas_; }
  bool empty() const { return quotas_.empty(); }

  // Counts one request for `path` (without /v1/) against the most specific quota.
  QuotaVerdict take(std::string_view path, ports::Instant now);

  bool headers = false;  // enable_rate_limit_response_headers

 private:
  std::map<std::string, RateQuota, std::less<>> quotas_;
};

}  // namespace mocks::vault
