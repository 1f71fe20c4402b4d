#include "mocks/idp/okta/reply.h"

#include <utility>

#include "mocks/facts.h"
#include "mocks/idp/encoding.h"

namespace mocks::idp {
ports::Response no_store(ports::Response response) {
  response.headers.push_back({.name = "Cache-Control", .value = "no-cache, no-store"});
  response.headers.push_back({.name = "Pragma", .value = "no-cache"});
  return response;
}

ports::Response api_error(const ApiRequest& request, int status, std::string_view code,
                          std::string_view summary, std::string_view cause) {
  static constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  std::string body = "{\"errorCode\":";
  append_json(body, code);
  body += ",\"errorSummary\":";
  append_json(body, summary);
  body += ",\"errorLink\":";
  append_json(body, code);
  body += ",\"errorId\":\"oae" +
          request.draws.text(22, alphabet, sim::Stream::identifiers,
                             name_of("idp/error") + request.number) +
          "\",\"errorCauses\":[";
  if (!cause.empty()) {
    body += "{\"errorSummary\":";
    append_json(body, cause);
    body += '}';
  }
  body += "]}";
  return json_response(status, std::move(body));
}

ports::Response validation_error(const ApiRequest& request, std::string_view what,
                                 std::string_view cause) {
  return api_error(request, 400, "E0000001", "Api validation failed: " + std::string(what), cause);
}

ports::Response not_found(const ApiRequest& request, std::string_view id, std::string_view type) {
  std::string summary = "Not found: Resource not found: ";
  summary.append(id).append(" (").append(type).append(")");
  return api_error(request, 404, "E0000007", summary);
}

ports::Response wrong_method(const ApiRequest& request) {
  return api_error(request, 405, "E0000022",
                   "The endpoint does not support the provided HTTP method");
}

ports::Response no_such_path(const ApiRequest& request) {
  return api_error(request, 404, "E0000022",
                   "The endpoint does not support the provided HTTP method");
}

ports::Response oauth_error(int status, std::string_view error, std::string_view description) {
  return no_store(oauth_json(status, error, description));
}

}  // namespace mocks::idp
