#include "mocks/idp/auth0/management.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <optional>
#include <utility>

#include "mocks/facts.h"
#include "mocks/idp/auth0/reply.h"
#include "mocks/idp/encoding.h"
#include "mocks/idp/reply.h"
#include "mocks/idp/token_request.h"
#include "mocks/json_view.h"

namespace mocks::idp {
namespace {

constexpr std::string_view secret_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::size_t generated_length = 64;

const std::string& same(const std::string& text) { return text; }
const char* name(GrantType grant) { return to_string(grant); }

// Which of `any` the token's scope has is enough; nothing when it has one.
std::optional<ports::Response> lacks(std::string_view scope,
                                     std::initializer_list<std::string_view> any) {
  std::string list;
  for (const auto one : any) {
    if (has_scope(scope, one)) return std::nullopt;
    list.append(list.empty() ? "" : ",").append(one);
  }
  return auth0::api_error(403, "insufficient_scope",
                          "Insufficient scope, expected any of: " + list);
}

ports::Response invalid_body(const std::string& flaw) {
  return auth0::api_error(400, "invalid_body", "Payload validation error: '" + flaw + "'.");
}

struct Wish {
  std::optional<std::string> secret = {};
  std::optional<AuthenticationMethod> method = {};
};

// What of an application a PATCH here may change; anything else is a flaw.
std::optional<std::string> read_wish(const std::string& body, Wish& wish) {
  const auto document = JsonDocument::parse(body);
  if (!document || !document->root().is_object()) return "Expected type object";
  for (const auto& [key, value] : document->root().members()) {
    if (key == "client_secret") {
      if (!value.is_string()) return "Expected type string";
      if (value.text().empty()) return "String is too short (0 chars), minimum 1";
      wish.secret = std::string(value.text());
    } else if (key == "token_endpoint_auth_method") {
      for (const auto method :
           {AuthenticationMethod::none, AuthenticationMethod::client_secret_post,
            AuthenticationMethod::client_secret_basic})
        if (value.is_string() && value.text() == to_string(method)) wish.method = method;
      if (!wish.method) return "No enum match for: " + std::string(value.text());
    } else {
      return "Additional properties not allowed: " + std::string(key);
    }
  }
  return std::nullopt;
}

}  // namespace

ports::Response Auth0Management::handle(const ApiRequest& request) {
  refill();
  const auto answer = [&]() -> ports::Response {
    const auto header = ports::find_header(request.http.headers, "Authorization");
    if (!header) return auth0::api_error(401, {}, "Missing authentication");
    const auto token = after_scheme(*header, "Bearer ");
    const auto claims = token ? tokens_.read(*token, core_.scheduler().wall_now()) : std::nullopt;
    if (!claims || text_claim(claims->root(), "aud") != request.origin + "/api/v2/")
      return auth0::api_error(401, "invalid_token", "Invalid token");
    if (left_ < 1)
      return auth0::api_error(429, "too_many_requests", "Global limit has been reached");
    left_ -= 1;
    return route(request, text_claim(claims->root(), "scope"));
  };
  auto response = answer();
  add_rate_headers(response);
  return response;
}

// /api/v2/clients/{id}[/rotate-secret]
ports::Response Auth0Management::route(const ApiRequest& request, std::string_view scope) {
  const auto& segments = request.segments;
  const bool secret_path = segments.size() == 5 && segments[4] == "rotate-secret";
  if (segments.size() < 4 || segments[2] != "clients" || (segments.size() > 4 && !secret_path))
    return auth0::no_such_path();
  const auto client_id = percent_decode(segments[3], false);
  const auto* client = client_id ? core_.find_client(*client_id) : nullptr;
  if (client == nullptr)
    return auth0::api_error(404, "inexistent_client", "The client does not exist");
  if (secret_path) return request.is("POST") ? rotate(*client, scope) : auth0::no_such_path();
  if (request.is("GET")) return read(request, *client, scope);
  return request.is("PATCH") ? update(request, *client, scope) : auth0::no_such_path();
}

ports::Response Auth0Management::read(const ApiRequest& request, const Registration& client,
                                      std::string_view scope) const {
  static_cast<void>(request);
  if (auto refusal = lacks(scope, {"read:clients", "read:client_keys"})) return *refusal;
  return json_response(200, client_json(client, has_scope(scope, "read:client_keys")));
}

ports::Response Auth0Management::update(const ApiRequest& request, const Registration& client,
                                        std::string_view scope) {
  if (auto refusal = lacks(scope, {"update:clients", "update:client_keys"})) return *refusal;
  Wish wish;
  if (const auto flaw = read_wish(request.http.body, wish)) return invalid_body(*flaw);
  if (wish.secret) {
    if (auto refusal = lacks(scope, {"update:client_keys"})) return *refusal;
    const auto held = core_.secrets(client.client_id);
    // The value that stands already changes nothing.
    if (held.empty() || held.back()->value != *wish.secret)
      core_.replace_secrets(client.client_id, make_secret(std::move(*wish.secret)));
  }
  if (wish.method) {
    if (auto refusal = lacks(scope, {"update:clients"})) return *refusal;
    core_.set_authentication_method(client.client_id, *wish.method);
  }
  return json_response(200, client_json(client, has_scope(scope, "read:client_keys") ||
                                                    has_scope(scope, "update:client_keys")));
}

ports::Response Auth0Management::rotate(const Registration& client, std::string_view scope) {
  if (auto refusal = lacks(scope, {"update:client_keys"})) return *refusal;
  if (client.authentication_method == AuthenticationMethod::private_key_jwt)
    return auth0::api_error(400, "invalid_operation",
                            "The client secret of an application that authenticates by "
                            "private_key_jwt cannot be rotated");
  core_.replace_secrets(client.client_id, make_secret({}));
  return json_response(200, client_json(client, true));
}

std::string Auth0Management::client_json(const Registration& client, bool with_secret) const {
  std::string out = R"({"tenant":"portal","global":false,"name":)" + json_text(client.label) +
                    ",\"client_id\":" + json_text(client.client_id);
  const auto held = core_.secrets(client.client_id);
  if (with_secret && !held.empty()) out += ",\"client_secret\":" + json_text(held.back()->value);
  out += ",\"callbacks\":" + json_list(client.redirect_uris, same) +
         ",\"grant_types\":" + json_list(client.grant_types, name) +
         ",\"token_endpoint_auth_method\":\"";
  out += to_string(client.authentication_method);
  return out +
         R"(","app_type":"regular_web","oidc_conformant":true,"is_first_party":true)"
         R"(,"sso_disabled":false,"cross_origin_auth":false,"jwt_configuration":{"alg":"RS256")"
         R"(,"lifetime_in_seconds":36000,"secret_encoded":false}})";
}

