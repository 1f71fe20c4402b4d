#include "scenarios/callers.h"

#include <algorithm>
#include <iterator>

#include "mocks/sim/glob.h"

namespace scenarios {
namespace {

constexpr std::string_view lone_callers[] = {"rotator", "operator", "human", "user", "client"};
// One for each pod.
constexpr std::string_view pod_callers[] = {"agent/", "portal/"};

// Whether the glob matches some text that begins so.
bool may_begin(std::string_view glob, std::string_view begin) {
  const auto star = glob.find('*');
  const auto fixed = glob.substr(0, star);
  if (fixed.size() >= begin.size()) return fixed.starts_with(begin);
  return star != std::string_view::npos && begin.starts_with(fixed);
}

bool matches_one(std::string_view glob, const std::string_view* begin,
                 const std::string_view* end) {
  return std::any_of(begin, end,
                     [&](std::string_view name) { return mocks::sim::glob_matches(glob, name); });
}

}  // namespace

std::string flaw_of_caller(const std::string& glob) {
  if (matches_one(glob, std::begin(lone_callers), std::end(lone_callers))) return {};
  if (std::any_of(std::begin(pod_callers), std::end(pod_callers),
                  [&](std::string_view begin) { return may_begin(glob, begin); }))
    return {};
  return "nobody is called '" + glob +
         "'; there are rotator, operator, human, user, agent/<pod>, portal/<pod> and, for whoever "
         "else "
         "calls a served world, client";
}

std::string flaw_of_server(const std::string& glob) {
  if (matches_one(glob, std::begin(servers), std::end(servers))) return {};
  return "no server is called '" + glob + "'; there are idp, vault, kubernetes and metrics";
}

bool may_be_a_login(std::string_view caller_glob, std::string_view server_glob) {
  return mocks::sim::glob_matches(server_glob, "idp") &&
         (mocks::sim::glob_matches(caller_glob, "user") || may_begin(caller_glob, "portal/"));
}

}  // namespace scenarios
