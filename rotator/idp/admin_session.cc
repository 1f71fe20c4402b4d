#include "rotator/idp/admin_session.h"

#include <openssl/evp.h>
#include <openssl/pem.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "rotator/calls/answer_json.h"
#include "rotator/calls/json_view.h"
#include "rotator/calls/json_writer.h"
#include "rotator/calls/patience.h"
#include "rotator/ports/check.h"

namespace rotator {
namespace {

using ports::ErrorCode;

// How long an assertion may be used: vendors take at most an hour, and clocks differ.
constexpr std::chrono::seconds assertion_life = std::chrono::minutes(5);
// RFC 6749 section 5.1 lets a server leave expires_in out.
constexpr std::int64_t unstated_life_s = 60;
constexpr std::int64_t longest_life_s = 24 * 3600;

struct KeyFree {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using Key = std::unique_ptr<EVP_PKEY, KeyFree>;

// Null unless it is an RSA key in PEM without a passphrase.
Key read_key(const ports::Secret& pem) {
  const auto text = pem.reveal_to_wire();
  const std::unique_ptr<BIO, int (*)(BIO*)> source(
      BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), &BIO_free);
  // No passphrase is ever asked for on the terminal.
  const auto no_passphrase = [](char*, int, int, void*) { return -1; };
  Key key(PEM_read_bio_PrivateKey(source.get(), nullptr, no_passphrase, nullptr));
  if (key && EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_RSA) key.reset();
  return key;
}

// RFC 7515 section 5.1 with RS256 (RFC 7518 section 3.3).
std::string sign(EVP_PKEY* key, const std::string& signing_input) {
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(),
                                                                   &EVP_MD_CTX_free);
  const auto* const bytes = reinterpret_cast<const unsigned char*>(signing_input.data());
  std::size_t length = 0;
  ports::check(
      EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key) == 1 &&
          EVP_DigestSign(context.get(), nullptr, &length, bytes, signing_input.size()) == 1,
      "an RSA key signs");
  std::string signature(length, '\0');
  ports::check(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()),
                              &length, bytes, signing_input.size()) == 1,
               "an RSA key signs");
  signature.resize(length);
  return base64url_encode(signature);
}

// RFC 7523 section 3: iss and sub are the client, aud is whoever checks it.
std::string signed_assertion(const AdminCredential& credential, const std::string& audience,
                             ports::WallTime now) {
  const auto issued = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch());
  JsonWriter header;
  header.open_object().member("alg", "RS256").member("typ", "JWT");
  if (!credential.key_id.empty()) header.member("kid", credential.key_id);
  header.close_object();
  JsonWriter claims;
  claims.open_object()
      .member("iss", credential.client_id)
      .member("sub", credential.client_id)
      .member("aud", audience);
  claims.name("iat").number(std::int64_t{issued.count()});
  claims.name("exp").number(std::int64_t{(issued + assertion_life).count()});
  claims.close_object();
  const auto input = base64url_encode(header.take()) + "." + base64url_encode(claims.take());
  return input + "." + sign(read_key(credential.private_key).get(), input);
}

ports::Error flaw(const std::string& what) {
  return {ErrorCode::configuration, "the identity provider's administration credential " + what};
}

ports::Result<AdminCredential> parse_machine_client(JsonView object) {
  AdminCredential found;
  for (auto member = object.begin(); member != object.end(); ++member) {
    const auto name = member.name();
    auto text = (*member).text();
    if (!text || text->empty())
      return ports::fail(flaw("has a member that is no text or is empty"));
    if (name == "client_id") {
      found.client_id = std::move(*text);
    } else if (name == "client_secret") {
      found.client_secret = ports::Secret(std::move(*text));
    } else if (name == "private_key") {
      found.private_key = ports::Secret(std::move(*text));
    } else if (name == "key_id") {
      found.key_id = std::move(*text);
    } else {
      return ports::fail(
          flaw("has a member that is none of client_id, client_secret, private_key "
               "and key_id"));
    }
  }
  if (found.client_id.empty()) return ports::fail(flaw("has no client_id"));
  if (found.client_secret.empty() == found.private_key.empty())
    return ports::fail(flaw("must have one of client_secret and private_key"));
  if (!found.private_key.empty() && !read_key(found.private_key))
    return ports::fail(flaw("has a private_key that is no RSA key in PEM without a passphrase"));
  return found;
}

}  // namespace

