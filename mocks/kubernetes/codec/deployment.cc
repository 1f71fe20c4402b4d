// Deployment: its spec and status (apps/v1).
#include "mocks/kubernetes/store/deployment.h"

#include "mocks/kubernetes/codec/kind_codec.h"
#include "mocks/kubernetes/codec/pod_template.h"
#include "mocks/kubernetes/codec/spec_parts.h"

namespace mocks::kubernetes {
namespace {

using detail::Fields;

const Deployment& deployment_of(const Object& object) {
  return static_cast<const Deployment&>(object);
}

void decode_strategy(Fields& fields, DeploymentSpec& spec, std::vector<Cause>& causes) {
  const std::string type = fields.text("type");
  Fields rolling = fields.object("rollingUpdate", "RollingUpdateDeployment");
  spec.recreate = type == "Recreate";
  if (!type.empty() && type != "Recreate" && type != "RollingUpdate") {
    causes.push_back({.reason = "FieldValueNotSupported",
                      .message = "Unsupported value: " + in_quotes(type) +
                                 ": supported values: \"Recreate\", \"RollingUpdate\"",
                      .field = "spec.strategy.type"});
  }
  if (spec.recreate && !rolling.self().is_null()) {
    causes.push_back(forbidden_value("spec.strategy.rollingUpdate",
                                     "may not be specified when strategy `type` is 'Recreate'"));
  }
  const Quantity quarter{.value = 25, .percent = true};
  spec.max_surge = decode_quantity(rolling, "maxSurge", quarter, causes);
  spec.max_unavailable = decode_quantity(rolling, "maxUnavailable", quarter, causes);
  if (!spec.recreate && spec.max_surge.value == 0 && spec.max_unavailable.value == 0) {
    causes.push_back(invalid_value("spec.strategy.rollingUpdate.maxUnavailable", "0",
                                   "may not be 0 when `maxSurge` is 0"));
  }
  rolling.finish();
  fields.finish();
}

// The rules of ValidateDeploymentSpec that need no look into the template or the strategy.
void check_spec(const DeploymentSpec& spec, bool selector_given, std::vector<Cause>& causes) {
  if (spec.replicas < 0) {
    causes.push_back(invalid_value("spec.replicas", std::to_string(spec.replicas),
                                   "must be greater than or equal to 0"));
  }
  if (spec.replicas > max_replicas) {
    causes.push_back(invalid_value("spec.replicas", std::to_string(spec.replicas),
                                   "this cluster runs at most " + std::to_string(max_replicas)));
  }
  if (spec.min_ready_s < 0) {
    causes.push_back(invalid_value("spec.minReadySeconds", std::to_string(spec.min_ready_s),
                                   "must be greater than or equal to 0"));
  }
  if (spec.progress_deadline_s <= spec.min_ready_s) {
    causes.push_back(invalid_value("spec.progressDeadlineSeconds",
                                   std::to_string(spec.progress_deadline_s),
                                   "must be greater than minReadySeconds"));
  }
  const bool unselective = spec.selector.requirements.empty();
  if (!selector_given) {
    causes.push_back(required_value("spec.selector"));
  } else if (unselective) {
    causes.push_back(
        invalid_value("spec.selector", "{}", "empty selector is invalid for deployment"));
  }
  if (unselective || !spec.selector.matches(spec.pod_template->labels)) {
    causes.push_back(invalid_value("spec.template.metadata.labels",
                                   render_json(spec.pod_template->labels),
                                   "`selector` does not match template `labels`"));
  }
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
  render_count(json, "minReadySeconds", spec.min_ready_s);
  json.member("revisionHistoryLimit", spec.revision_history_limit);
  if (spec.paused) json.key("paused").boolean(true);
  json.member("progressDeadlineSeconds", spec.progress_deadline_s).close('}');
  return json.take();
}

bool same_spec(const DeploymentSpec& a, const DeploymentSpec& b) {
  return a.replicas == b.replicas && a.selector == b.selector &&
         same_template(*a.pod_template, *b.pod_template) && a.recreate == b.recreate &&
         a.max_surge == b.max_surge && a.max_unavailable == b.max_unavailable &&
         a.min_ready_s == b.min_ready_s && a.revision_history_limit == b.revision_history_limit &&
         a.progress_deadline_s == b.progress_deadline_s && a.paused == b.paused;
}

class DeploymentCodec final : public KindCodec {
 public:
  void render(JsonText& json, const Object& object, const KindInfo&) const override {
    const Deployment& deployment = deployment_of(object);
    const DeploymentSpec& spec = *deployment.spec;
    if (spec.rendered.empty()) spec.rendered = render_spec(spec);
    json.key("spec").raw(spec.rendered);

    const DeploymentStatus& status = deployment.status;
    json.key("status").open('{');
    render_count(json, "observedGeneration", status.observed_generation);
    render_count(json, "replicas", status.replicas);
    render_count(json, "updatedReplicas", status.updated);
    render_count(json, "readyReplicas", status.ready);
    render_count(json, "availableReplicas", status.available);
    render_count(json, "unavailableReplicas", status.unavailable);
    if (status.terminating) json.member("terminatingReplicas", *status.terminating);
    render_conditions(json, status.conditions, true);
    json.close('}');
  }

