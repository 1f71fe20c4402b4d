// Event: core/v1 and events.k8s.io/v1, two views of one object.
#include <algorithm>
#include <array>

#include "mocks/kubernetes/codec/kind_codec.h"
#include "mocks/kubernetes/codec/names.h"
#include "mocks/kubernetes/codec/render.h"
#include "mocks/kubernetes/codec/spec_parts.h"
#include "mocks/kubernetes/codec/times.h"

namespace mocks::kubernetes {
namespace {

using detail::decode_micro_time;
using detail::decode_time;
using detail::Fields;

Event::Reference decode_reference(Fields fields) {
  Event::Reference reference{.kind = fields.text("kind"),
                             .kubernetes_namespace = fields.text("namespace"),
                             .name = fields.text("name"),
                             .uid = fields.text("uid"),
                             .api_version = fields.text("apiVersion"),
                             .resource_version = fields.text("resourceVersion"),
                             .field_path = fields.text("fieldPath")};
  fields.finish();
  return reference;
}

// What events.k8s.io/v1 demands (kubernetes/pkg/apis/core/validation/events.go).
void check_new_event(const Event& event, std::vector<Cause>& causes) {
  if (!event.event_time) causes.push_back(required_value("eventTime"));
  if (event.component.empty()) {
    causes.push_back(required_value("reportingController"));
  } else if (!is_qualified_name(event.component)) {
    causes.push_back(invalid_value("reportingController", in_quotes(event.component),
                                   "name part must consist of alphanumeric characters, '-', '_' "
                                   "or '.', and must start and end with an alphanumeric "
                                   "character"));
  }
  if (event.instance.empty()) causes.push_back(required_value("reportingInstance"));
  if (event.action.empty()) causes.push_back(required_value("action"));
  if (event.reason.empty()) causes.push_back(required_value("reason"));
  if (event.message.size() > 1024) {
    causes.push_back(invalid_value("message", "\"\"", "can have at most 1024 characters"));
  }
  if (event.type != "Normal" && event.type != "Warning") {
    causes.push_back(invalid_value("type", "\"\"", "has invalid value: " + event.type));
  }
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
  render_count(json, "count", event.count);
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
  render_count(json, "deprecatedCount", event.count);
}

class EventCodec final : public KindCodec {
 public:
  void render(JsonText& json, const Object& object, const KindInfo& as) const override {
    const auto& event = static_cast<const Event&>(object);
    if (as.group.empty()) {
      render_core_event(json, event);
    } else {
      render_new_event(json, event);
    }
  }

  std::vector<Column> columns() const override {
    return {{.name = "Last Seen"},
            {.name = "Type"},
            {.name = "Reason"},
            {.name = "Object"},
            {.name = "Subobject", .priority = 1},
            {.name = "Source", .priority = 1},
            {.name = "Message"},
            {.name = "First Seen", .priority = 1},
            {.name = "Count", .priority = 1},
            {.name = "Name", .priority = 1}};
  }

  void cells(JsonText& json, const Object& object, const std::string& age,
             ports::WallTime now) const override {
    const auto& event = static_cast<const Event&>(object);
    const ports::WallTime last = event.last.value_or(event.event_time.value_or(now));
    std::string kind = event.regarding.kind;
    for (char& c : kind) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    json.text(human_duration(now - last)).text(event.type).text(event.reason);
    json.text(kind + "/" + event.regarding.name).text(event.regarding.field_path);
    json.text(event.component).text(event.message).text(age);
    json.number(event.count == 0 ? 1 : event.count).text(event.name());
  }

  bool selects_by(std::string_view field) const override {
    constexpr std::array<std::string_view, 10> fields = {"involvedObject.kind",
                                                         "involvedObject.namespace",
                                                         "involvedObject.name",
                                                         "involvedObject.uid",
                                                         "involvedObject.apiVersion",
                                                         "involvedObject.resourceVersion",
                                                         "reason",
                                                         "reportingComponent",
                                                         "source",
                                                         "type"};
    return std::find(fields.begin(), fields.end(), field) != fields.end();
  }

  std::string field(const Object& object, std::string_view field) const override {
    const auto& event = static_cast<const Event&>(object);
    if (field == "involvedObject.kind") return event.regarding.kind;
    if (field == "involvedObject.namespace") return event.regarding.kubernetes_namespace;
    if (field == "involvedObject.name") return event.regarding.name;
    if (field == "involvedObject.uid") return event.regarding.uid;
    if (field == "involvedObject.apiVersion") return event.regarding.api_version;
    if (field == "involvedObject.resourceVersion") return event.regarding.resource_version;
    if (field == "reason") return event.reason;
    if (field == "type") return event.type;
    return event.component;
  }

  std::shared_ptr<Object> make(Kind) const override { return std::make_shared<Event>(); }

  void decode(Fields& fields, const KindInfo& as, Decoded& out) const override {
    auto& event = static_cast<Event&>(*out.object);
    const bool core = as.group.empty();
    event.regarding =
        decode_reference(fields.object(core ? "involvedObject" : "regarding", "ObjectReference"));
    event.reason = fields.text("reason");
    event.message = fields.text(core ? "message" : "note");
    event.type = fields.text("type");
    event.action = fields.text("action");
    event.component = fields.text(core ? "reportingComponent" : "reportingController");
    event.instance = fields.text("reportingInstance");
    event.event_time = decode_micro_time(fields, "eventTime");
    Fields source = fields.object(core ? "source" : "deprecatedSource", "EventSource");
    if (event.component.empty()) event.component = source.text("component");
    event.first = decode_time(fields, core ? "firstTimestamp" : "deprecatedFirstTimestamp");
    event.last = decode_time(fields, core ? "lastTimestamp" : "deprecatedLastTimestamp");
    event.count = fields.number(core ? "count" : "deprecatedCount", 0);
    fields.allow({"series", "related", "source", "deprecatedSource"});
    if (!core) {
      check_new_event(event, out.causes);
      if (out.name.empty() && out.generate_name.ends_with('.')) {
        out.causes.push_back(bad_name("metadata.generateName", out.generate_name));
      }
    }
    const std::string& about = event.regarding.kubernetes_namespace;
    if (!about.empty() && !out.kubernetes_namespace.empty() && about != out.kubernetes_namespace) {
      out.causes.push_back(invalid_value("involvedObject.namespace", in_quotes(about),
                                         "does not match event.namespace"));
    }
  }

  // Every write of one counts.
  bool same(const Object&, const Object&) const override { return false; }
};

}  // namespace

const KindCodec& event_codec() {
  static const EventCodec codec;
  return codec;
}

}  // namespace mocks::kubernetes
