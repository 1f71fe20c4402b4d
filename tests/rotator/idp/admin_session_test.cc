#include "rotator/idp/admin_session.h"

#include <openssl/evp.h>

#include <boost/test/unit_test.hpp>
#include <memory>
#include <utility>

#include "rotator/calls/answer_json.h"
#include "rotator/idp/admin_api.h"
#include "tests/rotator/idp/machine_key.h"
#include "tests/rotator/scripted_http.h"

namespace rotator {

using namespace std::chrono_literals;
using ports::ErrorCode;
using tests::holds;

namespace admin_session {

const std::string server = "https://idp.example";
const std::string token_url = "POST " + server + "/token";
const std::string client_secret = "synthetic+secret&one";

std::string credential(const std::string& members) {
  return R"({"client_id":"machine",)" + members + "}";
}
std::string with_secret() { return credential(R"("client_secret":")" + client_secret + "\""); }
std::string with_key() {
  return credential("\"private_key\":" + tests::quoted_pem(tests::machine_key()) +
                    R"(,"key_id":"key-1")");
}
std::string token(const std::string& value, int life_s) {
  return R"({"access_token":")" + value + R"(","expires_in":)" + std::to_string(life_s) + "}";
}

struct World {
  tests::ManualClock clock;
  tests::ScriptedHttp http{clock};

  AdminSession session(const std::string& text, TokenGrant grant = {}) {
    auto parsed = parse_admin_credential(ports::Secret(std::string(text)));
    REQUIRE_OK(parsed);
    grant.endpoint = {.origin = server, .path = "/token"};
    return {http, clock, std::move(*parsed), "Bearer ", std::move(grant)};
  }
  std::string header_of(AdminSession& session) {
    const auto header = session.authorization(clock.now() + 10s);
    return header ? std::string(header->reveal_to_wire()) : header.error().message;
  }
  ErrorCode flaw(std::string text) {
    const auto parsed = parse_admin_credential(ports::Secret(std::move(text)));
    BOOST_REQUIRE(!parsed);
    tests::check_discreet(parsed.error(), {"synthetic", "BEGIN"});
    return parsed.error().code;
  }
};

// The field of a form, still encoded.
std::string field(const std::string& body, const std::string& name) {
  const auto at = body.find("&" + name + "=");
  if (at == std::string::npos) return {};
  const auto from = at + name.size() + 2;
  return body.substr(from, body.find('&', from) - from);
}

std::string from_base64url(std::string text) {
  for (auto& one : text) one = one == '-' ? '+' : one == '_' ? '/' : one;
  return base64_decode(text).value_or("");
}

bool signed_by_key(const std::string& assertion) {
  const auto dot = assertion.rfind('.');
  const auto input = assertion.substr(0, dot);
  const auto signature = from_base64url(assertion.substr(dot + 1));
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(),
                                                                   &EVP_MD_CTX_free);
  return EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr,
                              tests::machine_key()) == 1 &&
         EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()),
                          signature.size(), reinterpret_cast<const unsigned char*>(input.data()),
                          input.size()) == 1;
}

}  // namespace admin_session

BOOST_FIXTURE_TEST_SUITE(admin_session, admin_session::World)

BOOST_AUTO_TEST_CASE(a_given_token_is_sent_under_its_scheme_and_never_fetched) {
  auto plain = session("synthetic-token");
  BOOST_TEST(header_of(plain) == "Bearer synthetic-token");
  BOOST_TEST(!plain.renewable());
  plain.forget();
  BOOST_TEST(header_of(plain) == "Bearer synthetic-token");
  auto whole = session("SSWS synthetic-token");
  BOOST_TEST(header_of(whole) == "SSWS synthetic-token");
}

BOOST_AUTO_TEST_CASE(a_machine_client_asks_with_its_secret_encoded) {
  auto machine = session(with_secret(), {.scope = "a b", .audience = "https://api.example/"});
  http.expect(token_url, 200, token("first", 300));
  BOOST_TEST(header_of(machine) == "Bearer first");
  const auto& body = http.requests[0].body;
  BOOST_TEST(body.starts_with("grant_type=client_credentials&"));
  BOOST_TEST(field(body, "client_id") == "machine");
  BOOST_TEST(field(body, "client_secret") == "synthetic%2Bsecret%26one");
  BOOST_TEST(field(body, "scope") == "a+b");
  BOOST_TEST(field(body, "audience") == "https%3A%2F%2Fapi.example%2F");
  BOOST_TEST(field(body, "client_assertion").empty());
}

BOOST_AUTO_TEST_CASE(a_token_is_kept_while_it_lives_and_replaced_before_it_ends) {
  auto machine = session(with_secret());
  http.expect(token_url, 200, token("first", 60));
  BOOST_TEST(header_of(machine) == "Bearer first");
  clock.elapsed += 29s;
  BOOST_TEST(header_of(machine) == "Bearer first");
  clock.elapsed += 2s;
  http.expect(token_url, 200, token("second", 40));
  BOOST_TEST(header_of(machine) == "Bearer second");
  clock.elapsed += 19s;  // half its life is more than what the margin leaves
  BOOST_TEST(header_of(machine) == "Bearer second");
  clock.elapsed += 2s;
  http.expect(token_url, 200, token("third", 40));
  BOOST_TEST(header_of(machine) == "Bearer third");
}

