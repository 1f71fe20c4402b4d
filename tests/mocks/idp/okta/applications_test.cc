// Applications: made, found, replaced, switched off and deleted through /api/v1/apps.
#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include "mocks/idp/okta/okta.h"
#include "tests/mocks/idp/world.h"

BOOST_AUTO_TEST_SUITE(applications)

using contract::admin;
using contract::expect_api_error;
using contract::parse;
using idp_test::World;
using nlohmann::json;

namespace {

constexpr const char* chosen_secret = "synthetic-green-secret-000000000001";

json green() {
  return {
      {"name", "oidc_client"},
      {"label", "Portal green"},
      {"signOnMode", "OPENID_CONNECT"},
      {"credentials", {{"oauthClient", {{"token_endpoint_auth_method", "client_secret_post"}}}}},
      {"settings",
       {{"oauthClient",
         {{"redirect_uris", {"https://portal.example/green/callback"}},
          {"response_types", {"code"}},
          {"grant_types", {"authorization_code", "client_credentials"}},
          {"application_type", "web"},
          {"consent_method", "REQUIRED"}}}}}};
}

std::string path_of(const std::string& id) { return "/api/v1/apps/" + id; }

ports::Response probe(contract::OktaSubject okta, const std::string& client_id,
                      const std::string& secret) {
  okta.client_id = client_id;
  return contract::probe(okta, secret);
}

std::string secret_of(const json& application) {
  return application["credentials"]["oauthClient"].value("client_secret", "");
}

}  // namespace

BOOST_AUTO_TEST_CASE(makes_an_application_and_shows_its_secret_once) {
  World world;
  const auto okta = world.subject();
  const auto made = admin(okta, "POST", "/api/v1/apps", green().dump());
  BOOST_TEST_REQUIRE(made.status == 200);
  const auto application = parse(made);
  const auto id = application.value("id", "");
  BOOST_TEST(application.value("status", "") == "ACTIVE");
  BOOST_TEST(application["credentials"]["oauthClient"].value("client_id", "") == id);
  BOOST_TEST(probe(okta, id, secret_of(application)).status == 200);
  const auto read = parse(admin(okta, "GET", path_of(id)));
  BOOST_TEST(secret_of(read).empty());
  for (const char* member : {"redirect_uris", "grant_types", "response_types", "consent_method"})
    BOOST_TEST(read["settings"]["oauthClient"][member] ==
               green()["settings"]["oauthClient"][member]);
}

BOOST_AUTO_TEST_CASE(takes_a_chosen_client_id_and_secret_and_no_client_id_twice) {
  World world;
  const auto okta = world.subject();
  auto body = green();
  body["credentials"]["oauthClient"]["client_id"] = "portal-green";
  body["credentials"]["oauthClient"]["client_secret"] = chosen_secret;
  BOOST_TEST(admin(okta, "POST", "/api/v1/apps", body.dump()).status == 200);
  BOOST_TEST(probe(okta, "portal-green", chosen_secret).status == 200);
  BOOST_TEST(admin(okta, "POST", "/api/v1/apps", body.dump()).status == 400);
  BOOST_TEST(parse(admin(okta, "GET", "/api/v1/apps")).size() == 2U);
}

BOOST_AUTO_TEST_CASE(finds_applications_by_the_beginning_of_their_label) {
  World world;
  const auto okta = world.subject();
  admin(okta, "POST", "/api/v1/apps", green().dump());
  BOOST_TEST(parse(admin(okta, "GET", "/api/v1/apps?q=Portal")).size() == 2U);
  BOOST_TEST(parse(admin(okta, "GET", "/api/v1/apps?q=Portal%20green")).size() == 1U);
  BOOST_TEST(parse(admin(okta, "GET", "/api/v1/apps?q=green")).empty());
}

