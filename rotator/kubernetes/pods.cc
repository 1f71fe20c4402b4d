// Pods of a workload, listed.
#include <algorithm>
#include <utility>

#include "rotator/calls/encoding.h"
#include "rotator/kubernetes/cluster.h"
#include "rotator/kubernetes/objects.h"
#include "rotator/kubernetes/watches.h"

namespace rotator {
namespace {

template <typename Item>
struct Listed {
  std::vector<Item> items = {};
  std::string version = {};  // resourceVersion of the list
};

// Every page of the list of the pods that the selector matches, each entry read by `read`.
template <typename Item, typename Read>
ports::Result<Listed<Item>> list_pods(Cluster& cluster, const Workload& workload,
                                      const char* accept, Read&& read) {
  const auto& space = cluster.options().kubernetes_namespace;
  const auto tried = [&] { return "listing the pods of " + space + "/" + workload.name; };
  const std::string first = cluster.core_path() +
                            "/pods?labelSelector=" + percent_encode(workload.label_selector) +
                            "&limit=" + std::to_string(pods_per_page);
  Listed<Item> found;
  std::string target = first;
  for (int page = 0; page < max_pages; ++page) {
    auto response = cluster.call("GET", target, {}, {}, Cluster::Repeat::safe, {}, accept);
    if (!response) return ports::fail(response.error());
    if (response->status == 410 && target != first) {
      // The continue token outlived its snapshot: start over, or the pages would not fit together.
      found.items.clear();
      target = first;
      continue;
    }
    if (response->status != 200) return ports::fail(kubernetes_error(tried(), *response));
    const auto parsed = parse_object(response->body, tried());
    if (!parsed) return ports::fail(parsed.error());
    const auto metadata = parsed->root().member("metadata");
    found.version = text_member(metadata, {"resourceVersion"});
    const auto items = parsed->root().member("items");
    if (found.version.empty() || (!items.is_array() && !items.is_null()))
      return ports::fail(ports::ErrorCode::malformed, tried() + ": the answer is not a list");
    for (const auto item : items) {
      auto one = read(item);
      if (!one) return ports::fail(one.error());
      found.items.push_back(std::move(*one));
    }
    const auto next = text_member(metadata, {"continue"});
    if (next.empty()) return found;
    target = first + "&continue=" + percent_encode(next);
  }
  return ports::fail(ports::ErrorCode::malformed,
                     tried() + ": more than " + std::to_string(max_pages) + " pages");
}

using Version = std::pair<std::string, std::string>;  // uid, resourceVersion

ports::Result<Version> read_version(JsonView item) {
  Version version(text_member(item, {"metadata", "uid"}),
                  text_member(item, {"metadata", "resourceVersion"}));
  if (!version.first.empty() && !version.second.empty()) return version;
  return ports::fail(ports::ErrorCode::malformed,
                     "the API server listed a pod without metadata.uid or resourceVersion");
}

}  // namespace

ports::Result<std::vector<Pod>> Cluster::pods(const Workload& workload) {
  auto listed = list_pods<Pod>(*this, workload, any_json, read_pod);
  if (!listed) return ports::fail(listed.error());
  watches_->follow(workload);
  watches_->note(workload.label_selector, listed->version, listed->items);
  return std::move(listed->items);
}

ports::Result<bool> Cluster::unchanged(const Workload& workload, const std::vector<Pod>& pods) {
  auto listed = list_pods<Version>(*this, workload, metadata_list, read_version);
  if (!listed) return ports::fail(listed.error());
  std::vector<Version> known;
  for (const auto& pod : pods) known.emplace_back(pod.uid, pod.resource_version);
  std::sort(known.begin(), known.end());
  std::sort(listed->items.begin(), listed->items.end());
  return known == listed->items;
}

}  // namespace rotator
