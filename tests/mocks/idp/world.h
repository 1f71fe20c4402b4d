// A small world for the identity provider's tests: virtual time, the facts told, and an Okta with
// one client.
#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "mocks/facts.h"
#include "mocks/idp/okta/okta.h"
#include "mocks/sim/event_queue.h"
#include "tests/contract/okta_contract.h"

namespace idp_test {

using std::chrono::milliseconds;
using std::chrono::seconds;

class Recorder final : public mocks::Observer {
 public:
  struct Told {
    ports::Instant at = {};
    mocks::FactKind kind = {};
    std::uint64_t object = 0;
    std::int64_t number = 0;
  };
  void observe(ports::Instant at, const mocks::Fact& fact) override {
    told.push_back({.at = at, .kind = fact.kind, .object = fact.object, .number = fact.number});
  }
  std::ptrdiff_t count(mocks::FactKind kind, std::string_view secret) const {
    return std::count_if(told.begin(), told.end(), [&](const Told& one) {
      return one.kind == kind && one.object == mocks::name_of(secret);
    });
  }
  // When the fact was last told, or a negative instant.
  ports::Instant last(mocks::FactKind kind, std::string_view secret) const {
    ports::Instant at{ports::Duration(-1)};
    for (const auto& one : told)
      if (one.kind == kind && one.object == mocks::name_of(secret)) at = one.at;
    return at;
  }
  std::vector<Told> told;
};

inline constexpr const char* client_id = "0oaSyntheticClient001";
inline constexpr const char* old_secret = "synthetic-old-secret-0000000000001";
inline constexpr const char* redirect_uri = "https://portal.example/callback";
inline constexpr const char* admin_token = "00SyntheticAdminToken";
inline constexpr const char* reader_token = "00SyntheticReaderToken";

inline mocks::idp::OktaOptions options_for_tests(mocks::idp::CoreOptions core = {}) {
  mocks::idp::OktaOptions options;
  options.core = core;
  options.origin = "https://org.okta.example";
  options.administrators = {
      {.token = admin_token},
      {.token = reader_token, .right = mocks::idp::AdminRight::read},
      {.scheme = mocks::idp::AdminCredential::Scheme::bearer, .token = "synthetic.bearer"}};
  return options;
}

// Registers the one client; the id of its secret.
inline std::string add_client(mocks::idp::Okta& okta) {
  mocks::idp::Registration registration;
  registration.client_id = client_id;
  registration.label = "Portal";
  registration.redirect_uris = {redirect_uri};
  return okta.add_client(std::move(registration), old_secret);
}

// That client for the contract, reached by `send`.
inline contract::OktaSubject subject(std::function<ports::Response(const ports::Request&)> send,
                                     std::string secret_id) {
  return {.send = std::move(send),
          .client_id = client_id,
          .application_id = client_id,
          .secret = old_secret,
          .secret_id = std::move(secret_id),
          .admin_token = admin_token,
          .reader_token = reader_token,
          .redirect_uri = redirect_uri};
}

struct World {
  explicit World(mocks::idp::OktaOptions options = options_for_tests(), std::uint64_t seed = 7)
      : okta(queue, facts, mocks::sim::Draws(seed), std::move(options)),
        secret_id(add_client(okta)) {}

  contract::OktaSubject subject() {
    return idp_test::subject(
        [this](const ports::Request& request) { return okta.handle(request).response; }, secret_id);
  }
  mocks::idp::Core& core() { return okta.core(); }
  void wait(ports::Duration time) { queue.run_until(queue.now() + time); }

  mocks::sim::EventQueue queue;
  Recorder facts;
  mocks::idp::Okta okta;
  std::string secret_id;
};

}  // namespace idp_test
