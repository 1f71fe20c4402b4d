#include "mocks/idp/keycloak/reply.h"

#include <utility>

#include "mocks/idp/encoding.h"

namespace mocks::idp::keycloak {

ports::Response shown(std::string body) {
  return {.status = 200,
          .headers = {{.name = "Cache-Control", .value = "no-cache"},
                      {.name = "Content-Type", .value = "application/json;charset=UTF-8"}},
          .body = std::move(body)};
}

ports::Response error(int status, std::string_view text) { return oauth_json(status, text, {}); }

ports::Response flawed(int status, std::string_view error, std::string_view description) {
  return oauth_json(status, error, description);
}

ports::Response refused(int status, std::string_view error, std::string_view description) {
  return never_stored(oauth_json(status, error, description));
}

ports::Response never_stored(ports::Response response) {
  response.headers.push_back({.name = "Cache-Control", .value = "no-store"});
  response.headers.push_back({.name = "Pragma", .value = "no-cache"});
  return response;
}

ports::Response no_content() { return {.status = 204, .headers = {}, .body = {}}; }

}  // namespace mocks::idp::keycloak
