// Okta: what options and variants change of its contract (contract_test.cc), and the guide's paths.
#include "mocks/idp/okta/okta.h"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include "mocks/idp/signing.h"
#include "tests/mocks/idp/world.h"

BOOST_AUTO_TEST_SUITE(okta)

using contract::admin;
using contract::expect_api_error;
using contract::parse;
using contract::probe;
using contract::secrets_path;
using idp_test::client_id;
using idp_test::old_secret;
using idp_test::options_for_tests;
using idp_test::seconds;
using idp_test::World;

namespace {

std::string guide_path(const std::string& tail = {}) {
  return std::string("/oauth2/v1/clients/") + client_id + "/credentials/secrets" + tail;
}

}  // namespace

BOOST_AUTO_TEST_CASE(runs_the_guides_own_commands) {
  World world;
  const auto okta = world.subject();
  // Step 1, validation 1 and 3, step 4 (one DELETE), validation 4.
  const auto made = admin(okta, "POST", guide_path());
  BOOST_TEST(made.status == 201);
  const auto fresh = parse(made).value("client_secret", "");
  BOOST_TEST(!fresh.empty());
  BOOST_TEST(parse(admin(okta, "GET", guide_path())).size() == 2U);
  const auto token = okta.send(
      {.method = "POST",
       .target = "/oauth2/v1/token",
       .headers = {{.name = "Content-Type", .value = "application/x-www-form-urlencoded"}},
       .body = std::string("grant_type=client_credentials&client_id=") + client_id +
               "&client_secret=" + fresh + "&scope=openid"});
  BOOST_TEST(token.status == 200);
  BOOST_TEST(admin(okta, "DELETE", guide_path("/" + world.secret_id)).status == 204);
  BOOST_TEST(parse(admin(okta, "GET", guide_path())).size() == 1U);
  BOOST_TEST(probe(okta, old_secret).status == 401);
  BOOST_TEST(world.facts.count(mocks::FactKind::secret_disabled, old_secret) == 1);
  BOOST_TEST(world.facts.count(mocks::FactKind::secret_deleted, old_secret) == 1);
}

BOOST_AUTO_TEST_CASE(keeps_the_last_secret_from_the_guides_delete) {
  World world;
  expect_api_error(admin(world.subject(), "DELETE", guide_path("/" + world.secret_id)), 400,
                   "E0000001", contract::mediated,
                   "You can't deactivate the only active client secret.");
  BOOST_TEST(probe(world.subject(), old_secret).status == 200);
}

BOOST_AUTO_TEST_CASE(can_refuse_the_guides_delete_of_an_active_secret) {
  auto options = options_for_tests();
  options.guide_delete_deactivates = false;
  World world(std::move(options));
  const auto okta = world.subject();
  admin(okta, "POST", guide_path());
  expect_api_error(
      admin(okta, "DELETE", guide_path("/" + world.secret_id)), 400, "E0000001", contract::mediated,
      "You can't delete an active client secret. Deactivate the secret before deleting it.");
}

BOOST_AUTO_TEST_CASE(knows_no_guide_path_when_told_to_be_real) {
  auto options = options_for_tests();
  options.guide_paths = false;
  options.guide_client_credentials = false;
  World world(std::move(options));
  const auto okta = world.subject();
  const auto answer = admin(okta, "POST", guide_path());
  BOOST_TEST(answer.status == 404);
  BOOST_TEST(parse(answer).value("errorCode", "") == "E0000022");
  const auto ask = [&](const char* path, const std::string& scope) {
    return okta.send(
        {.method = "POST",
         .target = path,
         .headers = {{.name = "Content-Type", .value = "application/x-www-form-urlencoded"}},
         .body = std::string("grant_type=client_credentials&client_id=") + client_id +
                 "&client_secret=" + old_secret + "&scope=" + scope});
  };
  contract::expect_oauth_error(ask("/oauth2/v1/token", "portal.read"), 401, "invalid_client",
                               "Client Credentials requests to the Org Authorization Server must "
                               "use the private_key_jwt token_endpoint_auth_method.");
  contract::expect_oauth_error(ask("/oauth2/default/v1/token", "openid"), 400, "invalid_scope",
                               "Cannot request 'openid' scopes using client credentials.");
  BOOST_TEST(ask("/oauth2/default/v1/token", "portal.read").status == 200);
}

