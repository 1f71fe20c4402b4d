#include "mocks/kubernetes/api/discovery.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <vector>

#include "mocks/kubernetes/json/json_text.h"

namespace mocks::kubernetes {
namespace {

constexpr std::string_view all_verbs =
    R"(["create","delete","get","list","patch","update","watch"])";
constexpr std::string_view read_patch = R"(["delete","get","list","patch","watch"])";
constexpr std::string_view read_only = R"(["delete","get","list","watch"])";
constexpr std::string_view create_only = R"(["create"])";

// One entry of an APIResourceList.
struct Resource {
  std::string_view group = {};
  std::string name = {};
  std::string_view singular = {};
  std::string_view kind = {};
  bool namespaced = true;
  std::string_view verbs = create_only;
  std::string_view short_name = {};
  bool in_all = false;
  std::string_view foreign = {};  // group/version of a kind that lives elsewhere
};

// What is served and kept nowhere: parts of pods and service accounts, and the reviews.
std::vector<Resource> unkept() {
  constexpr std::string_view authentication = "authentication.k8s.io";
  constexpr std::string_view authorization = "authorization.k8s.io";
  return {
      {.name = "pods/eviction", .kind = "Eviction", .foreign = "policy/v1"},
      {.name = "pods/exec", .kind = "PodExecOptions", .verbs = R"(["create","get"])"},
      {.name = "pods/log", .kind = "Pod", .verbs = R"(["get"])"},
      {.name = "serviceaccounts/token",
       .kind = "TokenRequest",
       .foreign = "authentication.k8s.io/v1"},
      {.group = authentication,
       .name = "selfsubjectreviews",
       .singular = "selfsubjectreview",
       .kind = "SelfSubjectReview",
       .namespaced = false},
      {.group = authentication,
       .name = "tokenreviews",
       .singular = "tokenreview",
       .kind = "TokenReview",
       .namespaced = false},
      {.group = authorization,
       .name = "localsubjectaccessreviews",
       .singular = "localsubjectaccessreview",
       .kind = "LocalSubjectAccessReview"},
      {.group = authorization,
       .name = "selfsubjectaccessreviews",
       .singular = "selfsubjectaccessreview",
       .kind = "SelfSubjectAccessReview",
       .namespaced = false},
      {.group = authorization,
       .name = "selfsubjectrulesreviews",
       .singular = "selfsubjectrulesreview",
       .kind = "SelfSubjectRulesReview",
       .namespaced = false},
      {.group = authorization,
       .name = "subjectaccessreviews",
       .singular = "subjectaccessreview",
       .kind = "SubjectAccessReview",
       .namespaced = false},
  };
}

void add_kept(const KindInfo& kind, std::vector<Resource>& all) {
  const std::string plural(kind.plural);
  all.push_back({.group = kind.group,
                 .name = plural,
                 .singular = kind.singular,
                 .kind = kind.name,
                 .namespaced = kind.namespaced,
                 .verbs = kind.writes == Writes::all     ? all_verbs
                          : kind.writes == Writes::patch ? read_patch
                                                         : read_only,
                 .short_name = kind.short_name,
                 .in_all = kind.in_all});
  if (!kind.workload) return;
  all.push_back({.group = kind.group,
                 .name = plural + "/scale",
                 .kind = "Scale",
                 .verbs = R"(["get","patch","update"])",
                 .foreign = "autoscaling/v1"});
  all.push_back(
      {.group = kind.group, .name = plural + "/status", .kind = kind.name, .verbs = R"(["get"])"});
}

// Everything served, by name within a group as a real server lists it.
const std::vector<Resource>& resources() {
  static const std::vector<Resource> sorted = [] {
    std::vector<Resource> all = unkept();
    for (const KindInfo& kind : all_kinds()) add_kept(kind, all);
    add_kept(new_events(), all);
    std::sort(all.begin(), all.end(), [](const Resource& a, const Resource& b) {
      return std::tie(a.group, a.name) < std::tie(b.group, b.name);
    });
    return all;
  }();
  return sorted;
}

// In the order in which a real server lists them.
constexpr std::array<std::string_view, 7> groups = {
    "apps",   "events.k8s.io",       "authentication.k8s.io", "authorization.k8s.io",
    "policy", "coordination.k8s.io", "discovery.k8s.io"};

std::string resource_list(std::string_view group) {
  JsonText json;
  const std::string version = group.empty() ? "v1" : std::string(group) + "/v1";
  json.open('{').member("kind", "APIResourceList");
  if (!group.empty()) json.member("apiVersion", "v1");
  json.member("groupVersion", version).key("resources").open('[');
  for (const Resource& one : resources()) {
    if (one.group != group) continue;
    json.open('{').member("name", one.name).member("singularName", one.singular);
    json.key("namespaced").boolean(one.namespaced);
    if (!one.foreign.empty()) {
      const std::size_t slash = one.foreign.find('/');
      json.member("group", one.foreign.substr(0, slash));
      json.member("version", one.foreign.substr(slash + 1));
    }
    json.member("kind", one.kind).key("verbs").raw(one.verbs);
    if (!one.short_name.empty()) {
      json.key("shortNames").open('[').text(one.short_name).close(']');
    }
    if (one.in_all) json.key("categories").raw(R"(["all"])");
    // Any stable word: clients only compare it with itself.
    if (one.verbs == all_verbs || one.verbs == read_patch || one.verbs == read_only) {
      json.member("storageVersionHash", std::string(one.kind).append("1="));
    }
    json.close('}');
  }
  json.close(']').close('}');
  return json.take();
}

void group_members(JsonText& json, std::string_view group) {
  const std::string version =
      R"({"groupVersion":")" + std::string(group) + R"(/v1","version":"v1"})";
  json.member("name", group).key("versions").open('[').raw(version).close(']');
  json.key("preferredVersion").raw(version);
}

std::string version_body() {
  return R"({"major":"1","minor":"36","emulationMajor":"1","emulationMinor":"36",)"
         R"("minCompatibilityMajor":"1","minCompatibilityMinor":"35","gitVersion":")" +
         std::string(server_version) +
         R"(","gitCommit":"0000000000000000000000000000000000000000","gitTreeState":"clean",)"
         R"("buildDate":"2026-01-01T00:00:00Z","goVersion":"go1.26.8","compiler":"gc",)"
         R"("platform":"linux/amd64"})";
}