BOOST_AUTO_TEST_CASE(refuses_what_is_no_application) {
  World world;
  const auto okta = world.subject();
  expect_api_error(admin(okta, "POST", "/api/v1/apps", "nonsense"), 400, "E0000003",
                   "The request body was not well-formed.");
  const auto refuses = [&](const json& body, const std::string& member) {
    const auto answer = admin(okta, "POST", "/api/v1/apps", body.dump());
    BOOST_TEST(answer.status == 400);
    BOOST_TEST(parse(answer).value("errorSummary", "") == "Api validation failed: " + member);
  };
  auto body = green();
  body.erase("label");
  refuses(body, "label");
  body = green();
  body["settings"]["oauthClient"]["redirect_uris"] = json::array();
  refuses(body, "redirect_uris");
  body = green();
  body["settings"]["oauthClient"]["grant_types"] = {"telepathy"};
  refuses(body, "grant_types");
  body = green();
  body["credentials"]["oauthClient"]["token_endpoint_auth_method"] = "guess";
  refuses(body, "token_endpoint_auth_method");
  body = green();
  body["credentials"]["oauthClient"]["client_secret"] = "short";
  refuses(body, "client_secret");
  BOOST_TEST(parse(admin(okta, "GET", "/api/v1/apps")).size() == 1U);
}

BOOST_AUTO_TEST_CASE(deletes_an_application_only_when_it_is_inactive) {
  World world;
  const auto okta = world.subject();
  const auto application = parse(admin(okta, "POST", "/api/v1/apps", green().dump()));
  const auto id = application.value("id", "");
  expect_api_error(admin(okta, "DELETE", path_of(id)), 403, "E0000056",
                   "Delete application forbidden.",
                   "The application must be deactivated before deletion.");
  BOOST_TEST(probe(okta, id, secret_of(application)).status == 200);
  BOOST_TEST(admin(okta, "POST", path_of(id) + "/lifecycle/deactivate").status == 200);
  BOOST_TEST(admin(okta, "DELETE", path_of(id)).status == 204);
  BOOST_TEST(admin(okta, "GET", path_of(id)).status == 404);
  BOOST_TEST(probe(okta, id, secret_of(application)).status == 401);
  BOOST_TEST(contract::probe(okta, idp_test::old_secret).status == 200);
}

BOOST_AUTO_TEST_CASE(keeps_the_secret_of_an_application_that_is_switched_off_and_on) {
  World world;
  const auto okta = world.subject();
  const auto path = path_of(idp_test::client_id);
  const auto code = [&] {
    return world.core().issue_code(mocks::name_of(idp_test::client_id),
                                   mocks::name_of(idp_test::redirect_uri), 1);
  };
  BOOST_TEST(admin(okta, "POST", path + "/lifecycle/deactivate").status == 200);
  BOOST_TEST(parse(admin(okta, "GET", path)).value("status", "") == "INACTIVE");
  BOOST_TEST(contract::probe(okta, idp_test::old_secret).status == 401);
  BOOST_TEST(code() == mocks::idp::no_grant);
  BOOST_TEST(admin(okta, "POST", path + "/lifecycle/activate").status == 200);
  BOOST_TEST(contract::probe(okta, idp_test::old_secret).status == 200);
  BOOST_TEST(code() != mocks::idp::no_grant);
}

BOOST_AUTO_TEST_CASE(replaces_what_is_registered_and_keeps_the_secret_unless_one_is_sent) {
  World world;
  const auto okta = world.subject();
  const auto path = path_of(idp_test::client_id);
  auto body = green();
  body["settings"]["oauthClient"]["redirect_uris"].push_back(idp_test::redirect_uri);
  const auto replaced = admin(okta, "PUT", path, body.dump());
  BOOST_TEST_REQUIRE(replaced.status == 200);
  BOOST_TEST(secret_of(parse(replaced)) == idp_test::old_secret);
  BOOST_TEST(parse(admin(okta, "GET", path)).value("label", "") == "Portal green");
  BOOST_TEST(contract::probe(okta, idp_test::old_secret).status == 200);
  BOOST_TEST(world.core().issue_code(mocks::name_of(idp_test::client_id),
                                     mocks::name_of("https://portal.example/green/callback"),
                                     1) != mocks::idp::no_grant);
  body["credentials"]["oauthClient"]["client_secret"] = chosen_secret;
  BOOST_TEST(admin(okta, "PUT", path, body.dump()).status == 200);
  BOOST_TEST(contract::probe(okta, idp_test::old_secret).status == 401);
  BOOST_TEST(contract::probe(okta, chosen_secret).status == 200);
}