BOOST_AUTO_TEST_CASE(refuses_a_second_secret_on_a_capped_tenant) {
  World world(options_for_tests(options_of(mocks::idp::Variant::single)));
  const auto okta = world.subject();
  for (const auto& path : {secrets_path(okta), guide_path()})
    expect_api_error(admin(okta, "POST", path), 400, "E0000001", contract::mediated,
                     "You've reached the maximum number of client secrets per client.");
  BOOST_TEST(parse(admin(okta, "GET", secrets_path(okta))).size() == 1U);
}

BOOST_AUTO_TEST_CASE(cuts_hard_with_new_secret) {
  World world;
  const auto okta = world.subject();
  const auto path = std::string("/oauth2/v1/clients/") + client_id;
  const auto answer = admin(okta, "POST", path + "/lifecycle/newSecret");
  BOOST_TEST(answer.status == 200);
  const auto fresh = parse(answer).value("client_secret", "");
  BOOST_TEST(parse(answer).value("client_id", "") == client_id);
  BOOST_TEST(probe(okta, fresh).status == 200);
  BOOST_TEST(probe(okta, old_secret).status == 401);
  BOOST_TEST(parse(admin(okta, "GET", secrets_path(okta))).size() == 1U);
  const auto read = admin(okta, "GET", path);
  BOOST_TEST(parse(read).value("client_secret_expires_at", -1) == 0);
  BOOST_TEST(!parse(read).contains("client_secret"));
}

BOOST_AUTO_TEST_CASE(takes_bearer_tokens_as_it_takes_api_tokens) {
  World world;
  const auto okta = world.subject();
  BOOST_TEST(admin(okta, "GET", secrets_path(okta), {}, "Bearer synthetic.bearer").status == 200);
  BOOST_TEST(admin(okta, "GET", secrets_path(okta), {}, "SSWS synthetic.bearer").status == 401);
}

BOOST_AUTO_TEST_CASE(limits_its_administration_a_minute) {
  auto options = options_for_tests();
  options.admin_requests_per_minute = 3;
  World world(std::move(options));
  const auto okta = world.subject();
  const auto first = admin(okta, "GET", secrets_path(okta));
  BOOST_TEST(ports::find_header(first.headers, "X-Rate-Limit-Limit").value() == "3");
  BOOST_TEST(ports::find_header(first.headers, "X-Rate-Limit-Remaining").value() == "2");
  for (int i = 0; i < 2; ++i) BOOST_TEST(admin(okta, "GET", secrets_path(okta)).status == 200);
  const auto refused = admin(okta, "POST", secrets_path(okta));
  expect_api_error(refused, 429, "E0000047",
                   "API call exceeded rate limit due to too many requests.");
  BOOST_TEST(ports::find_header(refused.headers, "X-Rate-Limit-Remaining").value() == "0");
  // Reset is an absolute instant: UTC seconds.
  const auto now = std::chrono::floor<seconds>(world.queue.wall_now().time_since_epoch()).count();
  const auto reset =
      std::stoll(std::string(*ports::find_header(refused.headers, "X-Rate-Limit-Reset")));
  BOOST_TEST(reset > now);
  BOOST_TEST(reset <= now + 60);
  world.wait(seconds(reset - now));
  BOOST_TEST(admin(okta, "GET", secrets_path(okta)).status == 200);
}

BOOST_AUTO_TEST_CASE(says_how_a_late_secret_comes_to_be_accepted) {
  World world(options_for_tests({.create_lag = {.low = seconds(20), .high = seconds(20)}}));
  const auto okta = world.subject();
  const auto fresh = parse(admin(okta, "POST", secrets_path(okta))).value("client_secret", "");
  // The administration shows it at once; the token endpoint follows.
  BOOST_TEST(parse(admin(okta, "GET", secrets_path(okta))).size() == 2U);
  BOOST_TEST(probe(okta, fresh).status == 401);
  world.wait(seconds(20));
  BOOST_TEST(probe(okta, fresh).status == 200);
}

BOOST_AUTO_TEST_CASE(answers_late_when_slow) {
  World world(options_for_tests(options_of(mocks::idp::Variant::slow)));
  const auto answer = world.okta.handle({.target = "/.well-known/openid-configuration"});
  BOOST_TEST(answer.response.status == 200);
  BOOST_TEST(answer.delay >= ports::Duration(idp_test::milliseconds(200)));
}

