// Pods of a Deployment, listed.
#include "rotator/calls/encoding.h"
#include "rotator/kubernetes/cluster.h"
#include "rotator/kubernetes/objects.h"
#include "rotator/kubernetes/watches.h"

namespace rotator {

using ports::ErrorCode;

ports::Result<std::vector<Pod>> Cluster::pods(const Deployment& deployment) {
  const std::string tried =
      "listing the pods of " + options_.kubernetes_namespace + "/" + deployment.name;
  const std::string first = "/api/v1/namespaces/" + percent_encode(options_.kubernetes_namespace) +
                            "/pods?labelSelector=" + percent_encode(deployment.label_selector) +
                            "&limit=" + std::to_string(pods_per_page);
  std::vector<Pod> found;
  std::string target = first;
  for (int page = 0; page < max_pages; ++page) {
    auto response = call("GET", target, {}, {}, Repeat::safe);
    if (!response) return ports::fail(response.error());
    if (response->status == 410 && target != first) {
      // The continue token outlived its snapshot: start over, or the pages would not fit together.
      found.clear();
      target = first;
      continue;
    }
    if (response->status != 200) return ports::fail(kubernetes_error(tried, *response));
    const auto parsed = parse_object(response->body, tried);
    if (!parsed) return ports::fail(parsed.error());
    const auto version = text_member(*parsed, {"metadata", "resourceVersion"});
    const auto items = parsed->root().member("items");
    if (version.empty() || (!items.is_array() && !items.is_null()))
      return ports::fail(ErrorCode::malformed, tried + ": the answer is not a list");
    for (const auto item : items) {
      auto pod = read_pod(item);
      if (!pod) return ports::fail(pod.error());
      found.push_back(std::move(*pod));
    }
    const auto next = text_member(*parsed, {"metadata", "continue"});
    if (next.empty()) {
      watches_->follow(deployment);
      watches_->note(deployment.label_selector, version, found);
      return found;
    }
    target = first + "&continue=" + percent_encode(next);
  }
  return ports::fail(ErrorCode::malformed,
                     tried + ": more than " + std::to_string(max_pages) + " pages");
}

}  // namespace rotator
