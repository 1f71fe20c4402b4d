// Tables: what `kubectl get` prints (meta.k8s.io/v1 Table), by kind.
#include "mocks/kubernetes/codec/kind_codec.h"
#include "mocks/kubernetes/codec/render.h"

namespace mocks::kubernetes {
namespace {

std::string_view describe(std::string_view column) {
  if (column == "Name") {
    return "Name must be unique within a namespace. Is required when creating resources, although "
           "some resources may allow a client to request the generation of an appropriate name "
           "automatically. Name is primarily intended for creation idempotence and configuration "
           "definition. Cannot be updated. More info: "
           "https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names";
  }
  if (column == "Age") {
    return "CreationTimestamp is a timestamp representing the server time when this object was "
           "created. It is not guaranteed to be set in happens-before order across separate "
           "operations. Clients may not set this value. It is represented in RFC3339 form and is "
           "in UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: "
           "https://git.k8s.io/community/contributors/devel/sig-architecture/"
           "api-conventions.md#metadata";
  }
  return column;
}

}  // namespace

std::string human_duration(ports::Duration duration) {
  const std::int64_t seconds = std::chrono::duration_cast<std::chrono::seconds>(duration).count();
  if (seconds < 0) return "0s";
  const std::int64_t minutes = seconds / 60;
  const std::int64_t hours = seconds / 3600;
  const auto two = [](std::int64_t major, const char* unit, std::int64_t minor, const char* small) {
    std::string text = std::to_string(major) + unit;
    return minor == 0 ? text : text + std::to_string(minor) + small;
  };
  if (seconds < 120) return std::to_string(seconds) + "s";
  if (minutes < 10) return two(minutes, "m", seconds % 60, "s");
  if (minutes < 180) return std::to_string(minutes) + "m";
  if (hours < 8) return two(hours, "h", minutes % 60, "m");
  if (hours < 48) return std::to_string(hours) + "h";
  if (hours < 192) return two(hours / 24, "d", hours % 24, "h");
  if (hours < 24 * 365 * 2) return std::to_string(hours / 24) + "d";
  if (hours < 24 * 365 * 8) return two(hours / 24 / 365, "y", hours / 24 % 365, "d");
  return std::to_string(hours / 24 / 365) + "y";
}

void begin_table(JsonText& json, const KindInfo& kind, std::string_view list_metadata,
                 bool column_definitions) {
  json.open('{').member("kind", "Table").member("apiVersion", "meta.k8s.io/v1");
  json.key("metadata").raw(list_metadata);
  if (column_definitions) {
    json.key("columnDefinitions").open('[');
    for (const Column& column : codec_of(kind.kind).columns()) {
      json.open('{').member("name", column.name).member("type", column.type);
      json.member("format", column.format).member("description", describe(column.name));
      json.member("priority", column.priority).close('}');
    }
    json.close(']');
  } else {
    json.key("columnDefinitions").raw("null");
  }
  json.key("rows").open('[');
}

void add_row(JsonText& json, const Object& object, const KindInfo& as, RowObject with,
             ports::WallTime now) {
  json.open('{').key("cells").open('[');
  codec_of(object.kind).cells(json, object, human_duration(now - object.identity->created), now);
  json.close(']').key("object");
  switch (with) {
    case RowObject::metadata: render_partial(json, object); break;
    case RowObject::whole: render_object(json, object, as); break;
    case RowObject::none: json.raw("null"); break;
  }
  json.close('}');
}

void end_table(JsonText& json) { json.close(']').close('}'); }

}  // namespace mocks::kubernetes
