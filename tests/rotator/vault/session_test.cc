#include "rotator/vault/session.h"

#include <boost/test/unit_test.hpp>

#include "tests/rotator/scripted_http.h"

namespace rotator {

using namespace std::chrono_literals;
using ports::ErrorCode;
using tests::holds;
using Repeat = VaultSession::Repeat;

namespace session {

const std::string vault = "https://vault.example:8200";
const std::string token = "hvs.synthetic-token";
const std::string jwt = "synthetic.jwt.value";
const std::string body = R"({"data":{"client_secret":"synthetic-secret-one"}})";
const std::vector<std::string> never_shown = {token, jwt, "synthetic-secret-one",
                                              "hvs.synthetic-second"};

std::string errors(const std::string& text) { return R"({"errors":[")" + text + R"("]})"; }
std::string login_answer(const std::string& client_token, int ttl) {
  return R"({"request_id":"r","data":null,"auth":{"client_token":")" + client_token +
         R"(","renewable":true,"lease_duration":)" + std::to_string(ttl) + "}}";
}

struct World {
  tests::ManualClock clock;
  tests::ScriptedHttp http{clock};
  tests::MemoryFiles files;
  VaultOptions options = {.address = vault};

  VaultSession session() {
    auto copy = token;
    return {http, clock, files, options, ports::Secret(std::move(copy))};
  }
  VaultSession kubernetes_session() {
    options.login = VaultOptions::Login::kubernetes;
    options.role = "rotator";
    files.content[options.jwt_file] = jwt;
    return session();
  }
};

template <typename R>
void check_error(const R& result, ErrorCode code, const std::string& part) {
  BOOST_REQUIRE(!result);
  BOOST_TEST(result.error().code == code);
  BOOST_TEST(holds(result.error().message, part),
             "\"" << result.error().message << "\" lacks " << part);
  tests::check_discreet(result.error(), never_shown);
}

}  // namespace session

BOOST_FIXTURE_TEST_SUITE(session, session::World)

BOOST_AUTO_TEST_CASE(sends_token_namespace_and_request_header) {
  options.vault_namespace = "team-a/";
  auto line = session();
  http.expect("PUT " + vault + "/v1/portal-kv/data/a", 200, "{}");
  BOOST_TEST(line.call("PUT", "portal-kv/data/a", body, Repeat::never).has_value());
  BOOST_TEST(tests::header(http.requests[0], "X-Vault-Token") == token);
  BOOST_TEST(tests::header(http.requests[0], "X-Vault-Namespace") == "team-a/");
  BOOST_TEST(tests::header(http.requests[0], "X-Vault-Request") == "true");
  BOOST_TEST(http.requests[0].body == body);
}

BOOST_AUTO_TEST_CASE(hands_over_answers_that_are_the_callers_business) {
  auto line = session();
  for (const int status : {200, 204, 400, 404, 405, 413}) {
    http.expect("GET " + vault + "/v1/x", status, errors("something"));
    const auto response = line.get("x");
    REQUIRE_OK(response);
    BOOST_TEST(response->status == status);
  }
}

BOOST_AUTO_TEST_CASE(waits_while_vault_is_sealed_or_has_no_leader) {
  auto line = session();
  http.expect("PUT " + vault + "/v1/x", 503, errors("Vault is sealed"));
  http.expect("PUT " + vault + "/v1/x", 500,
              errors("local node not active but active cluster node not found"));
  http.expect("PUT " + vault + "/v1/x", 400,
              errors("Upgrading from non-versioned to versioned data. This backend will be "
                     "unavailable for a brief "
                     "period and will resume service shortly."));
  http.expect("PUT " + vault + "/v1/x", 429, errors("rate limit quota exceeded"),
              {{"Retry-After", "3"}});
  http.expect("PUT " + vault + "/v1/x", 200, "{}");
  BOOST_TEST(line.call("PUT", "x", body, Repeat::never).has_value());
  BOOST_TEST((clock.elapsed == 250ms + 500ms + 1000ms + 3s));
}

BOOST_AUTO_TEST_CASE(gives_up_on_a_sealed_vault_when_patience_ends) {
  options.patience = 1s;
  auto line = session();
  for (int i = 0; i < 3; ++i) http.expect("GET " + vault + "/v1/x", 503, errors("Vault is sealed"));
  check_error(line.get("x"), ErrorCode::busy, "Vault is sealed (tried 3 times)");
}

