// What the roles of AppRole and Kubernetes auth have in common over HTTP: their paths, their
// token_* parameters and the answer to a login
// (https://developer.hashicorp.com/vault/api-docs/auth/approle#create-update-approle and
// .../auth/kubernetes#create-update-role, "token_ttl" and below; texts measured on Vault 1.14).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mocks/vault/http/answer.h"
#include "mocks/vault/http/call.h"
#include "mocks/vault/store/auth_method.h"
#include "mocks/vault/store/json_text.h"
#include "mocks/vault/store/tokens.h"

namespace mocks::vault {

// The parts of role/ROLE/VERB, views into it; VERB is "" without one.
struct RolePath {
  std::string_view role = {};
  std::string_view verb = {};
};
// `rest` begins with "role/".
RolePath role_path(std::string_view rest);

// What the two methods do differently with a role.
struct RoleKind {
  // The role as "data" of an answer: a JSON object.
  std::string (*text)(const AuthRole& role);
  // Takes the method's own parameters of the body into the role; what is absent stays. The answer
  // to give when one is bad (400): nothing is stored then.
  std::function<std::optional<ports::Response>(const Call& call, AuthRole& role)> change;
};
// role/NAME: read (404 without it), written (created with what it lacks) or removed (204 in any
// case); "unsupported operation" for anything else.
ports::Response role_answer(const Call& call, Envelopes& envelopes, AuthMethod& method,
                            std::string_view name, const RoleKind& kind);
// LIST role/: the names, or 404 without any.
ports::Response role_list(Envelopes& envelopes, const AuthMethod& method);

// Takes the token_* parameters of the body, and their older names (policies, ttl, max_ttl, period),
// into the role; what is absent stays. The answer to give when one is bad (400); the role may have
// changed by then.
std::optional<ports::Response> read_token_fields(const Call& call, AuthRole& role);
// The same as members of the role's object, in their place there: names sort between
// "secret_id_..." and the end.
void append_token_fields(ObjectText& out, const AuthRole& role);

// 200 with the "auth" member. Leaves the token in call.issued.
ports::Response login_response(Call& call, Envelopes& envelopes, TokenStore& tokens, Token& token);

}  // namespace mocks::vault
