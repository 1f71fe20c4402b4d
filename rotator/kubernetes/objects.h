// Kubernetes objects from JSON: lenient about zero fields, which servers leave out, strict about
// identity.
#pragma once

#include <optional>
#include <string>

#include "rotator/calls/answer_json.h"
#include "rotator/kubernetes/cluster.h"
#include "rotator/ports/result.h"

namespace rotator {

// Each is an Error of code malformed, naming the member, when what matters is missing.
ports::Result<Deployment> read_deployment(JsonView object);
ports::Result<ReplicaSet> read_replica_set(JsonView object);
ports::Result<Pod> read_pod(JsonView object);

// spec.selector as the API's query writes it: "app=web,tier in (a,b),!canary".
std::string selector_text(JsonView selector);

// maxSurge or maxUnavailable: a number, or "25%" of `replicas` rounded up or down. Nothing when it
// is neither.
std::optional<int> resolve_quantity(JsonView value, int replicas, bool round_up);

}  // namespace rotator
