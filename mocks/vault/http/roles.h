// What the roles of AppRole and Kubernetes auth have in common over HTTP: their paths, their
// token_* parameters and the answer to a login
// (https://developer.hashicorp.com/vault/api-docs/auth/approle#create-update-approle and
// .../auth/kubernetes#create-update-role, "token_ttl" and below; texts measured on Vault 1.14).
#pragma once

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

// Sorted.
std::vector<std::string> role_names(const AuthMethod& method);

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
