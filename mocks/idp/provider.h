// Provider: an identity provider as a world needs it, whatever dialect it speaks. Beneath every
// dialect lies one Core, which decides; the dialect answers HTTP, and knows its own paths, ids,
// credentials and error texts. Nobody outside a dialect's folder names its vendor.
//
// A dialect is a folder here and a line in dialect.cc.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "mocks/facts.h"
#include "mocks/handler.h"
#include "mocks/idp/console.h"
#include "mocks/idp/core.h"
#include "mocks/scheduler.h"
#include "mocks/sim/draws.h"

namespace mocks::idp {

// Where users and portals reach the authorization server, below the provider's origin (OpenID
// Connect Discovery 1.0 section 3: authorization_endpoint, token_endpoint).
struct EndpointPaths {
  std::string authorize = {};
  std::string token = {};
};

// Lives as long as its world. handle() is the dialect's HTTP face, for the rotator, people and real
// browsers alike; simulated logins ask core() and see the same truth.
class Provider : public Handler {
 public:
  Provider(const Provider&) = delete;
  Provider& operator=(const Provider&) = delete;

  // The truth beneath: for building the world, for simulated logins, for the harness' questions.
  Core& core() { return core_; }
  const Core& core() const { return core_; }

  // Once a server knows its port: "https://127.0.0.1:41234". Issuer and links are below it.
  virtual void set_origin(std::string origin) = 0;

  virtual EndpointPaths endpoint_paths() const = 0;

  // A secret of this dialect's shape that is not stored yet: a fresh id ("" where the dialect gives
  // secrets none) and, unless `value` is chosen, a fresh value.
  virtual Core::NewSecret make_secret(std::string value) const = 0;

  // What a person types at this vendor. Lives as long as the provider.
  virtual const Console& console() const = 0;

  // The credential with which the rotator and people administer this provider, as it lies in Vault.
  // Never empty.
  virtual std::string admin_token() const = 0;

  // For a world being built: registers a client, and gives it a settled active secret of this
  // value. Returns the secret's id. client_id must be new.
  std::string add_client(Registration registration, std::string secret_value);

 protected:
  Provider(Scheduler& scheduler, Observer& observer, sim::Draws draws, const CoreOptions& options)
      : core_(scheduler, observer, draws, options) {}

 private:
  Core core_;
};

// What every dialect is made from. The references must outlive the provider.
struct ProviderSetup {
  Scheduler& scheduler;
  Observer& observer;  // told the Core's facts
  sim::Draws draws;
  CoreOptions core = {};
  // 40 characters drawn for the administrator's credential; the dialect gives them its shape.
  std::string admin_text = {};
};

struct Dialect {
  // As scenarios and a rotator's `identity_provider.type` call it: "okta".
  std::string_view name = {};
  std::unique_ptr<Provider> (*make)(ProviderSetup setup) = nullptr;
  // What this vendor's Core is like, whatever the variant; null where the variant says it all.
  CoreOptions (*core)(CoreOptions variant) = nullptr;
  // Behind the origin, a rotator's `identity_provider.url`.
  std::string_view issuer_path = {};
  // Administration is a host of its own at this vendor; here it is at the same origin, and a
  // rotator has to be told (`identity_provider.admin_url`).
  bool separate_admin = false;
  // What of CoreOptions this vendor has and not every other, as a scenario's keys say it.
  std::span<const std::string_view> own_keys = {};
};

// Every dialect that scenarios may name.
std::span<const Dialect> dialects();
// The one of that name; null when there is none.
const Dialect* find_dialect(std::string_view name);

}  // namespace mocks::idp
