// OktaOAuth: a whole login, tokens that a stranger can verify, and every way a login goes wrong.
#include "mocks/idp/okta/oauth.h"

#include <boost/test/unit_test.hpp>

#include "tests/mocks/idp/okta/jwks.h"
#include "tests/mocks/idp/world.h"

BOOST_AUTO_TEST_SUITE(oauth)

using contract::ask_token;
using contract::expect_oauth_error;
using contract::parse;
using idp_test::claims;
using idp_test::client_id;
using idp_test::old_secret;
using idp_test::redirect_uri;
using idp_test::seconds;
using idp_test::World;
using mocks::idp::AuthenticationMethod;

namespace {

constexpr const char* good_query =
    "client_id=0oaSyntheticClient001&response_type=code&state=st%20ate&nonce=n-1"
    "&scope=openid+profile+email+offline_access"
    "&redirect_uri=https%3A%2F%2Fportal.example%2Fcallback";

ports::Response authorize(World& world, const std::string& query,
                          const std::string& server = "default/") {
  return world.okta.handle({.target = "/oauth2/" + server + "v1/authorize?" + query}).response;
}

std::string location(const ports::Response& response) {
  return std::string(ports::find_header(response.headers, "Location").value_or(""));
}

std::string code_of(const ports::Response& response) {
  const auto url = location(response);
  const auto start = url.find("code=");
  if (start == std::string::npos) return {};
  return url.substr(start + 5, url.find('&', start) - start - 5);
}

std::string credentials() {
  return std::string("&client_id=") + client_id + "&client_secret=" + old_secret;
}

std::string exchange_form(const std::string& code) {
  return "grant_type=authorization_code&code=" + code +
         "&redirect_uri=https%3A%2F%2Fportal.example%2Fcallback";
}

nlohmann::json login(World& world) {
  return parse(ask_token(world.subject(),
                         exchange_form(code_of(authorize(world, good_query))) + credentials()));
}

ports::Response post(World& world, const std::string& endpoint, const std::string& body) {
  return world.okta
      .handle({.method = "POST",
               .target = "/oauth2/default/v1/" + endpoint,
               .headers = {{.name = "Content-Type", .value = "application/x-www-form-urlencoded"}},
               .body = body})
      .response;
}

ports::Response userinfo(World& world, const std::string& token) {
  return world.okta
      .handle({.target = "/oauth2/default/v1/userinfo",
               .headers = {{.name = "Authorization", .value = "Bearer " + token}}})
      .response;
}

nlohmann::json key(World& world) {
  return parse(world.okta.handle({.target = "/oauth2/default/v1/keys"}).response)["keys"][0];
}

}  // namespace

BOOST_AUTO_TEST_CASE(logs_a_user_in_with_tokens_that_a_stranger_can_verify) {
  World world;
  const auto redirected = authorize(world, good_query);
  BOOST_TEST(redirected.status == 302);
  BOOST_TEST(location(redirected).starts_with("https://portal.example/callback?code="));
  BOOST_TEST(location(redirected).ends_with("&state=st%20ate"));
  const auto answer =
      ask_token(world.subject(), exchange_form(code_of(redirected)) + credentials());
  BOOST_TEST_REQUIRE(answer.status == 200);
  const auto tokens = parse(answer);
  BOOST_TEST(tokens.value("expires_in", 0) == 3600);
  const auto id_token = tokens.value("id_token", "");
  const auto access_token = tokens.value("access_token", "");
  BOOST_TEST(idp_test::verifies(id_token, key(world)));
  BOOST_TEST(idp_test::verifies(access_token, key(world)));

  const auto now = std::chrono::floor<seconds>(world.queue.wall_now().time_since_epoch()).count();
  const auto id = claims(id_token);
  BOOST_TEST(id.value("iss", "") == "https://org.okta.example/oauth2/default");
  BOOST_TEST(id.value("aud", "") == client_id);
  BOOST_TEST(id.value("nonce", "") == "n-1");
  BOOST_TEST(id.value("iat", std::int64_t{0}) == now);
  BOOST_TEST(id.value("exp", std::int64_t{0}) == now + 3600);
  BOOST_TEST(id.value("sub", "").starts_with("00u"));
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  EVP_Digest(access_token.data(), access_token.size(), digest.data(), nullptr, EVP_sha256(),
             nullptr);
  BOOST_TEST(idp_test::decode(id.value("at_hash", "")) ==
             std::string(digest.begin(), digest.begin() + 16));

  const auto access = claims(access_token);
  BOOST_TEST(access.value("cid", "") == client_id);
  BOOST_TEST(access.value("exp", std::int64_t{0}) >= now + 3600);
  BOOST_TEST(access.value("iat", std::int64_t{0}) <= now);
  BOOST_TEST(parse(userinfo(world, access_token)).value("sub", "") == id.value("sub", ""));
}

