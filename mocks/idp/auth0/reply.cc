#include "mocks/idp/auth0/reply.h"

#include <string>
#include <utility>

#include "mocks/idp/encoding.h"

namespace mocks::idp::auth0 {
namespace {

// The reason phrases of RFC 9110 section 15, which the envelope repeats.
std::string_view reason(int status) {
  switch (status) {
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 429: return "Too Many Requests";
    default: return "Internal Server Error";
  }
}

}  // namespace

ports::Response api_error(int status, std::string_view code, std::string_view message) {
  std::string body = "{\"statusCode\":" + std::to_string(status) + ",\"error\":";
  append_json(body, reason(status));
  body += ",\"message\":";
  append_json(body, message);
  if (!code.empty()) {
    body += ",\"errorCode\":";
    append_json(body, code);
  }
  return json_response(status, body + '}');
}

ports::Response no_store(ports::Response response) {
  response.headers.push_back({.name = "Cache-Control", .value = "no-store"});
  response.headers.push_back({.name = "Pragma", .value = "no-cache"});
  return response;
}

ports::Response oauth_error(int status, std::string_view error, std::string_view description) {
  return no_store(oauth_json(status, error, description));
}

ports::Response no_such_path() { return api_error(404, {}, "Not Found"); }

}  // namespace mocks::idp::auth0
