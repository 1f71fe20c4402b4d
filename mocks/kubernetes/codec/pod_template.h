// Pod templates: what a workload and its ReplicaSets hold of their pods (core/v1 PodTemplateSpec).
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "mocks/kubernetes/codec/failure.h"
#include "mocks/kubernetes/json/fields_json.h"
#include "mocks/kubernetes/json/json_text.h"
#include "mocks/kubernetes/store/objects.h"

namespace mocks::kubernetes {

// The object `fields`, with the API's defaults filled in and its hash made.
std::shared_ptr<const PodTemplate> decode_template(detail::Fields& fields,
                                                   std::vector<Cause>& causes);
// `hash`, unless empty, is one more label.
void render_template(JsonText& json, const PodTemplate& pod_template, std::string_view hash = {});
// Two cells: the names and the images of its containers, each joined by commas.
void template_cells(JsonText& json, const PodTemplate& pod_template);

}  // namespace mocks::kubernetes
