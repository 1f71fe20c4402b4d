// A brisk rotation, to be crashed or cut at each of its calls, and run again until it is at rest.
#pragma once

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstdint>

#include "tests/rotator/rotation/world.h"

namespace testing {

// Short waits, so that few of the calls are renewals of the lock.
inline rotator::Configuration brisk(const World& world) {
  auto configuration = world.configuration();
  configuration.kubernetes.agent_render_interval = std::chrono::seconds(30);
  configuration.rotation.soak = std::chrono::seconds(30);
  configuration.rotation.quiet_period = std::chrono::seconds(20);
  configuration.rotation.probes = 2;
  return configuration;
}

// How many the rotator makes, undisturbed, in `SomeWorld`.
template <typename SomeWorld = World>
std::uint64_t calls_of_a_whole_rotation() {
  SomeWorld world;
  BOOST_REQUIRE(world.run(brisk(world))->ending == rotator::Ending::done);
  return world.network.calls("rotator");
}

// Whatever happened, somebody runs the rotator again until it is at rest.
inline void finish(World& world) {
  constexpr int most_runs = 4;
  for (int i = 0; i < most_runs; ++i) {
    const auto outcome = world.run(brisk(world));
    if (outcome && outcome->ending == rotator::Ending::done) return;
  }
  BOOST_ERROR("the rotation came to no end");
}

}  // namespace testing
