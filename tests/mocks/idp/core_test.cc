// Core: rules of the secrets, and when the token endpoint follows them.
#include "mocks/idp/core.h"

#include <boost/test/unit_test.hpp>

#include "tests/mocks/idp/world.h"

BOOST_TEST_DONT_PRINT_LOG_VALUE(mocks::idp::Change)
BOOST_TEST_DONT_PRINT_LOG_VALUE(mocks::idp::TokenVerdict)

BOOST_AUTO_TEST_SUITE(core)

namespace {

using idp_test::client_id;
using idp_test::old_secret;
using idp_test::redirect_uri;
using idp_test::seconds;
using idp_test::World;
using mocks::FactKind;
using mocks::name_of;
using mocks::idp::AuthenticationMethod;
using mocks::idp::Change;
using mocks::idp::CoreOptions;
using mocks::idp::GrantHandle;
using mocks::idp::Grants;
using mocks::idp::GrantType;
using mocks::idp::no_grant;
using mocks::idp::OktaOptions;
using mocks::idp::options_of;
using mocks::idp::TokenAttempt;
using mocks::idp::TokenVerdict;
using mocks::idp::Variant;

constexpr const char* new_secret = "synthetic-new-secret-0000000000002";

Change create(World& world, const std::string& value = new_secret, const std::string& id = "two") {
  return world.core().create_secret(client_id, {.id = id, .value = value});
}

TokenVerdict verdict(World& world, const char* secret) {
  return world.core().decide({.client = name_of(client_id), .secret = name_of(secret)}).verdict;
}

bool accepts(World& world, const char* secret) {
  return world.core().accepts(name_of(client_id), name_of(secret), world.queue.now());
}

OktaOptions with(CoreOptions core) { return idp_test::options_for_tests(core); }

}  // namespace

BOOST_AUTO_TEST_CASE(checks_in_a_fixed_order_and_tells_the_first_flaw) {
  World world;
  auto& core = world.core();
  TokenAttempt attempt{.client = name_of("nobody"),
                       .method = AuthenticationMethod::client_secret_basic,
                       .secret = 0,
                       .grant = GrantType::authorization_code};
  BOOST_TEST(core.decide(attempt).verdict == TokenVerdict::no_credentials);
  attempt.secret = name_of("wrong");
  BOOST_TEST(core.decide(attempt).verdict == TokenVerdict::unknown_client);
  attempt.client = name_of(client_id);
  BOOST_TEST(core.decide(attempt).verdict == TokenVerdict::method_mismatch);
  attempt.method = AuthenticationMethod::client_secret_post;
  BOOST_TEST(core.decide(attempt).verdict == TokenVerdict::wrong_secret);
  attempt.secret = name_of(old_secret);
  BOOST_TEST(core.decide(attempt).verdict == TokenVerdict::code_invalid);
  attempt.handle = core.issue_code(name_of(client_id), name_of(redirect_uri), 1);
  BOOST_TEST(core.decide(attempt).verdict == TokenVerdict::redirect_mismatch);
  attempt.redirect_uri = name_of(redirect_uri);
  BOOST_TEST(core.decide(attempt).verdict == TokenVerdict::granted);
}

BOOST_AUTO_TEST_CASE(refuses_a_grant_type_the_client_is_not_registered_for) {
  World world;
  world.core().add_client({.client_id = "web", .grant_types = {GrantType::authorization_code}});
  world.core().create_secret("web", {.id = "w", .value = "synthetic-web-secret"});
  BOOST_TEST(world.core()
                 .decide({.client = name_of("web"), .secret = name_of("synthetic-web-secret")})
                 .verdict == TokenVerdict::grant_not_allowed);
}

