// The private key of a machine client that administers a provider, made anew for each test program.
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <boost/test/unit_test.hpp>
#include <memory>
#include <string>
#include <string_view>

#include "rotator/calls/json_writer.h"

namespace tests {

using Key = std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)>;

// RSA, 2048 bits.
inline EVP_PKEY* machine_key() {
  static const Key made(EVP_RSA_gen(2048), &EVP_PKEY_free);
  return made.get();
}

// In PEM, as a JSON string.
inline std::string quoted_pem(EVP_PKEY* key) {
  const std::unique_ptr<BIO, int (*)(BIO*)> out(BIO_new(BIO_s_mem()), &BIO_free);
  BOOST_REQUIRE(PEM_write_bio_PrivateKey(out.get(), key, nullptr, nullptr, 0, nullptr, nullptr) ==
                1);
  char* text = nullptr;
  const auto length = static_cast<std::size_t>(BIO_get_mem_data(out.get(), &text));
  rotator::JsonWriter json;
  json.text(std::string_view(text, length));
  return json.take();
}

}  // namespace tests
