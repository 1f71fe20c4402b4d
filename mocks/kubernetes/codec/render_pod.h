// Rendering of a pod's spec and status, as a kubelet writes it, or a simulated node (kwok).
#pragma once

#include <string>
#include <string_view>

#include "mocks/kubernetes/json/json_text.h"
#include "mocks/kubernetes/store/objects.h"

namespace mocks::kubernetes {

// Members "spec" and "status".
void render_pod(JsonText& json, const Pod& pod);
// What `kubectl get pods` shows as STATUS: "Running", "Terminating", "Init:0/1", ...
std::string_view pod_status_word(const Pod& pod);
int ready_containers(const Pod& pod);

}  // namespace mocks::kubernetes