BOOST_AUTO_TEST_CASE(takes_a_code_once_in_time_and_from_its_own_client) {
  World world;
  auto& core = world.core();
  core.add_client({.client_id = "green", .redirect_uris = {redirect_uri}});
  core.create_secret("green", {.id = "g", .value = "synthetic-green-secret"});
  const auto attempt = [&](const char* client, const char* secret, GrantHandle code) {
    return TokenAttempt{.client = name_of(client),
                        .secret = name_of(secret),
                        .grant = GrantType::authorization_code,
                        .handle = code,
                        .redirect_uri = name_of(redirect_uri)};
  };
  const auto code = core.issue_code(name_of(client_id), name_of(redirect_uri), 1);
  BOOST_TEST(core.redeem(attempt("green", "synthetic-green-secret", code)).verdict ==
             TokenVerdict::other_client);
  const auto first = core.redeem(attempt(client_id, old_secret, code));
  BOOST_TEST(first.verdict == TokenVerdict::granted);
  BOOST_TEST(first.refresh_token != no_grant);
  BOOST_TEST(core.redeem(attempt(client_id, old_secret, code)).verdict ==
             TokenVerdict::code_invalid);

  const auto late = core.issue_code(name_of(client_id), name_of(redirect_uri), 1);
  world.wait(seconds(60));
  BOOST_TEST(core.decide(attempt(client_id, old_secret, late)).verdict ==
             TokenVerdict::code_invalid);

  const TokenAttempt refresh{.client = name_of(client_id),
                             .secret = name_of(old_secret),
                             .grant = GrantType::refresh_token,
                             .handle = first.refresh_token};
  BOOST_TEST(core.redeem(refresh).verdict == TokenVerdict::granted);
  BOOST_TEST(core.redeem(refresh).verdict == TokenVerdict::granted);
  core.grants().spend(Grants::Kind::refresh_token, first.refresh_token);
  BOOST_TEST(core.redeem(refresh).verdict == TokenVerdict::refresh_invalid);
}

BOOST_AUTO_TEST_CASE(issues_no_code_for_a_foreign_redirect_uri) {
  World world;
  BOOST_TEST(world.core().issue_code(name_of(client_id), name_of("https://evil.example"), 1) ==
             no_grant);
}

BOOST_AUTO_TEST_CASE(throttles_one_user_and_not_another) {
  World world(with({.user_requests_per_second = 2}));
  auto& core = world.core();
  const auto login = [&](std::uint64_t user) {
    return core
        .redeem({.client = name_of(client_id),
                 .secret = name_of(old_secret),
                 .grant = GrantType::authorization_code,
                 .handle = core.issue_code(name_of(client_id), name_of(redirect_uri), user),
                 .redirect_uri = name_of(redirect_uri)})
        .verdict;
  };
  BOOST_TEST(login(1) == TokenVerdict::granted);
  BOOST_TEST(login(1) == TokenVerdict::granted);
  BOOST_TEST(login(1) == TokenVerdict::throttled);
  BOOST_TEST(login(2) == TokenVerdict::granted);
  world.wait(seconds(1));
  BOOST_TEST(login(1) == TokenVerdict::granted);
}

BOOST_AUTO_TEST_CASE(throttles_users_and_no_program_while_told_to) {
  World world;
  auto& core = world.core();
  const auto login = [&] {
    return core
        .redeem({.client = name_of(client_id),
                 .secret = name_of(old_secret),
                 .grant = GrantType::authorization_code,
                 .handle = core.issue_code(name_of(client_id), name_of(redirect_uri), 1),
                 .redirect_uri = name_of(redirect_uri)})
        .verdict;
  };
  core.set_throttling(true);
  BOOST_TEST(login() == TokenVerdict::throttled);
  BOOST_TEST(verdict(world, old_secret) == TokenVerdict::granted);
  core.set_throttling(false);
  BOOST_TEST(login() == TokenVerdict::granted);
}

BOOST_AUTO_TEST_CASE(limits_secret_objects_by_variant) {
  World multi(with(options_of(Variant::multi)));
  BOOST_TEST(create(multi) == Change::done);
  BOOST_TEST(create(multi, "synthetic-third", "three") == Change::limit);
  World single(with(options_of(Variant::single)));
  BOOST_TEST(create(single) == Change::limit);
  BOOST_TEST(single.core().replace_secrets(client_id, {.id = "n", .value = new_secret}) ==
             Change::done);
  BOOST_TEST(!accepts(single, old_secret));
  BOOST_TEST(accepts(single, new_secret));
}

