#include "mocks/idp/token_request.h"

#include <algorithm>
#include <utility>

#include "mocks/facts.h"

namespace mocks::idp {

TokenAttempt attempt_of(const ClientCredentials& credentials, const Form& form, GrantType grant,
                        const Grants& grants) {
  TokenAttempt attempt{.client = credentials.client_id.empty() ? 0 : name_of(credentials.client_id),
                       .method = credentials.method,
                       .secret = credentials.secret,
                       .grant = grant};
  if (grant == GrantType::authorization_code) {
    attempt.handle = grants.handle_of(Grants::Kind::code, form.value("code"));
    attempt.redirect_uri = name_of(form.value("redirect_uri"));
    attempt.offline_access =
        has_scope(grants.details(Grants::Kind::code, attempt.handle).scope, "offline_access");
  } else if (grant == GrantType::refresh_token) {
    attempt.handle = grants.handle_of(Grants::Kind::refresh_token, form.value("refresh_token"));
  }
  return attempt;
}

Grants::Kind kind_of(GrantType grant) {
  return grant == GrantType::authorization_code ? Grants::Kind::code : Grants::Kind::refresh_token;
}

std::string user_name_of(const Grants& grants, Grants::Kind kind, GrantHandle handle) {
  const auto& name = grants.details(kind, handle).user_name;
  if (!name.empty()) return name;
  const auto* grant = grants.find(kind, handle);
  return grant == nullptr ? std::string()
                          : "user" + std::to_string(grant->user) + "@portal.example";
}

void describe_refresh_token(Grants& grants, GrantHandle refresh_token, GrantDetails details,
                            std::string user_name) {
  details.code_challenge.clear();
  details.user_name = std::move(user_name);
  grants.describe(Grants::Kind::refresh_token, refresh_token, std::move(details));
}

bool has_scope(std::string_view scope, std::string_view one) {
  const auto scopes = split(scope, ' ');
  return std::find(scopes.begin(), scopes.end(), one) != scopes.end();
}

bool verifies(std::string_view code_verifier, std::string_view code_challenge) {
  return base64url(sha256(code_verifier)) == code_challenge;
}

std::string issue_code(Core& core, const Registration& client, const Form& query,
                       AuthorizationGrant grant) {
  const auto handle = core.issue_code(
      name_of(client.client_id), name_of(query.value("redirect_uri")), name_of(grant.user_name));
  core.grants().describe(Grants::Kind::code, handle,
                         {.nonce = std::string(query.value("nonce")),
                          .scope = std::string(query.value("scope")),
                          .code_challenge = std::string(query.value("code_challenge")),
                          .issuer = std::move(grant.issuer),
                          .user_name = std::move(grant.user_name)});
  return core.grants().text_of(Grants::Kind::code, handle);
}

}  // namespace mocks::idp
