// The floors of each house: who stands on whom. A file includes its own room and what is below;
// rooms of one floor stand side by side and do not know each other.
#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "tests/tidy/sources.h"

BOOST_AUTO_TEST_SUITE(floors)

namespace {

using tidy::SourceFile;

// A room is a folder with all that is in it ("rotator/calls/"), or a header with its source
// ("mocks/scheduler"); of two that fit a file the longer one is its room.
struct House {
  std::string root = {};                              // files below this ...
  std::vector<std::vector<std::string>> floors = {};  // ... have a room here, from the ground up
  // Only headers are held to it: their sources may look up to whoever calls them.
  bool headers_only = false;
};

std::vector<House> product() {
  return {
      {.root = "rotator/",
       .floors = {{"rotator/ports/"},
                  {"rotator/calls/"},
                  {"rotator/idp/", "rotator/vault/", "rotator/kubernetes/"},
                  {"rotator/rotation/"},
                  {"rotator/cli/"}}},
      {.root = "rotator/rotation/",
       .floors = {{"rotator/rotation/"},  // all that has no room of its own
                  {"rotator/rotation/context/"},
                  {"rotator/rotation/phases/"},
                  {"rotator/rotation/strategies/"},
                  {"rotator/rotation/preflight/"},
                  {"rotator/rotation/driver", "rotator/rotation/status", "rotator/rotation/doctor"},
                  {"rotator/rotation/rotation"}}},
  };
}

std::vector<House> mocks() {
  return {
      {.root = "mocks/",
       .floors = {{"mocks/channel", "mocks/facts", "mocks/json_escape", "mocks/json_view",
                   "mocks/scheduler", "mocks/time_range"},
                  {"mocks/handler", "mocks/read_json"},
                  {"mocks/sim/"},
                  {"mocks/idp/", "mocks/vault/", "mocks/kubernetes/", "mocks/wire/"},
                  {"mocks/portal/"},
                  {"mocks/users/"}}},
      {.root = "mocks/idp/",
       .floors = {{"mocks/idp/console", "mocks/idp/encoding", "mocks/idp/grants"},
                  {"mocks/idp/core", "mocks/idp/reply", "mocks/idp/request", "mocks/idp/signing"},
                  {"mocks/idp/core_decide", "mocks/idp/core_lifetimes", "mocks/idp/provider",
                   "mocks/idp/token_request", "mocks/idp/tokens"},
                  {"mocks/idp/auth0/", "mocks/idp/entra/", "mocks/idp/keycloak/",
                   "mocks/idp/okta/"},
                  {"mocks/idp/dialect"}}},
      {.root = "mocks/idp/auth0/",
       .floors = {{"mocks/idp/auth0/console", "mocks/idp/auth0/options", "mocks/idp/auth0/reply"},
                  {"mocks/idp/auth0/management", "mocks/idp/auth0/oauth"},
                  {"mocks/idp/auth0/authorize", "mocks/idp/auth0/auth0"}}},
      {.root = "mocks/idp/keycloak/",
       .floors = {{"mocks/idp/keycloak/console", "mocks/idp/keycloak/options",
                   "mocks/idp/keycloak/reply", "mocks/idp/keycloak/secrets"},
                  {"mocks/idp/keycloak/admin", "mocks/idp/keycloak/oauth"},
                  {"mocks/idp/keycloak/keycloak"}}},
      {.root = "mocks/idp/okta/",
       .floors = {{"mocks/idp/okta/console", "mocks/idp/okta/options", "mocks/idp/okta/reply",
                   "mocks/idp/okta/tokens"},
                  {"mocks/idp/okta/service_apps"},
                  {"mocks/idp/okta/admin", "mocks/idp/okta/oauth"},
                  {"mocks/idp/okta/applications", "mocks/idp/okta/authorize",
                   "mocks/idp/okta/okta"}}},
      {.root = "mocks/idp/entra/",
       .floors = {{"mocks/idp/entra/console", "mocks/idp/entra/options", "mocks/idp/entra/reply"},
                  {"mocks/idp/entra/graph", "mocks/idp/entra/oauth"},
                  {"mocks/idp/entra/entra"}}},
      {.root = "mocks/vault/",
       .floors = {{"mocks/vault/store/"},
                  {"mocks/vault/http/"},
                  {"mocks/vault/vault"},
                  {"mocks/vault/agent/"}}},
      {.root = "mocks/kubernetes/",
       .floors = {{"mocks/kubernetes/json/"},
                  {"mocks/kubernetes/store/"},
                  {"mocks/kubernetes/codec/", "mocks/kubernetes/node/"},
                  {"mocks/kubernetes/controllers/", "mocks/kubernetes/api/"},
                  {"mocks/kubernetes/api_server"}}},
  };
}

std::vector<House> harness() {
  return {
      {.root = "scenarios/explore/",
       .floors = {{"scenarios/explore/watch"},
                  {"scenarios/explore/plans"},
                  {"scenarios/explore/trial"},
                  {"scenarios/explore/shrink"},
                  {"scenarios/explore/explore"},
                  {"scenarios/explore/ways"}},
       .headers_only = true},
      {.root = "scenarios/",
       .floors = {{"scenarios/invariant", "scenarios/callers", "scenarios/shipped",
                   "scenarios/spectator"},
                  {"scenarios/report", "scenarios/argument", "scenarios/secret_search",
                   "scenarios/side_by_side", "scenarios/child", "scenarios/witness",
                   "scenarios/progress", "scenarios/terminal", "scenarios/private_file"},
                  {"scenarios/acts", "scenarios/flaw", "scenarios/narrator",
                   "scenarios/invariants"},
                  {"scenarios/steps"},
                  {"scenarios/scenario"},
                  {"scenarios/scenario_keys", "scenarios/compression", "scenarios/assemble",
                   "scenarios/hand", "scenarios/world", "scenarios/run"},
                  {"scenarios/window"},
                  {"scenarios/sweep"},
                  {"scenarios/stage", "scenarios/servers", "scenarios/formats",
                   "scenarios/explore/"},
                  {"scenarios/play", "scenarios/commands"},
                  {"scenarios/serve/", "scenarios/explore_command"},
                  {"scenarios/program"}},
       .headers_only = true},
      {.root = "scenarios/serve/",
       .floors = {{"scenarios/serve/shell", "scenarios/serve/folder", "scenarios/serve/background",
                   "scenarios/serve/known_secrets", "scenarios/serve/problem",
                   "scenarios/serve/profile", "scenarios/serve/control_document"},
                  {"scenarios/serve/request_journal"},
                  {"scenarios/serve/served"},
                  {"scenarios/serve/state", "scenarios/serve/control_routes",
                   "scenarios/serve/control"},
                  {"scenarios/serve/command"}},
       .headers_only = true},
  };
}

const std::vector<House>& houses() {
  static const std::vector<House> all = [] {
    std::vector<House> every;
    for (auto part : {product, mocks, harness})
      for (auto& house : part()) every.push_back(std::move(house));
    return every;
  }();
  return all;
}

struct Place {
  int floor = -1;  // none
  std::string room = {};
};

bool in_room(const std::string& path, const std::string& room) {
  return room.ends_with('/') ? path.starts_with(room) : tidy::stem_of(path) == room;
}

Place place_of(const House& house, const std::string& path) {
  Place place;
  for (std::size_t floor = 0; floor < house.floors.size(); ++floor)
    for (const auto& room : house.floors[floor])
      if (in_room(path, room) && room.size() > place.room.size())
        place = {.floor = static_cast<int>(floor), .room = room};
  return place;
}

std::vector<std::string> complaints(const House& house, const std::vector<SourceFile>& files) {
  std::vector<std::string> all;
  for (const auto& file : files) {
    if (!file.path.starts_with(house.root)) continue;
    if (house.headers_only && !file.path.ends_with(".h")) continue;
    const auto own = place_of(house, file.path);
    if (own.floor < 0) all.push_back(file.path + " has no room in " + house.root);
    for (const auto& included : tidy::includes_of(file)) {
      if (!included.starts_with(house.root)) continue;
      const auto other = place_of(house, included);
      if (own.floor < 0 || other.floor < 0 || own.room == other.room) continue;
      if (other.floor < own.floor) continue;
      all.push_back(file.path + " includes " + included + ", which stands " +
                    (other.floor > own.floor ? "above" : "beside") + " it");
    }
  }
  return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(nothing_includes_what_stands_above_or_beside_it) {
  const auto& files = tidy::sources();
  for (const auto& house : houses())
    for (const auto& complaint : complaints(house, files)) BOOST_TEST(false, complaint);
}

BOOST_AUTO_TEST_CASE(every_room_is_lived_in) {
  const auto& files = tidy::sources();
  for (const auto& house : houses())
    for (const auto& floor : house.floors)
      for (const auto& room : floor) {
        bool found = false;
        for (const auto& file : files) found = found || in_room(file.path, room);
        BOOST_TEST(found, room + " is no file of ours any more");
      }
}

BOOST_AUTO_TEST_CASE(sees_an_arrow_upward_and_one_sideways_and_a_file_without_a_room) {
  const House house = {.root = "a/", .floors = {{"a/low/"}, {"a/left/", "a/right/"}, {"a/top"}}};
  const auto one = [&](const char* path, const char* included) {
    return complaints(house, {{path, std::string("#include \"") + included + "\"\n"}});
  };
  BOOST_TEST(one("a/low/x.cc", "a/low/y.h").empty());
  BOOST_TEST(one("a/left/x.cc", "a/low/y.h").empty());
  BOOST_TEST(one("a/top.cc", "a/right/y.h").empty());
  BOOST_TEST(one("a/low/x.cc", "a/left/y.h").front() ==
             "a/low/x.cc includes a/left/y.h, which stands above it");
  BOOST_TEST(one("a/left/x.cc", "a/right/y.h").front() ==
             "a/left/x.cc includes a/right/y.h, which stands beside it");
  BOOST_TEST(one("a/new/x.cc", "a/low/y.h").front() == "a/new/x.cc has no room in a/");
}

BOOST_AUTO_TEST_SUITE_END()
