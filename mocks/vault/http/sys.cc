#include "mocks/vault/http/sys.h"

#include <algorithm>

namespace mocks::vault {

SysRoutes::SysRoutes(Store& store, Envelopes& envelopes, WrappingRoutes& wrapping)
    : seal_(store.seal),
      high_availability_(store.options.high_availability),
      mounts_(envelopes, store.identifiers, store.mounts, store.tokens, store.changes,
              store.options.version),
      policies_(store.scheduler, envelopes, store.policies, store.tokens),
      quotas_(envelopes, store.quotas, store.mounts),
      wrapping_(wrapping) {}

ports::Response SysRoutes::handle(Call& call, std::string_view rest) {
  const bool write = call.operation == Operation::write;
  // What stands below a folder that may be named without its slash.
  const auto below = [rest](std::size_t folder) {
    return rest.substr(std::min(rest.size(), folder));
  };
  if (rest == "seal" && write) {
    seal_.seal();
    return no_content();
  }
  if (rest == "step-down" && write) {
    if (high_availability_) seal_.step_down();
    return no_content();
  }
  if (rest == "mounts" || rest.starts_with("mounts/"))
    return mounts_.handle(call, below(7), MountKind::secret);
  if (rest == "auth" || rest.starts_with("auth/"))
    return mounts_.handle(call, below(5), MountKind::auth);
  if (rest.starts_with("internal/ui/mounts")) return mounts_.preflight(call, rest.substr(18));
  if (rest.starts_with("policies/acl/"))
    return policies_.handle(call, rest.substr(13), PolicyApi::acl);
  if (rest == "policy" || rest.starts_with("policy/"))
    return policies_.handle(call, below(7), PolicyApi::older);
  if (rest.starts_with("capabilities") && write) return policies_.capabilities(call, rest);
  if (rest.starts_with("quotas/")) return quotas_.handle(call, rest.substr(7));
  if (rest.starts_with("leases/")) return leases(call, rest.substr(7));
  if (rest.starts_with("wrapping/")) return wrapping_.handle(call, rest.substr(9));
  return unsupported_path();
}

// KV, tokens and logins make no leases that these paths would know.
ports::Response SysRoutes::leases(Call& call, std::string_view rest) {
  if (call.operation != Operation::write) return unsupported_operation();
  const std::string id = call.text("lease_id");
  if (rest == "lookup")
    return error(400, id.empty() ? "lease_id must be specified" : "invalid lease");
  if (rest == "renew")
    return error(400, id.empty() ? "lease_id must be specified" : "lease not found");
  if (rest == "revoke") return no_content();
  return unsupported_path();
}

}  // namespace mocks::vault
