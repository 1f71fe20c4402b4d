// SysRoutes: sys/ for callers with a token: which area answers what, and the few routes that are
// none of an area's: sealing, stepping down, leases
// (https://developer.hashicorp.com/vault/api-docs/system). What needs no token: status.h.
//
// Sealing takes effect at once and says 204; stepping down says 204 also where there is no other
// node to step in, and does nothing then.
#pragma once

#include <string_view>

#include "mocks/vault/http/answer.h"
#include "mocks/vault/http/call.h"
#include "mocks/vault/http/mounts.h"
#include "mocks/vault/http/policies.h"
#include "mocks/vault/http/quotas.h"
#include "mocks/vault/http/wrapping.h"
#include "mocks/vault/store/store.h"

namespace mocks::vault {

class SysRoutes {
 public:
  // All must outlive it.
  SysRoutes(Store& store, Envelopes& envelopes, WrappingRoutes& wrapping);

  // `rest` below sys/. The call has passed seal, quota, token and policy; the paths that
  // Server lets pass without a token may have none.
  ports::Response handle(Call& call, std::string_view rest);

 private:
  ports::Response leases(Call& call, std::string_view rest);

  Seal& seal_;
  const bool high_availability_;
  MountRoutes mounts_;
  PolicyRoutes policies_;
  QuotaRoutes quotas_;
  WrappingRoutes& wrapping_;
};

}  // namespace mocks::vault
