#include "rotator/ports/secret.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <string.h>

#include <array>
#include <memory>
#include <utility>

#include "rotator/ports/check.h"

namespace ports {

void wipe(std::string& text) {
  // Small strings live inside the object: clean the whole capacity, not only the length.
  text.resize(text.capacity());
  explicit_bzero(text.data(), text.size());
  text.clear();
}

Secret::Secret(std::string&& value) {
  const std::size_t within_the_object = std::string().capacity();
  if (value.capacity() > within_the_object) {
    value_ = std::move(value);
    return;
  }
  value_.reserve(within_the_object + 1);
  value_ = value;
  wipe(value);
}

Secret::Secret(Secret&& other) noexcept : value_(std::move(other.value_)) {}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this == &other) return *this;
  wipe(value_);
  value_ = std::move(other.value_);
  return *this;
}

Secret::~Secret() { wipe(value_); }

Secret Secret::clone() const {
  std::string copy = value_;
  return Secret(std::move(copy));
}

bool Secret::same_as(const Secret& other) const {
  return value_.size() == other.value_.size() &&
         CRYPTO_memcmp(value_.data(), other.value_.data(), value_.size()) == 0;
}

namespace {

struct Free {
  void operator()(EVP_MAC* mac) const { EVP_MAC_free(mac); }
  void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};

// HMAC-SHA256 without a key yet: looking the algorithms up costs more than a fingerprint.
const EVP_MAC_CTX* keyless_hmac() {
  static const auto context = [] {
    const std::unique_ptr<EVP_MAC, Free> mac(EVP_MAC_fetch(nullptr, OSSL_MAC_NAME_HMAC, nullptr));
    std::unique_ptr<EVP_MAC_CTX, Free> made(EVP_MAC_CTX_new(mac.get()));
    std::array<char, 7> digest{"SHA256"};
    const std::array parameters = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
        OSSL_PARAM_construct_end()};
    check(made != nullptr && EVP_MAC_CTX_set_params(made.get(), parameters.data()) == 1,
          "HMAC-SHA256 is there");
    return made;
  }();
  return context.get();
}

}  // namespace

Fingerprint Secret::fingerprint(const Secret& key) const {
  check(!key.empty(), "a fingerprint needs a key");
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  std::size_t length = 0;
  const auto bytes = [](const std::string& text) {
    return reinterpret_cast<const unsigned char*>(text.data());
  };
  const std::unique_ptr<EVP_MAC_CTX, Free> hmac(EVP_MAC_CTX_dup(keyless_hmac()));
  check(hmac != nullptr &&
            EVP_MAC_init(hmac.get(), bytes(key.value_), key.value_.size(), nullptr) == 1 &&
            EVP_MAC_update(hmac.get(), bytes(value_), value_.size()) == 1 &&
            EVP_MAC_final(hmac.get(), digest.data(), &length, digest.size()) == 1,
        "HMAC-SHA256 works");
  static constexpr char digits[] = "0123456789abcdef";
  Fingerprint shown;
  for (std::size_t i = 0; i < 8; ++i) {
    shown += digits[digest[i] >> 4];
    shown += digits[digest[i] & 15];
  }
  return shown;
}

}  // namespace ports
