// The table of kinds: whole, and each kind described step by step.
#include "mocks/sim/faults/kinds.h"

#include <boost/test/unit_test.hpp>
#include <set>
#include <string_view>

BOOST_AUTO_TEST_SUITE(kinds)

using mocks::sim::Course;
using mocks::sim::FaultKind;
namespace fault = mocks::sim::fault;

BOOST_AUTO_TEST_CASE(every_kind_has_a_name_of_its_own_and_is_found_by_it) {
  std::set<std::string_view> names;
  for (const auto* kind : mocks::sim::all_kinds) {
    BOOST_TEST(names.insert(kind->name).second, kind->name);
    BOOST_TEST(mocks::sim::find_kind(kind->name) == kind, kind->name);
    BOOST_TEST(!kind->what.empty(), kind->name);
    BOOST_TEST(mocks::sim::all_kinds[mocks::sim::number_of(*kind)] == kind, kind->name);
  }
  BOOST_TEST(mocks::sim::find_kind("gremlin") == nullptr);
}

BOOST_AUTO_TEST_CASE(no_two_kinds_do_the_same_to_a_call) {
  for (const auto* one : mocks::sim::all_kinds)
    for (const auto* other : mocks::sim::all_kinds)
      BOOST_TEST(((one->course == other->course) == (one == other)), one->name);
}

BOOST_AUTO_TEST_CASE(a_kind_without_effect_does_nothing_to_the_reply) {
  for (const auto* kind : mocks::sim::all_kinds) {
    if (kind->course.request == Course::Request::arrives) continue;
    BOOST_TEST((kind->course.reply == Course::Reply::arrives), kind->name);
    BOOST_TEST(!kind->course.twice, kind->name);
  }
}

BOOST_AUTO_TEST_CASE(only_a_kind_that_answers_takes_a_response) {
  for (const auto* kind : mocks::sim::all_kinds)
    BOOST_TEST(((kind->course.request == Course::Request::answered) ==
                (kind->takes == FaultKind::Takes::response)),
               kind->name);
}

BOOST_AUTO_TEST_CASE(the_numbers_in_facts_stay_as_they_were) {
  BOOST_TEST(mocks::sim::number_of(fault::slow) == 0U);
  BOOST_TEST(mocks::sim::number_of(fault::lost_reply) == 4U);
  BOOST_TEST(mocks::sim::number_of(fault::crash_after) == 9U);
}

BOOST_AUTO_TEST_SUITE_END()
