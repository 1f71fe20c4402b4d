// SystemRandom: fills all of what it is given, never twice alike.
#include "rotator/ports/system_random.h"

#include <algorithm>
#include <array>
#include <boost/test/unit_test.hpp>
#include <set>
#include <string>

BOOST_AUTO_TEST_SUITE(system_random)

BOOST_AUTO_TEST_CASE(gives_different_identifiers_each_time) {
  ports::SystemRandom random;
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) seen.insert(ports::random_hex(random, 16));
  BOOST_TEST(seen.size() == 100U);
}

BOOST_AUTO_TEST_CASE(fills_every_byte) {
  // A byte left out stays zero in every round; by chance that is 2^-160 likely.
  ports::SystemRandom random;
  std::array<std::byte, 37> any{};
  for (int i = 0; i < 20; ++i) {
    std::array<std::byte, 37> bytes{};
    random.fill(bytes);
    for (std::size_t at = 0; at < bytes.size(); ++at) any[at] |= bytes[at];
  }
  BOOST_TEST(std::none_of(any.begin(), any.end(), [](std::byte b) { return b == std::byte{0}; }));
}

BOOST_AUTO_TEST_SUITE_END()
