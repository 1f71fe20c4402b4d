// Session cookies: what a pod verifies, drops, refuses and replaces.
#include "mocks/portal/environment.h"

#include <boost/test/unit_test.hpp>

#include "mocks/facts.h"

BOOST_AUTO_TEST_SUITE(environment)

namespace {

using namespace std::chrono_literals;
using mocks::portal::Cookie;
using mocks::portal::CookieVerdict;
using mocks::portal::Environment;
using mocks::portal::examine;
using mocks::portal::issue_cookie;
using mocks::portal::make_environment;
using mocks::portal::PortalConfiguration;

const ports::Instant noon{12h};

Environment pod_with(PortalConfiguration configuration, std::uint64_t secret = 1) {
  configuration.client_id = "synthetic-portal";
  return make_environment(configuration, secret);
}

bool is(CookieVerdict verdict, CookieVerdict expected) { return verdict == expected; }

}  // namespace

BOOST_AUTO_TEST_CASE(accepts_its_own_cookie_until_max_age) {
  const auto pod = pod_with({.session_max_age = 1h});
  const auto cookie = issue_cookie(pod, Cookie{}, noon);
  BOOST_TEST(is(examine(pod, cookie, noon + 59min), CookieVerdict::good));
  BOOST_TEST(is(examine(pod, cookie, noon + 1h), CookieVerdict::none));
  BOOST_TEST(is(examine(pod, Cookie{}, noon), CookieVerdict::none));
}

BOOST_AUTO_TEST_CASE(cannot_verify_a_cookie_of_a_key_that_it_lacks) {
  const auto before = pod_with({.cookie_keys = {"one"}});
  const auto bumped = pod_with({.cookie_keys = {"two"}});
  const auto ring = pod_with({.cookie_keys = {"two", "one"}});
  const auto cookie = issue_cookie(before, Cookie{}, noon);
  BOOST_TEST(is(examine(bumped, cookie, noon), CookieVerdict::unverifiable));
  BOOST_TEST(is(examine(ring, cookie, noon), CookieVerdict::good));
  BOOST_TEST(
      is(examine(before, issue_cookie(ring, Cookie{}, noon), noon), CookieVerdict::unverifiable));
}

BOOST_AUTO_TEST_CASE(refuses_a_session_of_another_client_configuration_only_when_bound) {
  for (const bool bound : {false, true}) {
    const auto before = pod_with({.session_bound = bound}, 1);
    const auto after = pod_with({.session_bound = bound}, 2);
    const auto cookie = issue_cookie(before, Cookie{}, noon);
    BOOST_TEST(
        is(examine(after, cookie, noon), bound ? CookieVerdict::stale : CookieVerdict::good));
  }
}

BOOST_AUTO_TEST_CASE(keeps_only_a_stale_cookie_and_only_when_it_has_that_fault) {
  const auto before = pod_with({.session_bound = true}, 1);
  const auto stale = issue_cookie(before, Cookie{}, noon);
  const auto sound = pod_with({.session_bound = true}, 2);
  const auto faulty = pod_with({.session_bound = true, .keeps_stale_cookie = true}, 2);
  const auto bumped =
      pod_with({.cookie_keys = {"new"}, .session_bound = true, .keeps_stale_cookie = true}, 2);
  BOOST_TEST(is(examine(sound, issue_cookie(sound, stale, noon), noon), CookieVerdict::good));
  BOOST_TEST(is(examine(faulty, issue_cookie(faulty, stale, noon), noon), CookieVerdict::stale));
  BOOST_TEST(is(examine(bumped, issue_cookie(bumped, stale, noon), noon), CookieVerdict::good));
}

BOOST_AUTO_TEST_SUITE_END()