BOOST_AUTO_TEST_CASE(a_private_key_signs_who_asks_whom_and_until_when) {
  auto machine = session(with_key());
  http.expect(token_url, 200, token("first", 300));
  BOOST_TEST(header_of(machine) == "Bearer first");
  const auto& body = http.requests[0].body;
  BOOST_TEST(field(body, "client_assertion_type") ==
             "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer");
  BOOST_TEST(field(body, "client_secret").empty());
  const auto assertion = field(body, "client_assertion");
  BOOST_TEST(signed_by_key(assertion));
  const auto first = assertion.find('.');
  BOOST_TEST(from_base64url(assertion.substr(0, first)) ==
             R"({"alg":"RS256","typ":"JWT","kid":"key-1"})");
  const auto claims_text =
      from_base64url(assertion.substr(first + 1, assertion.rfind('.') - first - 1));
  const auto claims = JsonDocument::parse_or_null(claims_text);
  BOOST_TEST(text_member(claims, {"iss"}) == "machine");
  BOOST_TEST(text_member(claims, {"sub"}) == "machine");
  BOOST_TEST(text_member(claims, {"aud"}) == server + "/token");
  BOOST_TEST(integer_member(claims, {"iat"}) == 1'795'428'000);
  BOOST_TEST(integer_member(claims, {"exp"}) == 1'795'428'300);
}

BOOST_AUTO_TEST_CASE(tells_a_refused_credential_from_a_busy_server_and_shows_no_secret) {
  auto machine = session(with_secret());
  const auto error = [&] {
    const auto header = machine.authorization(clock.now() + 10s);
    BOOST_REQUIRE(!header);
    tests::check_discreet(header.error(), {client_secret});
    return header.error();
  };
  http.expect(token_url, 401, R"({"error":"invalid_client)" + client_secret + "\"}");
  BOOST_TEST(error().code == ErrorCode::refused);
  http.expect(token_url, 429, "slow down");
  BOOST_TEST(error().code == ErrorCode::busy);
  http.expect(token_url, 503, "");
  BOOST_TEST(error().code == ErrorCode::busy);
  // A token that nobody got has changed nothing.
  http.expect_error(token_url, ErrorCode::ambiguous);
  BOOST_TEST(error().code == ErrorCode::unreachable);
  http.expect(token_url, 200, R"({"token_type":"Bearer"})");
  BOOST_TEST(error().code == ErrorCode::malformed);
}

BOOST_AUTO_TEST_CASE(refuses_credentials_that_cannot_work) {
  BOOST_TEST(flaw("") == ErrorCode::configuration);
  BOOST_TEST(flaw("synthetic\r\nX: y") == ErrorCode::configuration);
  BOOST_TEST(flaw("{synthetic") == ErrorCode::configuration);
  BOOST_TEST(flaw(R"({"client_secret":"synthetic"})") == ErrorCode::configuration);
  BOOST_TEST(flaw(R"({"client_id":"machine"})") == ErrorCode::configuration);
  BOOST_TEST(flaw(credential(R"("client_secret":"synthetic","private_key":"synthetic")")) ==
             ErrorCode::configuration);
  BOOST_TEST(flaw(credential(R"("private_key":"-----BEGIN synthetic-----")")) ==
             ErrorCode::configuration);
  BOOST_TEST(flaw(credential(R"("client_secret":"synthetic","clientid":"x")")) ==
             ErrorCode::configuration);
  const tests::Key curve(EVP_EC_gen("P-256"), &EVP_PKEY_free);
  BOOST_TEST(flaw(credential("\"private_key\":" + tests::quoted_pem(curve.get()))) ==
             ErrorCode::configuration);
}

BOOST_AUTO_TEST_CASE(an_expired_token_is_replaced_once_and_the_call_repeated) {
  AdminApi api(http, clock, {.origin = server}, session(with_secret()),
               {.words = [](const ports::Response&, std::string_view) { return AdminWords{}; },
                .permission = "to read"});
  const AdminCall call{.tried = "reading", .target = "/thing"};
  http.expect(token_url, 200, token("first", 300))
      .expect("GET " + server + "/thing", 401)
      .expect(token_url, 200, token("second", 300))
      .expect("GET " + server + "/thing", 200, "{}");
  REQUIRE_OK(api.demand(call));
  BOOST_TEST(tests::header(http.requests[1], "Authorization") == "Bearer first");
  BOOST_TEST(tests::header(http.requests[3], "Authorization") == "Bearer second");
  // A second refusal is the answer.
  http.expect("GET " + server + "/thing", 401)
      .expect(token_url, 200, token("third", 300))
      .expect("GET " + server + "/thing", 401);
  const auto refused = api.demand(call);
  BOOST_REQUIRE(!refused);
  BOOST_TEST(refused.error().code == ErrorCode::refused);
  BOOST_TEST(holds(refused.error().message, "renew it"));
}

BOOST_AUTO_TEST_CASE(waits_for_a_token_as_for_an_answer) {
  AdminApi api(http, clock, {.origin = server}, session(with_secret()),
               {.words = [](const ports::Response&, std::string_view) { return AdminWords{}; }});
  http.expect(token_url, 503)
      .expect(token_url, 200, token("first", 300))
      .expect("POST " + server + "/thing", 201, "{}");
  // A change that was never sent may be tried again.
  REQUIRE_OK(api.demand({.tried = "making", .method = "POST", .target = "/thing"}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rotator
