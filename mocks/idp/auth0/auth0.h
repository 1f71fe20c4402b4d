// Auth0: an identity provider with one client secret, as Auth0 answers, over Core.
//
// Imitated, from the vendor's documentation and recorded third-party tests: the Management API's
// GET and PATCH of a client and rotate-secret, its tokens and limits, and the authentication
// endpoints. A replaced secret is followed up to 30 s late, and until then a request meets a
// replica that knows either the old or the new one.
// https://auth0.com/docs/get-started/applications/rotate-client-secret
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "mocks/idp/auth0/console.h"
#include "mocks/idp/auth0/management.h"
#include "mocks/idp/auth0/oauth.h"
#include "mocks/idp/auth0/options.h"
#include "mocks/idp/provider.h"
#include "mocks/idp/tokens.h"

namespace mocks::idp {

class Auth0 final : public Provider {
 public:
  // options.core as auth0_core() tempers it, or with lags of its own.
  Auth0(Scheduler& scheduler, Observer& observer, sim::Draws draws, Auth0Options options);

  Answer handle(const ports::Request& request) override;
  void set_origin(std::string origin) override { options_.origin = std::move(origin); }
  EndpointPaths endpoint_paths() const override;
  Core::NewSecret make_secret(std::string value) const override;
  const Console& console() const override { return console_; }
  // {"client_id","client_secret"} of the first administrator.
  std::string admin_token() const override;

 private:
  Auth0Options options_;
  Tokens tokens_;
  Auth0Management management_;
  Auth0OAuth oauth_;
  Auth0Console console_;
  std::uint64_t requests_ = 0;
};

// One secret, three replicas that turn to a new one within 30 s.
CoreOptions auth0_core(CoreOptions variant);

// One machine-to-machine application whose secret is setup.admin_text, with every scope needed.
std::unique_ptr<Provider> make_auth0(ProviderSetup setup);

}  // namespace mocks::idp
