// TokenRoutes: auth/token: create, look up, renew, revoke
// (https://developer.hashicorp.com/vault/api-docs/auth/token).
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

  // `rest` below auth/token/. The call has a token.
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
