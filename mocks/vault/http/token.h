// TokenRoutes: auth/token: create, look up, renew, revoke
// (https://developer.hashicorp.com/vault/api-docs/auth/token; texts measured on Vault 1.14).
// Not imitated: token roles, the list of accessors, tidying.
//
// A token that is not known is 403 to a lookup, 400 to a renewal, and no error to a revocation by
// its text. A child has no policy that its parent lacks, unless that is root, and dies with it
// unless it is an orphan.
#pragma once

#include <string>
#include <string_view>

#include "mocks/scheduler.h"
#include "mocks/vault/http/answer.h"
#include "mocks/vault/http/call.h"
#include "mocks/vault/store/issuer.h"
#include "mocks/vault/store/policies.h"
#include "mocks/vault/store/tokens.h"

namespace mocks::vault {

// The "auth" member of an envelope, JSON text: what a login, a creation or a renewal hands out for
// `lease` from now.
std::string auth_text(TokenStore& tokens, Token& token, ports::Duration lease);

class TokenRoutes {
 public:
  // All must outlive it.
  TokenRoutes(const Scheduler& scheduler, Envelopes& envelopes, TokenStore& tokens,
              const Policies& policies, Issuer& issuer)
      : scheduler_(scheduler),
        envelopes_(envelopes),
        tokens_(tokens),
        policies_(policies),
        issuer_(issuer) {}

  // `rest` below auth/token/. The call has a token; after a revocation it may be gone.
  ports::Response handle(Call& call, std::string_view rest);

 private:
  enum class Ancestry { child, orphan };

  ports::Response create(Call& call, Ancestry ancestry);
  ports::Response lookup(Token& token);
  ports::Response renew(Call& call, Token& token);

  const Scheduler& scheduler_;
  Envelopes& envelopes_;
  TokenStore& tokens_;
  const Policies& policies_;
  Issuer& issuer_;
};

}  // namespace mocks::vault
