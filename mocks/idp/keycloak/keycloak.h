// Keycloak: the identity provider as Keycloak 26.7 answers, to status code and error text, over
// Core: one realm, its clients with a primary and a rotated secret.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "mocks/idp/keycloak/admin.h"
#include "mocks/idp/keycloak/console.h"
#include "mocks/idp/keycloak/oauth.h"
#include "mocks/idp/keycloak/options.h"
#include "mocks/idp/keycloak/secrets.h"
#include "mocks/idp/provider.h"
#include "mocks/idp/tokens.h"

namespace mocks::idp::keycloak {

class Keycloak final : public Provider {
 public:
  Keycloak(Scheduler& scheduler, Observer& observer, sim::Draws draws, Options options = {});

  Answer handle(const ports::Request& request) override;
  void set_origin(std::string origin) override { options_.origin = std::move(origin); }
  EndpointPaths endpoint_paths() const override;
  Core::NewSecret make_secret(std::string value) const override {
    return secrets_.make(std::move(value));
  }
  const idp::Console& console() const override { return console_; }
  // The first administrator's client_id and client_secret, as a JSON object.
  std::string admin_token() const override;

 private:
  Options options_;
  Tokens tokens_;
  Secrets secrets_;
  Admin admin_;
  OAuth oauth_;
  Console console_;
  std::uint64_t requests_ = 0;
};

// A client that is registered for a secret may show it either way.
CoreOptions keycloak_core(CoreOptions variant);

// One service account that may manage clients, and read policies as options.succession says.
std::unique_ptr<Provider> make_keycloak(ProviderSetup setup);

}  // namespace mocks::idp::keycloak