BOOST_AUTO_TEST_CASE(lets_nobody_into_a_new_application_until_a_group_is_assigned) {
  World world;
  const auto okta = world.subject();
  const auto id = parse(admin(okta, "POST", "/api/v1/apps", green().dump())).value("id", "");
  const auto groups = path_of(id) + "/groups";
  const auto code = [&] {
    return world.core().issue_code(mocks::name_of(id),
                                   mocks::name_of("https://portal.example/green/callback"), 1);
  };
  BOOST_TEST(parse(admin(okta, "GET", groups)).empty());
  BOOST_TEST(code() == mocks::idp::no_grant);
  BOOST_TEST(world.core().nobody_assigned(mocks::name_of(id)));
  expect_api_error(admin(okta, "PUT", groups + "/00gnobody"), 404, "E0000007",
                   "Not found: Resource not found: 00gnobody (UserGroup)");

  const auto before = parse(admin(okta, "GET", path_of(idp_test::client_id) + "/groups"));
  BOOST_TEST_REQUIRE(before.size() == 1U);
  const auto one = groups + "/" + before[0].value("id", "");
  BOOST_TEST(admin(okta, "GET", one).status == 404);
  BOOST_TEST(admin(okta, "PUT", one).status == 200);
  BOOST_TEST(admin(okta, "PUT", one).status == 200);
  BOOST_TEST(parse(admin(okta, "GET", groups)).size() == 1U);
  BOOST_TEST(code() != mocks::idp::no_grant);
  BOOST_TEST(admin(okta, "PUT", path_of(id), green().dump()).status == 200);
  BOOST_TEST(code() != mocks::idp::no_grant);
  BOOST_TEST(admin(okta, "DELETE", one).status == 204);
  BOOST_TEST(code() == mocks::idp::no_grant);
}

BOOST_AUTO_TEST_CASE(tells_a_user_who_is_not_assigned_that_access_is_denied) {
  World world;
  const auto okta = world.subject();
  world.core().unassign(idp_test::client_id, mocks::idp::everyone);
  const auto answer = okta.send(
      {.target = std::string("/oauth2/v1/authorize?response_type=code&scope=openid&state=s&") +
                 "client_id=" + idp_test::client_id +
                 "&redirect_uri=https%3A%2F%2Fportal.example%2Fcallback"});
  BOOST_TEST(answer.status == 302);
  const auto location = ports::find_header(answer.headers, "Location");
  BOOST_TEST_REQUIRE(location.has_value());
  BOOST_TEST(location->find("error=access_denied") != std::string_view::npos);
  BOOST_TEST(location->find("state=s") != std::string_view::npos);
}

BOOST_AUTO_TEST_CASE(lets_a_reader_change_no_application) {
  World world;
  const auto okta = world.subject();
  const auto reader = std::string("SSWS ") + idp_test::reader_token;
  const auto path = path_of(idp_test::client_id);
  BOOST_TEST(admin(okta, "POST", "/api/v1/apps", green().dump(), reader).status == 403);
  BOOST_TEST(admin(okta, "POST", path + "/lifecycle/deactivate", {}, reader).status == 403);
  BOOST_TEST(admin(okta, "DELETE", path, {}, reader).status == 403);
  BOOST_TEST(admin(okta, "PUT", path + "/groups/" + mocks::idp::everyone, {}, reader).status ==
             403);
  BOOST_TEST(admin(okta, "GET", "/api/v1/apps", {}, reader).status == 200);
}

BOOST_AUTO_TEST_SUITE_END()
