#include "rotator/cli/did_you_mean.h"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(did_you_mean)

BOOST_AUTO_TEST_CASE(names_the_nearest_word_after_a_slip_of_the_hand) {
  const std::vector<std::string> known = {"window", "soak", "probes", "probe_spacing"};
  BOOST_TEST(rotator::did_you_mean("windwo", known) == "; did you mean 'window'?");
  BOOST_TEST(rotator::did_you_mean("probe", known) == "; did you mean 'probes'?");
  BOOST_TEST(rotator::did_you_mean("saok", known) == "; did you mean 'soak'?");
  BOOST_TEST(rotator::did_you_mean("probe-spacin", known) == "; did you mean 'probe_spacing'?");
}

BOOST_AUTO_TEST_CASE(says_nothing_of_a_word_that_is_like_no_other) {
  const std::vector<std::string> known = {"window", "soak"};
  for (const auto* word : {"", "x", "zzz", "planted", "window", "soaking"})
    BOOST_TEST(rotator::did_you_mean(word, known).empty(), word);
  BOOST_TEST(rotator::did_you_mean(std::string(100'000, 'w'), known).empty());
  BOOST_TEST(rotator::did_you_mean("soak", {}).empty());
}

BOOST_AUTO_TEST_SUITE_END()
