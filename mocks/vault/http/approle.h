// AppRoleRoutes: auth/approle: roles, their ids and secret ids, login
// (https://developer.hashicorp.com/vault/api-docs/auth/approle; texts measured on Vault 1.14).
// Not imitated: bound CIDRs, custom secret ids, tidying, lookup by accessor.
//
// - role/ROLE: POST 204, GET 200 or 404, DELETE 204.
// - role/ROLE/role-id: GET 200, POST 204. role/ROLE/secret-id: POST 200 with a new one, LIST 200
// with
//   accessors or 404. role/ROLE/secret-id/lookup, /destroy: POST.
// - login: 200 with a token; 400 for a role id or secret id that is not known, spent or expired.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "mocks/scheduler.h"
#include "mocks/vault/http/answer.h"
#include "mocks/vault/http/call.h"
#include "mocks/vault/store/auth_method.h"
#include "mocks/vault/store/identifiers.h"
#include "mocks/vault/store/issuer.h"
#include "mocks/vault/store/tokens.h"

namespace mocks::vault {

class AppRoleRoutes {
 public:
  // All must outlive it.
  AppRoleRoutes(const Scheduler& scheduler, Envelopes& envelopes, Identifiers& identifiers,
                TokenStore& tokens, Issuer& issuer)
      : scheduler_(scheduler),
        envelopes_(envelopes),
        identifiers_(identifiers),
        tokens_(tokens),
        issuer_(issuer) {}

  // `rest` below the method's mount: "login", "role/ROLE", "role/ROLE/secret-id", ... The call has
  // passed seal, quota, token and policy; a login needs no token.
  ports::Response handle(Call& call, AuthMethod& method, std::string_view rest);

 private:
  std::optional<ports::Response> change(const Call& call, AuthRole& role);
  ports::Response role_id(Call& call, AuthRole& role);
  ports::Response secret_id(Call& call, AuthRole& role, std::string_view verb);
  ports::Response make_secret_id(Call& call, AuthRole& role);
  ports::Response login(Call& call, AuthMethod& method);

  const Scheduler& scheduler_;
  Envelopes& envelopes_;
  Identifiers& identifiers_;
  TokenStore& tokens_;
  Issuer& issuer_;
};

}  // namespace mocks::vault
