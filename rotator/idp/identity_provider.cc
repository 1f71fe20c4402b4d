#include "rotator/idp/identity_provider.h"

namespace rotator {

const char* to_string(AuthenticationMethod method) {
  switch (method) {
    case AuthenticationMethod::client_secret_post: return "client_secret_post";
    case AuthenticationMethod::client_secret_basic: return "client_secret_basic";
  }
  return "unknown";
}

std::optional<AuthenticationMethod> parse_authentication_method(std::string_view text) {
  if (text == "client_secret_post") return AuthenticationMethod::client_secret_post;
  if (text == "client_secret_basic") return AuthenticationMethod::client_secret_basic;
  return std::nullopt;
}

const SecretRecord* find_secret(const std::vector<SecretRecord>& records, const std::string& id) {
  for (const auto& record : records)
    if (record.id == id) return &record;
  return nullptr;
}

ports::Status IdentityProvider::restore_secret(const ports::Secret& /*value*/,
                                               const std::string& replaced) {
  return ports::fail(ports::ErrorCode::refused,
                     "this provider does not put another secret in the place of " + replaced);
}

}  // namespace rotator
