// OneSlot: the plainest identity provider that there could be, and as unlike Okta as the faces of a
// provider allow: one secret a client, without an id, that cannot be read again nor switched off;
// making a new one ends the old one at that instant. The suite alone speaks it, to hold whoever
// uses a provider to the provider's face.
//
//   POST /clients/{id}/secret   Authorization: Bearer ADMIN    200 {"secret": "..."}
//   GET  /clients/{id}          Authorization: Bearer ADMIN    200 {"client_id", "method"}
//   POST /token                 RFC 6749 section 4.4           200, or 401 {"error":
//   "invalid_client"}
#pragma once

#include <nlohmann/json.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "mocks/idp/encoding.h"
#include "mocks/idp/provider.h"

namespace one_slot {

using nlohmann::json;

inline std::string client_path(std::string_view client_id) {
  return "/clients/" + std::string(client_id);
}

// The person reads what a POST shows; there is nothing to look up and nothing to remove.
class Console final : public mocks::idp::Console {
 public:
  ports::Result<std::string> look_up(const Session&) const override { return std::string(); }
  ports::Result<Shown> create(const Session& session, std::optional<std::string>) const override {
    return replace(session);
  }
  ports::Result<Shown> replace(const Session& session) const override {
    const auto answer =
        session.send({.method = "POST",
                      .target = client_path(session.client_id) + "/secret",
                      .headers = {{"Authorization", "Bearer " + session.admin_token}}});
    if (!answer) return ports::fail(answer.error());
    const auto body = json::parse(answer->body, nullptr, false);
    return Shown{.value = body.is_object() ? body.value("secret", "null") : "null"};
  }
  ports::Status remove(const Session&, const std::string&) const override { return {}; }
};

class Provider final : public mocks::idp::Provider {
 public:
  explicit Provider(mocks::idp::ProviderSetup setup)
      : mocks::idp::Provider(setup.scheduler, setup.observer, setup.draws, options(setup.core)),
        admin_token_("one-slot-" + setup.admin_text) {}

  void set_origin(std::string) override {}
  mocks::idp::EndpointPaths endpoint_paths() const override {
    return {.authorize = "/authorize", .token = "/token"};
  }
  mocks::idp::Core::NewSecret make_secret(std::string value) const override {
    const auto number = core().secrets_created();
    if (value.empty())
      value = core().draws().text(32, "abcdefghijklmnopqrstuvwxyz", mocks::sim::Stream::identifiers,
                                  mocks::name_of("one_slot/secret") + number);
    return {.id = {}, .value = std::move(value)};
  }
  const Console& console() const override { return console_; }
  std::string admin_token() const override { return admin_token_; }

  mocks::Answer handle(const ports::Request& request) override {
    mocks::Answer answer;
    answer.response = request.target == "/token" ? token(request) : administer(request);
    answer.delay = core().answer_time(mocks::name_of(request.target));
    return answer;
  }

 private:
  static mocks::idp::CoreOptions options(mocks::idp::CoreOptions core) {
    core.max_secrets = 1;
    return core;
  }
  static ports::Response reply(int status, const json& body) {
    return {
        .status = status, .headers = {{"Content-Type", "application/json"}}, .body = body.dump()};
  }

  ports::Response token(const ports::Request& request) {
    const auto form = mocks::idp::Form::parse(request.body);
    if (!form) return reply(400, {{"error", "invalid_request"}});
    const auto decision = core().redeem({.client = mocks::name_of(form->value("client_id")),
                                         .secret = mocks::name_of(form->value("client_secret"))});
    if (decision.verdict != mocks::idp::TokenVerdict::granted)
      return reply(401, {{"error", "invalid_client"}});
    return reply(200, {{"access_token", "opaque"}, {"token_type", "Bearer"}});
  }

  ports::Response administer(const ports::Request& request) {
    const auto authorization = ports::find_header(request.headers, "Authorization");
    if (!authorization || *authorization != "Bearer " + admin_token_)
      return reply(401, {{"error", "unauthorized"}});
    const auto segments = mocks::idp::split(request.target, '/');
    const auto* const client = segments.size() >= 2 && segments[0] == "clients"
                                   ? core().find_client(segments[1])
                                   : nullptr;
    if (client == nullptr) return reply(404, {{"error", "not_found"}});
    if (segments.size() == 2 && request.method == "GET")
      return reply(200, {{"client_id", client->client_id},
                         {"method", to_string(client->authentication_method)}});
    if (segments.size() == 3 && segments[2] == "secret" && request.method == "POST") {
      auto secret = make_secret({});
      const auto value = secret.value;
      core().replace_secrets(client->client_id, std::move(secret));
      return reply(200, {{"secret", value}});
    }
    return reply(404, {{"error", "not_found"}});
  }

  std::string admin_token_;
  Console console_;
};

inline constexpr mocks::idp::Dialect dialect = {
    .name = "one_slot",
    .make = [](mocks::idp::ProviderSetup setup) -> std::unique_ptr<mocks::idp::Provider> {
      return std::make_unique<Provider>(std::move(setup));
    }};

}  // namespace one_slot
