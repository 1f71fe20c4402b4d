// Discovery: where a provider's token endpoint is (OpenID Connect Discovery 1.0 section 4).
#pragma once

#include <string>

#include "rotator/calls/encoding.h"
#include "rotator/idp/admin_api.h"
#include "rotator/ports/result.h"

namespace rotator {

// The token_endpoint that the document of `issuer` names, an https URL; asked without
// authorization. Errors: configuration when it names another issuer (section 4.3), malformed when
// it names no usable endpoint, and as AdminApi. `api` must be at the issuer's origin.
ports::Result<std::string> discover_token_endpoint(AdminApi& api, const Url& issuer);

}  // namespace rotator
