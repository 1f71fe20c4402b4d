// The rotator's side of OneSlot (dialect.h): an adapter that declares the least that a provider can
// do. Written against the table in that header alone.
#pragma once

#include <nlohmann/json.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rotator/idp/identity_provider.h"
#include "rotator/ports/http.h"

namespace one_slot {

using ports::ErrorCode;

class Adapter final : public rotator::IdentityProvider {
 public:
  Adapter(ports::HttpClient& http, ports::Clock& clock, rotator::IdentityProviderOptions options,
          ports::Secret admin_credential)
      : http_(http),
        clock_(clock),
        options_(std::move(options)),
        admin_credential_(std::move(admin_credential)) {}

  rotator::Capability capability() const override {
    return {.slots = rotator::Capability::Slots::single,
            .max_secrets = 1,
            .create_replaces = true,
            .secret_ids = false,
            .can_disable = false,
            .value_readable = false,
            .propagation = ports::Duration(0)};
  }

  ports::Result<rotator::Registration> registration() override {
    const auto body = call("GET", "");
    if (!body) return ports::fail(body.error());
    return rotator::Registration{.client_id = body->value("client_id", ""),
                                 .authentication_method = body->value("method", ""),
                                 .token_endpoint = options_.url + "/token"};
  }

  // There always is one, and nothing to be seen of it.
  ports::Result<std::vector<rotator::SecretRecord>> list_secrets() override {
    return std::vector<rotator::SecretRecord>{{.id = rotator::sole_secret_id}};
  }
  // It is the only one that the value could be; whether it is, a login shows.
  ports::Result<std::optional<std::string>> find_secret(
      const ports::Secret&, const std::vector<rotator::SecretRecord>&) override {
    return std::optional<std::string>(rotator::sole_secret_id);
  }

  ports::Result<rotator::CreatedSecret> create_secret(const rotator::SecretWish&) override {
    const auto body = call("POST", "/secret");
    if (!body) return ports::fail(body.error());
    return rotator::CreatedSecret{.record = {.id = rotator::sole_secret_id},
                                  .value = ports::Secret(body->value("secret", ""))};
  }
  // What an unanswered request made cannot be had any more; asking again makes another.
  ports::Result<std::optional<rotator::CreatedSecret>> resolve_create(
      const std::vector<rotator::SecretRecord>&, const rotator::SecretSought&) override {
    return std::optional<rotator::CreatedSecret>();
  }
  ports::Result<ports::Secret> read_secret(const std::string&) override {
    return ports::fail(ErrorCode::refused, "this provider never shows a secret again");
  }
  ports::Status disable_secret(const std::string&) override { return cannot("disable"); }
  ports::Status enable_secret(const std::string&) override { return cannot("enable"); }
  ports::Status delete_secret(const std::string&) override { return cannot("delete"); }

 private:
  // What the capability does not declare must not be asked for: a test that meets this has found a
  // phase that did not look.
  static ports::Status cannot(const std::string& what) {
    return ports::fail(ErrorCode::refused, "this provider cannot " + what + " a secret");
  }

  ports::Result<nlohmann::json> call(const char* method, const std::string& below) {
    const std::string credential(admin_credential_.reveal_to_wire());
    auto answer = http_.send({.method = method,
                              .origin = options_.url,
                              .target = "/clients/" + options_.client_id + below,
                              .headers = {{"Authorization", "Bearer " + credential}}},
                             clock_.now() + options_.call_timeout);
    if (!answer) return ports::fail(answer.error());
    if (answer->status != 200)
      return ports::fail(answer->status >= 500 ? ErrorCode::busy : ErrorCode::refused,
                         "the provider answered " + std::to_string(answer->status));
    auto body = nlohmann::json::parse(answer->body, nullptr, false);
    if (!body.is_object()) return ports::fail(ErrorCode::malformed, "the answer is no JSON object");
    return body;
  }

  ports::HttpClient& http_;
  ports::Clock& clock_;
  rotator::IdentityProviderOptions options_;
  ports::Secret admin_credential_;
};

// A rotator::ProviderFactory.
inline ports::Result<std::unique_ptr<rotator::IdentityProvider>> new_adapter(
    ports::HttpClient& http, ports::Clock& clock, rotator::IdentityProviderOptions options,
    ports::Secret admin_credential) {
  return std::unique_ptr<rotator::IdentityProvider>(
      std::make_unique<Adapter>(http, clock, std::move(options), std::move(admin_credential)));
}

}  // namespace one_slot