BOOST_AUTO_TEST_CASE(repeats_reads_after_lost_replies_and_server_errors) {
  auto line = session();
  http.expect_error("GET " + vault + "/v1/x", ErrorCode::ambiguous, 10s);
  http.expect("GET " + vault + "/v1/x", 502, "<html>bad gateway</html>");
  http.expect_error("GET " + vault + "/v1/x", ErrorCode::unreachable);
  http.expect("GET " + vault + "/v1/x", 200, "{}");
  BOOST_TEST(line.get("x").has_value());
}

BOOST_AUTO_TEST_CASE(leaves_a_write_whose_reply_was_lost_to_its_caller) {
  auto line = session();
  http.expect_error("PUT " + vault + "/v1/x", ErrorCode::ambiguous);
  check_error(line.call("PUT", "x", body, Repeat::never), ErrorCode::ambiguous, "connection broke");
  http.expect("PUT " + vault + "/v1/x", 500,
              errors("1 error occurred:\\n\\t* internal error\\n\\n"));
  check_error(line.call("PUT", "x", body, Repeat::never), ErrorCode::ambiguous, "internal error");
  http.expect_error("PUT " + vault + "/v1/x", ErrorCode::unreachable);
  http.expect("PUT " + vault + "/v1/x", 200, "{}");
  BOOST_TEST(line.call("PUT", "x", body, Repeat::never).has_value());
  // A certificate that is refused now is refused in a moment too.
  http.expect_error("GET " + vault + "/v1/x", ErrorCode::untrusted);
  check_error(line.get("x"), ErrorCode::untrusted, "v1/x");
}

BOOST_AUTO_TEST_CASE(tells_a_dead_token_from_a_policy_that_says_no) {
  auto line = session();
  http.expect("GET " + vault + "/v1/x", 403, errors("permission denied"));
  check_error(line.get("x"), ErrorCode::refused, "unknown, expired or revoked");
  http.expect("GET " + vault + "/v1/x", 403,
              errors("2 errors occurred:\\n\\t* permission denied\\n\\t* invalid token\\n\\n"));
  check_error(line.get("x"), ErrorCode::refused, "unknown, expired or revoked");
  http.expect("GET " + vault + "/v1/x", 403,
              errors("1 error occurred:\\n\\t* permission denied\\n\\n"));
  check_error(line.get("x"), ErrorCode::refused, "policy");
}

BOOST_AUTO_TEST_CASE(says_that_no_token_was_given) {
  VaultSession line(http, clock, files, options, ports::Secret());
  check_error(line.get("x"), ErrorCode::configuration, "VAULT_TOKEN");
  VaultSession odd(http, clock, files, options, ports::Secret(token + "\nX-Evil: 1"));
  check_error(odd.get("x"), ErrorCode::configuration, "line break");
  options.address = "http://vault.example";
  auto plain = session();
  check_error(plain.get("x"), ErrorCode::configuration, "https");
}

BOOST_AUTO_TEST_CASE(blots_its_token_out_of_what_vault_says) {
  auto line = session();
  http.expect("GET " + vault + "/v1/x", 403, errors("token " + token + " is bad"));
  check_error(line.get("x"), ErrorCode::refused, "token ... is bad");
}

BOOST_AUTO_TEST_CASE(follows_a_standby_to_the_active_node_once) {
  auto line = session();
  http.expect("PUT " + vault + "/v1/x", 307, "",
              {{"Location", "https://active.example:8200/v1/x"}});
  http.expect("PUT https://active.example:8200/v1/x", 200, "{}");
  BOOST_TEST(line.call("PUT", "x", body, Repeat::never).has_value());
  BOOST_TEST(http.requests[1].body == body);
  http.expect("GET " + vault + "/v1/x", 307, "", {{"Location", "http://plain.example/v1/x"}});
  const auto plain = line.get("x");
  REQUIRE_OK(plain);
  BOOST_TEST(plain->status == 307);
}

BOOST_AUTO_TEST_CASE(logs_in_with_the_service_account_token) {
  auto line = kubernetes_session();
  http.expect("POST " + vault + "/v1/auth/kubernetes/login", 200,
              login_answer("hvs.synthetic-second", 600));
  http.expect("GET " + vault + "/v1/x", 200, "{}").expect("GET " + vault + "/v1/x", 200, "{}");
  BOOST_TEST(line.get("x").has_value());
  BOOST_TEST(line.get("x").has_value());
  BOOST_TEST(http.requests[0].body == R"({"role":"rotator","jwt":"synthetic.jwt.value"})");
  BOOST_TEST(tests::header(http.requests[0], "X-Vault-Token") == "");
  BOOST_TEST(tests::header(http.requests[2], "X-Vault-Token") == "hvs.synthetic-second");
}

