// Every scenario of the library, on the simulated wire: as expected, at its own seed and at
// another; and every file by the published schema and by the loader alike.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <map>

#include "scenarios/run.h"
#include "scenarios/scenario_keys.h"
#include "tests/scenarios/schema.h"

BOOST_AUTO_TEST_SUITE(guide)

namespace {

using scenarios::Report;

constexpr std::uint64_t another_seed = 20'011;

std::vector<std::string> files(const std::string& folder) {
  const auto found = scenarios::scenario_files(testing::in_project("scenarios/" + folder));
  BOOST_REQUIRE_MESSAGE(found.has_value(), found.error().message);
  return *found;
}

// The hash of its trace, and what the rotator said at the end.
std::string is_as_expected(const std::string& file, std::uint64_t seed) {
  const auto scenario = scenarios::load_scenario(file);
  BOOST_REQUIRE_MESSAGE(scenario.has_value(), scenario.error().message);
  const auto report =
      scenarios::run_simulated(*scenario, {.seed = seed == 0 ? scenario->seed : seed});
  BOOST_REQUIRE_MESSAGE(report.has_value(), report.error().message);
  for (const auto& deviation : report->deviations)
    BOOST_ERROR(report->scenario << " seed " << report->seed << ": " << deviation << "\n"
                                 << scenarios::text_details(*report));
  BOOST_TEST(report->as_expected, scenarios::text_row(*report));
  BOOST_TEST(report->logins.tried > 0U);
  return report->trace_hash + " " + report->rotation.message;
}

}  // namespace

BOOST_AUTO_TEST_CASE(has_every_row_of_the_guides_table_and_its_remedy) {
  std::vector<std::string> names;
  for (const auto& file : files("guide")) names.push_back(scenarios::scenario_name(file));
  for (const char* row : {"zero_downtime", "hard_cutover", "premature_deletion", "stale_agent",
                          "single_secret", "auth_method_mismatch", "login_loop", "slow_idp"})
    BOOST_TEST(std::count(names.begin(), names.end(), "guide/" + std::string(row)) == 1, row);
  for (const char* row : {"hard_cutover", "premature_deletion", "stale_agent",
                          "auth_method_mismatch", "login_loop", "slow_idp"})
    BOOST_TEST(
        std::count(names.begin(), names.end(), "guide/" + std::string(row) + "_remedied") == 1,
        row);
}

BOOST_AUTO_TEST_CASE(every_scenario_of_the_guide_is_as_expected) {
  for (const auto& file : files("guide")) is_as_expected(file, 0);
}

BOOST_AUTO_TEST_CASE(every_scenario_of_the_guide_is_as_expected_at_another_seed) {
  for (const auto& file : files("guide")) is_as_expected(file, another_seed);
}

BOOST_AUTO_TEST_CASE(every_scenario_from_the_field_is_as_expected_and_shows_what_no_other_shows) {
  std::map<std::string, std::string> seen;
  for (const auto& file : files("field")) {
    const auto [same, fresh] = seen.emplace(is_as_expected(file, 0), file);
    BOOST_TEST(fresh, file << " is, event by event, the run of " << same->second);
  }
}

BOOST_AUTO_TEST_CASE(every_scenario_from_the_field_is_as_expected_at_another_seed) {
  for (const auto& file : files("field")) is_as_expected(file, another_seed);
}

BOOST_AUTO_TEST_CASE(every_file_validates_by_the_published_schema) {
  const testing::Schema schema("a scenario", scenarios::scenario_schema());
  for (const auto& folder : {"guide", "field"})
    for (const auto& file : files(folder)) {
      const auto complaints = schema.complaints_about_yaml(testing::read_file(file));
      BOOST_TEST(complaints.empty(), file + ": " + complaints);
    }
}

BOOST_AUTO_TEST_SUITE_END()
