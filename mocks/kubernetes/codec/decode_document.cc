// Decoding of Lease, Event, Service and the other kinds kept as documents.
#include <array>
#include <charconv>
#include <chrono>

#include "mocks/kubernetes/codec/decode.h"
#include "mocks/kubernetes/codec/names.h"
#include "mocks/kubernetes/json/fields_json.h"
#include "mocks/kubernetes/json/json_text.h"

namespace mocks::kubernetes::detail {
namespace {

// metav1.MicroTime: exactly six digits of a second. Errors as Go's time.Parse words them.
struct MicroTime {
  ports::WallTime time = {};
  std::string error = {};
};

std::optional<int> take_number(std::string_view& rest, std::size_t width) {
  int value = 0;
  if (rest.size() < width) return std::nullopt;
  const auto end = std::from_chars(rest.data(), rest.data() + width, value);
  if (end.ptr != rest.data() + width) return std::nullopt;
  rest.remove_prefix(width);
  return value;
}

std::string cannot_parse(std::string_view text, std::string_view rest, std::string_view as) {
  return "parsing time " + in_quotes(text) +
         " as \"2006-01-02T15:04:05.000000Z07:00\": cannot parse " + in_quotes(rest) + " as " +
         in_quotes(as);
}

MicroTime parse_micro_time(std::string_view text) {
  MicroTime out;
  std::string_view rest = text;
  struct Part {
    std::string_view name;
    std::size_t width;
    char after;
  };
  constexpr std::array<Part, 6> parts = {{{"2006", 4, '-'},
                                          {"01", 2, '-'},
                                          {"02", 2, 'T'},
                                          {"15", 2, ':'},
                                          {"04", 2, ':'},
                                          {"05", 2, '\0'}}};
  std::array<int, 6> values = {};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto value = take_number(rest, parts[i].width);
    if (!value) return {.error = cannot_parse(text, rest, parts[i].name)};
    values[i] = *value;
    if (parts[i].after == '\0') continue;
    if (rest.empty() || rest.front() != parts[i].after) {
      return {.error = cannot_parse(text, rest, std::string(1, parts[i].after))};
    }
    rest.remove_prefix(1);
  }
  std::string_view fraction = rest;
  std::optional<int> micros;
  if (rest.starts_with('.')) {
    rest.remove_prefix(1);
    micros = take_number(rest, 6);
  }
  if (!micros) return {.error = cannot_parse(text, fraction, ".000000")};
  int offset_minutes = 0;
  if (rest.starts_with('Z')) {
    rest.remove_prefix(1);
  } else {
    const std::string_view zone = rest;
    const bool minus = rest.starts_with('-');
    const bool plus = rest.starts_with('+');
    if (plus || minus) rest.remove_prefix(1);
    const auto hours = take_number(rest, 2);
    const bool colon = rest.starts_with(':');
    if (colon) rest.remove_prefix(1);
    const auto minutes = take_number(rest, 2);
    if ((!plus && !minus) || !hours || !colon || !minutes) {
      return {.error = cannot_parse(text, zone, "Z07:00")};
    }
    offset_minutes = (*hours * 60 + *minutes) * (minus ? -1 : 1);
  }
  if (!rest.empty()) return {.error = cannot_parse(text, rest, "")};
  const std::chrono::year_month_day date{std::chrono::year{values[0]},
                                         std::chrono::month{static_cast<unsigned>(values[1])},
                                         std::chrono::day{static_cast<unsigned>(values[2])}};
  if (!date.ok() || values[3] > 23 || values[4] > 59 || values[5] > 59) {
    return {.error = "parsing time " + in_quotes(text) + ": out of range"};
  }
  out.time = std::chrono::sys_days(date) + std::chrono::hours(values[3]) +
             std::chrono::minutes(values[4] - offset_minutes) + std::chrono::seconds(values[5]) +
             std::chrono::microseconds(*micros);
  return out;
}

std::optional<ports::WallTime> micro_time(Fields& fields, std::string_view name) {
  const std::string text = fields.text(name);
  if (text.empty()) return std::nullopt;
  MicroTime parsed = parse_micro_time(text);
  if (parsed.error.empty()) return parsed.time;
  if (!fields.reading().wrong_type) fields.reading().wrong_type = std::move(parsed.error);
  return std::nullopt;
}

// metav1.Time: the same with no fraction; one is cut off.
std::optional<ports::WallTime> plain_time(Fields& fields, std::string_view name) {
  std::string text = fields.text(name);
  if (text.size() < 20) return std::nullopt;
  const std::size_t zone = text.find_first_of("Z+-", 19);
  if (zone == std::string::npos) return std::nullopt;
  const MicroTime parsed = parse_micro_time(text.substr(0, 19) + ".000000" + text.substr(zone));
  if (parsed.error.empty()) return parsed.time;
  return std::nullopt;
}

void decode_lease(Fields& fields, Decoded& out, Document& lease) {
  Fields spec = fields.object("spec", "LeaseSpec");
  JsonText json;
  json.key("spec").open('{');
  if (spec.has("holderIdentity")) {
    lease.holder = spec.text("holderIdentity");
    json.member("holderIdentity", lease.holder);
  }
  if (spec.has("leaseDurationSeconds")) {
    const int seconds = spec.number("leaseDurationSeconds", 0);
    json.member("leaseDurationSeconds", seconds);
    if (seconds <= 0) {
      out.causes.push_back(invalid_value("spec.leaseDurationSeconds", std::to_string(seconds),
                                         "must be greater than 0"));
    }
  }
  if (const auto time = micro_time(spec, "acquireTime")) json.key("acquireTime").micro_time(*time);
  if (const auto time = micro_time(spec, "renewTime")) json.key("renewTime").micro_time(*time);
  if (spec.has("leaseTransitions")) {
    const int transitions = spec.number("leaseTransitions", 0);
    json.member("leaseTransitions", transitions);
    if (transitions < 0) {
      out.causes.push_back(invalid_value("spec.leaseTransitions", std::to_string(transitions),
                                         "must be greater than or equal to 0"));
    }
  }
  if (spec.has("strategy")) json.member("strategy", spec.text("strategy"));
  if (spec.has("preferredHolder")) json.member("preferredHolder", spec.text("preferredHolder"));
  spec.finish();
  lease.members = json.close('}').take();
}

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

// The body's own members beside metadata, then `more`.
std::string members_of(const JsonView& body, std::string_view more) {
  JsonText json;
  for (const auto& [key, value] : body.members()) {
    if (key == "kind" || key == "apiVersion" || key == "metadata" || value.is_null()) continue;
    if (key == "status") continue;
    json.given_key(key).value(value);
  }
  return json.raw(more).take();
}

}  // namespace

