#include "mocks/kubernetes/annotation_patch.h"

#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "mocks/kubernetes/names.h"

namespace mocks::kubernetes {

std::optional<Decoded> patch_annotations(const Deployment& now, std::string_view body) {
  const auto patch = nlohmann::json::parse(body, nullptr, false);
  const auto* at = &patch;
  for (const char* step : {"spec", "template", "metadata", "annotations"}) {
    if (!at->is_object() || at->size() != 1 || !at->contains(step)) return std::nullopt;
    at = &(*at)[step];
  }
  if (!at->is_object()) return std::nullopt;
  Strings annotations = now.spec->pod_template->annotations;
  for (const auto& [name, value] : at->items()) {
    if (name.starts_with('$')) return std::nullopt;  // a directive
    if (value.is_null())
      annotations.erase(name);
    else if (value.is_string())
      annotations.insert_or_assign(name, value.get<std::string>());
    else
      return std::nullopt;
  }

  Decoded decoded;
  check_annotations(annotations, "spec.template.annotations", decoded.causes);
  auto pod_template = std::make_shared<PodTemplate>(*now.spec->pod_template);
  pod_template->annotations = std::move(annotations);
  hash_template(*pod_template);
  auto spec = std::make_shared<DeploymentSpec>(*now.spec);
  spec->pod_template = std::move(pod_template);
  spec->rendered.clear();
  auto object = std::make_shared<Deployment>();
  object->labels = now.labels;
  object->annotations = now.annotations;
  object->finalizers = now.finalizers;
  object->spec = std::move(spec);
  decoded.object = std::move(object);
  return decoded;
}

}  // namespace mocks::kubernetes