BOOST_AUTO_TEST_CASE(tells_each_change_once_and_acceptance_with_it) {
  World world;
  create(world);
  BOOST_TEST(world.facts.count(FactKind::secret_created, new_secret) == 1);
  BOOST_TEST(world.facts.count(FactKind::secret_accepted, new_secret) == 1);
  auto& core = world.core();
  BOOST_TEST(core.set_active(client_id, world.secret_id, false) == Change::done);
  BOOST_TEST(core.set_active(client_id, world.secret_id, false) == Change::unchanged);
  BOOST_TEST(world.facts.count(FactKind::secret_disabled, old_secret) == 1);
  BOOST_TEST(world.facts.count(FactKind::secret_refused, old_secret) == 1);
  core.set_active(client_id, world.secret_id, true);
  BOOST_TEST(world.facts.count(FactKind::secret_enabled, old_secret) == 1);
  BOOST_TEST(world.facts.count(FactKind::secret_accepted, old_secret) == 2);
  core.set_active(client_id, world.secret_id, false);
  core.delete_secret(client_id, world.secret_id);
  BOOST_TEST(world.facts.count(FactKind::secret_deleted, old_secret) == 1);
  BOOST_TEST(world.facts.count(FactKind::secret_refused, old_secret) == 2);
  BOOST_TEST(core.secrets(client_id).size() == 1U);
}

BOOST_AUTO_TEST_CASE(follows_each_change_after_its_own_lag) {
  World world(with({.create_lag = {.low = seconds(20), .high = seconds(20)},
                    .retire_lag = {.low = seconds(30), .high = seconds(30)}}));
  create(world);
  BOOST_TEST(accepts(world, old_secret));  // settled: there from the beginning
  BOOST_TEST(!accepts(world, new_secret));
  BOOST_TEST(world.facts.count(FactKind::secret_accepted, new_secret) == 0);
  world.wait(seconds(20) - ports::Duration(1));
  BOOST_TEST(verdict(world, new_secret) == TokenVerdict::wrong_secret);
  world.wait(ports::Duration(1));
  BOOST_TEST(verdict(world, new_secret) == TokenVerdict::granted);
  BOOST_TEST(world.facts.last(FactKind::secret_accepted, new_secret).time_since_epoch() ==
             ports::Duration(seconds(20)));

  world.core().set_active(client_id, world.secret_id, false);
  BOOST_TEST(world.core().delete_secret(client_id, world.secret_id) == Change::done);
  BOOST_TEST(accepts(world, old_secret));  // deleted, and still accepted
  world.wait(seconds(30));
  BOOST_TEST(!accepts(world, old_secret));
  BOOST_TEST(world.facts.last(FactKind::secret_refused, old_secret).time_since_epoch() ==
             ports::Duration(seconds(50)));
  // The past stays as it was.
  const auto name = name_of(old_secret);
  BOOST_TEST(
      world.core().accepts(name_of(client_id), name, ports::Instant(ports::Duration(seconds(49)))));
}

BOOST_AUTO_TEST_CASE(never_overtakes_an_earlier_change) {
  World world(with({.enable_lag = {.low = seconds(1), .high = seconds(1)},
                    .retire_lag = {.low = seconds(30), .high = seconds(30)}}));
  create(world);
  auto& core = world.core();
  core.set_active(client_id, world.secret_id, false);
  core.set_active(client_id, world.secret_id, true);
  world.wait(seconds(10));
  BOOST_TEST(accepts(world, old_secret));
  world.wait(seconds(20));  // refused and accepted at one instant: the verdict never changed
  BOOST_TEST(accepts(world, old_secret));
  BOOST_TEST(world.facts.count(FactKind::secret_refused, old_secret) == 0);
}

BOOST_AUTO_TEST_CASE(is_not_hurried_by_the_changes_that_follow) {
  const CoreOptions slow{.enable_lag = {.low = seconds(0), .high = seconds(60)},
                         .retire_lag = {.low = seconds(0), .high = seconds(60)}};
  const auto refused_at = [&](std::uint64_t seed, bool change_of_mind) {
    World world(with(slow), seed);
    create(world);
    auto& core = world.core();
    core.set_active(client_id, world.secret_id, false);
    if (change_of_mind) {
      core.set_active(client_id, world.secret_id, true);
      core.set_active(client_id, world.secret_id, false);
    }
    world.queue.run();
    return world.facts.last(FactKind::secret_refused, old_secret);
  };
  for (std::uint64_t seed = 0; seed < 50; ++seed)
    BOOST_TEST((refused_at(seed, true) >= refused_at(seed, false)), "seed " << seed);
}