BOOST_AUTO_TEST_CASE(says_why_it_may_not_log_in) {
  auto line = kubernetes_session();
  http.expect("POST " + vault + "/v1/auth/kubernetes/login", 400,
              errors("invalid role name \\\"rotator\\\""));
  check_error(line.get("x"), ErrorCode::refused, "invalid role name");
  http.expect("POST " + vault + "/v1/auth/kubernetes/login", 403, errors("permission denied"));
  check_error(line.get("x"), ErrorCode::refused, "Kubernetes login at Vault as role rotator");
  http.expect("POST " + vault + "/v1/auth/kubernetes/login", 200, R"({"auth":{}})");
  check_error(line.get("x"), ErrorCode::malformed, "client_token");
  files.content.clear();
  check_error(line.get("x"), ErrorCode::configuration, "serviceaccount/token");
}

BOOST_AUTO_TEST_CASE(logs_in_again_once_when_its_token_is_not_known_any_more) {
  auto line = kubernetes_session();
  http.expect("POST " + vault + "/v1/auth/kubernetes/login", 200,
              login_answer("hvs.synthetic-second", 600));
  http.expect("PUT " + vault + "/v1/x", 403, errors("permission denied"));
  http.expect("POST " + vault + "/v1/auth/kubernetes/login", 200,
              login_answer("hvs.synthetic-third", 600));
  http.expect("PUT " + vault + "/v1/x", 200, "{}");
  BOOST_TEST(line.call("PUT", "x", body, Repeat::never).has_value());
  BOOST_TEST(tests::header(http.requests[3], "X-Vault-Token") == "hvs.synthetic-third");
  // A policy's no is not mended by a new token.
  http.expect("GET " + vault + "/v1/x", 403,
              errors("1 error occurred:\\n\\t* permission denied\\n\\n"));
  check_error(line.get("x"), ErrorCode::refused, "policy");
}

BOOST_AUTO_TEST_CASE(renews_at_two_thirds_of_the_tokens_life) {
  auto line = kubernetes_session();
  http.expect("POST " + vault + "/v1/auth/kubernetes/login", 200,
              login_answer("hvs.synthetic-second", 600));
  BOOST_TEST(line.keep().has_value());
  BOOST_TEST((line.next_renewal() == ports::Instant(400s)));
  clock.elapsed = 399s;
  BOOST_TEST(line.keep().has_value());
  clock.elapsed = 400s;
  http.expect("POST " + vault + "/v1/auth/token/renew-self", 200,
              login_answer("hvs.synthetic-second", 600));
  BOOST_TEST(line.keep().has_value());
  BOOST_TEST((line.next_renewal() == ports::Instant(800s)));
  // It cannot be renewed past its maximum: a new one.
  clock.elapsed = 800s;
  http.expect("POST " + vault + "/v1/auth/token/renew-self", 400, errors("lease is not renewable"));
  http.expect("POST " + vault + "/v1/auth/kubernetes/login", 200,
              login_answer("hvs.synthetic-third", 600));
  BOOST_TEST(line.keep().has_value());
  // Expired while nobody called: renewing would be in vain.
  clock.elapsed = 2000s;
  http.expect("POST " + vault + "/v1/auth/kubernetes/login", 200,
              login_answer("hvs.synthetic-third", 600));
  BOOST_TEST(line.keep().has_value());
}

BOOST_AUTO_TEST_CASE(reads_the_tokens_remaining_time_and_renews_a_renewable_one) {
  auto line = session();
  http.expect("GET " + vault + "/v1/auth/token/lookup-self", 200,
              R"({"data":{"id":")" + token + R"(","ttl":0,"renewable":false}})");
  const auto forever = line.token_ttl();
  REQUIRE_OK(forever);
  BOOST_TEST((*forever == 0s));
  BOOST_TEST((line.next_renewal() == ports::Instant::max()));
  http.expect("GET " + vault + "/v1/auth/token/lookup-self", 200,
              R"({"data":{"ttl":600,"renewable":true}})");
  const auto ttl = line.token_ttl();
  REQUIRE_OK(ttl);
  BOOST_TEST((*ttl == 600s));
  clock.elapsed = 500s;
  http.expect("POST " + vault + "/v1/auth/token/renew-self", 403,
              errors("1 error occurred:\\n\\t* permission denied"));
  // It may not renew itself, but still serves.
  BOOST_TEST(line.keep().has_value());
  BOOST_TEST((line.next_renewal() == ports::Instant(550s)));
  http.expect("GET " + vault + "/v1/auth/token/lookup-self", 200, R"({"data":{}})");
  check_error(line.token_ttl(), ErrorCode::malformed, "ttl");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rotator
