// What a rendered token request (RFC 6749 sections 4.1.3, 4.4.2 and 6) says, in the typed form that
// Core decides on, and what goes with the grant that it names.
#pragma once

#include <string>
#include <string_view>

#include "mocks/idp/core.h"
#include "mocks/idp/encoding.h"

namespace mocks::idp {

// Whom a request's credentials name. How they are taken from header and body is the dialect's.
struct ClientCredentials {
  std::string client_id = {};
  std::uint64_t secret = 0;  // mocks::name_of; 0 = none sent
  AuthenticationMethod method = AuthenticationMethod::none;
};

// The attempt of a request with this form; its code or refresh token is looked up, its refresh
// token granted as the code's scope says.
TokenAttempt attempt_of(const ClientCredentials& credentials, const Form& form, GrantType grant,
                        const Grants& grants);

// The kind of the grant that an attempt with a user redeems.
Grants::Kind kind_of(GrantType grant);

// Who signed in. A code that a simulated browser fetched names its user by number only.
std::string user_name_of(const Grants& grants, Grants::Kind kind, GrantHandle handle);

// What goes with a refresh token that was issued for a code: the same, but for the challenge.
void describe_refresh_token(Grants& grants, GrantHandle refresh_token, GrantDetails details,
                            std::string user_name);

// Whether `scope` (space-separated) has that one.
bool has_scope(std::string_view scope, std::string_view one);

// RFC 7636 section 4.6, method S256.
bool verifies(std::string_view code_verifier, std::string_view code_challenge);

// An authorization request that is granted: a code for the client, of the query's redirect_uri,
// nonce, scope and code_challenge, as text.
struct AuthorizationGrant {
  std::string issuer = {};
  std::string user_name = {};
};
std::string issue_code(Core& core, const Registration& client, const Form& query,
                       AuthorizationGrant grant);

}  // namespace mocks::idp