BOOST_AUTO_TEST_CASE(takes_a_code_once_within_its_minute) {
  World world;
  const auto okta = world.subject();
  const std::string invalid = "The authorization code is invalid or has expired.";
  const auto code = code_of(authorize(world, good_query));
  BOOST_TEST(ask_token(okta, exchange_form(code) + credentials()).status == 200);
  expect_oauth_error(ask_token(okta, exchange_form(code) + credentials()), 400, "invalid_grant",
                     invalid);
  const auto late = code_of(authorize(world, good_query));
  world.wait(seconds(61));
  expect_oauth_error(ask_token(okta, exchange_form(late) + credentials()), 400, "invalid_grant",
                     invalid);
}

BOOST_AUTO_TEST_CASE(does_not_spend_a_code_on_a_refused_exchange) {
  World world;
  const auto okta = world.subject();
  const auto code = code_of(authorize(world, good_query));
  BOOST_TEST(ask_token(okta, exchange_form(code) + "&client_id=" + client_id +
                                 "&client_secret=wrong-synthetic-secret")
                 .status == 401);
  BOOST_TEST(ask_token(okta, exchange_form(code) + credentials()).status == 200);
}

BOOST_AUTO_TEST_CASE(binds_a_code_to_client_redirect_uri_and_server) {
  World world;
  const auto okta = world.subject();
  mocks::idp::Registration green;
  green.client_id = "green";
  green.redirect_uris = {redirect_uri};
  world.okta.add_client(std::move(green), "synthetic-green-secret-001");
  const auto code = code_of(authorize(world, good_query));
  expect_oauth_error(
      ask_token(okta,
                exchange_form(code) + "&client_id=green&client_secret=synthetic-green-secret-001"),
      400, "invalid_grant",
      "The grant was issued to another client. Please make sure the 'client_id' matches the one "
      "used at the authorize request.");
  expect_oauth_error(
      ask_token(okta, "grant_type=authorization_code&code=" + code +
                          "&redirect_uri=https%3A%2F%2Fportal.example%2Fother" + credentials()),
      400, "invalid_grant",
      "The 'redirect_uri' does not match the redirection URI used in the authorization request.");
  const auto org_code = code_of(authorize(world, good_query, ""));
  expect_oauth_error(ask_token(okta, exchange_form(org_code) + credentials()), 400,
                     "invalid_request", "The grant was issued for another authorization server.");
}

BOOST_AUTO_TEST_CASE(refreshes_with_the_same_token_again_and_again) {
  World world;
  const auto okta = world.subject();
  const auto first = login(world);
  const auto refresh = first.value("refresh_token", "");
  BOOST_TEST_REQUIRE(!refresh.empty());
  const auto form = "grant_type=refresh_token&refresh_token=" + refresh + credentials();
  world.wait(seconds(7200));
  for (int i = 0; i < 2; ++i) {
    const auto again = ask_token(okta, form);
    BOOST_TEST(again.status == 200);
    BOOST_TEST(parse(again).value("refresh_token", "") == refresh);
    BOOST_TEST(claims(parse(again).value("id_token", "")).value("sub", "") ==
               claims(first.value("id_token", "")).value("sub", ""));
  }
  BOOST_TEST(ask_token(okta, form + "&scope=openid").status == 200);
  BOOST_TEST(parse(ask_token(okta, form + "&scope=openid+other")).value("error", "") ==
             "invalid_scope");
}

BOOST_AUTO_TEST_CASE(gives_no_refresh_token_that_was_not_asked_for) {
  World world;
  std::string query = good_query;
  query.replace(query.find("+offline_access"), 15, "");
  const auto tokens = parse(
      ask_token(world.subject(), exchange_form(code_of(authorize(world, query))) + credentials()));
  BOOST_TEST(!tokens.contains("refresh_token"));
  BOOST_TEST(tokens.contains("id_token"));
}

BOOST_AUTO_TEST_CASE(holds_a_client_to_its_registered_method) {
  World world;
  const auto okta = world.subject();
  const std::string mismatch =
      "Client authentication failed. Either the client or the client credentials are invalid.";
  // "0oaSyntheticClient001:synthetic-old-secret-0000000000001"
  const std::string basic =
      "Basic MG9hU3ludGhldGljQ2xpZW50MDAxOnN5bnRoZXRpYy1vbGQtc2VjcmV0LTAwMDAwMDAwMDAwMDE=";
  const std::string grant = "grant_type=client_credentials";
  const auto refused = ask_token(okta, grant, basic);
  expect_oauth_error(refused, 401, "invalid_client", mismatch);
  BOOST_TEST(ports::find_header(refused.headers, "WWW-Authenticate").has_value());
  world.core().set_authentication_method(client_id, AuthenticationMethod::client_secret_basic);
  BOOST_TEST(ask_token(okta, grant, basic).status == 200);
  expect_oauth_error(ask_token(okta, grant + credentials()), 401, "invalid_client", mismatch);
  // Even the id alone is one credential too many beside the header.
  BOOST_TEST(ask_token(okta, grant + "&client_id=" + client_id, basic).status == 401);
}

