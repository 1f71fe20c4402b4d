// PolicyRoutes: sys/policies/acl, the older sys/policy, and sys/capabilities: the policies by name
// and what a token may do on a path
// (https://developer.hashicorp.com/vault/api-docs/system/policies,
// .../system/policy, .../system/capabilities-self; texts measured on Vault 1.14).
//
// Writing: 204, or 400 with what is wrong in the HCL. "root" reads as an empty text and cannot be
// changed; "default" can be changed, but not deleted.
#pragma once

#include <string_view>

#include "mocks/scheduler.h"
#include "mocks/vault/http/answer.h"
#include "mocks/vault/http/call.h"
#include "mocks/vault/store/policies.h"
#include "mocks/vault/store/tokens.h"

namespace mocks::vault {

// Which of the two APIs is spoken: they name the same members differently, and the older one
// repeats them on top of the envelope.
enum class PolicyApi { acl, older };

class PolicyRoutes {
 public:
  // All must outlive it.
  PolicyRoutes(const Scheduler& scheduler, Envelopes& envelopes, Policies& policies,
               TokenStore& tokens)
      : scheduler_(scheduler), envelopes_(envelopes), policies_(policies), tokens_(tokens) {}

  // `name` below sys/policies/acl/ or sys/policy/; "" is the list. Names are lower case here.
  ports::Response handle(Call& call, std::string_view name, PolicyApi api);
  // `whose`: "capabilities" (of the body's token), "capabilities-accessor" (likewise), else the
  // caller's own. One path or many.
  ports::Response capabilities(Call& call, std::string_view whose);

 private:
  ports::Response list(PolicyApi api);
  ports::Response read(const std::string& name, PolicyApi api);
  ports::Response write(Call& call, const std::string& name);

  const Scheduler& scheduler_;
  Envelopes& envelopes_;
  Policies& policies_;
  TokenStore& tokens_;
};

}  // namespace mocks::vault
