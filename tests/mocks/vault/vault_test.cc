// Seal, leader, standby, quotas, logins and bad input: rows of what was measured on Vault 1.14 that
// its recording does not hold.
#include "mocks/vault/vault.h"

#include <boost/test/unit_test.hpp>

#include "mocks/vault/http/call.h"
#include "tests/mocks/vault/world.h"

BOOST_AUTO_TEST_SUITE(vault)

namespace {

using mocks::vault::Outcome;
using vault_test::World;
using namespace std::chrono_literals;

bool holds(const ports::Response& response, const std::string& text) {
  return response.body.find(text) != std::string::npos;
}

int health(World& world, const std::string& query = "") {
  return world.send("GET", "sys/health" + query, "", "").status;
}

}  // namespace

BOOST_AUTO_TEST_CASE(health_tells_the_state_by_its_status) {
  World world({.high_availability = true});
  BOOST_TEST(health(world) == 200);
  BOOST_TEST(health(world, "?activecode=299") == 299);
  const ports::Request ask{.method = "GET", .target = "/v1/sys/health"};
  BOOST_TEST(world.vault.standby().handle(ask).response.status == 429);
  const ports::Request standby_ok{.method = "GET", .target = "/v1/sys/health?standbyok=true"};
  BOOST_TEST(world.vault.standby().handle(standby_ok).response.status == 200);
  world.vault.seal();
  BOOST_TEST(health(world) == 503);
  BOOST_TEST(health(world, "?sealedcode=251") == 251);
  World fresh({.initialised = false});
  BOOST_TEST(health(fresh) == 501);
  BOOST_TEST(health(fresh, "?uninitcode=250") == 250);
  BOOST_TEST(fresh.send("POST", "sys/health", "{}", "").status == 405);
}

BOOST_AUTO_TEST_CASE(a_sealed_vault_answers_503_before_it_looks_at_a_token) {
  World world;
  world.vault.seal();
  world.vault.seal();
  for (const char* token : {"root", "s.bad", ""}) {
    const auto answer = world.send("GET", "secret/data/x", "", token);
    BOOST_TEST(answer.status == 503);
    BOOST_TEST(holds(answer, "Vault is sealed"));
  }
  BOOST_TEST(world.facts.count(mocks::FactKind::vault_sealed) == 1U);
  BOOST_TEST((world.vault.write(world.vault.root(), "secret/data/x", "a", "b") == Outcome::sealed));
}

BOOST_AUTO_TEST_CASE(unseals_with_enough_shares_and_not_with_wrong_ones) {
  World world({.unseal_shares = 3, .unseal_threshold = 2});
  world.vault.seal();
  const auto give = [&world](const std::string& key) {
    return world.send("PUT", "sys/unseal", R"({"key":")" + key + R"("})", "");
  };
  BOOST_TEST(holds(give("00"), "invalid key"));
  BOOST_TEST(holds(give("xyz"), "must be a valid hex"));
  BOOST_TEST(holds(give(world.vault.unseal_key(0)), "\"progress\":1"));
  BOOST_TEST(holds(give(world.vault.unseal_key(0)), "\"progress\":1"));
  BOOST_TEST(world.vault.sealed());
  BOOST_TEST(holds(give(world.vault.unseal_key(2)), "\"sealed\":false"));
  BOOST_TEST(!world.vault.sealed());
  world.vault.seal();
  give(world.vault.unseal_key(1));
  BOOST_TEST(give(std::string(66, '0')).status == 500);
  BOOST_TEST(world.vault.sealed());
}

BOOST_AUTO_TEST_CASE(an_uninitialised_vault_is_initialised_once) {
  World world({.initialised = false});
  BOOST_TEST(world.send("GET", "secret/data/x", "", "x").status == 503);
  const auto made =
      world.send("PUT", "sys/init", R"({"secret_shares":1,"secret_threshold":1})", "");
  BOOST_TEST(made.status == 200);
  BOOST_TEST(
      world.send("PUT", "sys/init", R"({"secret_shares":1,"secret_threshold":1})", "").status ==
      400);
  const std::size_t at = made.body.find("\"root_token\":\"") + 14;
  const std::string root = made.body.substr(at, made.body.find('"', at) - at);
  BOOST_TEST(root.size() == 28U);
  world.send("PUT", "sys/unseal", R"({"key":")" + world.vault.unseal_key(0) + R"("})", "");
  BOOST_TEST(world.send("GET", "auth/token/lookup-self", "", root).status == 200);
}

