#include "tests/scenarios/explore/brisk.h"

#include <stdexcept>

namespace testing::explore {
namespace {

template <typename Value>
Value value_of(ports::Result<Value> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return std::move(*result);
}

}  // namespace

scenarios::Scenario brisk(const std::string& more) {
  return value_of(
      scenarios::parse_scenario("purpose: A brisk rotation.\n"
                                "source: Made for tests.\n"
                                "world:\n"
                                "  vault: {render_interval: 20s}\n"
                                "  fleet: {replicas: 2, pod_ready: 3s..6s, termination: 2s..4s,\n"
                                "    termination_grace_s: 5, progress_deadline_s: 30}\n"
                                "  portal: {logins_per_minute: 120}\n"
                                "rotation:\n"
                                "  soak: 20s\n"
                                "  quiet_period: 10s\n"
                                "  probes: 2\n"
                                "  longest_token_exchange: 5s\n"
                                "  refresh_in_flight: 5s\n"
                                "  pod_ready_estimate: 6s\n"
                                "lead: 10s\n"
                                "tail: 1m\n"
                                "at_most: 2h\n" +
                                    more,
                                "scenarios/brisk.yaml"));
}

Court::Court(const std::string& more)
    : court(value_of(scenarios::explore::Court::open(brisk(more), {.stop = &stop}, clock))) {}

}  // namespace testing::explore
