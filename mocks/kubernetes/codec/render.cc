#include "mocks/kubernetes/codec/render.h"

#include "mocks/kubernetes/codec/render_pod.h"

namespace mocks::kubernetes {
namespace {

constexpr Name hash_label = "pod-template-hash";

void render_strings(JsonText& json, const Strings& strings, std::string_view hash = {}) {
  json.open('{');
  for (const auto& [key, value] : strings) {
    if (key != hash_label.text() || hash.empty()) json.given_member(key, value);
  }
  if (!hash.empty()) json.member(hash_label, hash);
  json.close('}');
}

void render_template(JsonText& json, const PodTemplate& pod_template, std::string_view hash = {}) {
  json.open('{').key("metadata").open('{');
  if (!pod_template.labels.empty() || !hash.empty()) {
    json.key("labels");
    render_strings(json, pod_template.labels, hash);
  }
  if (!pod_template.annotations.empty()) {
    json.key("annotations");
    render_strings(json, pod_template.annotations);
  }
  json.close('}').key("spec").raw(pod_template.spec).close('}');
}

void render_quantity(JsonText& json, Name name, const Quantity& quantity) {
  if (quantity.percent) {
    json.member(name, std::to_string(quantity.value) + "%");
  } else {
    json.member(name, quantity.value);
  }
}

void render_conditions(JsonText& json, const std::vector<Condition>& conditions,
                       bool update_times) {
  if (conditions.empty()) return;
  json.key("conditions").open('[');
  for (const Condition& one : conditions) {
    json.open('{').member("type", one.type).member("status", one.status);
    if (update_times) json.key("lastUpdateTime").time(one.updated);
    json.key("lastTransitionTime").time(one.changed);
    json.member("reason", one.reason).member("message", one.message).close('}');
  }
  json.close(']');
}

// Zeroes are left out.
void count(JsonText& json, Name name, std::int64_t value) {
  if (value != 0) json.member(name, value);
}

std::string render_spec(const DeploymentSpec& spec) {
  JsonText json;
  json.open('{').member("replicas", spec.replicas).key("selector");
  render_selector(json, spec.selector);
  json.key("template");
  render_template(json, *spec.pod_template);
  json.key("strategy").open('{').member("type", spec.recreate ? "Recreate" : "RollingUpdate");
  if (!spec.recreate) {
    json.key("rollingUpdate").open('{');
    render_quantity(json, "maxUnavailable", spec.max_unavailable);
    render_quantity(json, "maxSurge", spec.max_surge);
    json.close('}');
  }
  json.close('}');
  count(json, "minReadySeconds", spec.min_ready_s);
  json.member("revisionHistoryLimit", spec.revision_history_limit);
  if (spec.paused) json.key("paused").boolean(true);
  json.member("progressDeadlineSeconds", spec.progress_deadline_s).close('}');
  return json.take();
}

void render_deployment(JsonText& json, const Deployment& deployment) {
  const DeploymentSpec& spec = *deployment.spec;
  if (spec.rendered.empty()) spec.rendered = render_spec(spec);
  json.key("spec").raw(spec.rendered);

  const DeploymentStatus& status = deployment.status;
  json.key("status").open('{');
  count(json, "observedGeneration", status.observed_generation);
  count(json, "replicas", status.replicas);
  count(json, "updatedReplicas", status.updated);
  count(json, "readyReplicas", status.ready);
  count(json, "availableReplicas", status.available);
  count(json, "unavailableReplicas", status.unavailable);
  if (status.terminating) json.member("terminatingReplicas", *status.terminating);
  render_conditions(json, status.conditions, true);
  json.close('}');
}

void render_replica_set(JsonText& json, const ReplicaSet& set) {
  json.key("spec").open('{').member("replicas", set.replicas);
  count(json, "minReadySeconds", set.min_ready_s);
  json.key("selector");
  render_selector(json, *set.selector, set.pod_template->hash);
  json.key("template");
  render_template(json, *set.pod_template, set.pod_template->hash);
  json.close('}').key("status").open('{').member("replicas", set.status.replicas);
  count(json, "fullyLabeledReplicas", set.status.replicas);
  count(json, "readyReplicas", set.status.ready);
  count(json, "availableReplicas", set.status.available);
  if (set.status.observed_generation != 0) {
    json.member("terminatingReplicas", set.status.terminating)
        .member("observedGeneration", set.status.observed_generation);
  }
  render_conditions(json, set.status.conditions, false);
  json.close('}');
}

void render_reference(JsonText& json, const Event::Reference& reference) {
  json.open('{');
  const auto put = [&](Name name, const std::string& value) {
    if (!value.empty()) json.member(name, value);
  };
  put("kind", reference.kind);
  put("namespace", reference.kubernetes_namespace);
  put("name", reference.name);
  put("uid", reference.uid);
  put("apiVersion", reference.api_version);
  put("resourceVersion", reference.resource_version);
  put("fieldPath", reference.field_path);
  json.close('}');
}

void render_optional_time(JsonText& json, Name name, const std::optional<ports::WallTime>& time) {
  if (time) {
    json.key(name).time(*time);
  } else {
    json.key(name).raw("null");
  }
}

void render_event_time(JsonText& json, const Event& event) {
  if (event.event_time) {
    json.key("eventTime").micro_time(*event.event_time);
  } else {
    json.key("eventTime").raw("null");
  }
}

// core/v1: involvedObject, message, source.
void render_core_event(JsonText& json, const Event& event) {
  json.key("involvedObject");
  render_reference(json, event.regarding);
  if (!event.reason.empty()) json.member("reason", event.reason);
  if (!event.message.empty()) json.member("message", event.message);
  json.key("source").open('{');
  // An Event of the new API has no source; the old ones have no eventTime.
  if (!event.event_time && !event.component.empty()) json.member("component", event.component);
  json.close('}');
  render_optional_time(json, "firstTimestamp", event.first);
  render_optional_time(json, "lastTimestamp", event.last);
  count(json, "count", event.count);
  if (!event.type.empty()) json.member("type", event.type);
  render_event_time(json, event);
  if (!event.action.empty()) json.member("action", event.action);
  json.member("reportingComponent", event.component).member("reportingInstance", event.instance);
}

// events.k8s.io/v1: regarding, note, and the old fields as deprecated ones.
void render_new_event(JsonText& json, const Event& event) {
  render_event_time(json, event);
  if (!event.component.empty()) json.member("reportingController", event.component);
  if (!event.instance.empty()) json.member("reportingInstance", event.instance);
  if (!event.action.empty()) json.member("action", event.action);
  if (!event.reason.empty()) json.member("reason", event.reason);
  json.key("regarding");
  render_reference(json, event.regarding);
  if (!event.message.empty()) json.member("note", event.message);
  if (!event.type.empty()) json.member("type", event.type);
  json.key("deprecatedSource").open('{');
  if (!event.event_time && !event.component.empty()) json.member("component", event.component);
  json.close('}');
  render_optional_time(json, "deprecatedFirstTimestamp", event.first);
  render_optional_time(json, "deprecatedLastTimestamp", event.last);
  count(json, "deprecatedCount", event.count);
}

void render_target(JsonText& json, const EndpointList& list, const EndpointList::Entry& entry) {
  json.key("targetRef").open('{').member("kind", "Pod");
  json.member("namespace", list.kubernetes_namespace()).member("name", entry.identity->name);
  json.member("uid", entry.identity->uid).close('}');
}

// core/v1 Endpoints: a terminating pod is in neither list.
void render_endpoints(JsonText& json, const EndpointList& list) {
  const auto addresses = [&](Name name, bool ready) {
    bool any = false;
    for (const EndpointList::Entry& entry : list.entries) {
      if (entry.terminating || entry.ready != ready) continue;
      if (!any) json.key(name).open('[');
      any = true;
      json.open('{').member("ip", pod_address(entry.pod)).member("nodeName", "node-0");
      render_target(json, list, entry);
      json.close('}');
    }
    if (any) json.close(']');
    return any;
  };
  if (list.entries.empty()) return;
  json.key("subsets").open('[').open('{');
  addresses("addresses", true);
  addresses("notReadyAddresses", false);
  json.close('}').close(']');
}

// discovery.k8s.io/v1 EndpointSlice: a terminating pod stays, serving but not ready.
void render_slice(JsonText& json, const EndpointList& list) {
  json.member("addressType", "IPv4").key("endpoints").open('[');
  for (const EndpointList::Entry& entry : list.entries) {
    json.open('{').key("addresses").open('[').text(pod_address(entry.pod)).close(']');
    json.key("conditions").open('{').key("ready").boolean(entry.ready && !entry.terminating);
    json.key("serving").boolean(entry.ready).key("terminating").boolean(entry.terminating);
    json.close('}');
    render_target(json, list, entry);
    json.member("nodeName", "node-0").close('}');
  }
  json.close(']').key("ports").raw("null");
}

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
  count(json, "generation", object.generation);
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

void render_beside_metadata(JsonText& json, const Object& object, const KindInfo& as) {
  switch (object.kind) {
    case Kind::deployment: render_deployment(json, static_cast<const Deployment&>(object)); return;
    case Kind::replica_set:
      render_replica_set(json, static_cast<const ReplicaSet&>(object));
      return;
    case Kind::pod: render_pod(json, static_cast<const Pod&>(object)); return;
    case Kind::event:
      if (as.group.empty()) {
        render_core_event(json, static_cast<const Event&>(object));
      } else {
        render_new_event(json, static_cast<const Event&>(object));
      }
      return;
    case Kind::endpoints: render_endpoints(json, static_cast<const EndpointList&>(object)); return;
    case Kind::endpoint_slice: render_slice(json, static_cast<const EndpointList&>(object)); return;
    default: json.raw(static_cast<const Document&>(object).members);
  }
}

// The cache holds the kind's own view; an Event's second one is made afresh.
void append_members(JsonText& json, const Object& object, const KindInfo& as) {
  const std::string_view metadata = metadata_of(object);
  if (as.group != info(object.kind).group) {
    json.raw(metadata);
    render_beside_metadata(json, object, as);
    return;
  }
  if (object.rendered.size() == metadata.size()) {
    JsonText members;
    members.raw(metadata);
    render_beside_metadata(members, object, as);
    object.rendered = members.take();
  }
  json.raw(object.rendered);
}

}  // namespace

void render_selector(JsonText& json, const LabelSelector& selector, std::string_view hash) {
  json.open('{');
  if (selector.match_labels > 0 || !hash.empty()) {
    json.key("matchLabels").open('{');
    for (std::size_t i = 0; i < selector.match_labels; ++i) {
      const Requirement& one = selector.requirements[i];
      json.given_member(one.key, one.values.front());
    }
    if (!hash.empty()) json.member(hash_label, hash);
    json.close('}');
  }
  if (selector.match_labels < selector.requirements.size()) {
    json.key("matchExpressions").open('[');
    for (std::size_t i = selector.match_labels; i < selector.requirements.size(); ++i) {
      const Requirement& one = selector.requirements[i];
      constexpr std::string_view names[] = {"Exists", "DoesNotExist", "In", "NotIn"};
      json.open('{')
          .member("key", one.key)
          .member("operator", names[static_cast<std::size_t>(one.op)]);
      if (!one.values.empty()) {
        json.key("values").open('[');
        for (const std::string& value : one.values) json.text(value);
        json.close(']');
      }
      json.close('}');
    }
    json.close(']');
  }
  json.close('}');
}

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

std::string render_scale(const Deployment& deployment) {
  JsonText json;
  json.open('{').member("kind", "Scale").member("apiVersion", "autoscaling/v1");
  json.key("metadata").open('{').member("name", deployment.name());
  json.member("namespace", deployment.kubernetes_namespace());
  json.member("uid", deployment.identity->uid);
  json.member("resourceVersion", std::to_string(deployment.resource_version));
  json.key("creationTimestamp").time(deployment.identity->created).close('}');
  json.key("spec").open('{');
  count(json, "replicas", deployment.spec->replicas);
  json.close('}').key("status").open('{').member("replicas", deployment.status.replicas);
  json.member("selector", to_text(deployment.spec->selector)).close('}').close('}');
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
  // What Go prints for the kind's zero value.
  if (kind.kind == Kind::deployment) {
    json.raw(R"("spec":{"replicas":0,"selector":null,"template":{"metadata":{},"spec":)"
             R"({"containers":null}},"strategy":{}},"status":{})");
  } else if (kind.kind == Kind::pod) {
    json.raw(R"("spec":{"containers":null},"status":{})");
  } else if (kind.kind == Kind::replica_set) {
    json.raw(R"("spec":{"selector":null,"template":{"metadata":{},"spec":{"containers":null}}},)"
             R"("status":{"replicas":0})");
  } else if (kind.kind == Kind::lease) {
    json.raw(R"("spec":{})");
  }
  json.close('}');
  return json.take();
}

}  // namespace mocks::kubernetes