BOOST_AUTO_TEST_CASE(refuses_a_grant_type_that_is_not_registered) {
  World world;
  mocks::idp::Registration registration;
  registration.client_id = "web";
  registration.grant_types = {mocks::idp::GrantType::authorization_code,
                              mocks::idp::GrantType::refresh_token};
  world.okta.add_client(std::move(registration), "synthetic-web-secret-0001");
  expect_oauth_error(
      ask_token(
          world.subject(),
          "grant_type=client_credentials&client_id=web&client_secret=synthetic-web-secret-0001"),
      400, "unauthorized_client",
      "The client is not authorized to use the provided grant type. Configured grant types: "
      "[authorization_code, refresh_token].");
}

BOOST_AUTO_TEST_CASE(throttles_a_user_with_429_and_invalid_grant) {
  World world(idp_test::options_for_tests({.user_requests_per_second = 1}));
  const auto okta = world.subject();
  BOOST_TEST(ask_token(okta, exchange_form(code_of(authorize(world, good_query))) + credentials())
                 .status == 200);
  expect_oauth_error(
      ask_token(okta, exchange_form(code_of(authorize(world, good_query))) + credentials()), 429,
      "invalid_grant", "API call exceeded rate limit due to too many requests.");
  BOOST_TEST(ask_token(okta, exchange_form(code_of(authorize(
                                 world, std::string(good_query) + "&login_hint=other@x.example"))) +
                                 credentials())
                 .status == 200);
}

BOOST_AUTO_TEST_CASE(verifies_pkce) {
  World world;
  const auto okta = world.subject();
  // The example of RFC 7636 appendix B.
  const std::string with_challenge =
      std::string(good_query) +
      "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";
  const std::string verifier = "&code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
  const auto exchange = [&](const std::string& query, const std::string& tail) {
    return ask_token(okta, exchange_form(code_of(authorize(world, query))) + credentials() + tail);
  };
  BOOST_TEST(exchange(with_challenge, verifier).status == 200);
  expect_oauth_error(exchange(with_challenge, "&code_verifier=wrong"), 400, "invalid_grant",
                     "PKCE verification failed.");
  BOOST_TEST(exchange(with_challenge, "").status == 400);
  BOOST_TEST(parse(exchange(good_query, verifier)).value("error", "") == "invalid_request");
}

BOOST_AUTO_TEST_CASE(issues_each_access_token_anew_and_forgets_the_revoked_one) {
  World world;
  const auto okta = world.subject();
  const auto answer = [&] { return parse(contract::probe(okta, old_secret)); };
  const auto introspect = [&](const std::string& token) {
    return parse(post(world, "introspect", "token=" + token + credentials()));
  };
  const auto first = answer();
  const auto token = first.value("access_token", "");
  const auto other = answer().value("access_token", "");
  BOOST_TEST(other != token);
  BOOST_TEST(idp_test::verifies(other, key(world)));
  const auto said = introspect(token);
  BOOST_TEST(said.value("active", false));
  BOOST_TEST(said.value("client_id", "") == client_id);
  BOOST_TEST(said.value("exp", 0) - said.value("iat", 0) == first.value("expires_in", 0));
  BOOST_TEST(post(world, "revoke", "token=" + token + credentials()).status == 200);
  BOOST_TEST(!introspect(token).value("active", true));
  BOOST_TEST(introspect(other).value("active", false));
  world.wait(seconds(first.value("expires_in", 0)));
  BOOST_TEST(!introspect(other).value("active", true));
}

BOOST_AUTO_TEST_CASE(forgets_a_revoked_refresh_token) {
  World world;
  const auto refresh = login(world).value("refresh_token", "");
  const auto about = "token=" + refresh + credentials();
  BOOST_TEST(parse(post(world, "introspect", about)).value("active", false));
  BOOST_TEST(post(world, "revoke", about).status == 200);
  BOOST_TEST(!parse(post(world, "introspect", about)).value("active", true));
  BOOST_TEST(ask_token(world.subject(),
                       "grant_type=refresh_token&refresh_token=" + refresh + credentials())
                 .status == 400);
  BOOST_TEST(post(world, "introspect", "token=" + refresh).status == 401);
}

