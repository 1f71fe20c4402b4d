// Credentials: how a portal puts its client id and secret into a token request, and the form
// encoding around it (RFC 6749 section 2.3.1 and appendix B). A client's own code: it shares none
// with the identity provider's mock, so that the two can disagree.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mocks/idp/core.h"
#include "rotator/ports/http.h"

namespace mocks::portal {

// application/x-www-form-urlencoded of one value: unreserved characters stay, a space becomes '+',
// all else %XX in upper case.
std::string form_encode(std::string_view value);
std::string form(const std::vector<std::pair<std::string_view, std::string_view>>& fields);

// The value of `name` in a URL's query, decoded; nothing when it is not there or badly encoded.
std::optional<std::string> query_value(std::string_view url, std::string_view name);

// Adds the client's credentials to a token request with a form body: to the body
// (client_secret_post), as Basic with id and secret form-encoded first (client_secret_basic), or
// the id alone for any other method.
void authenticate(ports::Request& request, idp::AuthenticationMethod method,
                  std::string_view client_id, std::string_view secret);

// Overwrites a request's body and header values once they have been sent.
void wipe_credentials(ports::Request& request);

}  // namespace mocks::portal
