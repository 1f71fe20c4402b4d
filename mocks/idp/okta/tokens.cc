#include "mocks/idp/okta/tokens.h"

#include "mocks/idp/encoding.h"
#include "mocks/idp/reply.h"
#include "mocks/idp/token_request.h"
#include "mocks/json_view.h"

namespace mocks::idp {
namespace {

// How long Okta's ID tokens live; not configurable there.
constexpr std::int64_t id_token_lifetime = 3600;

Claims access_claims(const TokenSubject& subject, std::int64_t issued, std::int64_t expires) {
  Claims claims;
  // A custom server's tokens are for its API; the org server's only for Okta itself.
  const bool custom = subject.issuer.find("/oauth2/") != std::string::npos;
  claims.number("ver", 1)
      .text("iss", subject.issuer)
      .text("aud", custom ? std::string_view("api://default") : subject.issuer)
      .number("iat", issued)
      .number("exp", expires)
      .text("cid", subject.client_id);
  if (subject.user_name.empty()) {
    claims.text("sub", subject.client_id);
  } else {
    claims.text("uid", OktaTokens::user_id(subject.user_name)).text("sub", subject.user_name);
  }
  std::string scopes = "[";
  for (const auto scope : split(subject.scope, ' ')) {
    if (scopes.size() > 1) scopes += ',';
    append_json(scopes, scope);
  }
  return claims.raw("scp", scopes + ']');
}

}  // namespace

std::string OktaTokens::access_token(const TokenSubject& subject, ports::Duration lifetime,
                                     ports::WallTime now) {
  const auto issued = epoch_seconds(now);
  const auto expires = issued + std::chrono::floor<std::chrono::seconds>(lifetime).count();
  return access_claims(subject, issued, expires).sign("AT.", tokens_.next_in_second(now));
}

std::string OktaTokens::id_token(const TokenSubject& subject, std::string_view nonce,
                                 std::string_view access_token, ports::WallTime now) {
  const auto issued = epoch_seconds(now);
  Claims claims;
  claims.number("ver", 1)
      .text("sub", user_id(subject.user_name))
      .text("iss", subject.issuer)
      .text("aud", subject.client_id)
      .number("iat", issued)
      .number("exp", issued + id_token_lifetime)
      .number("auth_time", issued)
      .raw("amr", "[\"pwd\"]");
  if (!nonce.empty()) claims.text("nonce", nonce);
  if (has_scope(subject.scope, "profile"))
    claims.text("name", subject.user_name).text("preferred_username", subject.user_name);
  if (has_scope(subject.scope, "email"))
    claims.text("email", subject.user_name).raw("email_verified", "true");
  return claims.text("at_hash", access_token_hash(access_token)).sign("ID.");
}

std::optional<TokenClaims> OktaTokens::read(std::string_view token, ports::WallTime now) const {
  const auto document = tokens_.read(token, now);
  if (!document) return std::nullopt;
  const auto object = document->root();
  if (!text_claim(object, "jti").starts_with("AT.")) return std::nullopt;
  TokenClaims claims{.issuer = text_claim(object, "iss"),
                     .client_id = text_claim(object, "cid"),
                     .subject = text_claim(object, "sub"),
                     .user_id = text_claim(object, "uid"),
                     .scope = {},
                     .issued = number_claim(object, "iat"),
                     .expires = number_claim(object, "exp")};
  for (const auto scope : object.find("scp").value_or(JsonView()).elements()) {
    if (!scope.is_string()) continue;
    if (!claims.scope.empty()) claims.scope += ' ';
    claims.scope += scope.text();
  }
  return claims;
}

std::string OktaTokens::user_id(std::string_view user_name) {
  return "00u" + base64url(sha256(user_name).substr(0, 12)).substr(0, 16) + '0';
}

}  // namespace mocks::idp
