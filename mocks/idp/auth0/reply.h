// The two shapes of a refusal at Auth0: the Management API's envelope, and OAuth's error object.
#pragma once

#include <string_view>

#include "mocks/idp/reply.h"
#include "rotator/ports/http.h"

namespace mocks::idp::auth0 {

// {"statusCode","error","message","errorCode"}; the last is left out when `code` is empty.
// https://auth0.com/docs/api/management/v2
ports::Response api_error(int status, std::string_view code, std::string_view message);

// Never stored by caches.
ports::Response oauth_error(int status, std::string_view error, std::string_view description);
ports::Response no_store(ports::Response response);

ports::Response no_such_path();

}  // namespace mocks::idp::auth0
