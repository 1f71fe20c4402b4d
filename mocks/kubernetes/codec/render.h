// Rendering: typed objects as the API shows them. Keys and their order as recorded from Kubernetes
// 1.36; metadata.managedFields is not kept and not shown.
#pragma once

#include <string>
#include <string_view>

#include "mocks/kubernetes/json/json_text.h"
#include "mocks/kubernetes/store/objects.h"

namespace mocks::kubernetes {

// How a client wants objects (Accept): whole, metadata only, or as rows to print.
enum class Form { object, partial, table };
// What a table's row holds beside its cells (TableOptions' includeObject).
enum class RowObject { metadata, whole, none };

// The whole object, with kind and apiVersion. `as` tells which group's Event is meant.
void render_object(JsonText& json, const Object& object, const KindInfo& as);
// The same without kind and apiVersion, as in a list's items.
void render_item(JsonText& json, const Object& object, const KindInfo& as);
// PartialObjectMetadata (meta.k8s.io/v1).
void render_partial(JsonText& json, const Object& object);
// The Scale of a workload (autoscaling/v1).
std::string render_scale(const Workload& workload);

// A bookmark's object: the kind, empty but for its resourceVersion.
std::string bookmark_object(const KindInfo& kind, std::uint64_t resource_version,
                            bool initial_events_end);

// One Table (meta.k8s.io/v1). Rows are added between begin and end; `now` is for ages.
void begin_table(JsonText& json, const KindInfo& kind, std::string_view list_metadata,
                 bool column_definitions);
void add_row(JsonText& json, const Object& object, const KindInfo& as, RowObject with,
             ports::WallTime now);
void end_table(JsonText& json);

// 3725 s is "62m", as kubectl prints ages (k8s.io/apimachinery/pkg/util/duration).
std::string human_duration(ports::Duration duration);

}  // namespace mocks::kubernetes
