// Plan: what `rotator plan` finds before anything is changed. A list of findings, the safe window,
// and the facts that the phases go on with. Holds no secret.
#pragma once

#include <string>
#include <vector>

#include "rotator/idp/identity_provider.h"
#include "rotator/kubernetes/cluster.h"
#include "rotator/rotation/configuration.h"
#include "rotator/rotation/gate.h"
#include "rotator/rotation/safe_window.h"

namespace rotator {

// One thing that was checked. `fail` refuses the rotation; `unknown` refuses it too, because what
// cannot be checked cannot be trusted.
struct Finding {
  std::string check = {};  // stable name: "admin_permission", "slots_free", "foreign_secrets", ...
  Judgement verdict = Judgement::unknown;
  std::string detail = {};  // one sentence: what was found and, unless it passed, what to do
};

struct Plan {
  Strategy strategy = Strategy::overlap;
  std::vector<Finding> findings = {};
  SafeWindow safe_window = {};
  ports::Duration window{0};  // the one that the rotation would use
  ports::Duration soak{0};
  Registration registration = {};
  Capability capability = {};
  std::vector<SecretRecord> secrets = {};
  std::string old_secret_id = {};
  ports::Fingerprint old_fingerprint = {};
  int kv_version = 0;
  Deployment deployment = {};
  int pods = 0;

  // pass only when every finding passed; otherwise the worst.
  Judgement verdict() const;
  // The first finding that is not a pass, or nothing.
  const Finding* first_obstacle() const;
};

}  // namespace rotator
