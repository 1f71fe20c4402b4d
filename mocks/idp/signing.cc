#include "mocks/idp/signing.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include <memory>
#include <unordered_map>

#include "mocks/idp/encoding.h"
#include "rotator/ports/check.h"

namespace mocks::idp {
namespace {

using ports::check;

struct Free {
  void operator()(BIGNUM* p) const { BN_free(p); }
  void operator()(BN_CTX* p) const { BN_CTX_free(p); }
  void operator()(BIO* p) const { BIO_free(p); }
  void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
  void operator()(EVP_PKEY_CTX* p) const { EVP_PKEY_CTX_free(p); }
  void operator()(EVP_MD_CTX* p) const { EVP_MD_CTX_free(p); }
  void operator()(OSSL_PARAM_BLD* p) const { OSSL_PARAM_BLD_free(p); }
  void operator()(OSSL_PARAM* p) const { OSSL_PARAM_free(p); }
};
template <typename T>
using Owned = std::unique_ptr<T, Free>;

constexpr BN_ULONG public_exponent = 65537;

Owned<BIGNUM> number() {
  Owned<BIGNUM> made(BN_new());
  check(made != nullptr, "OpenSSL gives a number");
  return made;
}

// The 1,024-bit prime at twice `steps` above the odd number that SHA-256 makes of a fixed text with
// `letter`. The steps were found once by search; the test proves that the number is prime.
Owned<BIGNUM> prime(char letter, BN_ULONG steps) {
  std::string bytes;
  for (const char part : {'0', '1', '2', '3'})
    bytes +=
        sha256(std::string("overlap mock signing key, public by design/") + letter + '/' + part);
  auto made = number();
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  check(BN_bin2bn(data, static_cast<int>(bytes.size()), made.get()) != nullptr &&
            BN_set_bit(made.get(), 1023) == 1 && BN_set_bit(made.get(), 1022) == 1 &&
            BN_set_bit(made.get(), 0) == 1 && BN_add_word(made.get(), 2 * steps) == 1,
        "the signing key's prime");
  return made;
}

struct Key {
  Owned<EVP_PKEY> pair;
  std::string jwk;
  std::string id;
};

std::string base64url_of(const BIGNUM* value) {
  std::string bytes(static_cast<std::size_t>(BN_num_bytes(value)), '\0');
  BN_bn2bin(value, reinterpret_cast<unsigned char*>(bytes.data()));
  return base64url(bytes);
}

// RFC 8017 section 3.2: the second representation of a private key, from its primes.
Owned<EVP_PKEY> assemble(const BIGNUM* p, const BIGNUM* q, const BIGNUM* n, const BIGNUM* e) {
  const Owned<BN_CTX> context(BN_CTX_new());
  const auto p1 = number();
  const auto q1 = number();
  const auto phi = number();
  const auto d = number();
  const auto dp = number();
  const auto dq = number();
  const auto qi = number();
  check(BN_sub(p1.get(), p, BN_value_one()) == 1 && BN_sub(q1.get(), q, BN_value_one()) == 1 &&
            BN_mul(phi.get(), p1.get(), q1.get(), context.get()) == 1 &&
            BN_mod_inverse(d.get(), e, phi.get(), context.get()) != nullptr &&
            BN_mod(dp.get(), d.get(), p1.get(), context.get()) == 1 &&
            BN_mod(dq.get(), d.get(), q1.get(), context.get()) == 1 &&
            BN_mod_inverse(qi.get(), q, p, context.get()) != nullptr,
        "the signing key's exponents");
  const Owned<OSSL_PARAM_BLD> builder(OSSL_PARAM_BLD_new());
  const auto push = [&](const char* name, const BIGNUM* value) {
    check(OSSL_PARAM_BLD_push_BN(builder.get(), name, value) == 1, "an OpenSSL parameter");
  };
  push(OSSL_PKEY_PARAM_RSA_N, n);
  push(OSSL_PKEY_PARAM_RSA_E, e);
  push(OSSL_PKEY_PARAM_RSA_D, d.get());
  push(OSSL_PKEY_PARAM_RSA_FACTOR1, p);
  push(OSSL_PKEY_PARAM_RSA_FACTOR2, q);
  push(OSSL_PKEY_PARAM_RSA_EXPONENT1, dp.get());
  push(OSSL_PKEY_PARAM_RSA_EXPONENT2, dq.get());
  push(OSSL_PKEY_PARAM_RSA_COEFFICIENT1, qi.get());
  const Owned<OSSL_PARAM> parameters(OSSL_PARAM_BLD_to_param(builder.get()));
  const Owned<EVP_PKEY_CTX> maker(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
  EVP_PKEY* pair = nullptr;
  check(EVP_PKEY_fromdata_init(maker.get()) == 1 &&
            EVP_PKEY_fromdata(maker.get(), &pair, EVP_PKEY_KEYPAIR, parameters.get()) == 1,
        "OpenSSL takes the signing key");
  return Owned<EVP_PKEY>(pair);
}

Key make_key() {
  const auto p = prime('p', 65);
  const auto q = prime('q', 286);
  const auto n = number();
  const auto e = number();
  const Owned<BN_CTX> context(BN_CTX_new());
  check(BN_mul(n.get(), p.get(), q.get(), context.get()) == 1 &&
            BN_set_word(e.get(), public_exponent) == 1,
        "the signing key's modulus");
  Key key;
  key.pair = assemble(p.get(), q.get(), n.get(), e.get());
  const auto modulus = base64url_of(n.get());
  const auto exponent = base64url_of(e.get());
  // RFC 7638 section 3: the required members in alphabetical order.
  key.id = base64url(sha256(R"({"e":")" + exponent + R"(","kty":"RSA","n":")" + modulus + R"("})"));
  key.jwk = R"({"kty":"RSA","alg":"RS256","kid":")" + key.id + R"(","use":"sig","e":")" + exponent +
            R"(","n":")" + modulus + R"("})";
  return key;
}

