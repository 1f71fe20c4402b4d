// ExecFault: what goes wrong with every exec, until taken back.
#pragma once

namespace mocks::kubernetes {

enum class ExecFault {
  none,
  no_status,  // the stream ends cleanly without a Status on channel 3
  truncated,  // half of stdout, then the stream ends, without a Status
  refused,    // 500 before the upgrade, as with an unknown node address
};

}  // namespace mocks::kubernetes
