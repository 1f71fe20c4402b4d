// The shapes of Keycloak's answers, as measured on 26.7.
#pragma once

#include <string>
#include <string_view>

#include "mocks/idp/reply.h"
#include "rotator/ports/http.h"

namespace mocks::idp::keycloak {

// Of the administration API: not to be stored, with a charset.
ports::Response shown(std::string body);
// {"error": ...}
ports::Response error(int status, std::string_view text);
// {"error","error_description"}, as the administration API has it where a body is wrong.
ports::Response flawed(int status, std::string_view error, std::string_view description);
// The same as the token endpoint has it, never stored by caches.
ports::Response refused(int status, std::string_view error, std::string_view description);
ports::Response never_stored(ports::Response response);
ports::Response no_content();

}  // namespace mocks::idp::keycloak
