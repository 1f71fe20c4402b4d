// The Vault adapter before the Vault mock.
#include <boost/test/unit_test.hpp>

#include "mocks/vault/vault.h"
#include "rotator/vault/kv.h"
#include "tests/rotator/against_mocks/direct_wire.h"

namespace tests {

using namespace std::chrono_literals;
using ports::ErrorCode;
using rotator::KeyValue;
using rotator::KvData;

namespace vault_against_mock {

const std::string address = "https://vault.example:8200";
const std::string jwt = "synthetic.service.account";

struct World {
  explicit World(mocks::vault::VaultOptions options = {})
      : vault(queue, observer, mocks::sim::Draws(7), std::move(options)) {
    vault.enable_kv("portal-kv");
    BOOST_REQUIRE(vault.set_policy("rotator", R"(
        path "portal-kv/data/oidc/*" { capabilities = ["create", "read", "update"] }
        path "portal-kv/metadata/oidc/*" { capabilities = ["read"] }
        path "portal-kv/destroy/oidc/*" { capabilities = ["update"] })"));
    vault.set_kubernetes_role("rotator", {.names = {"rotator"},
                                          .namespaces = {"portal"},
                                          .policies = {"rotator"},
                                          .ttl = 600s,
                                          .max_ttl = 1500s});
    vault.set_token_reviewer([](std::string_view token) {
      return mocks::vault::TokenReview{.authenticated = token == jwt,
                                       .service_account_namespace = "portal",
                                       .service_account = "rotator",
                                       .uid = "u-1"};
    });
    files.content["/jwt"] = jwt;
    http.connect(address, vault);
  }
  rotator::VaultSession with_token(std::string token) {
    return {http, clock, files, {.address = address}, ports::Secret(std::move(token))};
  }
  rotator::VaultSession with_login(const std::string& role = "rotator") {
    return {http,
            clock,
            files,
            {.address = address,
             .login = rotator::VaultOptions::Login::kubernetes,
             .role = role,
             .jwt_file = "/jwt"},
            ports::Secret()};
  }

  mocks::sim::EventQueue queue;
  NoObserver observer;
  mocks::vault::Vault vault;
  QueueClock clock{queue};
  DirectHttp http{queue};
  MemoryFiles files;
};

KvData data_of(const std::string& secret, const std::string& rotation) {
  KvData data;
  data.set("client_secret", secret);
  data.set("rotation_id", rotation);
  return data;
}

template <typename R>
void check_error(const R& result, ErrorCode code, const std::string& part) {
  BOOST_REQUIRE(!result.has_value());
  BOOST_TEST(result.error().code == code, result.error().message);
  BOOST_TEST(holds(result.error().message, part),
             "\"" << result.error().message << "\" lacks " << part);
  check_discreet(result.error(), {jwt, "hvs.", "synthetic-secret"});
}

}  // namespace vault_against_mock

BOOST_FIXTURE_TEST_SUITE(vault_against_mock, vault_against_mock::World)

BOOST_AUTO_TEST_CASE(writes_and_reads_versions_under_check_and_set) {
  auto session = with_token("root");
  KeyValue kv(session, "portal-kv", "oidc/portal");
  check_error(kv.read(), ErrorCode::missing, "there is none");
  check_error(kv.write(data_of("synthetic-secret-1", "r1"), 1), ErrorCode::conflict, "version 1");
  BOOST_TEST(kv.write(data_of("synthetic-secret-1", "r1"), 0).value() == 1);
  BOOST_TEST(kv.write(data_of("synthetic-secret-2", "r2"), 1).value() == 2);
  check_error(kv.write(data_of("synthetic-secret-3", "r3"), 1), ErrorCode::conflict, "version 1");
  const auto current = kv.read();
  REQUIRE_OK(current);
  BOOST_TEST(current->version == 2);
  BOOST_TEST(current->data.secret("client_secret")->reveal_to_wire() == "synthetic-secret-2");
  BOOST_TEST((current->created == queue.wall_now()));
  BOOST_TEST(kv.read(1)->data.text("rotation_id").value() == "r1");
  check_error(kv.read(7), ErrorCode::missing, "version 7");
  const auto metadata = kv.metadata();
  REQUIRE_OK(metadata);
  BOOST_TEST(metadata->current_version == 2);
}

BOOST_AUTO_TEST_CASE(settles_a_lost_write_by_reading) {
  auto session = with_token("root");
  KeyValue kv(session, "portal-kv", "oidc/portal");
  BOOST_TEST(kv.write(data_of("synthetic-secret-1", "r1"), 0).value() == 1);
  http.lose_next_reply();
  check_error(kv.write(data_of("synthetic-secret-2", "r2"), 1), ErrorCode::ambiguous,
              "reply was lost");
  const auto found = kv.read();
  REQUIRE_OK(found);
  BOOST_TEST(found->version == 2);
  BOOST_TEST(found->data.text("rotation_id").value() == "r2");
}

BOOST_AUTO_TEST_CASE(destroys_old_versions_twice_without_harm) {
  auto session = with_token("root");
  KeyValue kv(session, "portal-kv", "oidc/portal");
  BOOST_TEST(kv.write(data_of("synthetic-secret-1", "r1"), 0).has_value());
  REQUIRE_OK(kv.destroy(1));
  REQUIRE_OK(kv.destroy(1));
  check_error(kv.read(), ErrorCode::missing, "version 1 was destroyed");
}

BOOST_AUTO_TEST_CASE(knows_its_mount_and_what_it_may_do) {
  auto session = with_login();
  KeyValue kv(session, "portal-kv", "oidc/portal");
  auto mount = kv.mount();
  REQUIRE_OK(mount);
  BOOST_TEST(mount->version == 2);
  BOOST_TEST(mount->path == "portal-kv/");
  BOOST_TEST(
      !mount->max_versions.has_value());  // the policy does not let it read the configuration
  const std::vector<std::string> expected = {"create", "read", "update"};
  KeyValue other(session, "portal-kv", "elsewhere");
  const auto capabilities = rotator::capabilities_on(
      session, {kv.policy_path(), kv.policy_path("destroy"), other.policy_path()});
  REQUIRE_OK(capabilities);
  BOOST_TEST(capabilities->at(0) == expected, boost::test_tools::per_element());
  BOOST_TEST(capabilities->at(1).at(0) == "update");
  BOOST_TEST(capabilities->at(2).at(0) == "deny");
  check_error(other.read(), ErrorCode::refused, "policy");

  vault.enable_kv("old-kv", 1);
  auto root = with_token("root");
  KeyValue version_1(root, "old-kv", "a");
  BOOST_TEST(version_1.mount()->version == 1);
  KeyValue version_2(root, "portal-kv", "oidc/portal");
  BOOST_TEST(version_2.mount()->max_versions.has_value());
}

BOOST_AUTO_TEST_CASE(logs_in_renews_and_logs_in_again) {
  auto session = with_login();
  const auto ttl = session.token_ttl();
  REQUIRE_OK(ttl);
  BOOST_TEST((*ttl == 600s));
  // 25 minutes at most: one login, renewals, and another login.
  for (int minute = 0; minute < 60; ++minute) {
    REQUIRE_OK(session.token_ttl());
    BOOST_TEST((clock.sleep_until(clock.now() + 1min) == ports::Wake::reached));
  }
  std::ptrdiff_t logins = 0, renewals = 0;
  for (const auto& call : http.calls) {
    logins += holds(call, "/login -> 200") ? 1 : 0;
    renewals += holds(call, "renew-self -> 200") ? 1 : 0;
  }
  BOOST_TEST(logins >= 2);
  BOOST_TEST(renewals >= 2);
  check_error(with_login("nobody").token_ttl(), ErrorCode::refused, "invalid role name");
  files.content["/jwt"] = "synthetic.other.account";
  check_error(with_login().token_ttl(), ErrorCode::refused, "permission denied");
}

BOOST_AUTO_TEST_CASE(survives_a_revoked_token_by_logging_in_again) {
  auto session = with_login();
  KeyValue kv(session, "portal-kv", "oidc/portal");
  BOOST_TEST(kv.write(data_of("synthetic-secret-1", "r1"), 0).has_value());
  const auto token = vault.create_token({"rotator"}, 600s);
  auto given = with_token(token);
  KeyValue by_token(given, "portal-kv", "oidc/portal");
  REQUIRE_OK(by_token.read());
  BOOST_TEST(vault.revoke(token));
  check_error(by_token.read(), ErrorCode::refused, "unknown, expired or revoked");
  // Past the session's token's life without a renewal: a write goes through all the same.
  BOOST_TEST((clock.sleep_until(clock.now() + 2h) == ports::Wake::reached));
  BOOST_TEST(kv.write(data_of("synthetic-secret-2", "r2"), 1).value() == 2);
}

BOOST_AUTO_TEST_CASE(waits_out_a_seal_and_a_failover) {
  auto session = with_token("root");
  KeyValue kv(session, "portal-kv", "oidc/portal");
  vault.seal();
  check_error(kv.write(data_of("synthetic-secret-1", "r1"), 0), ErrorCode::busy, "Vault is sealed");
  BOOST_TEST((clock.now() > ports::Instant(50s)));
  vault.unseal();
  BOOST_TEST(kv.write(data_of("synthetic-secret-1", "r1"), 0).value() == 1);

  World cluster({.high_availability = true});
  auto line = cluster.with_token("root");
  KeyValue there(line, "portal-kv", "oidc/portal");
  cluster.vault.step_down();
  BOOST_TEST(there.write(data_of("synthetic-secret-1", "r1"), 0).value() == 1);
  BOOST_TEST((cluster.clock.now() > ports::Instant(5s)));
}

BOOST_AUTO_TEST_CASE(waits_while_a_mount_is_upgraded) {
  World upgrading({.upgrade_window = 5s});
  auto line = upgrading.with_token("root");
  KeyValue kv(line, "portal-kv", "oidc/portal");
  BOOST_TEST(kv.write(data_of("synthetic-secret-1", "r1"), 0).value() == 1);
  BOOST_TEST((upgrading.clock.now() >= ports::Instant(5s)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace tests
