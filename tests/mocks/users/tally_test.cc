// Tally: where a login is counted, whenever its outcome becomes known.
#include "mocks/users/tally.h"

#include <boost/test/unit_test.hpp>
#include <vector>

#include "tests/mocks/users/small_world.h"

BOOST_AUTO_TEST_SUITE(tally)

namespace {

using mocks::users::Cause;
using mocks::users::Tally;
using tests::at;
using namespace std::chrono_literals;

}  // namespace

BOOST_AUTO_TEST_CASE(counts_a_login_in_the_phase_of_its_instant_even_when_told_later) {
  Tally tally;
  tally.begin_phase(at(0s), "create");
  tally.begin_phase(at(10s), "store");
  tally.begin_phase(at(20s), "rollout");
  tally.record(at(10s), Cause::secret_retired);
  tally.record(at(9999ms), std::nullopt, 3);
  tally.record(at(25s), std::nullopt);
  BOOST_TEST(tally.phases()[0].logins.tried == 3U);
  BOOST_TEST(tally.phases()[1].logins.failed == 1U);
  BOOST_TEST(tally.phases()[2].logins.tried == 1U);
  BOOST_TEST((tally.phases()[1].to == at(20s)));
  BOOST_TEST(tally.total().tried == 5U);
  BOOST_TEST(tally.total().of(Cause::secret_retired) == 1U);
}

BOOST_AUTO_TEST_CASE(names_every_instant_at_which_counting_changes) {
  Tally tally;
  tally.begin_phase(at(0s), "one");
  tally.begin_phase(at(10s), "two");
  tally.begin_phase(at(10s), "three");
  tally.begin_phase(at(20s), "four");
  tally.begin_phase(at(30s), "five");
  const std::vector<ports::Instant> expected = {at(10s), at(20s)};
  BOOST_TEST((tally.boundaries(at(0s), at(30s)) == expected));
}

BOOST_AUTO_TEST_CASE(keeps_refreshes_out_of_the_logins) {
  Tally tally;
  tally.record_refresh(Cause::secret_retired, 4);
  BOOST_TEST(tally.total().tried == 0U);
  BOOST_TEST(tally.refreshes().failed == 4U);
}

BOOST_AUTO_TEST_SUITE_END()
