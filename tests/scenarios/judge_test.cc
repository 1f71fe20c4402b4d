// What a run is held to have been.
#include <boost/test/unit_test.hpp>

#include "scenarios/run.h"

BOOST_AUTO_TEST_SUITE(judge)

namespace {

using scenarios::Report;
using scenarios::Verdict;

Report ended_with(std::map<mocks::users::Cause, std::uint64_t> by_cause) {
  Report report;
  report.rotation.outcome = rotator::Ending::done;
  report.logins.tried = 100;
  for (const auto& [cause, count] : by_cause) report.logins.failed += count;
  report.logins.by_cause = std::move(by_cause);
  return report;
}

scenarios::Scenario lossless() {
  scenarios::Scenario scenario;
  scenario.expect.failed_at_most = 0;
  scenario.expect.causes.emplace();
  return scenario;
}

}  // namespace

BOOST_AUTO_TEST_CASE(blames_no_rotation_for_a_pod_that_died_under_a_login) {
  auto report = ended_with({{mocks::users::Cause::pod_gone, 2}});
  scenarios::judge(lossless(), report);
  BOOST_TEST((report.verdict == Verdict::pass));
  BOOST_TEST(report.as_expected);
}

BOOST_AUTO_TEST_CASE(blames_a_rotation_for_a_portal_without_a_pod) {
  auto report = ended_with({{mocks::users::Cause::pod_gone, 2}, {mocks::users::Cause::no_pod, 1}});
  scenarios::judge(lossless(), report);
  BOOST_TEST((report.verdict == Verdict::fail));
  BOOST_TEST(!report.as_expected);
}

BOOST_AUTO_TEST_SUITE_END()
