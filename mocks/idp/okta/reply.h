// What every Okta endpoint shares: the two shapes of a refusal (the administration API's envelope,
// and OAuth's error object).
#pragma once

#include <string_view>

#include "mocks/idp/reply.h"
#include "mocks/idp/request.h"
#include "rotator/ports/http.h"

namespace mocks::idp {

// With the headers that keep caches from storing it (RFC 6749 section 5.1).
ports::Response no_store(ports::Response response);
// {"errorCode","errorSummary","errorLink","errorId","errorCauses"}; `cause` empty for none.
// https://developer.okta.com/docs/reference/error-codes/
ports::Response api_error(const ApiRequest& request, int status, std::string_view code,
                          std::string_view summary, std::string_view cause = {});
// 400 E0000001: "Api validation failed: WHAT".
ports::Response validation_error(const ApiRequest& request, std::string_view what,
                                 std::string_view cause);
// 404 E0000007, 405 E0000022, and 404 E0000022 for a path that Okta does not have.
ports::Response not_found(const ApiRequest& request, std::string_view id, std::string_view type);
ports::Response wrong_method(const ApiRequest& request);
ports::Response no_such_path(const ApiRequest& request);

// {"error","error_description"} (RFC 6749 section 5.2), never stored by caches.
ports::Response oauth_error(int status, std::string_view error, std::string_view description);

}  // namespace mocks::idp
