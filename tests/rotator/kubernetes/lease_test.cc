#include "rotator/kubernetes/lease.h"

#include <boost/test/unit_test.hpp>

#include "rotator/calls/answer_json.h"
#include "tests/rotator/kubernetes/cluster_world.h"

namespace rotator {

using namespace std::chrono_literals;
using ports::ErrorCode;

namespace lease {

const std::string leases = server + "/apis/coordination.k8s.io/v1/namespaces/portal/leases";
const std::string one = leases + "/rotator-web";
const auto conflict = status_json(409, "Conflict", "the object has been modified");
const auto not_found = status_json(404, "NotFound", "leases.coordination.k8s.io not found");

// At the clock's start, and as many seconds later.
std::string time_text(int second) {
  return "2026-11-23T10:00:" + std::string(second < 10 ? "0" : "") + std::to_string(second) +
         ".000000Z";
}

std::string lease_json(const std::string& version, const std::string& holder,
                       const std::string& acquired, const std::string& renewed, int transitions = 0,
                       int duration = 15) {
  return R"({"kind":"Lease","metadata":{"name":"rotator-web","namespace":"portal","uid":"u-l","resourceVersion":")" +
         version + R"(","labels":{"team":"portal"}},"spec":{"holderIdentity":")" + holder +
         R"(","leaseDurationSeconds":)" + std::to_string(duration) + R"(,"acquireTime":")" +
         acquired + R"(","renewTime":")" + renewed + R"(","leaseTransitions":)" +
         std::to_string(transitions) + "}}";
}

struct World : ClusterWorld {
  Lease lease{cluster, {.name = "rotator-web", .holder = "me"}};

  // Takes it at second 0, as version 10.
  void take() {
    http.expect("GET " + one, 404, not_found);
    http.expect("POST " + leases, 201, lease_json("10", "me", time_text(0), time_text(0)));
    REQUIRE_OK(lease.acquire());
  }
  JsonDocument last_body() const { return JsonDocument::parse(http.requests.back().body).value(); }
};

}  // namespace lease

BOOST_FIXTURE_TEST_SUITE(lease, lease::World)

BOOST_AUTO_TEST_CASE(creates_a_lease_that_is_not_there) {
  take();
  BOOST_TEST(lease.held());
  BOOST_TEST((lease.next_renewal() == ports::Instant(5s)));
  const auto sent = last_body();
  BOOST_TEST(text_member(sent, {"spec", "holderIdentity"}) == "me");
  BOOST_TEST(text_member(sent, {"spec", "renewTime"}) == time_text(0));
  BOOST_TEST(integer_member(sent, {"spec", "leaseDurationSeconds"}) == 15);
  BOOST_TEST(integer_member(sent, {"spec", "leaseTransitions"}, 9) == 0);
}

BOOST_AUTO_TEST_CASE(takes_a_released_lease_and_keeps_its_labels) {
  http.expect("GET " + one, 200, lease_json("7", "", time_text(0), time_text(0), 3));
  http.expect("PUT " + one, 200, lease_json("8", "me", time_text(0), time_text(0), 4));
  REQUIRE_OK(lease.acquire());
  const auto sent = last_body();
  BOOST_TEST(text_member(sent, {"metadata", "resourceVersion"}) == "7");
  BOOST_TEST(text_member(sent, {"metadata", "labels", "team"}) == "portal");
  BOOST_TEST(integer_member(sent, {"spec", "leaseTransitions"}) == 4);
}

BOOST_AUTO_TEST_CASE(takes_over_only_after_a_whole_duration_without_change_by_its_own_clock) {
  // The holder's renewTime is years old: its clock is not ours.
  const auto theirs =
      lease_json("7", "other", "2020-01-01T00:00:00.000000Z", "2020-01-01T00:00:00.000000Z", 3);
  for (int i = 0; i < 8; ++i) http.expect("GET " + one, 200, theirs);  // at 0, 2, ... 14
  http.expect("GET " + one, 200, theirs);                              // at 15
  http.expect("PUT " + one, 200, lease_json("8", "me", time_text(15), time_text(15), 4));
  REQUIRE_OK(lease.acquire());
  BOOST_TEST((clock.elapsed == 15s));
  BOOST_TEST(integer_member(last_body(), {"spec", "leaseTransitions"}) == 4);
}

BOOST_AUTO_TEST_CASE(leaves_a_lease_that_its_holder_keeps_alive) {
  for (int i = 0; i <= 15; ++i)
    http.expect("GET " + one, 200,
                lease_json(std::to_string(100 + i / 3), "other", time_text(0), time_text(2 * i)));
  const auto held = lease.acquire();
  check_error(held, ErrorCode::conflict, "held by other");
  BOOST_TEST(holds(held.error().message, "renewed 0 s ago for 15 s"));
  BOOST_TEST(!lease.held());
}

