// Command: what can be run in a portal's container: a few coreutils without a shell, with
// coreutils' own messages. cat FILE..., stat -c FORMAT FILE... (%n %s %Y %Z %i %a %u %g %F %%), id
// [-u|-g], true and false.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mocks/kubernetes/node/pod_runtime.h"
#include "mocks/vault/agent/agent.h"

namespace mocks::portal {

// The one file that the container has; null: it has none.
struct Disk {
  std::string_view path = {};
  const vault::File* file = nullptr;
};

kubernetes::ExecResult run_command(const std::vector<std::string>& argv, const Disk& disk);

}  // namespace mocks::portal
