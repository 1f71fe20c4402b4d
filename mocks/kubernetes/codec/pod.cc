// Pod: its spec and status, as a kubelet writes it, or a simulated node (kwok).
#include <algorithm>
#include <array>

#include "mocks/kubernetes/codec/kind_codec.h"
#include "mocks/kubernetes/codec/render.h"

namespace mocks::kubernetes {
namespace {

const Pod& pod_of(const Object& object) { return static_cast<const Pod&>(object); }

void render_condition(JsonText& json, std::string_view type, bool holds, ports::WallTime changed,
                      std::string_view reason = {}, std::string_view message = {}) {
  json.open('{').member("type", type).member("status", holds ? "True" : "False");
  json.key("lastProbeTime").raw("null").key("lastTransitionTime").time(changed);
  if (!reason.empty()) json.member("reason", reason);
  if (!message.empty()) json.member("message", message);
  json.close('}');
}

void render_pod_conditions(JsonText& json, const Pod& pod) {
  const auto ready = [&](std::string_view type) {
    if (pod.ready) {
      render_condition(json, type, true, pod.ready_changed);
      return;
    }
    std::string waiting = "containers with unready status: [";
    for (std::size_t i = 0; i < pod.containers.size(); ++i) {
      if (pod.containers[i].ready) continue;
      if (waiting.back() != '[') waiting += ' ';
      waiting += pod.pod_template->containers[i].name;
    }
    waiting += ']';
    render_condition(json, type, false, pod.ready_changed, "ContainersNotReady", waiting);
  };
  json.key("conditions").open('[');
  if (!pod.simulated_node) {
    render_condition(json, "PodReadyToStartContainers", true, pod.started);
  }
  if (pod.initialized) {
    render_condition(json, "Initialized", true, pod.initialized_at);
  } else {
    render_condition(json, "Initialized", false, pod.started, "ContainersNotInitialized",
                     "containers with incomplete status");
  }
  ready("Ready");
  ready("ContainersReady");
  if (!pod.simulated_node) render_condition(json, "PodScheduled", true, pod.identity->created);
  if (pod.evicted) {
    render_condition(json, "DisruptionTarget", true, pod.evicted_at, "EvictionByEvictionAPI",
                     "Eviction API: evicting");
  }
  json.close(']');
}

void render_state(JsonText& json, const ContainerState& container) {
  json.key("state").open('{');
  switch (container.state) {
    case ContainerState::State::waiting:
      json.key("waiting").open('{').member("reason", container.waiting_reason).close('}');
      break;
    case ContainerState::State::running:
      json.key("running").open('{').key("startedAt").time(container.started).close('}');
      break;
    case ContainerState::State::terminated:
      json.key("terminated").open('{').member("exitCode", container.last_exit_code);
      json.member("reason", container.last_exit_code == 0 ? "Completed" : "Error");
      json.key("startedAt").time(container.last_started);
      json.key("finishedAt").time(container.last_finished).close('}');
      break;
  }
  json.close('}').key("lastState").open('{');
  if (container.restarts > 0 && container.state != ContainerState::State::terminated) {
    json.key("terminated").open('{').member("exitCode", container.last_exit_code);
    json.member("reason", container.last_exit_code == 0 ? "Completed" : "Error");
    json.key("startedAt").time(container.last_started);
    json.key("finishedAt").time(container.last_finished).close('}');
  }
  json.close('}');
}

void render_container(JsonText& json, const Pod& pod, const ContainerSpec& spec,
                      const ContainerState& container) {
  json.open('{').member("name", spec.name);
  render_state(json, container);
  json.key("ready").boolean(container.ready).member("restartCount", container.restarts);
  json.member("image", spec.image).member("imageID", "");
  if (!pod.simulated_node) {
    if (container.state == ContainerState::State::running) {
      // A stable id: the pod's and the container's names are enough to tell runs apart.
      std::string id = "containerd://";
      id.reserve(id.size() + pod.identity->uid.size() + spec.name.size() + 16);
      id.append(pod.identity->uid).append("-").append(spec.name).append("-");
      json.member("containerID", id.append(std::to_string(container.restarts)));
    }
    json.key("started").boolean(container.state == ContainerState::State::running);
  }
  json.close('}');
}

void render_init_containers(JsonText& json, const Pod& pod) {
  json.key("initContainerStatuses").open('[');
  for (const ContainerSpec& spec : pod.pod_template->init_containers) {
    ContainerState state;
    state.ready = pod.initialized;
    if (pod.initialized) {
      state.state = ContainerState::State::terminated;
      state.last_started = pod.started;
      state.last_finished = pod.initialized_at;
    } else {
      state.state = ContainerState::State::running;
      state.started = pod.started;
    }
    render_container(json, pod, spec, state);
  }
  json.close(']');
}

void render_status(JsonText& json, const Pod& pod) {
  json.key("status").open('{');
  if (pod.generation > 0 && pod.seen && !pod.simulated_node) {
    json.member("observedGeneration", pod.generation);
  }
  json.member("phase", pod.phase);
  if (pod.seen) {
    render_pod_conditions(json, pod);
    const std::string address = pod_address(pod.id);
    json.member("hostIP", "192.0.2.10").raw(R"("hostIPs":[{"ip":"192.0.2.10"}])");
    json.member("podIP", address).key("podIPs").open('[').open('{').member("ip", address);
    json.close('}').close(']').key("startTime").time(pod.started);
    if (!pod.pod_template->init_containers.empty()) render_init_containers(json, pod);
    json.key("containerStatuses").open('[');
    for (std::size_t i = 0; i < pod.containers.size(); ++i) {
      render_container(json, pod, pod.pod_template->containers[i], pod.containers[i]);
    }
    json.close(']');
  }
  json.member("qosClass", "BestEffort").close('}');
}

int ready_containers(const Pod& pod) {
  int ready = 0;
  for (const ContainerState& container : pod.containers) ready += container.ready ? 1 : 0;
  return ready;
}

// What `kubectl get pods` shows as STATUS: "Running", "Terminating", "Init:0/1", ...
std::string_view status_word(const Pod& pod) {
  if (pod.deletion_time) return "Terminating";
  if (pod.seen && !pod.initialized) return "Init:0/1";
  for (const ContainerState& container : pod.containers) {
    if (container.state == ContainerState::State::waiting) {
      return pod.seen ? container.waiting_reason : "Pending";
    }
  }
  return pod.phase;
}

class PodCodec final : public KindCodec {
 public:
  void render(JsonText& json, const Object& object, const KindInfo&) const override {
    const Pod& pod = pod_of(object);
    json.key("spec");
    std::string spec = pod.pod_template->pod_spec;
    // The five letters of its name are as good as others for the token volume's.
    const std::string& name = pod.name();
    for (const std::size_t at : pod.pod_template->suffix_at) {
      spec.replace(at, 5, name, name.size() - 5, 5);
    }
    json.raw(spec);
    render_status(json, pod);
  }

