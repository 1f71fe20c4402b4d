// hvac, Debian's python3-hvac: its steps are in hvac_client.py.
#include <boost/test/unit_test.hpp>
#include <map>
#include <sstream>
#include <string>

#include "tests/conformance/served_world.h"

BOOST_AUTO_TEST_SUITE(vault)

namespace {

using conformance::Said;
using conformance::ServedWorld;

const std::string conflict =
    "InvalidRequest check-and-set parameter did not match the current version";

const std::map<std::string, std::string> expected = {
    // KV version 2, check-and-set
    {"missing", "InvalidPath"},
    {"create", "1"},
    {"create again", conflict},
    {"update", "2"},
    {"update without cas", "3"},
    {"stale", conflict},
    {"latest", "three"},
    {"older", "two"},
    {"no such version", "InvalidPath"},
    {"patch", "4"},
    {"patched", "three"},
    // its versions
    {"delete", "204"},
    {"deleted", "InvalidPath"},
    {"deletion told", "True"},
    {"undelete", "204"},
    {"undeleted", "two"},
    {"destroy", "204"},
    {"destroyed", "InvalidPath"},
    {"destruction told", "True"},
    {"keep two", "204"},
    {"write one more", "5"},
    {"kept", "4,5"},
    {"list", "hvac"},
    {"delete all", "204"},
    {"all deleted", "InvalidPath"},
    // tokens and policies
    {"wrong token", "Forbidden permission denied"},
    {"is wrong token known", "False"},
    {"is token known", "True"},
    {"not allowed", "Forbidden 1 error occurred:"},
    {"capabilities", "create,read,update"},
    {"renew", "True"},
    // the server
    {"health", "False"},
    {"health by HEAD", "200"},
    {"initialized", "True"},
    {"sealed", "False"},
    {"shares", "1"},
    {"mount", "2"},
    // logins of service accounts
    {"log in", "default,rotator"},
    {"log in as the portal", "Forbidden service account name not authorized"},
    {"log in to no role", "InvalidRequest invalid role name \"nobody\""},
    {"log in by a wrong token", "Forbidden permission denied"},
    {"wrong authority", "SSLError"}};

}  // namespace

BOOST_AUTO_TEST_CASE(raises_what_hvac_raises_for_the_real_server) {
  const auto& world = ServedWorld::get();
  const Said said = world.run(
      {"/usr/bin/python3", std::string(OVERLAP_SOURCE_DIR) + "/tests/conformance/hvac_client.py"});
  BOOST_TEST_REQUIRE(said.code == 0, said);
  std::map<std::string, std::string> outcomes;
  std::istringstream in(said.output);
  for (std::string line; std::getline(in, line);) {
    const auto colon = line.find(": ");
    BOOST_REQUIRE_MESSAGE(colon != std::string::npos, line);
    outcomes[line.substr(0, colon)] = line.substr(colon + 2);
  }
  for (const auto& [step, outcome] : expected)
    BOOST_TEST(outcomes[step] == outcome,
               step << ": " << outcomes[step] << ", expected " << outcome);
  BOOST_TEST(outcomes.size() == expected.size());
}

BOOST_AUTO_TEST_SUITE_END()
