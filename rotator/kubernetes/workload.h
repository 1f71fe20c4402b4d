// A workload: the object whose controller keeps the portal's pods and replaces them when its pod
// template changes. WorkloadKind is the one place that knows how a Deployment differs from other
// kinds; whoever restarts, watches or judges a workload sees a Workload and asks its kind.
//
// What holds for every kind (https://kubernetes.io/docs/concepts/workloads/controllers/):
//   restart    a patch of one annotation of its pod template, as kubectl rollout restart sends it
//   its pods   those that spec.selector matches: selectors of one namespace must not overlap
//   older pod  one whose own copy of that annotation is not the template's: pods inherit the
//              template's annotations when they are made, and keep them for life
//
// A new kind is its own file here, and a line in workload_kinds.h and in workload_kinds.cc.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "rotator/ports/result.h"

namespace rotator {

class JsonView;
struct Workload;

struct WorkloadKind {
  const char* kind = "";  // as objects and people write it: "Deployment"
  const char* key = "";   // the configuration names one as kubernetes.<key>
  // Its API: /apis/GROUP/VERSION/namespaces/NAMESPACE/RESOURCE, and what permissions are for.
  const char* group = "";
  const char* version = "";
  const char* resource = "";

  // Reads what kinds write differently, from the whole object: the members of Workload from
  // `replicas` on. Error malformed when a member cannot be understood.
  ports::Status (*read)(JsonView object, Workload& into) = nullptr;
  // Whether every pod that it wants is of the newest template and available, and the controller
  // knows of no other: its own word, which says nothing of pods that are Terminating. Not asked of
  // a Workload whose controller has not seen the newest template.
  bool (*rolled_out)(const Workload& seen) = nullptr;
};

// Which object a configuration means.
struct WorkloadReference {
  const WorkloadKind* kind = nullptr;
  std::string name = {};

  // For people: "Deployment portal-backend".
  std::string title() const;
  // For a journal, which must tell two kinds of one name apart: the name of one of the first kind,
  // "KEY/NAME" of another.
  std::string identity() const;
};

// One such object as the API server last showed it: what a rotation needs of it. Counts are pods.
struct Workload {
  const WorkloadKind* kind = nullptr;
  std::string name = {};  // empty = never read
  std::string uid = {};
  std::string resource_version = {};
  std::int64_t generation = 0;           // of the specification
  std::int64_t observed_generation = 0;  // the newest that the controller has acted on
  int min_ready_s = 0;                   // ready for so long = available
  int termination_grace_s = 30;          // of the pod template
  std::map<std::string, std::string> template_annotations = {};
  std::string label_selector = {};  // spec.selector as a query value, not yet percent-encoded
  std::vector<std::string> containers = {};  // of the pod template, by name

  // How it replaces its pods: all at once, or so many more, or so many fewer, than `replicas`.
  int replicas = 1;
  bool recreate = false;
  int max_surge = 0;
  int max_unavailable = 0;
  // What keeps its controller from replacing pods, and what to do about it, as one says of it:
  // "paused", "resume it". Empty = nothing does.
  std::string_view held = {};
  std::string_view remedy = {};
  // How far it is. Pods of the newest template are updated.
  int status_replicas = 0, updated_replicas = 0, ready_replicas = 0, available_replicas = 0;
  bool progress_deadline_exceeded = false;  // the controller has given the rollout up

  std::string title() const { return WorkloadReference{kind, name}.title(); }
  // Whether the controller has seen the newest template and has rolled it out.
  bool rolled_out() const { return observed_generation >= generation && kind->rolled_out(*this); }
};

// A workload of that kind from its JSON. Lenient about zero fields, which servers leave out, strict
// about identity: Error malformed, naming the member, when what matters is missing.
ports::Result<Workload> read_workload(const WorkloadKind& kind, JsonView object);

}  // namespace rotator