Core::NewSecret Auth0Management::make_secret(std::string value) const {
  if (value.empty())
    value = core_.draws().text(generated_length, secret_alphabet, sim::Stream::identifiers,
                               name_of("idp/secret") + core_.secrets_created());
  return {.id = {}, .value = std::move(value)};
}

void Auth0Management::refill() {
  const auto now = core_.scheduler().now();
  const double most = options_.burst;
  if (left_ < 0) {
    left_ = most;
  } else {
    const double seconds = static_cast<double>((now - filled_).count()) / 1e9;
    left_ = std::min(most, left_ + seconds * options_.per_second);
  }
  filled_ = now;
}

// The reset is when the bucket is full again.
void Auth0Management::add_rate_headers(ports::Response& response) const {
  const auto missing = (options_.burst - left_) / options_.per_second;
  const auto full =
      epoch_seconds(core_.scheduler().wall_now()) + static_cast<std::int64_t>(std::ceil(missing));
  auto& headers = response.headers;
  headers.push_back({.name = "x-ratelimit-limit", .value = std::to_string(options_.burst)});
  headers.push_back(
      {.name = "x-ratelimit-remaining", .value = std::to_string(static_cast<int>(left_))});
  headers.push_back({.name = "x-ratelimit-reset", .value = std::to_string(full)});
}

}  // namespace mocks::idp
