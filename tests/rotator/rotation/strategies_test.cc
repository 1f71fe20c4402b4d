// Every table of the list: what the driver takes for granted of a table holds in each.
#include "rotator/rotation/strategies/strategies.h"

#include <boost/test/unit_test.hpp>
#include <set>

#include "rotator/rotation/configuration.h"
#include "rotator/rotation/phases/phases.h"
#include "tests/rotator/rotation/print.h"

BOOST_AUTO_TEST_SUITE(strategies)

using rotator::Capability;
using rotator::Phase;

BOOST_AUTO_TEST_CASE(have_names_of_their_own_by_which_they_are_found) {
  std::set<std::string_view> names;
  for (const auto* strategy : rotator::all_strategies()) {
    BOOST_TEST(names.insert(strategy->name).second, strategy->name);
    BOOST_TEST(rotator::find_strategy(strategy->name) == strategy);
  }
  BOOST_TEST(rotator::find_strategy("hope") == nullptr);
  BOOST_TEST(rotator::find_strategy("") == nullptr);
  BOOST_TEST(rotator::strategy_names().size() == names.size());
  // Each that loses no login can be chosen by itself, and says why.
  BOOST_TEST(rotator::Configuration().rotation.strategy.empty());
  for (const auto* strategy : rotator::all_strategies())
    BOOST_TEST(strategy->fit.empty() == (strategy->costs_logins || strategy->only_by_name),
               strategy->name);
}

// The journal holds no more than a phase's name.
BOOST_AUTO_TEST_CASE(name_each_phase_of_the_way_forward_once) {
  for (const auto* strategy : rotator::all_strategies()) {
    BOOST_TEST_CONTEXT(strategy->name) {
      BOOST_REQUIRE(!strategy->forward.empty());
      for (std::size_t row = 0; row < strategy->forward.size(); ++row) {
        const auto name = strategy->forward[row].phase->name();
        BOOST_TEST(strategy->row_of(name) == row, name);
        BOOST_TEST((name != Phase::preflight && name != Phase::rollback), name);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(go_again_only_from_an_earlier_row) {
  for (const auto* strategy : rotator::all_strategies())
    for (std::size_t row = 0; row < strategy->forward.size(); ++row)
      if (const auto* again = strategy->forward[row].again)
        BOOST_TEST(strategy->row_of(again) < row, strategy->name << " row " << row);
}

BOOST_AUTO_TEST_CASE(turn_back_in_their_own_table_and_never_once_the_old_secret_may_be_gone) {
  for (const auto* strategy : rotator::all_strategies()) {
    BOOST_TEST_CONTEXT(strategy->name) {
      // A secret that has to end by a time is never turned back to.
      BOOST_TEST(strategy->back.empty() == (strategy->due != nullptr));
      if (strategy->due != nullptr) continue;
      const auto last = strategy->row_of(strategy->last_turn);
      BOOST_TEST(strategy->row_of(strategy->last_turn_by_itself) <= last);
      BOOST_TEST(last < strategy->row_of(Phase::removal));
      BOOST_REQUIRE(!strategy->back.empty());
      for (const auto* phase : strategy->back) BOOST_TEST(phase->name() == Phase::rollback);
      // The value in Vault and the fleet need the old secret, so that is first; the new one goes
      // when nothing needs it any more.
      BOOST_TEST(strategy->back.front() == &rotator::phases::enable_old);
      BOOST_TEST(strategy->back.back() == &rotator::phases::remove_new);
    }
  }
}

BOOST_AUTO_TEST_CASE(end_a_leaked_secret_in_their_own_table_and_before_its_removal) {
  for (const auto* strategy : rotator::all_strategies())
    if (strategy->due != nullptr) {
      BOOST_TEST(strategy->row_of(strategy->due) < strategy->row_of(Phase::removal),
                 strategy->name);
      BOOST_TEST(strategy->only_by_name, strategy->name);
    }
}

BOOST_AUTO_TEST_CASE(say_why_a_provider_does_not_fit) {
  const Capability single = {.slots = Capability::Slots::single};
  const Capability many = {.slots = Capability::Slots::independent};
  const Capability chosen = {
      .slots = Capability::Slots::single, .create_replaces = true, .chooses_value = true};
  for (const auto* strategy : rotator::all_strategies())
    BOOST_TEST(((strategy->fits(single) && strategy->fits(many)) || !strategy->misfit.empty()),
               strategy->name);
  BOOST_TEST(rotator::strategies::overlap.fits(many));
  BOOST_TEST(rotator::strategies::staged_fallback.fits(chosen));
  BOOST_TEST(!rotator::strategies::staged_fallback.fits(single));
  BOOST_TEST(!rotator::strategies::staged_fallback.fits(many));
  BOOST_TEST(rotator::strategies::staged_fallback.needs_fallback);
  BOOST_TEST(!rotator::strategies::overlap.fits(single));
  BOOST_TEST(rotator::strategies::cutover.fits(single));
  BOOST_TEST(rotator::strategies::cutover.costs_logins);
}

BOOST_AUTO_TEST_SUITE_END()
