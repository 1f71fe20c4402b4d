#include "mocks/idp/okta/tokens.h"

#include "mocks/facts.h"
#include "mocks/idp/encoding.h"
#include "mocks/idp/signing.h"
#include "mocks/json_view.h"

namespace mocks::idp {
namespace {

// How long Okta's ID tokens live; not configurable there.
constexpr std::int64_t id_token_lifetime = 3600;

std::int64_t seconds_of(ports::WallTime at) {
  return std::chrono::floor<std::chrono::seconds>(at.time_since_epoch()).count();
}

void member(std::string& out, std::string_view name, std::string_view value) {
  append_json(out, name);
  out += ':';
  append_json(out, value);
  out += ',';
}

void member(std::string& out, std::string_view name, std::int64_t value) {
  append_json(out, name);
  out += ':';
  out += std::to_string(value);
  out += ',';
}

bool has_scope(std::string_view scope, std::string_view one) {
  for (const auto piece : split(scope, ' '))
    if (piece == one) return true;
  return false;
}

// `claims` ("{...,") closed with a jti that follows from them and from `number`: the same run makes
// the same tokens.
std::string with_jti(std::string claims, std::string_view prefix, std::int64_t number = 0) {
  member(claims, "jti", std::string(prefix) + base64url(sha256(claims + std::to_string(number))));
  claims.back() = '}';
  return claims;
}

std::string access_claims(const TokenSubject& subject, std::int64_t issued, std::int64_t expires) {
  std::string claims = "{\"ver\":1,";
  member(claims, "iss", subject.issuer);
  // A custom server's tokens are for its API; the org server's only for Okta itself.
  const bool custom = subject.issuer.find("/oauth2/") != std::string::npos;
  member(claims, "aud", custom ? std::string_view("api://default") : subject.issuer);
  member(claims, "iat", issued);
  member(claims, "exp", expires);
  member(claims, "cid", subject.client_id);
  if (subject.user_name.empty()) {
    member(claims, "sub", subject.client_id);
  } else {
    member(claims, "uid", OktaTokens::user_id(subject.user_name));
    member(claims, "sub", subject.user_name);
  }
  claims += "\"scp\":[";
  for (const auto scope : split(subject.scope, ' ')) {
    append_json(claims, scope);
    claims += ',';
  }
  if (claims.back() == ',') claims.pop_back();
  claims += "],";
  return claims;
}

std::string text_member(JsonView object, std::string_view name) {
  return std::string(object.find(name).value_or(JsonView()).text());
}

std::int64_t number_member(JsonView object, std::string_view name) {
  return object.find(name).value_or(JsonView()).integer();
}

}  // namespace

std::string OktaTokens::access_token(const TokenSubject& subject, ports::Duration lifetime,
                                     ports::WallTime now) {
  const auto issued = seconds_of(now);
  in_second_ = issued == last_second_ ? in_second_ + 1 : 0;
  last_second_ = issued;
  const auto expires = issued + std::chrono::floor<std::chrono::seconds>(lifetime).count();
  return signed_token(with_jti(access_claims(subject, issued, expires), "AT.", in_second_));
}

std::string OktaTokens::id_token(const TokenSubject& subject, std::string_view nonce,
                                 std::string_view access_token, ports::WallTime now) {
  const auto issued = seconds_of(now);
  std::string claims = "{\"ver\":1,";
  member(claims, "sub", user_id(subject.user_name));
  member(claims, "iss", subject.issuer);
  member(claims, "aud", subject.client_id);
  member(claims, "iat", issued);
  member(claims, "exp", issued + id_token_lifetime);
  member(claims, "auth_time", issued);
  claims += "\"amr\":[\"pwd\"],";
  if (!nonce.empty()) member(claims, "nonce", nonce);
  if (has_scope(subject.scope, "profile")) {
    member(claims, "name", subject.user_name);
    member(claims, "preferred_username", subject.user_name);
  }
  if (has_scope(subject.scope, "email")) {
    member(claims, "email", subject.user_name);
    claims += "\"email_verified\":true,";
  }
  member(claims, "at_hash", base64url(sha256(access_token).substr(0, 16)));
  return signed_token(with_jti(std::move(claims), "ID."));
}

std::optional<TokenClaims> OktaTokens::read(std::string_view token, ports::WallTime now) const {
  const auto payload = verified_payload(token);
  if (!payload || revoked_.contains(name_of(token))) return std::nullopt;
  const auto document = JsonDocument::parse(*payload);
  const auto object = document ? document->root() : JsonView();
  if (!text_member(object, "jti").starts_with("AT.")) return std::nullopt;
  TokenClaims claims{.issuer = text_member(object, "iss"),
                     .client_id = text_member(object, "cid"),
                     .subject = text_member(object, "sub"),
                     .user_id = text_member(object, "uid"),
                     .scope = {},
                     .issued = number_member(object, "iat"),
                     .expires = number_member(object, "exp")};
  if (claims.expires <= seconds_of(now)) return std::nullopt;
  for (const auto scope : object.find("scp").value_or(JsonView()).elements()) {
    if (!scope.is_string()) continue;
    if (!claims.scope.empty()) claims.scope += ' ';
    claims.scope += scope.text();
  }
  return claims;
}

void OktaTokens::revoke(std::string_view token) {
  if (revoked_.size() < max_revoked_tokens) revoked_.insert(name_of(token));
}

std::string OktaTokens::user_id(std::string_view user_name) {
  return "00u" + base64url(sha256(user_name).substr(0, 12)).substr(0, 16) + '0';
}

}  // namespace mocks::idp
