#include "rotator/rotation/configuration.h"

namespace rotator {

const char* to_string(Gate gate) {
  switch (gate) {
    case Gate::old_pods_gone: return "old_pods_gone";
    case Gate::every_pod_on_new: return "every_pod_on_new";
    case Gate::process_newer_than_file: return "process_newer_than_file";
    case Gate::new_secret_accepted: return "new_secret_accepted";
    case Gate::window_elapsed: return "window_elapsed";
    case Gate::quiet_period: return "quiet_period";
  }
  return "unknown";
}

}  // namespace rotator
