// A Cluster's calls about its workload.
#include "rotator/calls/encoding.h"
#include "rotator/calls/json_writer.h"
#include "rotator/kubernetes/cluster.h"
#include "rotator/kubernetes/objects.h"
#include "rotator/kubernetes/watches.h"

namespace rotator {

std::string Cluster::path_of(const WorkloadKind& kind) const {
  std::string path = "/apis/";
  path.append(kind.group).append("/").append(kind.version).append("/");
  return path.append(namespace_path_).append("/").append(kind.resource);
}

std::string Cluster::named(const WorkloadKind& kind, const std::string& name) const {
  return std::string(kind.kind) + " " + options_.kubernetes_namespace + "/" + name;
}

ports::Result<Workload> Cluster::workload(const WorkloadReference& wanted) {
  auto response =
      call("GET", path_of(*wanted.kind) + "/" + percent_encode(wanted.name), {}, {}, Repeat::safe);
  if (!response) return ports::fail(response.error());
  return read_answer("reading " + named(*wanted.kind, wanted.name), *wanted.kind, *response);
}

// Strategic merge, as kubectl rollout restart sends it. Sent again after a lost reply: the same
// value changes nothing.
ports::Result<Workload> Cluster::annotate_template(const WorkloadReference& wanted,
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
  auto response = call(
      "PATCH", path_of(*wanted.kind) + "/" + percent_encode(wanted.name) + "?fieldManager=rotator",
      "application/strategic-merge-patch+json", patch.take(), Repeat::safe);
  if (!response) return ports::fail(response.error());
  return read_answer("annotating " + named(*wanted.kind, wanted.name), *wanted.kind, *response);
}

ports::Result<Workload> Cluster::read_answer(const std::string& tried, const WorkloadKind& kind,
                                             const ports::Response& response) {
  if (response.status != 200) return ports::fail(kubernetes_error(tried, response));
  const auto parsed = parse_object(response.body, tried);
  if (!parsed) return ports::fail(parsed.error());
  auto found = read_workload(kind, *parsed);
  if (found) watches_->note(*found);
  return found;
}

ports::Result<Workload> Cluster::list_workload(const Workload& wanted) {
  const std::string tried = "listing " + named(*wanted.kind, wanted.name);
  auto response = call(
      "GET",
      path_of(*wanted.kind) + "?fieldSelector=" + percent_encode("metadata.name=" + wanted.name),
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
    watches_->workload.reset();
    return ports::fail(ports::ErrorCode::missing, tried + ": there is none");
  }
  auto found = read_workload(*wanted.kind, items.front());
  if (!found) return found;
  watches_->note(*found);
  watches_->workload_line.position = watches_->workload_line.read_at = version;
  return found;
}

}  // namespace rotator
