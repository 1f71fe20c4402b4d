#include "rotator/idp/description.h"

#include <boost/test/unit_test.hpp>

#include "tests/rotator/rotation/descriptions.h"

namespace rotator {
namespace description {

namespace descriptions = testing::descriptions;

// The one flaw, as "section.key: says"; "" when there is none, all of them when there are several.
std::string flaw_of(const HttpDescription& description) {
  std::string all;
  for (const auto& flaw : flaws_of(description))
    all += (all.empty() ? "" : "; ") + flaw.section + "." + flaw.key + ": " + flaw.says;
  return all;
}

}  // namespace description

BOOST_AUTO_TEST_SUITE(description)

BOOST_AUTO_TEST_CASE(finds_nothing_wrong_with_what_suffices) {
  BOOST_TEST(flaw_of(descriptions::okta()).empty());
  BOOST_TEST(flaw_of(descriptions::entra("/tenant/v2.0")).empty());
  BOOST_TEST(flaw_of(descriptions::auth0("https://login.example")).empty());
}

BOOST_AUTO_TEST_CASE(refuses_where_a_lost_create_could_not_be_told_from_a_strangers) {
  auto blind = descriptions::okta();
  blind.read.reset();
  BOOST_TEST(flaw_of(blind).starts_with("secret.label: is missing"));
  // What is shown is no help where nobody knows what was made.
  auto unchosen = descriptions::okta();
  unchosen.create->body = "{}";
  BOOST_TEST(flaw_of(unchosen).starts_with("secret.label: is missing"));
  auto unlabelled = descriptions::entra("/tenant/v2.0");
  unlabelled.secret.label.clear();
  BOOST_TEST(flaw_of(unlabelled).starts_with("secret.label: is missing"));
}

BOOST_AUTO_TEST_CASE(refuses_a_single_secret_that_a_late_request_could_change) {
  auto generated = descriptions::auth0("https://login.example");
  generated.replace->body = "{}";
  BOOST_TEST(flaw_of(generated).starts_with("replace.body: must hold {secret}"));
}

BOOST_AUTO_TEST_CASE(refuses_what_looks_like_a_credential_and_does_not_repeat_it) {
  const std::string token = "synthetic0Token0of0an0Administrator";
  const auto check = [&](const HttpDescription& leaky, const char* where) {
    const auto found = flaw_of(leaky);
    BOOST_TEST(found.starts_with(std::string(where) + ": must not hold a credential"), found);
    BOOST_TEST(found.find("synthetic") == std::string::npos);
  };
  for (const auto& header :
       {"X-Api-Key: synthetic", "X-From: Bearer synthetic", "X-From: Basic synthetic"}) {
    auto leaky = descriptions::okta();
    leaky.list->headers = {header};
    check(leaky, "list.headers");
  }
  auto leaky = descriptions::okta();
  leaky.list->path += "?key=" + token;
  check(leaky, "list.path");
  leaky = descriptions::okta();
  leaky.create->body = R"({"client_secret":"{secret}","by":")" + token + R"("})";
  check(leaky, "create.body");
}

BOOST_AUTO_TEST_CASE(takes_no_identifier_for_a_credential) {
  auto plain = descriptions::okta();
  plain.list->path = "/tenants/00000003-0000-0000-c000-000000000000/apps/0oa1gjh63g214q0Hq0g4/s";
  plain.list->headers = {"Accept: application/vnd.example.secrets+json; version=2"};
  BOOST_TEST(flaw_of(plain).empty());
}

BOOST_AUTO_TEST_CASE(refuses_what_would_be_written_into_logs_or_be_sent_elsewhere) {
  auto shown = descriptions::okta();
  shown.create->path += "?value={secret}";
  BOOST_TEST(flaw_of(shown).starts_with("create.path: must not hold {secret}"));
  auto elsewhere = descriptions::okta();
  elsewhere.list->path = "//other.example/secrets";
  BOOST_TEST(flaw_of(elsewhere).starts_with("list.path: must begin with one \"/\""));
  auto unknown = descriptions::okta();
  unknown.create->body = R"({"client_secret":"{secret}","name":"{name}"})";
  BOOST_TEST(flaw_of(unknown).starts_with("create.body: holds {name}"));
}

BOOST_AUTO_TEST_CASE(fills_each_place_in_its_encoding) {
  const TemplateValues values{.client_id = "a b/c", .secret = "+%\"&="};
  BOOST_TEST(fill("/x/{client_id}/{y}", values, TemplateEncoding::path) == "/x/a%20b%2Fc/{y}");
  BOOST_TEST(fill(R"({"a":{"s":"{secret}"}})", values, TemplateEncoding::json) ==
             R"({"a":{"s":"+%\"&="}})");
  BOOST_TEST(fill("s={secret}", values, TemplateEncoding::form) == "s=%2B%25%22%26%3D");
}

BOOST_AUTO_TEST_CASE(knows_a_status_by_itself_or_by_its_class) {
  BOOST_TEST(is_status(204, {"200", "2xx"}));
  BOOST_TEST(is_status(201, {"201"}));
  BOOST_TEST(!is_status(301, {"2xx", "300"}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rotator
