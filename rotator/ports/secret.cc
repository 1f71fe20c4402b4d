#include "rotator/ports/secret.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <utility>

#include "rotator/ports/check.h"

namespace ports {

void wipe(std::string& text) {
  // Small strings live inside the object: clean the whole capacity, not only the length.
  text.resize(text.capacity());
  OPENSSL_cleanse(text.data(), text.size());
  text.clear();
}

Secret::Secret(std::string&& value) : value_(value) { wipe(value); }

Secret::Secret(Secret&& other) noexcept : value_(other.value_) { wipe(other.value_); }

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this == &other) return *this;
  wipe(value_);
  value_ = other.value_;
  wipe(other.value_);
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

Fingerprint Secret::fingerprint(const Secret& key) const {
  check(!key.empty(), "a fingerprint needs a key");
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  const auto* data = reinterpret_cast<const unsigned char*>(value_.data());
  check(HMAC(EVP_sha256(), key.value_.data(), static_cast<int>(key.value_.size()), data,
             value_.size(), digest.data(), &length) != nullptr,
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
