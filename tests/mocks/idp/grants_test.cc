// Grants: texts that hold their handle, and nothing that was made up.
#include "mocks/idp/grants.h"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(grants)

using mocks::idp::Grants;
using mocks::idp::no_grant;
using Kind = Grants::Kind;
constexpr ports::Instant start{};

BOOST_AUTO_TEST_CASE(finds_a_grant_by_its_own_text_only) {
  Grants grants(mocks::sim::Draws(7), {});
  const auto handle = grants.issue(Kind::code, 1, 2, 3, start);
  const auto text = grants.text_of(Kind::code, handle);
  BOOST_TEST(grants.handle_of(Kind::code, text) == handle);
  BOOST_TEST(grants.handle_of(Kind::refresh_token, text) == no_grant);
  auto forged = text;
  forged.back() = forged.back() == 'A' ? 'B' : 'A';
  BOOST_TEST(grants.handle_of(Kind::code, forged) == no_grant);
  BOOST_TEST(grants.handle_of(Kind::code, "") == no_grant);
  BOOST_TEST(grants.handle_of(Kind::code, std::string(text.size(), '!')) == no_grant);
  BOOST_TEST(Grants(mocks::sim::Draws(8), {}).handle_of(Kind::code, text) == no_grant);
}

BOOST_AUTO_TEST_CASE(forgets_expired_codes_as_new_ones_come) {
  Grants grants(mocks::sim::Draws(7), {.code_lifetime = std::chrono::seconds(60)});
  const auto old = grants.issue(Kind::code, 1, 2, 3, start);
  grants.describe(Kind::code, old, {.nonce = "n"});
  BOOST_TEST(grants.details(Kind::code, old).nonce == "n");
  const auto fresh = grants.issue(Kind::code, 1, 2, 3, start + std::chrono::seconds(60));
  BOOST_TEST(grants.find(Kind::code, old) == nullptr);
  BOOST_TEST(grants.details(Kind::code, old).nonce.empty());
  BOOST_TEST_REQUIRE(grants.find(Kind::code, fresh) != nullptr);
  BOOST_TEST(fresh != old);
}

BOOST_AUTO_TEST_CASE(revokes_all_of_one_client) {
  Grants grants(mocks::sim::Draws(7), {});
  const auto mine = grants.issue(Kind::refresh_token, 1, 0, 3, start);
  const auto other = grants.issue(Kind::refresh_token, 2, 0, 3, start);
  grants.revoke_client(1);
  BOOST_TEST(!Grants::usable(*grants.find(Kind::refresh_token, mine), start));
  BOOST_TEST(Grants::usable(*grants.find(Kind::refresh_token, other), start));
}

BOOST_AUTO_TEST_SUITE_END()