BOOST_AUTO_TEST_CASE(draws_the_same_lag_whatever_else_happens) {
  const CoreOptions core{.max_secrets = 0, .create_lag = {.low = seconds(5), .high = seconds(45)}};
  World quiet(with(core));
  World busy(with(core));
  busy.core().add_client({.client_id = "other"});
  busy.core().create_secret("other", {.id = "o", .value = "synthetic-other"});
  create(quiet);
  create(busy);
  quiet.queue.run();
  busy.queue.run();
  const auto at = quiet.facts.last(FactKind::secret_accepted, new_secret);
  BOOST_TEST((at == busy.facts.last(FactKind::secret_accepted, new_secret)));
  BOOST_TEST(at.time_since_epoch() >= ports::Duration(seconds(5)));
  BOOST_TEST(at.time_since_epoch() <= ports::Duration(seconds(45)));
  World other_seed(with(core), 8);
  create(other_seed);
  other_seed.queue.run();
  BOOST_TEST((at != other_seed.facts.last(FactKind::secret_accepted, new_secret)));
}

BOOST_AUTO_TEST_CASE(flaps_between_replicas_until_all_have_followed) {
  World world(with({.create_lag = {.low = seconds(40), .high = seconds(40)}, .replicas = 3}));
  create(world);
  int accepted = 0;
  int refused = 0;
  int changes = 0;
  bool before = false;
  for (int i = 0; i < 4000; ++i) {
    const bool now = accepts(world, new_secret);
    const int replicas =
        world.core().accepting_replicas(name_of(client_id), name_of(new_secret), world.queue.now());
    if (replicas == 0) BOOST_TEST(!now);
    if (replicas == 3) BOOST_TEST(now);
    (now ? accepted : refused) += 1;
    changes += now != before ? 1 : 0;
    before = now;
    world.wait(idp_test::milliseconds(10) + ports::Duration(1));
  }
  BOOST_TEST(accepted > 0);
  BOOST_TEST(refused > 0);
  BOOST_TEST(changes > 10);
  BOOST_TEST(accepts(world, new_secret));
  // Told with each replica; "accepted" only when the last has followed, at the drawn lag.
  BOOST_TEST(world.facts.count(FactKind::secret_refused, new_secret) == 2);
  BOOST_TEST(world.facts.count(FactKind::secret_accepted, new_secret) == 1);
  BOOST_TEST(world.facts.last(FactKind::secret_accepted, new_secret).time_since_epoch() ==
             ports::Duration(seconds(40)));
}

BOOST_AUTO_TEST_CASE(accepts_a_value_added_again_though_its_old_object_is_going) {
  World world(with({.max_secrets = 0, .retire_lag = {.low = seconds(30), .high = seconds(30)}}));
  create(world);
  world.core().set_active(client_id, world.secret_id, false);
  world.core().delete_secret(client_id, world.secret_id);
  create(world, old_secret, "again");
  world.wait(seconds(60));
  BOOST_TEST(accepts(world, old_secret));
  BOOST_TEST(world.facts.count(FactKind::secret_refused, old_secret) == 0);
}

BOOST_AUTO_TEST_CASE(accepts_a_value_whose_second_object_is_gone) {
  World world;
  create(world, old_secret, "again");
  world.core().set_active(client_id, "again", false);
  world.core().delete_secret(client_id, "again");
  BOOST_TEST(accepts(world, old_secret));
  BOOST_TEST(world.facts.count(FactKind::secret_refused, old_secret) == 0);
}

BOOST_AUTO_TEST_CASE(takes_its_time_to_answer_when_slow) {
  World world(with(options_of(Variant::slow)));
  const auto took = world.core()
                        .decide({.client = name_of(client_id), .secret = name_of(old_secret)})
                        .answer_time;
  BOOST_TEST(took >= ports::Duration(idp_test::milliseconds(200)));
  BOOST_TEST(took <= ports::Duration(seconds(2)));
  World prompt;
  BOOST_TEST(prompt.core().decide({}).answer_time == ports::Duration(0));
}