BOOST_AUTO_TEST_CASE(a_standby_forwards_or_redirects_when_told_not_to) {
  World world({.high_availability = true, .address = "https://vault.example:8200"});
  ports::Request ask{.method = "GET", .target = "/v1/secret/data/x?version=1"};
  ask.headers = {{.name = "X-Vault-Token", .value = "root"}};
  BOOST_TEST(world.vault.standby().handle(ask).response.status == 404);
  ask.headers.push_back({.name = "X-Vault-No-Request-Forwarding", .value = "true"});
  const auto redirect = world.vault.standby().handle(ask).response;
  BOOST_TEST(redirect.status == 307);
  BOOST_TEST(ports::find_header(redirect.headers, "Location").value_or("") ==
             "https://vault.example:8200/v1/secret/data/x?version=1");
}

BOOST_AUTO_TEST_CASE(a_lagging_standby_reads_what_was_current_before) {
  World world({.high_availability = true, .standby_lag = 5s});
  const ports::Request ask{.method = "GET",
                           .target = "/v1/secret/data/x",
                           .headers = {{.name = "X-Vault-Token", .value = "root"}}};
  world.send("POST", "secret/data/x", R"({"data":{"a":"old"}})");
  world.clock.run_for(10s);
  world.send("POST", "secret/data/x", R"({"data":{"a":"new"}})");
  BOOST_TEST(holds(world.vault.handle(ask).response, "new"));
  BOOST_TEST(holds(world.vault.standby().handle(ask).response, "old"));
  world.clock.run_for(5s);
  BOOST_TEST(holds(world.vault.standby().handle(ask).response, "new"));
}

BOOST_AUTO_TEST_CASE(a_standby_learns_of_a_deletion_as_late_as_of_a_write) {
  World world({.high_availability = true, .standby_lag = 5s});
  const auto standby = [&world](const std::string& path) {
    const ports::Request ask{.method = "GET",
                             .target = "/v1/" + path,
                             .headers = {{.name = "X-Vault-Token", .value = "root"}}};
    return world.vault.standby().handle(ask).response;
  };
  world.send("POST", "secret/data/x", R"({"data":{"a":"old"}})");
  BOOST_TEST(standby("secret/metadata/x").status == 404);
  world.clock.run_for(10s);
  world.send("DELETE", "secret/data/x");
  const auto still = standby("secret/data/x");
  BOOST_TEST(still.status == 200);
  BOOST_TEST(holds(still, R"("deletion_time":"")"));
  BOOST_TEST(holds(standby("secret/metadata/x"), R"("deletion_time":"")"));
  world.send("POST", "secret/data/x", R"({"data":{"a":"new"}})");
  BOOST_TEST(holds(standby("secret/metadata/x"), R"("current_version":1)"));
  world.clock.run_for(5s);
  BOOST_TEST(holds(standby("secret/metadata/x"), R"("current_version":2)"));
  BOOST_TEST(standby("secret/data/x?version=1").status == 404);
}

BOOST_AUTO_TEST_CASE(clients_behind_a_standby_that_lags_read_stale_and_write_fresh) {
  World world;
  const auto read = [&world] {
    return world.vault.read(world.vault.root(), "secret/data/x").version->number;
  };
  world.send("POST", "secret/data/x", R"({"data":{"a":"1"}})");
  world.clock.run_for(60s);
  world.vault.set_read_lag(30s);
  world.send("POST", "secret/data/x", R"({"options":{"cas":1},"data":{"a":"2"}})");
  BOOST_TEST(holds(world.send("GET", "secret/data/x"), R"("version":1)"));
  BOOST_TEST(holds(world.send("GET", "secret/metadata/x"), R"("current_version":1)"));
  BOOST_TEST(read() == 1);
  // What was read is no longer what a write is checked against.
  BOOST_TEST(
      world.send("POST", "secret/data/x", R"({"options":{"cas":1},"data":{"a":"3"}})").status ==
      400);
  world.clock.run_for(30s);
  BOOST_TEST(read() == 2);
  world.send("POST", "secret/data/x", R"({"data":{"a":"3"}})");
  BOOST_TEST(read() == 2);
  world.vault.set_read_lag({});
  BOOST_TEST(read() == 3);
}

