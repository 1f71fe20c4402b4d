#include "mocks/idp/tokens.h"

#include "mocks/facts.h"
#include "mocks/idp/encoding.h"
#include "mocks/idp/reply.h"
#include "mocks/idp/signing.h"

namespace mocks::idp {

Claims& Claims::raw(std::string_view name, std::string_view json) {
  append_json(json_, name);
  json_ += ':';
  json_ += json;
  json_ += ',';
  return *this;
}

Claims& Claims::text(std::string_view name, std::string_view value) {
  return raw(name, json_text(value));
}

Claims& Claims::number(std::string_view name, std::int64_t value) {
  return raw(name, std::to_string(value));
}

std::string Claims::sign(std::string_view prefix, std::int64_t number) const {
  auto payload = json_;
  append_json(payload, "jti");
  payload += ':';
  append_json(payload, std::string(prefix) + base64url(sha256(json_ + std::to_string(number))));
  return signed_token(payload + '}');
}

std::int64_t Tokens::next_in_second(ports::WallTime now) {
  const auto second = epoch_seconds(now);
  in_second_ = second == last_second_ ? in_second_ + 1 : 0;
  last_second_ = second;
  return in_second_;
}

std::optional<JsonDocument> Tokens::read(std::string_view token, ports::WallTime now) const {
  const auto payload = verified_payload(token);
  if (!payload || revoked_.contains(name_of(token))) return std::nullopt;
  auto document = JsonDocument::parse(*payload);
  if (!document || number_claim(document->root(), "exp") <= epoch_seconds(now)) return std::nullopt;
  return document;
}

void Tokens::revoke(std::string_view token) {
  if (revoked_.size() < max_revoked_tokens) revoked_.insert(name_of(token));
}

std::string text_claim(JsonView claims, std::string_view name) {
  return std::string(claims.find(name).value_or(JsonView()).text());
}

std::int64_t number_claim(JsonView claims, std::string_view name) {
  return claims.find(name).value_or(JsonView()).integer();
}

std::string access_token_hash(std::string_view access_token) {
  return base64url(sha256(access_token).substr(0, 16));
}

}  // namespace mocks::idp