ports::Result<AdminCredential> parse_admin_credential(const ports::Secret& text) {
  const auto plain = text.reveal_to_wire();
  const auto first = plain.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos && plain[first] == '{') {
    const auto document = JsonDocument::parse_or_null(plain);
    const JsonView object = document;
    if (!object.is_object()) return ports::fail(flaw("begins like a JSON object but is none"));
    return parse_machine_client(object);
  }
  if (plain.empty() || !fits_in_header(plain))
    return ports::fail(flaw("is empty, or holds a line break or a character outside ASCII"));
  AdminCredential found;
  found.token = text.clone();
  return found;
}

AdminSession::AdminSession(ports::HttpClient& http, ports::Clock& clock, AdminCredential credential,
                           std::string scheme, TokenGrant grant)
    : http_(http), clock_(clock), credential_(std::move(credential)), grant_(std::move(grant)) {
  if (credential_.machine_client()) return;
  const auto token = credential_.token.reveal_to_wire();
  const bool whole = token.starts_with("Bearer ") || token.starts_with("SSWS ");
  header_ = ports::Secret((whole ? std::string() : std::move(scheme)) + std::string(token));
}

void AdminSession::forget() {
  if (renewable()) header_ = {};
}

// RFC 6749 section 4.4.2; the client's credentials in the body (section 2.3.1, RFC 7523 2.2), which
// every vendor takes.
std::string AdminSession::token_request() const {
  std::string body = "grant_type=client_credentials";
  const auto add = [&body](std::string_view name, std::string_view value) {
    if (!value.empty()) body += "&" + std::string(name) + "=" + form_encode(value);
  };
  add("scope", grant_.scope);
  add("audience", grant_.audience);
  add("client_id", credential_.client_id);
  add("client_secret", credential_.client_secret.reveal_to_wire());
  if (!credential_.private_key.empty()) {
    add("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    const auto audience = grant_.assertion_audience.empty()
                              ? grant_.endpoint.origin + grant_.endpoint.path
                              : grant_.assertion_audience;
    add("client_assertion", signed_assertion(credential_, audience, clock_.wall_now()));
  }
  return body;
}

ports::Result<ports::Secret> AdminSession::authorization(ports::Instant deadline) {
  if (!renewable()) return header_.clone();
  if (!header_.empty() && renew_at_ && clock_.now() < *renew_at_) return header_.clone();

  const std::string tried = "fetching an administration token for client " +
                            quotable(credential_.client_id) + " at " + grant_.endpoint.origin;
  ports::Request request{.method = "POST",
                         .origin = grant_.endpoint.origin,
                         .target = grant_.endpoint.path,
                         .headers = {{"Accept", "application/json"},
                                     {"Content-Type", "application/x-www-form-urlencoded"}},
                         .body = token_request()};
  auto response = http_.send(request, deadline);
  ports::wipe(request.body);
  const auto asked_at = clock_.now();
  if (!response) {
    const auto code = response.error().code == ErrorCode::ambiguous ? ErrorCode::unreachable
                                                                    : response.error().code;
    return ports::fail(code, tried + ": " + response.error().message);
  }
  const ports::Secret body(std::move(response->body));
  const auto parsed = JsonDocument::parse_or_null(body.reveal_to_wire());
  if (response->status != 200) {
    const auto said =
        quotable(text_member(parsed, {"error"}), credential_.client_secret.reveal_to_wire());
    const bool later = response->status == 429 || response->status >= 500;
    // RFC 6749 section 5.2: who asks is known, and may not have what is asked for.
    const auto meaning = later ? std::string()
                         : said == "invalid_scope" && !grant_.scope.empty()
                             ? " (grant it the scope " + grant_.scope + ")"
                             : " (the administration credential is not "
                               "accepted)";
    return ports::fail(later ? ErrorCode::busy : ErrorCode::refused,
                       tried + " answered " + std::to_string(response->status) +
                           (said.empty() ? "" : " " + said) + meaning);
  }
  auto token = text_member(parsed, {"access_token"});
  if (token.empty() || !fits_in_header(token))
    return ports::fail(ErrorCode::malformed, tried + ": the answer holds no access token");
  const std::chrono::seconds life(std::clamp<std::int64_t>(
      integer_member(parsed, {"expires_in"}, unstated_life_s), 0, longest_life_s));
  renew_at_ = asked_at + std::max<ports::Duration>(life - token_margin, life / 2);
  header_ = ports::Secret("Bearer " + token);
  ports::wipe(token);
  return header_.clone();
}

}  // namespace rotator