std::string root_paths() {
  JsonText json;
  json.open('{').key("paths").open('[').text("/api").text("/api/v1").text("/apis");
  for (const std::string_view group : groups) {
    json.text(std::string("/apis/").append(group));
    json.text(std::string("/apis/").append(group).append("/v1"));
  }
  json.text("/healthz").text("/livez").text("/readyz").text("/version").close(']').close('}');
  return json.take();
}

}  // namespace

bool serves_group(std::string_view group, std::string_view version) {
  if (!version.empty() && version != "v1") return false;
  if (group.empty()) return true;
  for (const std::string_view one : groups) {
    if (one == group) return true;
  }
  return false;
}

std::optional<Answer> answer_discovery(std::string_view path) {
  while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  if (path == "/") return answer_json(200, root_paths());
  if (path == "/version") return answer_json(200, version_body());
  for (const std::string_view health : {"/healthz", "/livez", "/readyz"}) {
    if (path == health || path == std::string(health) + "/ping") return answer_text(200, "ok");
  }
  if (path == "/api") {
    return answer_json(200,
                       R"({"kind":"APIVersions","versions":["v1"],"serverAddressByClientCIDRs":)"
                       R"([{"clientCIDR":"0.0.0.0/0","serverAddress":"127.0.0.1:6443"}]})");
  }
  if (path == "/api/v1") return answer_json(200, resource_list(""));
  JsonText json;
  if (path == "/apis") {
    json.open('{').member("kind", "APIGroupList").member("apiVersion", "v1");
    json.key("groups").open('[');
    for (const std::string_view group : groups) {
      json.open('{');
      group_members(json, group);
      json.close('}');
    }
    json.close(']').close('}');
    return answer_json(200, json.take());
  }
  for (const std::string_view group : groups) {
    const std::string base = std::string("/apis/").append(group);
    if (path == base + "/v1") return answer_json(200, resource_list(group));
    if (path != base) continue;
    json.open('{').member("kind", "APIGroup").member("apiVersion", "v1");
    group_members(json, group);
    json.close('}');
    return answer_json(200, json.take());
  }
  return std::nullopt;
}

}  // namespace mocks::kubernetes
