// Signing: JSON Web Tokens (RFC 7519) under RS256, which Okta signs with and most relying parties
// demand, and the key that verifies them.
//
// The key pair is the same in every process and public by design: its two primes follow from a
// fixed text, so a run with the same seed yields the same bytes on every machine and nothing is
// generated. Never trust a token of this key outside a rehearsal.
//
// An RSA signature costs about half a millisecond, more than the rest of a request. Tokens are
// therefore remembered by payload: the dialects give tokens that say the same thing the same
// payload.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace mocks::idp {

// Bound: signed tokens that a thread remembers; then it forgets all and starts again.
inline constexpr std::size_t max_remembered_tokens = 4096;

// The signed compact form of `payload`, a JSON object. Remembered by payload, thread by thread.
std::string signed_token(const std::string& payload);

// The payload of a token that carries this key's good signature; nothing otherwise. Expiry is the
// caller's business.
std::optional<std::string> verified_payload(std::string_view token);

// The public key as a member of a JSON Web Key Set (RFC 7517), and its id (RFC 7638 thumbprint).
const std::string& signing_key_jwk();
const std::string& signing_key_id();

// The pair itself in PEM (PKCS #8), for a client that signs too (RFC 7523).
std::string signing_key_pem();

// OpenSSL's own judgement of the pair: two primes, matching exponents. Some tens of milliseconds.
bool signing_key_is_sound();

}  // namespace mocks::idp
