// AdminSession: who administers a provider, as the value of the Authorization header.
//
// A credential is a token that somebody else renews, or a machine client of its own: then tokens
// are fetched at the provider's token endpoint by client_credentials (RFC 6749 section 4.4), the
// client authenticated by its secret or by a signed assertion (RFC 7523 section 2.2), kept while
// they live, and replaced before they end.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "rotator/calls/encoding.h"
#include "rotator/ports/clock.h"
#include "rotator/ports/http.h"
#include "rotator/ports/result.h"
#include "rotator/ports/secret.h"

namespace rotator {

// A token is replaced when less than this, or half its life, is left.
inline constexpr ports::Duration token_margin = std::chrono::seconds(30);

// The administration credential as it lies in Vault.
struct AdminCredential {
  // A token, or the whole value of an Authorization header; empty for a machine client.
  ports::Secret token = {};
  std::string client_id = {};
  ports::Secret client_secret = {};
  ports::Secret private_key = {};  // PEM, RSA; instead of client_secret
  std::string key_id = {};         // "kid" of the assertion; may be empty

  bool machine_client() const { return !client_id.empty(); }
};

// From the field's text: a JSON object with client_id and either client_secret or private_key (and
// key_id), else a token as it stands. Error of code configuration, without any of the text, when it
// is empty, cannot stand in a header, or is such an object but lacks a member, has one too many, or
// its private key is no RSA key in PEM.
ports::Result<AdminCredential> parse_admin_credential(const ports::Secret& text);

// How a machine client asks for its tokens.
struct TokenGrant {
  Url endpoint = {};
  std::string scope = {};     // left out when empty
  std::string audience = {};  // Auth0's parameter; left out when empty
  // What the assertion's "aud" says; empty = the endpoint.
  std::string assertion_audience = {};
};

class AdminSession {
 public:
  // `scheme` stands before a token that brings none: "Bearer ", "SSWS ". `grant` is used with a
  // machine client only, whose tokens are bearer tokens (RFC 6750). The references must outlive it.
  AdminSession(ports::HttpClient& http, ports::Clock& clock, AdminCredential credential,
               std::string scheme, TokenGrant grant);

  // Whether forget() can help: a token that was given cannot be renewed here.
  bool renewable() const { return credential_.machine_client(); }

  // The header's value; fetches a token where there is none or it is about to end. Errors: refused
  // with the server's error code when the credential is not accepted; as ports/http.h otherwise,
  // but an unknown effect is `unreachable`, since a token that nobody got has changed nothing.
  ports::Result<ports::Secret> authorization(ports::Instant deadline);

  // The token was refused: the next authorization() fetches another.
  void forget();

 private:
  std::string token_request() const;

  ports::HttpClient& http_;
  ports::Clock& clock_;
  AdminCredential credential_;
  TokenGrant grant_;
  ports::Secret header_;  // empty until fetched
  std::optional<ports::Instant> renew_at_;
};

}  // namespace rotator
