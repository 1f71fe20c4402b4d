// Parts of Kubernetes objects from JSON, shared by the kinds: lenient about zero fields, which
// servers leave out, strict about identity.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "rotator/calls/answer_json.h"
#include "rotator/kubernetes/cluster.h"
#include "rotator/ports/result.h"

namespace rotator {

// Error malformed, naming the member, when what matters is missing.
ports::Result<Pod> read_pod(JsonView object);

// The Error malformed of an object of that kind that has no usable `what`.
ports::Error lacks(const char* kind, const char* what);

// An object's members that are texts; empty for anything else.
std::map<std::string, std::string> text_map(JsonView object);
// A count, as the API's int32 is; `otherwise` when it is absent, as zero is.
int count_member(JsonView from, std::initializer_list<std::string_view> path, int otherwise = 0);
// The entry of that type in status.conditions, a list of {type, status, reason, ...}; or null.
JsonView condition(JsonView object, std::string_view type);

// spec.selector as the API's query writes it: "app=web,tier in (a,b),!canary".
std::string selector_text(JsonView selector);

// maxSurge or maxUnavailable in pods: a number, or "25%" of `replicas` rounded up or down. Nothing
// when it is neither.
std::optional<int> resolve_quantity(JsonView value, int replicas, bool round_up);
// The same of a default that the API server did not write.
int percentage_of(std::int64_t percent, int replicas, bool round_up);

}  // namespace rotator
