// The contract of Okta's client secrets and token endpoint, as its published documents state it.
// The same bodies run against the mock in process and over HTTPS, and may run against a real tenant
// of which nothing else is using the client.
//
// Each function takes a fresh subject: one client with one active secret, registered for
// client_secret_post. Every request goes through `send`.
#pragma once

#include <boost/test/unit_test.hpp>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "rotator/ports/http.h"
#include "tests/contract/contract_case.h"

namespace contract {

struct OktaSubject {
  std::function<ports::Response(const ports::Request&)> send;
  std::string client_id;
  std::string application_id;
  std::string secret;  // the client's one secret, active
  std::string secret_id;
  std::string admin_token;   // SSWS, may manage
  std::string reader_token;  // SSWS, may only read; empty: none at hand
  std::string redirect_uri;
  std::string authorization_server = "default";
};

inline nlohmann::json parse(const ports::Response& response) {
  auto parsed = nlohmann::json::parse(response.body, nullptr, false);
  BOOST_TEST_REQUIRE(!parsed.is_discarded(), "not JSON: " << response.body);
  return parsed;
}

inline ports::Response admin(const OktaSubject& okta, std::string method, std::string path,
                             std::string body = {}, std::string authorization = {}) {
  if (authorization.empty()) authorization = "SSWS " + okta.admin_token;
  ports::Request request{.method = std::move(method),
                         .target = std::move(path),
                         .headers = {{.name = "Authorization", .value = std::move(authorization)},
                                     {.name = "Accept", .value = "application/json"}},
                         .body = std::move(body)};
  if (!request.body.empty())
    request.headers.push_back({.name = "Content-Type", .value = "application/json"});
  return okta.send(request);
}

inline std::string secrets_path(const OktaSubject& okta, const std::string& tail = {}) {
  return "/api/v1/apps/" + okta.application_id + "/credentials/secrets" + tail;
}

// A token request to the custom authorization server; `authorization` empty for none.
inline ports::Response ask_token(const OktaSubject& okta, std::string form,
                                 std::string authorization = {}) {
  ports::Request request{
      .method = "POST",
      .target = "/oauth2/" + okta.authorization_server + "/v1/token",
      .headers = {{.name = "Content-Type", .value = "application/x-www-form-urlencoded"}},
      .body = std::move(form)};
  if (!authorization.empty())
    request.headers.push_back({.name = "Authorization", .value = std::move(authorization)});
  return okta.send(request);
}

inline ports::Response probe(const OktaSubject& okta, const std::string& secret) {
  return ask_token(okta, "grant_type=client_credentials&client_id=" + okta.client_id +
                             "&client_secret=" + secret);
}

inline void expect_api_error(const ports::Response& response, int status, const std::string& code,
                             const std::string& summary, const std::string& cause = {}) {
  BOOST_TEST(response.status == status);
  const auto body = parse(response);
  BOOST_TEST(body.value("errorCode", "") == code);
  BOOST_TEST(body.value("errorLink", "") == code);
  BOOST_TEST(body.value("errorSummary", "") == summary);
  BOOST_TEST(!body.value("errorId", "").empty());
  BOOST_TEST_REQUIRE(body["errorCauses"].is_array());
  BOOST_TEST(body["errorCauses"].size() == (cause.empty() ? 0U : 1U));
  if (!cause.empty() && !body["errorCauses"].empty())
    BOOST_TEST(body["errorCauses"][0].value("errorSummary", "") == cause);
}

inline void expect_oauth_error(const ports::Response& response, int status,
                               const std::string& error, const std::string& description) {
  BOOST_TEST(response.status == status);
  const auto body = parse(response);
  BOOST_TEST(body.value("error", "") == error);
  BOOST_TEST(body.value("error_description", "") == description);
  BOOST_TEST(ports::find_header(response.headers, "Cache-Control").value_or("").find("no-store") !=
             std::string_view::npos);
}

inline const std::string mediated = "Api validation failed: OAuth2ClientSecretMediated";
inline const std::string wrong_secret =
    "The client secret supplied for a confidential client is invalid.";

// ---- The secrets

inline void lists_the_one_secret_with_its_links_and_hash(const OktaSubject& okta) {
  const auto response = admin(okta, "GET", secrets_path(okta));
  BOOST_TEST(response.status == 200);
  const auto list = parse(response);
  BOOST_TEST_REQUIRE(list.is_array());
  BOOST_TEST_REQUIRE(list.size() == 1U);
  const auto& secret = list[0];
  BOOST_TEST(secret.value("id", "") == okta.secret_id);
  BOOST_TEST(secret.value("status", "") == "ACTIVE");
  BOOST_TEST(secret.value("client_secret", "") == okta.secret);
  BOOST_TEST(secret.value("secret_hash", "").size() == 22U);
  BOOST_TEST(secret.value("created", "").ends_with(".000Z"));
  const auto& deactivate = secret["_links"]["deactivate"];
  BOOST_TEST(deactivate["href"].get<std::string>().ends_with(
      secrets_path(okta, "/" + okta.secret_id + "/lifecycle/deactivate")));
  BOOST_TEST(deactivate["hints"]["allow"][0] == "POST");
  BOOST_TEST(!secret["_links"].contains("delete"));
}

inline void rotates_with_two_secrets_valid_in_between(const OktaSubject& okta) {
  const auto made = admin(okta, "POST", secrets_path(okta));
  BOOST_TEST_REQUIRE(made.status == 201);
  const auto fresh = parse(made);
  const auto value = fresh.value("client_secret", "");
  BOOST_TEST(value.size() >= 40U);
  BOOST_TEST(probe(okta, okta.secret).status == 200);
  BOOST_TEST(probe(okta, value).status == 200);
  BOOST_TEST(parse(admin(okta, "GET", secrets_path(okta))).size() == 2U);

  const auto old = "/" + okta.secret_id;
  const auto disabled = admin(okta, "POST", secrets_path(okta, old + "/lifecycle/deactivate"));
  BOOST_TEST(disabled.status == 200);
  const auto inactive = parse(disabled);
  BOOST_TEST(inactive.value("status", "") == "INACTIVE");
  BOOST_TEST(inactive["_links"].contains("activate"));
  BOOST_TEST(inactive["_links"]["delete"]["hints"]["allow"][0] == "DELETE");
  expect_oauth_error(probe(okta, okta.secret), 401, "invalid_client", wrong_secret);

  BOOST_TEST(admin(okta, "POST", secrets_path(okta, old + "/lifecycle/activate")).status == 200);
  BOOST_TEST(probe(okta, okta.secret).status == 200);
  BOOST_TEST(admin(okta, "POST", secrets_path(okta, old + "/lifecycle/deactivate")).status == 200);
  const auto deleted = admin(okta, "DELETE", secrets_path(okta, old));
  BOOST_TEST(deleted.status == 204);
  BOOST_TEST(deleted.body.empty());
  BOOST_TEST(probe(okta, okta.secret).status == 401);
  BOOST_TEST(probe(okta, value).status == 200);
  const auto left = parse(admin(okta, "GET", secrets_path(okta)));
  BOOST_TEST_REQUIRE(left.size() == 1U);
  BOOST_TEST(left[0]["id"] == fresh["id"]);
  BOOST_TEST(admin(okta, "GET", secrets_path(okta, old)).status == 404);
}

inline void refuses_a_third_secret_even_beside_an_inactive_one(const OktaSubject& okta) {
  const auto second = parse(admin(okta, "POST", secrets_path(okta), "{}"));
  const std::string reached = "You've reached the maximum number of client secrets per client.";
  expect_api_error(admin(okta, "POST", secrets_path(okta)), 400, "E0000001", mediated, reached);
  const auto id = second.value("id", "");
  admin(okta, "POST", secrets_path(okta, "/" + id + "/lifecycle/deactivate"));
  expect_api_error(admin(okta, "POST", secrets_path(okta)), 400, "E0000001", mediated, reached);
  BOOST_TEST(admin(okta, "DELETE", secrets_path(okta, "/" + id)).status == 204);
  BOOST_TEST(admin(okta, "POST", secrets_path(okta)).status == 201);
}

inline void keeps_an_active_and_the_last_active_secret(const OktaSubject& okta) {
  const auto own = "/" + okta.secret_id;
  expect_api_error(
      admin(okta, "DELETE", secrets_path(okta, own)), 400, "E0000001", mediated,
      "You can't delete an active client secret. Deactivate the secret before deleting it.");
  const std::string last = "You can't deactivate the only active client secret.";
  expect_api_error(admin(okta, "POST", secrets_path(okta, own + "/lifecycle/deactivate")), 400,
                   "E0000001", mediated, last);
  // A second object that is inactive does not help.
  BOOST_TEST(admin(okta, "POST", secrets_path(okta), R"({"status":"INACTIVE"})").status == 201);
  expect_api_error(admin(okta, "POST", secrets_path(okta, own + "/lifecycle/deactivate")), 400,
                   "E0000001", mediated, last);
  BOOST_TEST(probe(okta, okta.secret).status == 200);
}

inline void checks_a_secret_of_ones_own_choice(const OktaSubject& okta) {
  const std::string what = "Api validation failed: client_secret";
  const auto create = [&](const std::string& value) {
    return admin(okta, "POST", secrets_path(okta), nlohmann::json{{"client_secret", value}}.dump());
  };
  expect_api_error(create(std::string(101, 'x')), 400, "E0000001", what,
                   "client_secret: 'client_secret' can't be more than '100' characters long.");
  expect_api_error(create(std::string(13, 'x')), 400, "E0000001", what,
                   "client_secret: 'client_secret' must be at least '14' characters long.");
  expect_api_error(
      create("synthetic-s\xc3\xa9"
             "cret-0001"),
      400, "E0000001", what,
      "client_secret: ''client_secret'' must only contain printable ASCII: [x20-x7E]+");
  BOOST_TEST(admin(okta, "POST", secrets_path(okta), "{not json").status == 400);
  BOOST_TEST(parse(admin(okta, "GET", secrets_path(okta))).size() == 1U);

  // The two vectors: base64url of the first 16 bytes of SHA-256.
  const auto made = create("synthetic-secret-one-0001");
  BOOST_TEST_REQUIRE(made.status == 201);
  BOOST_TEST(parse(made).value("secret_hash", "") == "dp_1SO8P4D4oPaV8c11EEw");
  BOOST_TEST(probe(okta, "synthetic-secret-one-0001").status == 200);
  const auto gone = "/" + parse(made).value("id", "");
  admin(okta, "POST", secrets_path(okta, gone + "/lifecycle/deactivate"));
  admin(okta, "DELETE", secrets_path(okta, gone));
  const auto other = create("synthetic-secret-two-0002");
  BOOST_TEST(parse(other).value("secret_hash", "") == "58kJZkNQ1bE0fiX_wpuDMQ");
}

inline void refuses_administration_without_credential_right_or_object(const OktaSubject& okta) {
  expect_api_error(admin(okta, "GET", secrets_path(okta), {}, "SSWS wrong-synthetic-token"), 401,
                   "E0000011", "Invalid token provided");
  // The token of one scheme is not the token of the other.
  BOOST_TEST(admin(okta, "GET", secrets_path(okta), {}, "Bearer " + okta.admin_token).status ==
             401);
  BOOST_TEST(okta.send({.method = "GET", .target = secrets_path(okta)}).status == 401);
  if (!okta.reader_token.empty()) {
    const auto reader = "SSWS " + okta.reader_token;
    BOOST_TEST(admin(okta, "GET", secrets_path(okta), {}, reader).status == 200);
    expect_api_error(admin(okta, "POST", secrets_path(okta), {}, reader), 403, "E0000006",
                     "You do not have permission to perform the requested action");
  }
  const auto missing = admin(okta, "GET", secrets_path(okta, "/ocsSyntheticMissing00"));
  BOOST_TEST(missing.status == 404);
  BOOST_TEST(parse(missing).value("errorCode", "") == "E0000007");
  BOOST_TEST(admin(okta, "GET", "/api/v1/apps/0oaSyntheticMissing00/credentials/secrets").status ==
             404);
}

inline void names_its_rate_limit_and_request_on_every_reply(const OktaSubject& okta) {
  for (const auto* token : {"", "SSWS wrong-synthetic-token"}) {
    const auto response = admin(okta, "GET", secrets_path(okta), {}, token);
    for (const auto* name : {"X-Rate-Limit-Limit", "X-Rate-Limit-Remaining", "X-Rate-Limit-Reset",
                             "X-Okta-Request-Id"})
      BOOST_TEST(ports::find_header(response.headers, name).has_value(), name);
  }
}

inline void shows_the_application_without_a_secret(const OktaSubject& okta) {
  const auto response = admin(okta, "GET", "/api/v1/apps/" + okta.application_id);
  BOOST_TEST(response.status == 200);
  BOOST_TEST(response.body.find(okta.secret) == std::string::npos);
  const auto app = parse(response);
  BOOST_TEST(app.value("id", "") == okta.application_id);
  const auto& credentials = app["credentials"]["oauthClient"];
  BOOST_TEST(credentials.value("client_id", "") == okta.client_id);
  BOOST_TEST(credentials.value("token_endpoint_auth_method", "") == "client_secret_post");
  const auto& settings = app["settings"]["oauthClient"];
  BOOST_TEST(settings["redirect_uris"][0] == okta.redirect_uri);
  BOOST_TEST(settings["grant_types"].is_array());
}

// ---- The token endpoint

inline void grants_client_credentials_to_the_right_secret_only(const OktaSubject& okta) {
  const auto good = probe(okta, okta.secret);
  BOOST_TEST(good.status == 200);
  const auto body = parse(good);
  BOOST_TEST(body.value("token_type", "") == "Bearer");
  BOOST_TEST(body.value("expires_in", 0) > 0);
  BOOST_TEST(!body.value("access_token", "").empty());
  BOOST_TEST(!body.contains("id_token"));
  BOOST_TEST(!body.contains("refresh_token"));
  BOOST_TEST(ports::find_header(good.headers, "Cache-Control").value_or("").find("no-store") !=
             std::string_view::npos);
  expect_oauth_error(probe(okta, "wrong-synthetic-secret"), 401, "invalid_client", wrong_secret);
}

inline void checks_who_asks_before_what_is_asked_for(const OktaSubject& okta) {
  const auto client = "&client_id=" + okta.client_id;
  const auto good = client + "&client_secret=" + okta.secret;
  const auto bad = client + "&client_secret=wrong-synthetic-secret";
  expect_oauth_error(ask_token(okta, "grant_type=authorization_code&code=bogus" + bad), 401,
                     "invalid_client", wrong_secret);
  expect_oauth_error(ask_token(okta, "grant_type=authorization_code&code=bogus" + good), 400,
                     "invalid_grant", "The authorization code is invalid or has expired.");
  expect_oauth_error(ask_token(okta, "grant_type=refresh_token&refresh_token=bogus" + good), 400,
                     "invalid_grant", "The refresh token is invalid or expired.");
  expect_oauth_error(ask_token(okta, "grant_type=password" + bad), 401, "invalid_client",
                     wrong_secret);
  BOOST_TEST(parse(ask_token(okta, "grant_type=password" + good)).value("error", "") ==
             "unsupported_grant_type");
  BOOST_TEST(parse(ask_token(okta, good)).value("error", "") == "invalid_request");
}

inline void refuses_credentials_of_the_wrong_shape(const OktaSubject& okta) {
  const std::string grant = "grant_type=client_credentials";
  expect_oauth_error(ask_token(okta, grant), 401, "invalid_client", "No client credentials found.");
  expect_oauth_error(ask_token(okta, grant + "&client_id=" + okta.client_id), 401, "invalid_client",
                     "No client credentials found.");
  expect_oauth_error(
      ask_token(okta, grant + "&client_id=0oaSyntheticMissing00&client_secret=" + okta.secret), 401,
      "invalid_client", "Invalid value for 'client_id' parameter.");
  expect_oauth_error(ask_token(okta, grant, "Basic !!!"), 401, "invalid_client",
                     "Found Authentication header but was not valid client credentials.");
  const auto twice = ask_token(
      okta, grant + "&client_id=" + okta.client_id + "&client_secret=" + okta.secret, "Basic YTpi");
  expect_oauth_error(
      twice, 401, "invalid_request",
      "Cannot supply multiple client credentials. Use one of the following: credentials in the "
      "Authorization header, credentials in the post body, or a client_assertion in the post "
      "body.");
}

}  // namespace contract

#define OKTA_CONTRACT(run)                                                      \
  CONTRACT_CASE(run, lists_the_one_secret_with_its_links_and_hash)              \
  CONTRACT_CASE(run, rotates_with_two_secrets_valid_in_between)                 \
  CONTRACT_CASE(run, refuses_a_third_secret_even_beside_an_inactive_one)        \
  CONTRACT_CASE(run, keeps_an_active_and_the_last_active_secret)                \
  CONTRACT_CASE(run, checks_a_secret_of_ones_own_choice)                        \
  CONTRACT_CASE(run, refuses_administration_without_credential_right_or_object) \
  CONTRACT_CASE(run, names_its_rate_limit_and_request_on_every_reply)           \
  CONTRACT_CASE(run, shows_the_application_without_a_secret)                    \
  CONTRACT_CASE(run, grants_client_credentials_to_the_right_secret_only)        \
  CONTRACT_CASE(run, checks_who_asks_before_what_is_asked_for)                  \
  CONTRACT_CASE(run, refuses_credentials_of_the_wrong_shape)
