// Core: secrets that expire, and reads that follow writes late.
#include <boost/test/unit_test.hpp>

#include "tests/mocks/idp/world.h"

BOOST_AUTO_TEST_SUITE(core_lifetimes)

namespace {

using idp_test::client_id;
using idp_test::old_secret;
using idp_test::seconds;
using idp_test::World;
using mocks::FactKind;
using mocks::name_of;
using mocks::idp::AuthenticationMethod;
using mocks::idp::Change;
using mocks::idp::CoreOptions;
using mocks::idp::TokenVerdict;

constexpr const char* new_secret = "synthetic-new-secret-0000000000002";

bool accepts(World& world, const char* secret) {
  return world.core().accepts(name_of(client_id), name_of(secret), world.queue.now());
}

World with(CoreOptions core) { return World(idp_test::options_for_tests(core)); }

}  // namespace

BOOST_AUTO_TEST_CASE(a_secret_is_refused_everywhere_once_its_time_is_over) {
  World world;
  auto& core = world.core();
  core.create_secret(
      client_id,
      {.id = "two", .value = new_secret, .expires = world.queue.wall_now() + seconds(60)});
  BOOST_TEST(accepts(world, new_secret));
  world.wait(seconds(59));
  BOOST_TEST(accepts(world, new_secret));
  BOOST_TEST(!core.expired(name_of(client_id), name_of(new_secret)));
  world.wait(seconds(1));
  BOOST_TEST(!accepts(world, new_secret));
  BOOST_TEST(core.expired(name_of(client_id), name_of(new_secret)));
  BOOST_TEST(accepts(world, old_secret));
  BOOST_TEST(world.facts.count(FactKind::secret_refused, new_secret) == 1);
  BOOST_TEST(world.facts.count(FactKind::secret_disabled, new_secret) == 1);
}

BOOST_AUTO_TEST_CASE(an_expiry_can_be_set_and_taken_away_later) {
  World world;
  auto& core = world.core();
  BOOST_CHECK(core.set_expiry(client_id, world.secret_id, world.queue.wall_now() + seconds(5)) ==
              Change::done);
  world.wait(seconds(6));
  BOOST_TEST(!accepts(world, old_secret));
  BOOST_TEST(world.facts.count(FactKind::secret_disabled, old_secret) == 1);
  BOOST_CHECK(core.set_expiry(client_id, world.secret_id, {}) == Change::done);
  BOOST_TEST(world.facts.count(FactKind::secret_enabled, old_secret) == 1);
  BOOST_TEST(accepts(world, old_secret));
  BOOST_CHECK(core.set_expiry(client_id, "none", {}) == Change::missing);
}

BOOST_AUTO_TEST_CASE(removes_an_active_secret_and_the_last_one) {
  World world;
  BOOST_CHECK(world.core().remove_secret(client_id, world.secret_id) == Change::done);
  BOOST_TEST(!accepts(world, old_secret));
  BOOST_CHECK(world.core().remove_secret(client_id, world.secret_id) == Change::missing);
}

BOOST_AUTO_TEST_CASE(reads_show_neither_a_creation_nor_a_deletion_before_their_lag_is_over) {
  World world = with({.read_lag = {.low = seconds(10), .high = seconds(20)}});
  auto& core = world.core();
  BOOST_TEST(core.seen_secrets(client_id).size() == 1U);
  core.create_secret(client_id, {.id = "two", .value = new_secret});
  core.remove_secret(client_id, world.secret_id);
  world.wait(seconds(9));
  BOOST_REQUIRE(core.seen_secrets(client_id).size() == 1U);
  BOOST_TEST(core.seen_secrets(client_id)[0].id == world.secret_id);
  world.wait(seconds(12));
  BOOST_REQUIRE(core.seen_secrets(client_id).size() == 1U);
  BOOST_TEST(core.seen_secrets(client_id)[0].id == "two");
}

BOOST_AUTO_TEST_CASE(replicas_of_the_administration_disagree_while_a_write_is_on_its_way) {
  World world = with({.replicas = 3, .read_lag = {.low = seconds(0), .high = seconds(30)}});
  auto& core = world.core();
  core.create_secret(client_id, {.id = "two", .value = new_secret});
  int shown = 0;
  int hidden = 0;
  for (int i = 0; i < 200; ++i) {
    world.wait(std::chrono::milliseconds(100));
    (core.seen_secrets(client_id).size() == 2 ? shown : hidden)++;
  }
  BOOST_TEST(shown > 0);
  BOOST_TEST(hidden > 0);
  world.wait(seconds(30));
  for (int i = 0; i < 20; ++i) {
    world.wait(std::chrono::milliseconds(100));
    BOOST_TEST(core.seen_secrets(client_id).size() == 2U);
  }
}

BOOST_AUTO_TEST_CASE(takes_either_way_of_sending_a_secret_where_the_provider_does) {
  World world = with({.either_secret_method = true});
  const auto verdict = [&](AuthenticationMethod method) {
    return world.core()
        .decide({.client = name_of(client_id), .method = method, .secret = name_of(old_secret)})
        .verdict;
  };
  BOOST_CHECK(verdict(AuthenticationMethod::client_secret_basic) == TokenVerdict::granted);
  BOOST_CHECK(verdict(AuthenticationMethod::client_secret_post) == TokenVerdict::granted);
  BOOST_CHECK(verdict(AuthenticationMethod::private_key_jwt) == TokenVerdict::method_mismatch);
}

BOOST_AUTO_TEST_SUITE_END()