  std::string_view zero() const override { return R"("spec":{"containers":null},"status":{})"; }

  std::vector<Column> columns() const override {
    return {name_column,
            {.name = "Ready"},
            {.name = "Status"},
            {.name = "Restarts"},
            age_column,
            {.name = "IP", .priority = 1},
            {.name = "Node", .priority = 1},
            {.name = "Nominated Node", .priority = 1},
            {.name = "Readiness Gates", .priority = 1}};
  }

  void cells(JsonText& json, const Object& object, const std::string& age,
             ports::WallTime now) const override {
    const Pod& pod = pod_of(object);
    const int all = static_cast<int>(pod.containers.size());
    json.text(pod.name())
        .text(std::to_string(ready_containers(pod)) + "/" + std::to_string(all))
        .text(status_word(pod));
    int restarts = 0;
    for (const ContainerState& container : pod.containers) restarts += container.restarts;
    std::string shown = std::to_string(restarts);
    if (restarts > 0) {
      shown += " (" + human_duration(now - pod.containers.front().last_finished) + " ago)";
    }
    json.text(shown).text(age).text(pod.seen ? pod_address(pod.id) : "<none>");
    json.text(pod.pod_template->node).text("<none>").text("<none>");
  }

  bool selects_by(std::string_view field) const override {
    constexpr std::array<std::string_view, 8> fields = {
        "spec.nodeName",    "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName",
        "spec.hostNetwork", "status.phase",       "status.podIP",       "status.nominatedNodeName"};
    return std::find(fields.begin(), fields.end(), field) != fields.end();
  }

  std::string field(const Object& object, std::string_view field) const override {
    const Pod& pod = pod_of(object);
    if (field == "spec.nodeName") return pod.pod_template->node;
    if (field == "spec.restartPolicy") return "Always";
    if (field == "spec.schedulerName") return "default-scheduler";
    if (field == "spec.serviceAccountName") return "default";
    if (field == "spec.hostNetwork") return "false";
    if (field == "status.phase") return std::string(pod.phase);
    if (field == "status.podIP") return pod.seen ? pod_address(pod.id) : "";
    return {};
  }

  // Its spec is its template's, and clients write no status.
  bool same(const Object&, const Object&) const override { return true; }
};

}  // namespace

const KindCodec& pod_codec() {
  static const PodCodec codec;
  return codec;
}

}  // namespace mocks::kubernetes