BOOST_AUTO_TEST_CASE(loses_a_race_without_harm) {
  http.expect("GET " + one, 404, not_found);
  http.expect("POST " + leases, 409, status_json(409, "AlreadyExists", "already exists"));
  http.expect("GET " + one, 200, lease_json("11", "other", time_text(0), time_text(0)));
  for (int i = 1; i <= 15; ++i)
    http.expect("GET " + one, 200,
                lease_json(std::to_string(100 + i), "other", time_text(0), time_text(2 * i)));
  check_error(lease.acquire(), ErrorCode::conflict, "held by other");
}

BOOST_AUTO_TEST_CASE(settles_a_lost_create_by_reading) {
  http.expect("GET " + one, 404, not_found).expect_error("POST " + leases, ErrorCode::ambiguous);
  http.expect("GET " + one, 200, lease_json("10", "me", time_text(0), time_text(0)));
  REQUIRE_OK(lease.acquire());
  BOOST_TEST(lease.held());
}

BOOST_AUTO_TEST_CASE(renews_when_due_and_not_before) {
  take();
  clock.elapsed = 4s;
  REQUIRE_OK(lease.keep());
  clock.elapsed = 5s;
  http.expect("PUT " + one, 200, lease_json("11", "me", time_text(0), time_text(5)));
  REQUIRE_OK(lease.keep());
  const auto sent = last_body();
  BOOST_TEST(text_member(sent, {"metadata", "resourceVersion"}) == "10");
  BOOST_TEST(text_member(sent, {"spec", "acquireTime"}) == time_text(0));
  BOOST_TEST(text_member(sent, {"spec", "renewTime"}) == time_text(5));
  BOOST_TEST((lease.next_renewal() == ports::Instant(10s)));
}

BOOST_AUTO_TEST_CASE(holds_for_a_long_wait_with_one_call) {
  take();
  http.expect("PUT " + one, 200, lease_json("11", "me", time_text(0), time_text(0), 0, 900));
  REQUIRE_OK(lease.keep_for(15min));
  BOOST_TEST(integer_member(last_body(), {"spec", "leaseDurationSeconds"}) == 900);
  BOOST_TEST((lease.next_renewal() == ports::Instant(10min)));
  clock.elapsed = 9min;
  REQUIRE_OK(lease.keep());
}

BOOST_AUTO_TEST_CASE(proves_by_compare_and_set_that_it_is_still_ours) {
  take();
  http.expect("PUT " + one, 200, lease_json("11", "me", time_text(0), time_text(0)));
  REQUIRE_OK(lease.still_ours());
  http.expect("PUT " + one, 409, conflict);
  http.expect("GET " + one, 200, lease_json("15", "other", time_text(3), time_text(3), 1));
  check_error(lease.still_ours(), ErrorCode::conflict, "taken or changed by other");
  BOOST_TEST(!lease.held());
}

BOOST_AUTO_TEST_CASE(is_lost_when_somebody_had_it_in_between) {
  // Released by a second holder: the name is empty, and the acquireTime is not ours.
  take();
  http.expect("PUT " + one, 409, conflict);
  http.expect("GET " + one, 200, lease_json("16", "", time_text(3), time_text(4), 1));
  check_error(lease.still_ours(), ErrorCode::conflict, "somebody");
  // Another process of the same name: only the acquireTime tells it from us.
  World twin;
  twin.take();
  twin.http.expect("PUT " + one, 409, conflict);
  twin.http.expect("GET " + one, 200, lease_json("16", "me", time_text(3), time_text(4)));
  check_error(twin.lease.still_ours(), ErrorCode::conflict, "changed by me");
  // Deleted under us: a PUT creates it anew, which proves nothing.
  World other;
  other.take();
  other.http.expect("PUT " + one, 201, lease_json("30", "me", time_text(0), time_text(0)));
  check_error(other.lease.still_ours(), ErrorCode::conflict, "deleted");
  BOOST_TEST(!other.lease.held());
}

BOOST_AUTO_TEST_CASE(settles_a_lost_renewal_by_reading) {
  take();
  clock.elapsed = 5s;
  http.expect_error("PUT " + one, ErrorCode::ambiguous);
  http.expect("GET " + one, 200, lease_json("11", "me", time_text(0), time_text(5)));
  REQUIRE_OK(lease.still_ours());
  // The next one goes on from there.
  http.expect("PUT " + one, 200, lease_json("12", "me", time_text(0), time_text(5)));
  REQUIRE_OK(lease.still_ours());
  BOOST_TEST(text_member(last_body(), {"metadata", "resourceVersion"}) == "11");
}

BOOST_AUTO_TEST_CASE(does_not_take_a_renewal_that_never_arrived_for_done) {
  take();
  http.expect_error("PUT " + one, ErrorCode::ambiguous);
  http.expect("GET " + one, 200, lease_json("10", "me", time_text(0), time_text(0)));
  check_error(lease.still_ours(), ErrorCode::unreachable, "did not get through");
  BOOST_TEST(lease.held());
}

