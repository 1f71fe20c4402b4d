// Tables: what `kubectl get` prints (meta.k8s.io/v1 Table), by kind.
#include <array>

#include "mocks/kubernetes/codec/render.h"
#include "mocks/kubernetes/codec/render_pod.h"

namespace mocks::kubernetes {
namespace {

struct Column {
  std::string_view name;
  std::string_view type = "string";
  std::string_view format = {};
  int priority = 0;
};

constexpr Column name_column{.name = "Name", .format = "name"};
constexpr Column age_column{.name = "Age"};

std::vector<Column> columns_of(Kind kind) {
  switch (kind) {
    case Kind::deployment:
      return {name_column,
              {.name = "Ready"},
              {.name = "Up-to-date"},
              {.name = "Available"},
              age_column,
              {.name = "Containers", .priority = 1},
              {.name = "Images", .priority = 1},
              {.name = "Selector", .priority = 1}};
    case Kind::replica_set:
      return {name_column,
              {.name = "Desired", .type = "integer"},
              {.name = "Current", .type = "integer"},
              {.name = "Ready", .type = "integer"},
              age_column,
              {.name = "Containers", .priority = 1},
              {.name = "Images", .priority = 1},
              {.name = "Selector", .priority = 1}};
    case Kind::pod:
      return {name_column,
              {.name = "Ready"},
              {.name = "Status"},
              {.name = "Restarts"},
              age_column,
              {.name = "IP", .priority = 1},
              {.name = "Node", .priority = 1},
              {.name = "Nominated Node", .priority = 1},
              {.name = "Readiness Gates", .priority = 1}};
    case Kind::lease: return {name_column, {.name = "Holder"}, age_column};
    case Kind::event:
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
    default: return {name_column, age_column};
  }
}

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

// Names and images of a template's containers, each joined by commas.
void template_cells(JsonText& json, const PodTemplate& pod_template) {
  std::string names;
  std::string images;
  for (const ContainerSpec& container : pod_template.containers) {
    names.append(names.empty() ? "" : ",").append(container.name);
    images.append(images.empty() ? "" : ",").append(container.image);
  }
  json.text(names).text(images);
}

std::string fraction(int part, int whole) {
  return std::to_string(part) + "/" + std::to_string(whole);
}

void pod_cells(JsonText& json, const Pod& pod, const std::string& age, ports::WallTime now) {
  const int all = static_cast<int>(pod.containers.size());
  json.text(pod.name()).text(fraction(ready_containers(pod), all)).text(pod_status_word(pod));
  int restarts = 0;
  for (const ContainerState& container : pod.containers) restarts += container.restarts;
  std::string shown = std::to_string(restarts);
  if (restarts > 0) {
    shown += " (" + human_duration(now - pod.containers.front().last_finished) + " ago)";
  }
  json.text(shown).text(age).text(pod.seen ? pod_address(pod.id) : "<none>");
  json.text(pod.pod_template->node).text("<none>").text("<none>");
}

void event_cells(JsonText& json, const Event& event, const std::string& age, ports::WallTime now) {
  const ports::WallTime last = event.last.value_or(event.event_time.value_or(now));
  std::string kind = event.regarding.kind;
  for (char& c : kind) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  json.text(human_duration(now - last)).text(event.type).text(event.reason);
  json.text(kind + "/" + event.regarding.name).text(event.regarding.field_path);
  json.text(event.component).text(event.message).text(age);
  json.number(event.count == 0 ? 1 : event.count).text(event.name());
}

void cells(JsonText& json, const Object& object, ports::WallTime now) {
  const std::string age = human_duration(now - object.identity->created);
  switch (object.kind) {
    case Kind::deployment: {
      const auto& deployment = static_cast<const Deployment&>(object);
      json.text(object.name());
      json.text(fraction(deployment.status.ready, deployment.spec->replicas));
      json.number(deployment.status.updated).number(deployment.status.available).text(age);
      template_cells(json, *deployment.spec->pod_template);
      json.text(to_text(deployment.spec->selector));
      return;
    }
    case Kind::replica_set: {
      const auto& set = static_cast<const ReplicaSet&>(object);
      json.text(object.name()).number(set.replicas).number(set.status.replicas);
      json.number(set.status.ready).text(age);
      template_cells(json, *set.pod_template);
      json.text(to_text(*set.selector) + ",pod-template-hash=" + set.pod_template->hash);
      return;
    }
    case Kind::pod: pod_cells(json, static_cast<const Pod&>(object), age, now); return;
    case Kind::event: event_cells(json, static_cast<const Event&>(object), age, now); return;
    case Kind::lease:
      json.text(object.name()).text(static_cast<const Document&>(object).holder).text(age);
      return;
    default: json.text(object.name()).text(age);
  }
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
    for (const Column& column : columns_of(kind.kind)) {
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
  cells(json, object, now);
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
