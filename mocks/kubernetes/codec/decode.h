// Decoding: from a client's JSON to typed objects, with the API's defaults, its refusals of wrong
// types, its unknown fields and its validation. What comes back has no identity yet.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mocks/json_view.h"
#include "mocks/kubernetes/codec/failure.h"
#include "mocks/kubernetes/store/objects.h"

namespace mocks::kubernetes {

struct Decoded {
  std::shared_ptr<Object> object = {};  // spec, labels, annotations, finalizers
  std::string name = {};
  std::string generate_name = {};
  std::string kubernetes_namespace = {};
  std::string uid = {};
  std::string resource_version = {};
  std::vector<std::string> unknown = {};  // fields, "spec.nope"
  std::vector<Cause> causes = {};         // why it is invalid; empty when it is not
};

// The body of POST or PUT, read. Errors as the API words them; `kind` is what is expected.
Outcome<JsonDocument> parse_body(const KindInfo& kind, std::string_view body);
// Failure only for what cannot be read at all (a wrong type); rules broken are in `causes`.
Outcome<Decoded> decode(const KindInfo& kind, const JsonView& body);

}  // namespace mocks::kubernetes
