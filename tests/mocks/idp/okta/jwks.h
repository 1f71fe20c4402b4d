// Verifies a JSON Web Token the way a stranger would: OpenSSL, and nothing but the published JWK.
#pragma once

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace idp_test {

// Of base64url without padding; a text of ours is always well formed.
inline std::string decode(std::string text) {
  for (auto& c : text) c = c == '-' ? '+' : c == '_' ? '/' : c;
  std::size_t padding = 0;
  for (; text.size() % 4 != 0; ++padding) text += '=';
  std::vector<unsigned char> bytes(text.size());
  const int length =
      EVP_DecodeBlock(bytes.data(), reinterpret_cast<const unsigned char*>(text.data()),
                      static_cast<int>(text.size()));
  if (length < 0) return {};
  return {bytes.begin(), bytes.begin() + length - static_cast<std::ptrdiff_t>(padding)};
}

inline nlohmann::json claims(const std::string& token) {
  const auto first = token.find('.');
  const auto second = token.rfind('.');
  return nlohmann::json::parse(decode(token.substr(first + 1, second - first - 1)), nullptr, false);
}

inline BIGNUM* number(const std::string& text) {
  const auto bytes = decode(text);
  return BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()),
                   static_cast<int>(bytes.size()), nullptr);
}

inline bool verifies(const std::string& token, const nlohmann::json& jwk) {
  const auto second = token.rfind('.');
  const auto header =
      nlohmann::json::parse(decode(token.substr(0, token.find('.'))), nullptr, false);
  if (!header.is_object() || header.value("alg", "") != "RS256" ||
      header.value("kid", "") != jwk.value("kid", ""))
    return false;
  BIGNUM* n = number(jwk.value("n", ""));
  BIGNUM* e = number(jwk.value("e", ""));
  OSSL_PARAM_BLD* builder = OSSL_PARAM_BLD_new();
  OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, n);
  OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, e);
  OSSL_PARAM* parameters = OSSL_PARAM_BLD_to_param(builder);
  EVP_PKEY_CTX* maker = EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr);
  EVP_PKEY* key = nullptr;
  EVP_PKEY_fromdata_init(maker);
  EVP_PKEY_fromdata(maker, &key, EVP_PKEY_PUBLIC_KEY, parameters);
  const auto signature = decode(token.substr(second + 1));
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  const bool good =
      EVP_DigestVerifyInit(context, nullptr, EVP_sha256(), nullptr, key) == 1 &&
      EVP_DigestVerify(context, reinterpret_cast<const unsigned char*>(signature.data()),
                       signature.size(), reinterpret_cast<const unsigned char*>(token.data()),
                       second) == 1;
  EVP_MD_CTX_free(context);
  EVP_PKEY_free(key);
  EVP_PKEY_CTX_free(maker);
  OSSL_PARAM_free(parameters);
  OSSL_PARAM_BLD_free(builder);
  BN_free(n);
  BN_free(e);
  return good;
}

}  // namespace idp_test