BOOST_AUTO_TEST_CASE(logins_can_be_ended_and_made_again) {
  World world;
  const auto role = mocks::vault::KubernetesRole{
      .names = {"web"}, .namespaces = {"*"}, .policies = {"default"}, .ttl = 1h};
  world.vault.set_kubernetes_role("web", role);
  world.vault.set_kubernetes_role("web", role, "other");
  const mocks::vault::ServiceAccount who{
      .service_account_namespace = "platform", .name = "web", .uid = "u"};
  const auto one = world.vault.log_in("web", who);
  const auto two = world.vault.log_in("web", who);
  const auto elsewhere = world.vault.log_in("web", who, "other");
  BOOST_TEST(world.vault.revoke_logins() == 2U);
  BOOST_TEST((world.vault.renew(one.token).outcome == Outcome::bad_token));
  BOOST_TEST((world.vault.renew(two.token).outcome == Outcome::bad_token));
  BOOST_TEST((world.vault.renew(elsewhere.token).outcome == Outcome::ok));
  BOOST_TEST((world.vault.renew(world.vault.log_in("web", who).token).outcome == Outcome::ok));
  BOOST_TEST(world.send("GET", "auth/token/lookup-self").status == 200);
}

BOOST_AUTO_TEST_CASE(no_node_is_active_while_a_leader_is_elected) {
  World world({.high_availability = true, .election = 10s});
  BOOST_TEST(world.send("PUT", "sys/step-down").status == 204);
  BOOST_TEST(world.send("GET", "secret/data/x").status == 500);
  BOOST_TEST(health(world) == 429);
  world.clock.run_for(10s);
  BOOST_TEST(world.send("GET", "secret/data/x").status == 404);
  BOOST_TEST(health(world) == 200);
}

BOOST_AUTO_TEST_CASE(a_rate_limit_answers_429_until_its_interval_ends) {
  World world;
  world.send("POST", "sys/quotas/rate-limit/lim", R"({"path":"secret","rate":2,"interval":"5s"})");
  for (int i = 0; i < 2; ++i) BOOST_TEST(world.send("GET", "secret/data/a").status == 404);
  auto limited = world.send("GET", "secret/data/a");
  BOOST_TEST(limited.status == 429);
  BOOST_TEST(!ports::find_header(limited.headers, "Retry-After").has_value());
  BOOST_TEST(world.send("GET", "auth/token/lookup-self").status == 200);
  world.send("POST", "sys/quotas/config", R"({"enable_rate_limit_response_headers":true})");
  limited = world.send("GET", "secret/data/a");
  BOOST_TEST(ports::find_header(limited.headers, "Retry-After").value_or("") == "5");
  BOOST_TEST(
      (world.vault.read(world.vault.root(), "secret/data/a").outcome == Outcome::rate_limited));
  world.clock.run_for(5s);
  BOOST_TEST(world.send("GET", "secret/data/a").status == 404);
}