BOOST_AUTO_TEST_CASE(recognises_its_own_late_write_behind_a_conflict) {
  take();
  clock.elapsed = 5s;
  http.expect_error("PUT " + one, ErrorCode::ambiguous);
  http.expect("GET " + one, 200,
              lease_json("10", "me", time_text(0), time_text(0)));  // not yet there
  REQUIRE_OK(lease.keep());
  clock.elapsed = 7s;
  http.expect("PUT " + one, 409, conflict);  // it has arrived meanwhile
  http.expect("GET " + one, 200, lease_json("11", "me", time_text(0), time_text(5)));
  http.expect("PUT " + one, 200, lease_json("12", "me", time_text(0), time_text(7)));
  REQUIRE_OK(lease.keep());
  BOOST_TEST(lease.held());
}

BOOST_AUTO_TEST_CASE(bears_a_failed_renewal_while_the_lease_lasts_and_no_longer) {
  take();
  clock.elapsed = 5s;
  // A cut-off server: each attempt costs its time.
  http.expect_error("PUT " + one, ErrorCode::unreachable, 4800ms);
  REQUIRE_OK(lease.keep());
  BOOST_TEST(lease.held());
  BOOST_TEST((lease.next_renewal() == clock.now() + 2s));
  clock.elapsed = 12s;
  http.expect_error("PUT " + one, ErrorCode::unreachable, 4800ms);
  check_error(lease.keep(), ErrorCode::unreachable, "connection broke");
  BOOST_TEST(!lease.held());
  // Nobody took it meanwhile: it is ours again.
  clock.elapsed = 60s;
  http.expect("PUT " + one, 200,
              lease_json("11", "me", time_text(0), "2026-11-23T10:01:00.000000Z"));
  REQUIRE_OK(lease.keep());
  BOOST_TEST(lease.held());
}

BOOST_AUTO_TEST_CASE(releases_by_an_empty_holder) {
  take();
  http.expect("PUT " + one, 200, lease_json("11", "", time_text(0), time_text(0), 0, 1));
  REQUIRE_OK(lease.release());
  BOOST_TEST(text_member(last_body(), {"spec", "holderIdentity"}) == "");
  BOOST_TEST(integer_member(last_body(), {"spec", "leaseDurationSeconds"}) == 1);
  BOOST_TEST(!lease.held());
  REQUIRE_OK(lease.release());  // nothing to give up
}

BOOST_AUTO_TEST_CASE(passes_on_what_keeps_it_from_the_lease) {
  http.expect("GET " + one, 403, status_json(403, "Forbidden", "cannot get resource leases"));
  check_error(lease.acquire(), ErrorCode::refused, "cannot get resource leases");
  http.expect("GET " + one, 200, R"({"kind":"Lease","metadata":{}})");
  check_error(lease.acquire(), ErrorCode::malformed, "resourceVersion");
  http.expect("GET " + one, 404, not_found);
  http.expect("POST " + leases, 403,
              status_json(403, "Forbidden", "cannot create resource leases"));
  check_error(lease.acquire(), ErrorCode::refused, "cannot create resource leases");
  check_error(lease.still_ours(), ErrorCode::conflict, "never taken");
  http.expect("GET " + one, 200, lease_json("7", "other", time_text(0), time_text(0)));
  const auto stopped = [&] {
    clock.stop = true;
    return lease.acquire();
  }();
  check_error(stopped, ErrorCode::interrupted, "waiting for lease");
}

BOOST_AUTO_TEST_CASE(says_for_whom_it_waits_and_for_how_long) {
  std::vector<std::pair<std::string, ports::Duration>> told;
  Lease patient(cluster, {.name = "rotator-web",
                          .holder = "me",
                          .on_wait = [&](const std::string& what, ports::Duration at_most) {
                            told.emplace_back(what, at_most);
                          }});
  for (int i = 0; i < 9; ++i)
    http.expect("GET " + one, 200, lease_json("7", "other", time_text(0), time_text(0)));
  http.expect("PUT " + one, 200, lease_json("8", "me", time_text(15), time_text(15), 1));
  REQUIRE_OK(patient.acquire());
  BOOST_REQUIRE(told.size() == 1U);
  BOOST_TEST(told.front().first == "lease portal/rotator-web, held by other");
  BOOST_TEST((told.front().second == 15s));
}

BOOST_AUTO_TEST_CASE(names_the_holder_without_taking_anything) {
  http.expect("GET " + one, 200, lease_json("7", "other", time_text(0), time_text(3)));
  const auto held = lease.holder();
  REQUIRE_OK(held);
  BOOST_REQUIRE(held->has_value());
  BOOST_TEST((*held)->name == "other");
  BOOST_TEST(((*held)->lasts == 15s));
  http.expect("GET " + one, 200, lease_json("8", "", time_text(0), time_text(3)));
  BOOST_TEST(!lease.holder().value().has_value());
  http.expect("GET " + one, 404, not_found);
  BOOST_TEST(!lease.holder().value().has_value());
  BOOST_TEST(!lease.held());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rotator
