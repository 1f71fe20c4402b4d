// Deployments and their ReplicaSets.
#include "rotator/calls/encoding.h"
#include "rotator/calls/json_writer.h"
#include "rotator/kubernetes/cluster.h"
#include "rotator/kubernetes/objects.h"
#include "rotator/kubernetes/watches.h"

namespace rotator {

ports::Result<Deployment> Cluster::deployment(const std::string& name) {
  auto response =
      call("GET", apps_path_ + "/deployments/" + percent_encode(name), {}, {}, Repeat::safe);
  if (!response) return ports::fail(response.error());
  const std::string tried = "reading Deployment " + options_.kubernetes_namespace + "/" + name;
  if (response->status != 200) return ports::fail(kubernetes_error(tried, *response));
  const auto parsed = parse_object(response->body, tried);
  if (!parsed) return ports::fail(parsed.error());
  auto found = read_deployment(*parsed);
  if (found) watches_->note(*found);
  return found;
}

ports::Result<Deployment> Cluster::list_deployment(const std::string& name) {
  const std::string tried = "listing Deployment " + options_.kubernetes_namespace + "/" + name;
  auto response = call(
      "GET", apps_path_ + "/deployments?fieldSelector=" + percent_encode("metadata.name=" + name),
      {}, {}, Repeat::safe);
  if (!response) return ports::fail(response.error());
  if (response->status != 200) return ports::fail(kubernetes_error(tried, *response));
  const auto parsed = parse_object(response->body, tried);
  if (!parsed) return ports::fail(parsed.error());
  const auto version = text_member(*parsed, {"metadata", "resourceVersion"});
  if (version.empty())
    return ports::fail(ports::ErrorCode::malformed, tried + ": the answer is not a list");
  const auto items = array_member(*parsed, {"items"});
  if (items.empty()) {
    watches_->deployment.reset();
    return ports::fail(ports::ErrorCode::missing, tried + ": there is none");
  }
  auto found = read_deployment(items.front());
  if (!found) return found;
  watches_->note(*found);
  watches_->deployment_line.position = watches_->deployment_line.read_at = version;
  return found;
}

// Strategic merge, as kubectl rollout restart sends it. Sent again after a lost reply: the same
// value changes nothing.
ports::Result<Deployment> Cluster::annotate_template(const std::string& name,
                                                     const std::string& key,
                                                     const std::optional<std::string>& value) {
  JsonWriter patch;
  patch.open_object();
  for (const auto* step : {"spec", "template", "metadata", "annotations"})
    patch.name(step).open_object();
  patch.name(key);
  if (value)
    patch.text(*value);
  else
    patch.null();
  for (int depth = 0; depth < 5; ++depth) patch.close_object();
  auto response =
      call("PATCH", apps_path_ + "/deployments/" + percent_encode(name) + "?fieldManager=rotator",
           "application/strategic-merge-patch+json", patch.take(), Repeat::safe);
  if (!response) return ports::fail(response.error());
  const std::string tried = "annotating Deployment " + options_.kubernetes_namespace + "/" + name;
  if (response->status != 200) return ports::fail(kubernetes_error(tried, *response));
  const auto parsed = parse_object(response->body, tried);
  if (!parsed) return ports::fail(parsed.error());
  auto found = read_deployment(*parsed);
  if (found) watches_->note(*found);
  return found;
}

ports::Result<std::vector<ReplicaSet>> Cluster::replica_sets(const Deployment& deployment) {
  const std::string tried =
      "listing the ReplicaSets of " + options_.kubernetes_namespace + "/" + deployment.name;
  auto response = call(
      "GET", apps_path_ + "/replicasets?labelSelector=" + percent_encode(deployment.label_selector),
      {}, {}, Repeat::safe);
  if (!response) return ports::fail(response.error());
  if (response->status != 200) return ports::fail(kubernetes_error(tried, *response));
  const auto parsed = parse_object(response->body, tried);
  if (!parsed) return ports::fail(parsed.error());
  const auto items = parsed->root().member("items");
  if (!items.is_array() && !items.is_null())
    return ports::fail(ports::ErrorCode::malformed, tried + ": the answer is not a list");
  std::vector<ReplicaSet> found;
  for (const auto item : items) {
    auto set = read_replica_set(item);
    if (!set) return ports::fail(set.error());
    // The selector may match another Deployment's as well.
    if (set->owner_uid == deployment.uid) found.push_back(std::move(*set));
  }
  return found;
}

}  // namespace rotator
