// What a request says, before any library has it: the part that send(), open_stream() and
// open_websocket() share. Internal to system_*.cc.
#pragma once

#include <string>

#include "rotator/ports/http.h"
#include "rotator/ports/result.h"
#include "rotator/ports/system_tls_connection.h"

namespace ports {

// "GET https://host/path", for messages: without the query, which may hold more than a log should.
std::string describe(const Request& request);

// The fields to send: the caller's, and those that were not given (Host, User-Agent, Accept). Error
// of code configuration when method, target or a field would break the message (RFC 9112 section
// 11.1: request smuggling); neither library looks.
Result<Headers> complete_fields(const Request& request, const Origin& origin,
                                const std::string& user_agent);

}  // namespace ports