BOOST_AUTO_TEST_CASE(kubernetes_login_asks_the_reviewer_and_the_role) {
  World world;
  world.vault.set_kubernetes_role(
      "web", {.names = {"web"}, .namespaces = {"plat*"}, .policies = {"ro"}, .ttl = 10min});
  world.vault.set_token_reviewer([](std::string_view jwt) {
    mocks::vault::TokenReview review{.authenticated = jwt.starts_with("good"),
                                     .service_account_namespace = "platform",
                                     .service_account = "web",
                                     .uid = "synthetic-uid"};
    if (jwt == "good-other-name") review.service_account = "other";
    if (jwt == "good-other-namespace") review.service_account_namespace = "default";
    if (jwt == "expired") review.problem = mocks::vault::TokenReview::Problem::expired;
    return review;
  });
  const auto log_in = [&world](const std::string& role, const std::string& jwt) {
    return world.send("POST", "auth/kubernetes/login",
                      R"({"role":")" + role + R"(","jwt":")" + jwt + R"("})", "");
  };
  const auto good = log_in("web", "good");
  BOOST_TEST(good.status == 200);
  BOOST_TEST(holds(good, R"("policies":["default","ro"])"));
  BOOST_TEST(holds(good, R"("service_account_name":"web")"));
  BOOST_TEST(holds(good, R"("lease_duration":600)"));
  BOOST_TEST(holds(log_in("web", "good-other-name"), "service account name not authorized"));
  BOOST_TEST(holds(log_in("web", "good-other-namespace"), "namespace not authorized"));
  BOOST_TEST(holds(log_in("web", "expired"), "token is expired"));
  BOOST_TEST(log_in("web", "forged").status == 403);
  BOOST_TEST(log_in("none", "good").status == 400);
  BOOST_TEST(world.facts.count(mocks::FactKind::token_issued) == 1U);
}

BOOST_AUTO_TEST_CASE(a_token_lives_as_long_as_it_was_given_and_renewals_stop_at_the_maximum) {
  World world;
  const auto made = world.send("POST", "auth/token/create",
                               R"({"policies":["default"],"ttl":"1h","explicit_max_ttl":"90m"})");
  const std::size_t at = made.body.find("\"client_token\":\"") + 16;
  const std::string token = made.body.substr(at, made.body.find('"', at) - at);
  BOOST_TEST(token.size() == 95U);
  world.clock.run_for(59min);
  const auto capped = world.send("POST", "auth/token/renew-self", "{}", token);
  BOOST_TEST(holds(capped, "\"lease_duration\":1860"));
  BOOST_TEST(holds(capped, "exceeded the effective max_ttl of \\\"31m0s\\\""));
  world.clock.run_for(31min);
  BOOST_TEST(world.send("GET", "auth/token/lookup-self", "", token).status == 403);
}

BOOST_AUTO_TEST_CASE(a_token_with_uses_is_spent_and_its_children_die_with_it) {
  World world;
  const std::string parent = world.vault.create_token({"root"}, 1h);
  const auto made = world.send("POST", "auth/token/create", R"({"num_uses":2})", parent);
  const std::size_t at = made.body.find("\"client_token\":\"") + 16;
  const std::string child = made.body.substr(at, made.body.find('"', at) - at);
  for (const int status : {200, 200, 403})
    BOOST_TEST(world.send("GET", "auth/token/lookup-self", "", child).status == status);
  const auto again = world.send("POST", "auth/token/create", "{}", parent);
  const std::size_t from = again.body.find("\"client_token\":\"") + 16;
  const std::string other = again.body.substr(from, again.body.find('"', from) - from);
  BOOST_TEST(world.vault.revoke(parent));
  BOOST_TEST(world.send("GET", "auth/token/lookup-self", "", other).status == 403);
}

BOOST_AUTO_TEST_CASE(later_versions_say_mount_type_and_invalid_token) {
  World world({.mount_type = true, .invalid_token_text = true});
  world.send("POST", "secret/data/x", R"({"data":{"a":"b"}})");
  BOOST_TEST(holds(world.send("GET", "secret/data/x"), R"("auth":null,"mount_type":"kv"})"));
  BOOST_TEST(holds(world.send("GET", "secret/data/x", "", "s.bad"),
                   R"(2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n)"));
  BOOST_TEST(
      holds(world.send("GET", "secret/data/x", "", ""), R"({"errors":["permission denied"]})"));
}

BOOST_AUTO_TEST_CASE(a_fresh_mount_may_be_upgrading_for_a_while) {
  World world({.upgrade_window = 2s});
  world.vault.enable_kv("m");
  const auto early = world.send("GET", "m/data/x");
  BOOST_TEST(early.status == 400);
  BOOST_TEST(holds(early, "Upgrading from non-versioned to versioned data."));
  world.clock.run_for(2s);
  BOOST_TEST(world.send("GET", "m/data/x").status == 404);
}

