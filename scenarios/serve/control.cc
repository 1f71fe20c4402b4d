#include "scenarios/serve/control.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "mocks/idp/encoding.h"
#include "scenarios/serve/control_routes.h"
#include "scenarios/serve/problem.h"

namespace scenarios {
namespace control_of {
namespace {

using Query = std::map<std::string, std::string>;

constexpr std::string_view label_part = "{label}";

// What stands for {label}; nothing when the path is another one.
std::optional<std::string> match(std::string_view pattern, std::string_view path) {
  if (!pattern.ends_with(label_part))
    return pattern == path ? std::optional<std::string>("") : std::nullopt;
  pattern.remove_suffix(label_part.size());
  if (!path.starts_with(pattern) || path.size() == pattern.size()) return std::nullopt;
  path.remove_prefix(pattern.size());
  if (path.find('/') != std::string_view::npos) return std::nullopt;
  return mocks::idp::percent_decode(path, false);
}

// Why the query cannot be read; nothing when it can.
std::optional<std::string> read_query(std::string_view text, const ControlRoute& route,
                                      Query& query) {
  for (const auto field : mocks::idp::split(text, '&')) {
    const auto equals = std::min(field.find('='), field.size());
    const auto name = mocks::idp::percent_decode(field.substr(0, equals), true);
    const auto value = mocks::idp::percent_decode(
        equals == field.size() ? std::string_view() : field.substr(equals + 1), true);
    if (!name || !value) return "the query is not percent-encoded";
    const bool known = std::any_of(route.query.begin(), route.query.end(),
                                   [&](const ControlParameter& one) { return one.name == *name; });
    if (!known) return "there is no parameter '" + *name + "'";
    query[*name] = *value;
  }
  return std::nullopt;
}

}  // namespace
}  // namespace control_of

mocks::Answer Control::handle(const ports::Request& request) {
  return {.response = answer(request)};
}

bool Control::admits(const ports::Request& request) const {
  const auto authorization = ports::find_header(request.headers, "Authorization");
  constexpr std::string_view scheme = "bearer ";  // in any case (RFC 9110 section 11.1)
  if (!authorization || authorization->size() < scheme.size()) return false;
  const auto same = [](char known, char sent) {
    return known == (sent >= 'A' && sent <= 'Z' ? sent - 'A' + 'a' : sent);
  };
  if (!std::equal(scheme.begin(), scheme.end(), authorization->begin(), same)) return false;
  return token_.same_as(ports::Secret(std::string(authorization->substr(scheme.size()))));
}

ports::Response Control::answer(const ports::Request& request) {
  const std::string_view target = request.target;
  const auto path = target.substr(0, target.find('?'));
  const auto text = path.size() == target.size() ? "" : target.substr(path.size() + 1);
  const ControlRoute* route = nullptr;
  std::string label;
  std::string allowed;
  for (const auto& one : control_routes()) {
    const auto found = control_of::match(one.path, path);
    if (!found) continue;
    allowed.append(allowed.empty() ? "" : ", ").append(one.method);
    if (one.method != request.method) continue;
    route = &one;
    label = *found;
  }
  if ((route == nullptr || !route->open) && !admits(request)) {
    auto refusal = problem(
        401, "send `Authorization: Bearer TOKEN` with the token that lies in control-token");
    refusal.headers.push_back({"WWW-Authenticate", "Bearer"});
    return refusal;
  }
  if (allowed.empty())
    return problem(404, "there is nothing at this path; GET /v1/openapi.json says what there is");
  if (route == nullptr) {
    auto refusal = problem(405, "this path takes " + allowed);
    refusal.headers.push_back({"Allow", allowed});
    return refusal;
  }
  control_of::Query query;
  if (const auto flaw = control_of::read_query(text, *route, query)) return problem(400, *flaw);
  nlohmann::json body;
  if (!route->takes.empty()) {
    body = nlohmann::json::parse(request.body, nullptr, false);
    if (!body.is_object()) return problem(400, "the body is no JSON object");
  }
  return route->answer({.served = served_,
                        .scenarios_folder = scenarios_folder_,
                        .query = query,
                        .label = label,
                        .body = body});
}

ports::Result<std::unique_ptr<ControlServer>> ControlServer::start(Served& served,
                                                                   const Options& options) {
  std::unique_ptr<ControlServer> control(new ControlServer(served, options));
  const auto certificate = served.servers().certificate();
  auto server = mocks::wire::Server::start(control->control_, control->mutex_, served.scheduler(),
                                           control->conditions_,
                                           {.name = "control",
                                            .certificate_file = certificate.certificate_file,
                                            .key_file = certificate.key_file,
                                            .port = options.port});
  if (!server) return ports::fail(not_served("control", options.port, server.error()));
  control->server_ = std::move(*server);
  return control;
}

}  // namespace scenarios
