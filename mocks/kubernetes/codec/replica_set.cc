// ReplicaSet: its spec and status (apps/v1). Clients change its size, labels and annotations alone.
#include "mocks/kubernetes/store/replica_set.h"

#include "mocks/kubernetes/codec/kind_codec.h"
#include "mocks/kubernetes/codec/pod_template.h"
#include "mocks/kubernetes/codec/spec_parts.h"

namespace mocks::kubernetes {
namespace {

class ReplicaSetCodec final : public KindCodec {
 public:
  void render(JsonText& json, const Object& object, const KindInfo&) const override {
    const auto& set = static_cast<const ReplicaSet&>(object);
    json.key("spec").open('{').member("replicas", set.replicas);
    render_count(json, "minReadySeconds", set.min_ready_s);
    json.key("selector");
    render_selector(json, *set.selector, set.pod_template->hash);
    json.key("template");
    render_template(json, *set.pod_template, set.pod_template->hash);
    json.close('}').key("status").open('{').member("replicas", set.status.replicas);
    render_count(json, "fullyLabeledReplicas", set.status.replicas);
    render_count(json, "readyReplicas", set.status.ready);
    render_count(json, "availableReplicas", set.status.available);
    if (set.status.observed_generation != 0) {
      json.member("terminatingReplicas", set.status.terminating)
          .member("observedGeneration", set.status.observed_generation);
    }
    render_conditions(json, set.status.conditions, false);
    json.close('}');
  }

  std::string_view zero() const override {
    return R"("spec":{"selector":null,"template":{"metadata":{},"spec":{"containers":null}}},)"
           R"("status":{"replicas":0})";
  }

  std::vector<Column> columns() const override {
    return {name_column,
            {.name = "Desired", .type = "integer"},
            {.name = "Current", .type = "integer"},
            {.name = "Ready", .type = "integer"},
            age_column,
            {.name = "Containers", .priority = 1},
            {.name = "Images", .priority = 1},
            {.name = "Selector", .priority = 1}};
  }

  void cells(JsonText& json, const Object& object, const std::string& age,
             ports::WallTime) const override {
    const auto& set = static_cast<const ReplicaSet&>(object);
    json.text(object.name()).number(set.replicas).number(set.status.replicas);
    json.number(set.status.ready).text(age);
    template_cells(json, *set.pod_template);
    json.text(to_text(*set.selector) + ",pod-template-hash=" + set.pod_template->hash);
  }

  bool selects_by(std::string_view field) const override { return field == "status.replicas"; }
  std::string field(const Object& object, std::string_view) const override {
    return std::to_string(static_cast<const ReplicaSet&>(object).status.replicas);
  }

  bool same(const Object& now, const Object& next) const override {
    return static_cast<const ReplicaSet&>(now).replicas ==
           static_cast<const ReplicaSet&>(next).replicas;
  }
};

}  // namespace

const KindCodec& replica_set_codec() {
  static const ReplicaSetCodec codec;
  return codec;
}

}  // namespace mocks::kubernetes
