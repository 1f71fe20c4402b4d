// The control API described: an OpenAPI 3.1 document, from the table of routes, the table of acts
// and the keys of a fault, so that it cannot say otherwise than they do.
#pragma once

#include <string>

namespace scenarios {

// JSON text: what `rehearse schema control` prints and GET /v1/openapi.json answers.
std::string control_document();

}  // namespace scenarios
