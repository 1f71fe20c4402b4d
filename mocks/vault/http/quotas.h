// QuotaRoutes: sys/quotas/rate-limit and sys/quotas/config
// (https://developer.hashicorp.com/vault/api-docs/system/rate-limit-quotas and
// .../system/quotas-config; texts measured on Vault 1.14). Not imitated: quotas by role, exempt
// paths, lease-count quotas (Enterprise).
//
// A quota that is written counts from the next request on; writing it again begins its interval
// anew.
#pragma once

#include <string>
#include <string_view>

#include "mocks/vault/http/answer.h"
#include "mocks/vault/http/call.h"
#include "mocks/vault/store/mounts.h"
#include "mocks/vault/store/quota.h"

namespace mocks::vault {

class QuotaRoutes {
 public:
  // All must outlive it.
  QuotaRoutes(Envelopes& envelopes, RateQuotas& quotas, const Mounts& mounts)
      : envelopes_(envelopes), quotas_(quotas), mounts_(mounts) {}

  // `rest` below sys/quotas/: "config", "rate-limit/" (a list) or "rate-limit/NAME".
  ports::Response handle(Call& call, std::string_view rest);

 private:
  ports::Response config(Call& call);
  ports::Response read(const std::string& name);
  ports::Response write(Call& call, const std::string& name);

  Envelopes& envelopes_;
  RateQuotas& quotas_;
  const Mounts& mounts_;
};

}  // namespace mocks::vault
