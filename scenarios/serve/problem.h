// Problem: how the control API says no (RFC 9457, application/problem+json).
#pragma once

#include <string>
#include <string_view>

#include "rotator/ports/http.h"
#include "rotator/ports/result.h"

namespace scenarios {

// {"type": "about:blank", "title", "status", "detail"}: the title is the status' own phrase, the
// detail a sentence for whoever called, never with a secret.
ports::Response problem(int status, std::string_view detail);
// The same of an Error: configuration is 422, refused and conflict 409, missing 404, others 500.
ports::Response problem(const ports::Error& error);

// `body` is JSON text.
ports::Response json_answer(int status, std::string body);

}  // namespace scenarios
