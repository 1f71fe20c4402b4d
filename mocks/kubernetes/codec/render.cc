#include "mocks/kubernetes/codec/render.h"

#include "mocks/kubernetes/codec/kind_codec.h"
#include "mocks/kubernetes/codec/spec_parts.h"

namespace mocks::kubernetes {
namespace {

void render_metadata(JsonText& json, const Object& object) {
  const Identity& identity = *object.identity;
  json.key("metadata").open('{').member("name", identity.name);
  if (!identity.generate_name.empty()) json.member("generateName", identity.generate_name);
  if (!identity.kubernetes_namespace.empty()) {
    json.member("namespace", identity.kubernetes_namespace);
  }
  json.member("uid", identity.uid);
  if (object.resource_version != 0) {
    json.member("resourceVersion", std::to_string(object.resource_version));
  }
  render_count(json, "generation", object.generation);
  json.key("creationTimestamp").time(identity.created);
  if (object.deletion_time) {
    json.key("deletionTimestamp").time(*object.deletion_time);
    json.member("deletionGracePeriodSeconds", object.deletion_grace_s);
  }
  if (!object.labels.empty()) json.key("labels").raw(object.labels.rendered());
  if (!object.annotations.empty()) json.key("annotations").raw(object.annotations.rendered());
  if (identity.owner) {
    const KindInfo& owner = info(identity.owner->kind);
    json.key("ownerReferences").open('[').open('{');
    json.member("apiVersion", api_version(owner)).member("kind", owner.name);
    json.member("name", identity.owner->name).member("uid", identity.owner->uid);
    json.key("controller").boolean(true).key("blockOwnerDeletion").boolean(true);
    json.close('}').close(']');
  }
  if (!object.finalizers.empty()) {
    json.key("finalizers").open('[');
    for (const std::string& finalizer : object.finalizers) json.text(finalizer);
    json.close(']');
  }
  json.close('}');
}

std::string_view metadata_of(const Object& object) {
  if (object.rendered.empty()) {
    JsonText metadata;
    render_metadata(metadata, object);
    object.rendered = metadata.take();
    object.rendered_metadata = object.rendered.size();
  }
  return std::string_view(object.rendered).substr(0, object.rendered_metadata);
}

// The cache holds the kind's own view; an Event's second one is made afresh.
void append_members(JsonText& json, const Object& object, const KindInfo& as) {
  const std::string_view metadata = metadata_of(object);
  if (as.group != info(object.kind).group) {
    json.raw(metadata);
    codec_of(object.kind).render(json, object, as);
    return;
  }
  if (object.rendered.size() == metadata.size()) {
    JsonText members;
    members.raw(metadata);
    codec_of(object.kind).render(members, object, as);
    object.rendered = members.take();
  }
  json.raw(object.rendered);
}

}  // namespace

void render_object(JsonText& json, const Object& object, const KindInfo& as) {
  json.open('{').member("kind", as.name).member("apiVersion", api_version(as));
  append_members(json, object, as);
  json.close('}');
}

void render_item(JsonText& json, const Object& object, const KindInfo& as) {
  json.open('{');
  append_members(json, object, as);
  json.close('}');
}

void render_partial(JsonText& json, const Object& object) {
  json.open('{').member("kind", "PartialObjectMetadata").member("apiVersion", "meta.k8s.io/v1");
  json.raw(metadata_of(object)).close('}');
}

std::string render_scale(const Workload& workload) {
  JsonText json;
  json.open('{').member("kind", "Scale").member("apiVersion", "autoscaling/v1");
  json.key("metadata").open('{').member("name", workload.name());
  json.member("namespace", workload.kubernetes_namespace());
  json.member("uid", workload.identity->uid);
  json.member("resourceVersion", std::to_string(workload.resource_version));
  json.key("creationTimestamp").time(workload.identity->created).close('}');
  json.key("spec").open('{');
  render_count(json, "replicas", workload.wanted());
  json.close('}').key("status").open('{').member("replicas", workload.present());
  json.member("selector", to_text(workload.selector())).close('}').close('}');
  return json.take();
}

std::string bookmark_object(const KindInfo& kind, std::uint64_t resource_version,
                            bool initial_events_end) {
  JsonText json;
  json.open('{').member("kind", kind.name).member("apiVersion", api_version(kind));
  json.key("metadata").open('{').member("resourceVersion", std::to_string(resource_version));
  if (initial_events_end) {
    json.key("annotations").raw(R"({"k8s.io/initial-events-end":"true"})");
  }
  json.close('}');
  json.raw(codec_of(kind.kind).zero());
  json.close('}');
  return json.take();
}

}  // namespace mocks::kubernetes