const Key& key() {
  static const Key made = make_key();
  return made;
}

std::string sign(std::string_view input) {
  const Owned<EVP_MD_CTX> context(EVP_MD_CTX_new());
  std::string signature(static_cast<std::size_t>(EVP_PKEY_get_size(key().pair.get())), '\0');
  std::size_t length = signature.size();
  const bool done =
      EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key().pair.get()) == 1 &&
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &length,
                     reinterpret_cast<const unsigned char*>(input.data()), input.size()) == 1;
  check(done, "RS256 signs");
  signature.resize(length);
  return signature;
}

}  // namespace

std::string signed_token(const std::string& payload) {
  thread_local std::unordered_map<std::string, std::string> remembered;
  const auto found = remembered.find(payload);
  if (found != remembered.end()) return found->second;
  std::string token =
      base64url(R"({"kid":")" + key().id + R"(","alg":"RS256"})") + '.' + base64url(payload);
  token += '.' + base64url(sign(token));
  if (remembered.size() >= max_remembered_tokens) remembered.clear();
  remembered.emplace(payload, token);
  return token;
}

std::optional<std::string> verified_payload(std::string_view token) {
  const auto second = token.rfind('.');
  if (second == std::string_view::npos) return std::nullopt;
  const auto input = token.substr(0, second);
  const auto first = input.find('.');
  if (first == std::string_view::npos || input.find('.', first + 1) != std::string_view::npos)
    return std::nullopt;
  const auto signature = base64url_decode(token.substr(second + 1));
  auto payload = base64url_decode(input.substr(first + 1));
  if (!signature || !payload) return std::nullopt;
  const Owned<EVP_MD_CTX> context(EVP_MD_CTX_new());
  const bool good =
      EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key().pair.get()) == 1 &&
      EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature->data()),
                       signature->size(), reinterpret_cast<const unsigned char*>(input.data()),
                       input.size()) == 1;
  if (!good) return std::nullopt;
  return payload;
}

const std::string& signing_key_jwk() { return key().jwk; }
const std::string& signing_key_id() { return key().id; }

std::string signing_key_pem() {
  const Owned<BIO> memory(BIO_new(BIO_s_mem()));
  check(PEM_write_bio_PKCS8PrivateKey(memory.get(), key().pair.get(), nullptr, nullptr, 0, nullptr,
                                      nullptr) == 1,
        "the signing key in PEM");
  char* text = nullptr;
  const auto length = BIO_get_mem_data(memory.get(), &text);
  return {text, static_cast<std::size_t>(length)};
}

bool signing_key_is_sound() {
  const Owned<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new(key().pair.get(), nullptr));
  return EVP_PKEY_check(context.get()) == 1;
}

}  // namespace mocks::idp
