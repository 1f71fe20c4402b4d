// Parts that the specs and statuses of several kinds have: selectors, quantities, conditions,
// counts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mocks/kubernetes/codec/failure.h"
#include "mocks/kubernetes/json/fields_json.h"
#include "mocks/kubernetes/json/json_text.h"
#include "mocks/kubernetes/store/objects.h"

namespace mocks::kubernetes {

inline constexpr Name hash_label = "pod-template-hash";

// A LabelSelector (meta.k8s.io/v1): requirements beyond max_requirements are dropped.
LabelSelector decode_selector(detail::Fields& fields);
// {"matchLabels":{...},"matchExpressions":[...]}; `hash`, unless empty, is one more label.
void render_selector(JsonText& json, const LabelSelector& selector, std::string_view hash = {});

// The member `name`, an IntOrString: pods, at most max_replicas, or a percentage. `otherwise` when
// it is absent or refused; then there is a cause, or a wrong type.
Quantity decode_quantity(detail::Fields& fields, std::string_view name, Quantity otherwise,
                         std::vector<Cause>& causes);
void render_quantity(JsonText& json, Name name, const Quantity& quantity);

// The member "conditions"; nothing when there are none. Deployments say when each was updated.
void render_conditions(JsonText& json, const std::vector<Condition>& conditions, bool update_times);
// A member that is left out when zero.
void render_count(JsonText& json, Name name, std::int64_t value);
// {"key":"value"}, or null when there is none.
std::string render_json(const Strings& strings);

}  // namespace mocks::kubernetes
