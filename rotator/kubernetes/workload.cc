#include "rotator/kubernetes/workload.h"

#include "rotator/kubernetes/objects.h"
#include "rotator/kubernetes/workload_kinds.h"

namespace rotator {

std::string WorkloadReference::title() const { return std::string(kind->kind) + " " + name; }

std::string WorkloadReference::identity() const {
  return kind == all_workload_kinds().front() ? name : std::string(kind->key) + "/" + name;
}

ports::Result<Workload> read_workload(const WorkloadKind& kind, JsonView object) {
  const auto metadata = object.member("metadata");
  const auto spec = object.member("spec");
  Workload found{.kind = &kind,
                 .name = text_member(metadata, {"name"}),
                 .uid = text_member(metadata, {"uid"}),
                 .resource_version = text_member(metadata, {"resourceVersion"}),
                 .generation = integer_member(metadata, {"generation"})};
  if (found.name.empty() || found.uid.empty() || found.resource_version.empty())
    return ports::fail(lacks(kind.kind, "metadata.name, uid or resourceVersion"));
  if (found.generation < 1) return ports::fail(lacks(kind.kind, "metadata.generation"));
  found.min_ready_s = count_member(spec, {"minReadySeconds"});
  found.termination_grace_s =
      count_member(spec, {"template", "spec", "terminationGracePeriodSeconds"}, 30);
  found.label_selector = selector_text(spec.member("selector"));
  if (found.label_selector.empty()) return ports::fail(lacks(kind.kind, "spec.selector"));
  for (const auto container : array_member(spec, {"template", "spec", "containers"}))
    found.containers.push_back(text_member(container, {"name"}));
  found.template_annotations = text_map(spec.member({"template", "metadata", "annotations"}));
  found.observed_generation = integer_member(object, {"status", "observedGeneration"});
  if (const auto read = kind.read(object, found); !read) return ports::fail(read.error());
  return found;
}

}  // namespace rotator