BOOST_AUTO_TEST_CASE(keeps_userinfo_for_users_with_a_live_token) {
  World world;
  const auto access = login(world).value("access_token", "");
  BOOST_TEST(userinfo(world, access).status == 200);
  BOOST_TEST(userinfo(world, access + "x").status == 401);
  const auto machine =
      parse(contract::probe(world.subject(), old_secret)).value("access_token", "");
  BOOST_TEST(userinfo(world, machine).status == 403);
  world.wait(seconds(7200));
  BOOST_TEST(userinfo(world, access).status == 401);
}

BOOST_AUTO_TEST_CASE(redirects_what_a_client_got_wrong) {
  World world;
  const auto error = [&](const std::string& name, const std::string& value) {
    std::string query;
    for (const auto field : mocks::idp::split(good_query, '&'))
      if (!field.starts_with(name + "=")) query.append(field).append("&");
    const auto url = location(authorize(world, query + value));
    const auto start = url.find("error=");
    if (start == std::string::npos) return url;
    return url.substr(start + 6, url.find('&', start) - start - 6);
  };
  BOOST_TEST(error("response_type", "response_type=token") == "unsupported_response_type");
  BOOST_TEST(error("response_type", "") == "unsupported_response_type");
  BOOST_TEST(error("state", "") == "invalid_request");
  BOOST_TEST(error("scope", "scope=openid+nonsense") == "invalid_scope");
  BOOST_TEST(error("scope", "") == "invalid_scope");
  BOOST_TEST(error("nonce", "code_challenge=short&code_challenge_method=S256") ==
             "invalid_request");
  BOOST_TEST(error("nonce", "code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM") ==
             "invalid_request");
}

BOOST_AUTO_TEST_CASE(shows_a_page_where_it_may_not_redirect) {
  World world;
  const auto refuse = [&](const std::string& query) {
    const auto page = authorize(world, query);
    BOOST_TEST(page.status == 400);
    BOOST_TEST(location(page).empty());
    return page.body;
  };
  BOOST_TEST(refuse("client_id=nobody&response_type=code&state=s").find("invalid_client") !=
             std::string::npos);
  std::string query = good_query;
  query.replace(query.find("portal.example"), 14, "evil.example");
  BOOST_TEST(refuse(query).find("must be a Login redirect URI") != std::string::npos);
  refuse(std::string(good_query) + "&state=twice");
}

BOOST_AUTO_TEST_CASE(asks_a_user_who_is_not_signed_in) {
  auto options = idp_test::options_for_tests();
  options.user_signed_in = false;
  World world(std::move(options));
  BOOST_TEST(authorize(world, good_query).status == 200);
  BOOST_TEST(location(authorize(world, std::string(good_query) + "&prompt=none"))
                 .find("error=login_required") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(publishes_endpoints_that_answer) {
  World world;
  for (const std::string server : {"", "/oauth2/default"}) {
    for (const std::string name : {"openid-configuration", "oauth-authorization-server"}) {
      const auto found =
          parse(world.okta.handle({.target = server + "/.well-known/" + name}).response);
      const std::string origin = "https://org.okta.example";
      BOOST_TEST(found.value("issuer", "") == origin + server);
      for (const auto* member :
           {"token_endpoint", "jwks_uri", "authorization_endpoint", "userinfo_endpoint",
            "introspection_endpoint", "revocation_endpoint"}) {
        const auto url = found.value(member, "");
        BOOST_TEST_REQUIRE(url.starts_with(origin + (server.empty() ? "/oauth2" : server)));
        BOOST_TEST(world.okta.handle({.target = url.substr(origin.size())}).response.status != 404);
      }
      BOOST_TEST(found["token_endpoint_auth_methods_supported"].size() == 5U);
      BOOST_TEST(found["id_token_signing_alg_values_supported"][0] == "RS256");
    }
  }
}

BOOST_AUTO_TEST_CASE(refuses_bodies_that_are_no_single_form) {
  World world;
  const auto okta = world.subject();
  BOOST_TEST(okta.send({.method = "POST",
                        .target = "/oauth2/v1/token",
                        .headers = {{.name = "Content-Type", .value = "application/json"}},
                        .body = "{}"})
                 .status == 415);
  expect_oauth_error(ask_token(okta, "grant_type=a&grant_type=b"), 400, "invalid_request",
                     "The request contained multiple parameters with the same name.");
  expect_oauth_error(ask_token(okta, "grant_type=%zz"), 400, "invalid_request", "Invalid request");
  const auto in_query =
      okta.send({.method = "POST",
                 .target = std::string("/oauth2/v1/token?client_secret=") + old_secret,
                 .body = "grant_type=client_credentials"});
  expect_oauth_error(in_query, 400, "invalid_request",
                     "Client credentials cannot be supplied via query parameters.");
}

BOOST_AUTO_TEST_SUITE_END()