BOOST_AUTO_TEST_CASE(a_version_one_mount_keeps_its_data_when_it_becomes_version_two) {
  World world;
  world.vault.enable_kv("m", 1);
  BOOST_TEST(world.send("POST", "m/a/b", R"({"x":"1"})").status == 204);
  BOOST_TEST(holds(world.send("GET", "m/a/b"), R"("lease_duration":2764800)"));
  BOOST_TEST(world.send("POST", "sys/mounts/m/tune", R"({"options":{"version":"2"}})").status ==
             200);
  BOOST_TEST(holds(world.send("GET", "m/data/a/b"), R"("data":{"data":{"x":"1"})"));
}

BOOST_AUTO_TEST_CASE(refuses_bodies_too_large_too_deep_or_not_json) {
  World world;
  const auto post = [&world](const std::string& body) {
    return world.send("POST", "secret/data/x", body).status;
  };
  BOOST_TEST(post(std::string(mocks::vault::max_request_body + 1, ' ')) == 413);
  BOOST_TEST(post("{\"data\":" + std::string(100'000, '[')) == 400);
  BOOST_TEST(post("{\"data\":{\"a\":" + std::string(300, '[') + std::string(300, ']') + "}}") ==
             400);
  for (const char* body : {"{", "[]", "12", "\"x\"", "{\"data\":{\"a\":\"\xff\"}}", "\0"})
    BOOST_TEST(post(body) == 400, body);
  for (const char* target : {"", "/", "v1/x", "/v1", "/v1/%zz", "/v1/%", "/v2/x", "/v1//"}) {
    const ports::Request odd{
        .method = "GET", .target = target, .headers = {{.name = "X-Vault-Token", .value = "root"}}};
    BOOST_TEST(world.vault.handle(odd).response.status == 404, target);
  }
}

BOOST_AUTO_TEST_CASE(the_typed_face_obeys_the_same_policies) {
  World world;
  BOOST_REQUIRE(
      world.vault.set_policy("ro", "path \"secret/data/mine\" { capabilities = [\"read\"] }"));
  BOOST_TEST(!world.vault.set_policy("bad", "path {{{"));
  world.vault.set_kubernetes_role(
      "web", {.names = {"web"}, .namespaces = {"*"}, .policies = {"ro"}, .ttl = 1h});
  const mocks::vault::ServiceAccount who{
      .service_account_namespace = "platform", .name = "web", .uid = "u"};
  const auto login = world.vault.log_in("web", who);
  BOOST_REQUIRE((login.outcome == Outcome::ok));
  BOOST_TEST((world.vault.log_in("none", who).outcome == Outcome::refused));
  const auto root = world.vault.root();
  BOOST_TEST((world.vault.write(root, "secret/data/mine", "client_secret", "one") == Outcome::ok));
  BOOST_TEST((world.vault.write(root, "secret/data/mine", "client_secret", "two", 0) ==
              Outcome::conflict));
  const auto read = world.vault.read(login.token, "secret/data/mine");
  BOOST_REQUIRE((read.outcome == Outcome::ok));
  BOOST_TEST(read.version->data == R"({"client_secret":"one"})");
  BOOST_TEST((world.vault.read(login.token, "secret/data/other").outcome == Outcome::denied));
  BOOST_TEST((world.vault.write(login.token, "secret/data/mine", "a", "b") == Outcome::denied));
  BOOST_TEST((world.vault.preflight(login.token, "secret/data/mine") == Outcome::ok));
  BOOST_TEST((world.vault.preflight(login.token, "other/x") == Outcome::denied));
  BOOST_TEST((world.vault.renew(login.token).ttl == 1h));
  world.send("DELETE", "secret/data/mine");
  BOOST_TEST((world.vault.read(login.token, "secret/data/mine").outcome == Outcome::deleted));
  BOOST_TEST(world.vault.revoke(login.token));
  BOOST_TEST((world.vault.read(login.token, "secret/data/mine").outcome == Outcome::bad_token));
}

BOOST_AUTO_TEST_SUITE_END()
