#include "mocks/idp/request.h"

#include <utility>

#include "mocks/idp/encoding.h"

namespace mocks::idp {

ApiRequest take_apart(const ports::Request& http, const sim::Draws& draws, RequestOptions options) {
  const std::string_view target = http.target;
  const auto question = target.find('?');
  ApiRequest request{.http = http,
                     .draws = draws,
                     .number = options.number,
                     .origin = std::move(options.origin),
                     .path = target.substr(0, question),
                     .query = question == std::string_view::npos ? std::string_view()
                                                                 : target.substr(question + 1)};
  request.segments = split(request.path, '/');
  if (!request.origin.empty()) return request;
  const auto host = ports::find_header(http.headers, "Host");
  request.origin = host ? "https://" + std::string(*host) : http.origin;
  return request;
}

bool is_form(const ports::Request& http) {
  const auto type = ports::find_header(http.headers, "Content-Type");
  return !type || after_scheme(*type, "application/x-www-form-urlencoded").has_value();
}

}  // namespace mocks::idp
