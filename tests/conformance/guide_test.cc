// The guide's commands in guide.sh: curl against Okta and Vault, kubectl against the cluster.
#include <boost/test/unit_test.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "tests/conformance/served_world.h"

BOOST_AUTO_TEST_SUITE(guide)

namespace {

std::vector<std::string> lines(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> all;
  for (std::string line; std::getline(in, line);) all.push_back(line);
  return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(rotates_the_secret_by_the_commands_of_the_guide) {
  const auto said = conformance::ServedWorld::get().run(
      {"bash", "-euo", "pipefail",
       std::string(OVERLAP_SOURCE_DIR) + "/tests/conformance/guide.sh"});
  BOOST_TEST(said.code == 0, said);
  std::vector<std::string> expected = {"2", "2", "deployment.apps/portal-backend restarted",
                                       "deployment \"portal-backend\" successfully rolled out",
                                       "2"};
  for (int pod = 0; pod < 4; ++pod) {
    expected.push_back("1");
    expected.push_back("renders the new secret");
  }
  // The new secret and a wrong one; deactivated and deleted; one is left, and still accepted.
  for (const char* line : {"200", "401", "200", "204", "1", "200"}) expected.push_back(line);
  BOOST_TEST(lines(said.output) == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