BOOST_AUTO_TEST_CASE(refuses_a_secret_of_a_client_with_a_key) {
  World world;
  world.core().set_authentication_method(client_id,
                                         mocks::idp::AuthenticationMethod::private_key_jwt);
  expect_api_error(admin(world.subject(), "POST", secrets_path(world.subject())), 400, "E0000001",
                   "Api validation failed: client_secret",
                   "'client_secret' can't be used when 'token_endpoint_auth_method' is "
                   "'private_key_jwt'.");
  world.core().set_authentication_method(client_id,
                                         mocks::idp::AuthenticationMethod::client_secret_jwt);
  expect_api_error(admin(world.subject(), "POST", secrets_path(world.subject()),
                         R"({"client_secret":"synthetic-short-01"})"),
                   400, "E0000001", "Api validation failed: client_secret",
                   "client_secret: 'client_secret' must be at least '32' characters long when "
                   "'token_endpoint_auth_method' is 'client_secret_jwt'.");
}

BOOST_AUTO_TEST_CASE(keeps_application_and_client_id_apart) {
  World world;
  mocks::idp::Registration registration;
  registration.client_id = "chosen-client";
  registration.object_id = "0oaSyntheticObject001";
  world.okta.add_client(std::move(registration), "synthetic-other-secret-001");
  auto okta = world.subject();
  okta.application_id = "0oaSyntheticObject001";
  const auto list = parse(admin(okta, "GET", secrets_path(okta)));
  BOOST_TEST_REQUIRE(list.size() == 1U);
  BOOST_TEST(list[0].value("client_secret", "") == "synthetic-other-secret-001");
  okta.application_id = "chosen-client";
  BOOST_TEST(admin(okta, "GET", secrets_path(okta)).status == 404);
}

BOOST_AUTO_TEST_CASE(names_its_host_when_no_origin_is_set) {
  auto options = options_for_tests();
  options.origin.clear();
  World world(std::move(options));
  const auto answer = world.okta.handle({.target = "/.well-known/openid-configuration",
                                         .headers = {{.name = "Host", .value = "127.0.0.1:8443"}}});
  BOOST_TEST(parse(answer.response).value("issuer", "") == "https://127.0.0.1:8443");
}

BOOST_AUTO_TEST_CASE(answers_paths_and_methods_it_does_not_have) {
  World world;
  const auto okta = world.subject();
  BOOST_TEST(okta.send({.target = "/"}).status == 404);
  BOOST_TEST(okta.send({.target = "/api/v1/users"}).status == 404);
  BOOST_TEST(okta.send({.target = "/oauth2"}).status == 404);
  BOOST_TEST(okta.send({.target = "/oauth2/nowhere/v1/token"}).status == 400);
  BOOST_TEST(okta.send({.target = "/oauth2/v1/token"}).status == 405);
  BOOST_TEST(admin(okta, "PUT", secrets_path(okta)).status == 405);
  BOOST_TEST(admin(okta, "GET", "/api/v1/zones").status == 404);
}

BOOST_AUTO_TEST_CASE(yields_the_same_bytes_for_the_same_seed) {
  const auto run = [](std::uint64_t seed) {
    World world(options_for_tests(), seed);
    const auto okta = world.subject();
    auto text = admin(okta, "POST", secrets_path(okta)).body;
    text += admin(okta, "POST", secrets_path(okta)).body;
    text += probe(okta, old_secret).body;
    for (const auto& header : probe(okta, old_secret).headers) text += header.value;
    return text;
  };
  BOOST_TEST(run(7) == run(7));
  BOOST_TEST(run(7) != run(8));
}

namespace {

ports::Response get_roles(World& world, const std::string& authorization) {
  return world.subject().send({.method = "GET",
                               .target = std::string("/oauth2/v1/clients/") + client_id + "/roles",
                               .headers = {{.name = "Authorization", .value = authorization}}});
}

}  // namespace

BOOST_AUTO_TEST_CASE(shows_the_roles_of_a_client_and_keeps_an_administrators_secrets) {
  World world;
  BOOST_TEST(get_roles(world, std::string("SSWS ") + idp_test::admin_token).body == "[]");
  BOOST_TEST(get_roles(world, "SSWS unknown").status == 401);

  World administrator(options_for_tests({.holds_administrator_role = true}));
  const auto held = parse(get_roles(administrator, std::string("SSWS ") + idp_test::admin_token));
  BOOST_TEST_REQUIRE(held.size() == 1U);
  BOOST_TEST(held[0].value("status", "") == "ACTIVE");
  BOOST_TEST(held[0].value("assignmentType", "") == "CLIENT");
  const auto okta = administrator.subject();
  const auto refused = admin(okta, "POST", secrets_path(okta));
  BOOST_TEST(refused.status == 403);
  BOOST_TEST(parse(refused).value("errorCode", "") == "E0000006");
  BOOST_TEST(admin(okta, "GET", secrets_path(okta)).status == 200);
}

