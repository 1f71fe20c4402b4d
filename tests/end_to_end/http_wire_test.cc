// The binary itself: scenarios on the HTTP wire, with the rotator's executable as a child process,
// real HTTPS and real kill -9. Real time passes here, compressed; nothing is asserted about how
// much.
#include <algorithm>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "scenarios/run.h"
#include "scenarios/scenario.h"

BOOST_AUTO_TEST_SUITE(http_wire)

namespace {

namespace data = boost::unit_test::data;
using scenarios::Report;
using scenarios::Scenario;

const std::string folder = std::string(OVERLAP_SOURCE_DIR) + "/scenarios/";
const std::string rotator_path = std::string(OVERLAP_BINARY_DIR) + "/rotator/rotator";

Scenario load(const std::string& name) {
  auto scenario = scenarios::load_scenario(folder + name + ".yaml");
  if (!scenario) BOOST_FAIL(scenario.error().message);
  return std::move(*scenario);
}

Report run_over_http(const Scenario& scenario, const scenarios::RunOptions& options) {
  auto with_rotator = options;
  with_rotator.rotator = rotator_path;
  auto report = scenarios::run_http(scenario, with_rotator);
  if (!report) BOOST_FAIL(report.error().message);
  return std::move(*report);
}

std::string deviations(const Report& report) {
  std::string all = report.scenario + " seed " + std::to_string(report.seed);
  for (const auto& deviation : report.deviations) all += "; " + deviation;
  return all;
}

}  // namespace

BOOST_DATA_TEST_CASE(comes_to_the_same_verdict_as_the_simulated_wire,
                     data::make({"guide/zero_downtime", "guide/hard_cutover",
                                 "guide/premature_deletion", "guide/single_secret",
                                 "guide/auth_method_mismatch"}),
                     name) {
  const Scenario scenario = load(name);
  const Report http = run_over_http(scenario, {.seed = 1});
  BOOST_TEST(http.as_expected, deviations(http));
  const auto sim = scenarios::run_simulated(scenario, {.seed = 1});
  BOOST_REQUIRE(sim.has_value());
  BOOST_TEST((http.verdict == sim->verdict));
  BOOST_TEST((http.rotation.outcome == sim->rotation.outcome));
  for (const auto& [cause, count] : http.logins.by_cause)
    BOOST_TEST(sim->logins.by_cause.contains(cause),
               std::string(name) + ": only the HTTP wire has " + to_string(cause));
  // Failures a login tried while the driver is at work: equal within five standard deviations of a
  // Poisson count and a quarter, for what the machine's own delays (times the compression) add to a
  // rollout.
  const auto during = [](const Report& report) {
    scenarios::LoginCount sum;
    for (const auto& phase : report.phases) {
      if (phase.phase == "before" || phase.phase == "after") continue;
      sum.tried += phase.logins.tried;
      sum.failed += phase.logins.failed;
    }
    return sum;
  };
  const auto there = during(http);
  const auto here = during(*sim);
  if (here.failed == 0) {
    BOOST_TEST(there.failed == 0U);
    return;
  }
  const double expected = static_cast<double>(here.failed) / static_cast<double>(here.tried) *
                          static_cast<double>(there.tried);
  const double distance = std::abs(static_cast<double>(there.failed) - expected);
  BOOST_TEST(distance <= 5 * std::sqrt(expected) + expected / 4,
             std::string(name) + ": " + std::to_string(there.failed) + " failed, expected " +
                 std::to_string(expected));
}

// A colleague pauses the Deployment 15 s into the rollout and resumes it 2 minutes later.
BOOST_AUTO_TEST_CASE(does_what_a_colleague_does_beside_the_rotator) {
  const Report report = run_over_http(load("field/paused_rollout"), {.seed = 1});
  BOOST_TEST(report.as_expected, deviations(report));
  const auto rollout = std::find_if(report.phases.begin(), report.phases.end(),
                                    [](const auto& phase) { return phase.phase == "rollout"; });
  BOOST_REQUIRE((rollout != report.phases.end()));
  BOOST_TEST(rollout->to_s - rollout->from_s >= 135.0);
}

// The machine has been up for longer than a minute, which is what an hour of this run takes.
BOOST_AUTO_TEST_CASE(faults_are_timed_since_the_run_began) {
  auto scenario = load("guide/single_secret");
  scenario.faults.push_back({.label = "early",
                             .kind = &mocks::sim::fault::slow,
                             .caller = "rotator",
                             .to = ports::Instant(std::chrono::hours(1)),
                             .delay = std::chrono::seconds(1)});
  const Report report = run_over_http(scenario, {.seed = 1});
  BOOST_TEST(report.faults_never_fired.empty());
  BOOST_TEST(report.as_expected, deviations(report));
}

// As Ctrl-C does.
BOOST_AUTO_TEST_CASE(a_run_that_is_asked_to_stop_leaves_no_process_and_no_file) {
  std::string temporary = (std::filesystem::temp_directory_path() / "stopped-XXXXXX").string();
  BOOST_REQUIRE(mkdtemp(temporary.data()) != nullptr);
  setenv("TMPDIR", temporary.c_str(), 1);
  ports::StopSignal stop;
  bool begun = false;
  const auto scenario = load("guide/zero_downtime");
  const auto report = scenarios::run_http(
      scenario, {.rotator = rotator_path, .stop = &stop, .progress = [&](double share) {
                   // In the midst of its rotation.
                   if (share > 0.2 && !begun) stop.request();
                   begun = begun || share > 0.2;
                 }});
  unsetenv("TMPDIR");
  BOOST_REQUIRE(!report.has_value());
  BOOST_TEST((report.error().code == ports::ErrorCode::interrupted));
  BOOST_TEST(begun);
  BOOST_TEST(std::filesystem::is_empty(temporary));
  for (const auto& process : std::filesystem::directory_iterator("/proc")) {
    std::ifstream file(process.path() / "cmdline");
    const std::string words((std::istreambuf_iterator<char>(file)), {});
    BOOST_TEST(words.find(temporary) == std::string::npos, process.path().string());
  }
  std::filesystem::remove_all(temporary);
}

BOOST_AUTO_TEST_SUITE_END()