BOOST_AUTO_TEST_CASE(forgets_old_deletions_and_stays_small) {
  World world(with({.max_secrets = 0}));
  for (int i = 0; i < 500; ++i) {
    const auto id = std::to_string(i);
    create(world, "synthetic-passing-" + id, id);
    world.core().set_active(client_id, id, false);
    world.core().delete_secret(client_id, id);
  }
  BOOST_TEST(world.core().secrets(client_id).size() == 1U);
  BOOST_TEST(accepts(world, old_secret));
}

BOOST_AUTO_TEST_CASE(retires_all_of_a_client_that_is_removed) {
  World world;
  world.core().remove_client(client_id);
  BOOST_TEST(world.core().find_client(client_id) == nullptr);
  BOOST_TEST(verdict(world, old_secret) == TokenVerdict::unknown_client);
  BOOST_TEST(world.facts.count(FactKind::secret_refused, old_secret) == 1);
}

BOOST_AUTO_TEST_CASE(a_replica_turns_from_the_old_secret_to_the_new_one_in_one_instant) {
  World world(with({.max_secrets = 1,
                    .create_lag = {.low = seconds(30), .high = seconds(30)},
                    .replacement_is_one_turn = true,
                    .replicas = 3}));
  auto& core = world.core();
  const auto count = [&](const char* secret) {
    return core.accepting_replicas(name_of(client_id), name_of(secret), world.queue.now());
  };
  core.replace_secrets(client_id, {.id = {}, .value = new_secret});
  BOOST_TEST(core.secrets(client_id).size() == 1U);
  bool mixed = false;
  for (int second = 0; second < 30; ++second) {
    BOOST_TEST(count(old_secret) + count(new_secret) == 3);
    BOOST_TEST(accepts(world, old_secret) != accepts(world, new_secret));
    const TokenAttempt both{.client = name_of(client_id),
                            .secret = name_of(old_secret),
                            .fallback = name_of(new_secret)};
    BOOST_TEST(core.decide(both).verdict == TokenVerdict::granted);
    mixed = mixed || (count(new_secret) > 0 && count(old_secret) > 0);
    world.wait(seconds(1));
  }
  BOOST_TEST(mixed);
  BOOST_TEST(count(new_secret) == 3);
  BOOST_TEST(
      (world.facts.last(FactKind::secret_accepted, new_secret) == ports::Instant(seconds(30))));
}

// A second replacement on the heels of the first reaches each replica after it.
BOOST_AUTO_TEST_CASE(turns_reach_a_replica_in_the_order_in_which_they_were_made) {
  World world(with({.max_secrets = 1,
                    .create_lag = {.low = seconds(30), .high = seconds(30)},
                    .replacement_is_one_turn = true,
                    .replicas = 3}));
  world.core().replace_secrets(client_id, {.id = {}, .value = new_secret});
  world.wait(seconds(1));
  world.core().replace_secrets(client_id, {.id = {}, .value = "third"});
  for (int second = 1; second < 40; ++second) {
    int accepting = 0;
    for (const auto* secret : {old_secret, new_secret, "third"})
      accepting +=
          world.core().accepting_replicas(name_of(client_id), name_of(secret), world.queue.now());
    BOOST_TEST(accepting == 3);
    world.wait(seconds(1));
  }
  BOOST_TEST(accepts(world, "third"));
}

// As a portal that holds two values presents them.
BOOST_AUTO_TEST_CASE(a_fallback_is_asked_where_the_first_value_is_refused) {
  World world;
  const auto decide = [&](const char* first, const char* second) {
    return world.core()
        .decide(
            {.client = name_of(client_id), .secret = name_of(first), .fallback = name_of(second)})
        .verdict;
  };
  BOOST_TEST(decide("wrong", old_secret) == TokenVerdict::granted);
  BOOST_TEST(decide(old_secret, "wrong") == TokenVerdict::granted);
  BOOST_TEST(decide("wrong", "wrong") == TokenVerdict::wrong_secret);
}

BOOST_AUTO_TEST_SUITE_END()