void decode_event(Fields& fields, const KindInfo& kind, Decoded& out) {
  auto& event = static_cast<Event&>(*out.object);
  const bool core = kind.group.empty();
  event.regarding =
      decode_reference(fields.object(core ? "involvedObject" : "regarding", "ObjectReference"));
  event.reason = fields.text("reason");
  event.message = fields.text(core ? "message" : "note");
  event.type = fields.text("type");
  event.action = fields.text("action");
  event.component = fields.text(core ? "reportingComponent" : "reportingController");
  event.instance = fields.text("reportingInstance");
  event.event_time = micro_time(fields, "eventTime");
  Fields source = fields.object(core ? "source" : "deprecatedSource", "EventSource");
  if (event.component.empty()) event.component = source.text("component");
  event.first = plain_time(fields, core ? "firstTimestamp" : "deprecatedFirstTimestamp");
  event.last = plain_time(fields, core ? "lastTimestamp" : "deprecatedLastTimestamp");
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

void decode_document(Fields& fields, const KindInfo& kind, Decoded& out) {
  auto& document = static_cast<Document&>(*out.object);
  if (kind.kind == Kind::lease) {
    decode_lease(fields, out, document);
    return;
  }
  const std::string type = std::string(kind.name) + "Spec";
  Fields spec = fields.object("spec", type);
  std::string_view more;
  switch (kind.kind) {
    case Kind::service:
      document.selector = spec.strings("selector");
      more = R"("status":{"loadBalancer":{}})";
      break;
    case Kind::kubernetes_namespace:
      out.object->labels.set("kubernetes.io/metadata.name", out.name);
      document.members = R"("spec":{"finalizers":["kubernetes"]},"status":{"phase":"Active"})";
      fields.allow({"spec", "status"});
      return;
    case Kind::resource_quota: {
      const std::string pods = spec.object("hard", "ResourceList").text("pods");
      if (!pods.empty()) {
        std::from_chars(pods.data(), pods.data() + pods.size(), document.limit);
      }
      more = R"("status":{})";
      break;
    }
    case Kind::disruption_budget:
      document.limit = spec.number("minAvailable", -1);
      document.selector = spec.object("selector", "LabelSelector").strings("matchLabels");
      more = R"("status":{"disruptionsAllowed":0,"currentHealthy":0,"desiredHealthy":0,)"
             R"("expectedPods":0})";
      break;
    default: break;
  }
  // Kept as given: this mock knows no more of these kinds than it needs.
  for (const auto& [key, value] : fields.self().members()) fields.raw(key);
  document.members = members_of(fields.self(), more);
}

}  // namespace mocks::kubernetes::detail