namespace {

// A World whose org has a service application, and what it asks for tokens with.
struct ServiceWorld : World {
  ServiceWorld() : World(options_with_service_app()) {}

  static mocks::idp::OktaOptions options_with_service_app() {
    auto options = options_for_tests();
    options.service_applications = {
        {.client_id = "0oaService", .scopes = {"okta.apps.read", "okta.apps.manage"}}};
    return options;
  }
  std::int64_t now() const {
    return std::chrono::floor<seconds>(queue.wall_now().time_since_epoch()).count();
  }
  struct Asked {
    std::string issuer = "0oaService";
    std::string audience = "https://org.okta.example/oauth2/v1/token";
    std::int64_t life = 300;
    std::string scope = "okta.apps.manage";
    std::string path = "/oauth2/v1/token";
    bool forged = false;
  };
  ports::Response ask(const Asked& asked) {
    auto assertion = mocks::idp::signed_token(nlohmann::json{
        {"iss", asked.issuer},
        {"sub", asked.issuer},
        {"aud", asked.audience},
        {"exp", now() + asked.life}}.dump());
    if (asked.forged) assertion[assertion.size() - 10] ^= 1;
    return subject().send(
        {.method = "POST",
         .target = asked.path,
         .headers = {{.name = "Content-Type", .value = "application/x-www-form-urlencoded"}},
         .body = "grant_type=client_credentials&scope=" + asked.scope +
                 "&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3A"
                 "jwt-bearer&client_assertion=" +
                 assertion});
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_service_application_administers_with_what_its_scopes_say) {
  ServiceWorld world;
  const auto answer = world.ask({});
  BOOST_TEST(answer.status == 200);
  const auto token = parse(answer);
  BOOST_TEST(token.value("expires_in", 0) == 3600);
  const auto bearer = "Bearer " + token.value("access_token", "");
  const auto call = [&](const char* method, const std::string& path) {
    return world.subject().send({.method = method,
                                 .target = path,
                                 .headers = {{.name = "Authorization", .value = bearer}}});
  };
  BOOST_TEST(call("POST", secrets_path(world.subject())).status == 201);
  BOOST_TEST(get_roles(world, bearer).status == 403);
  world.queue.run_until(world.queue.now() + std::chrono::hours(1));
  BOOST_TEST(call("GET", secrets_path(world.subject())).status == 401);

  const auto reader = parse(world.ask({.scope = "okta.apps.read"})).value("access_token", "");
  const auto refused =
      world.subject().send({.method = "POST",
                            .target = secrets_path(world.subject()),
                            .headers = {{.name = "Authorization", .value = "Bearer " + reader}}});
  BOOST_TEST(refused.status == 403);
}

BOOST_AUTO_TEST_CASE(takes_no_assertion_but_a_service_applications_own_for_here_and_now) {
  ServiceWorld world;
  const auto refused = [&](const ServiceWorld::Asked& asked) {
    const auto answer = world.ask(asked);
    return std::to_string(answer.status) + " " + parse(answer).value("error", "");
  };
  BOOST_TEST(refused({.forged = true}) == "401 invalid_client");
  BOOST_TEST(refused({.issuer = "0oaStranger"}) == "401 invalid_client");
  BOOST_TEST(refused({.audience = "https://org.okta.example"}) == "401 invalid_client");
  BOOST_TEST(refused({.life = 0}) == "401 invalid_client");
  BOOST_TEST(refused({.life = 3601}) == "401 invalid_client");
  BOOST_TEST(refused({.scope = "okta.users.manage"}) == "400 invalid_scope");
  BOOST_TEST(refused({.scope = ""}) == "400 invalid_scope");
  // Only the org's own server issues tokens for its administration.
  BOOST_TEST(refused({.path = "/oauth2/default/v1/token"}) == "401 invalid_client");
}

BOOST_AUTO_TEST_SUITE_END()