  std::string_view zero() const override {
    return R"("spec":{"replicas":0,"selector":null,"template":{"metadata":{},"spec":)"
           R"({"containers":null}},"strategy":{}},"status":{})";
  }

  std::vector<Column> columns() const override {
    return {name_column,
            {.name = "Ready"},
            {.name = "Up-to-date"},
            {.name = "Available"},
            age_column,
            {.name = "Containers", .priority = 1},
            {.name = "Images", .priority = 1},
            {.name = "Selector", .priority = 1}};
  }

  void cells(JsonText& json, const Object& object, const std::string& age,
             ports::WallTime) const override {
    const Deployment& deployment = deployment_of(object);
    json.text(object.name());
    json.text(std::to_string(deployment.status.ready) + "/" +
              std::to_string(deployment.spec->replicas));
    json.number(deployment.status.updated).number(deployment.status.available).text(age);
    template_cells(json, *deployment.spec->pod_template);
    json.text(to_text(deployment.spec->selector));
  }

  std::shared_ptr<Object> make(Kind) const override { return std::make_shared<Deployment>(); }

  void decode(Fields& fields, const KindInfo&, Decoded& out) const override {
    Fields given = fields.object("spec", "DeploymentSpec");
    fields.allow({"status"});
    auto spec = std::make_shared<DeploymentSpec>();
    std::vector<Cause> template_causes;
    spec->replicas = given.number("replicas", 1);
    spec->min_ready_s = given.number("minReadySeconds", 0);
    spec->revision_history_limit = given.number("revisionHistoryLimit", 10);
    spec->progress_deadline_s = given.number("progressDeadlineSeconds", 600);
    spec->paused = given.boolean("paused");
    Fields selector = given.object("selector", "LabelSelector");
    spec->selector = decode_selector(selector);
    Fields strategy = given.object("strategy", "DeploymentStrategy");
    std::vector<Cause> strategy_causes;
    decode_strategy(strategy, *spec, strategy_causes);
    Fields pod_template = given.object("template", "PodTemplateSpec");
    spec->pod_template = decode_template(pod_template, template_causes);
    given.finish();

    check_spec(*spec, !selector.self().is_null(), out.causes);
    auto& causes = out.causes;
    causes.insert(causes.end(), template_causes.begin(), template_causes.end());
    causes.insert(causes.end(), strategy_causes.begin(), strategy_causes.end());
    std::static_pointer_cast<Deployment>(out.object)->spec = std::move(spec);
  }

  bool same(const Object& now, const Object& next) const override {
    return same_spec(*deployment_of(now).spec, *deployment_of(next).spec);
  }

  void carry_over(const Object& now, Object& next, std::vector<Cause>& causes) const override {
    const Deployment& before = deployment_of(now);
    auto& after = static_cast<Deployment&>(next);
    after.status = before.status;
    if (after.spec->selector == before.spec->selector) return;
    JsonText shown;
    render_selector(shown, after.spec->selector);
    causes.push_back(invalid_value("spec.selector", shown.take(), "field is immutable"));
  }

  // Annotations count as spec: the controller copies them to the ReplicaSets.
  bool counts(const Object& now, const Object& next) const override {
    return !same(now, next) || now.annotations.get() != next.annotations.get();
  }
};

}  // namespace

const KindCodec& deployment_codec() {
  static const DeploymentCodec codec;
  return codec;
}

}  // namespace mocks::kubernetes
