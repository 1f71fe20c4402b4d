// Plan: what `rotator plan` finds before anything is changed. A list of findings, the safe window,
// and the facts that the phases go on with. Holds no secret.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rotator/idp/identity_provider.h"
#include "rotator/kubernetes/cluster.h"
#include "rotator/rotation/exposure_forecast.h"
#include "rotator/rotation/finding.h"
#include "rotator/rotation/phase.h"
#include "rotator/rotation/safe_window.h"

namespace rotator {

struct ForeseenCall {
  Phase phase = Phase::create;
  std::string method = {};
  std::string host = {};  // "https://vault.example:8200"
  std::string path = {};  // with its query
};

struct Plan {
  std::string strategy = {};  // its name
  std::vector<Finding> findings = {};
  FleetFacts facts = {};  // what the safe window is computed from
  SafeWindow safe_window = {};
  ports::Duration window{0};  // the one that the rotation would use
  ports::Duration soak{0};
  // What it costs to end a secret that leaked; nothing with a strategy that costs nothing.
  std::optional<ExposureForecast> exposure = {};
  Registration registration = {};
  Capability capability = {};
  std::vector<SecretRecord> secrets = {};
  // What a rotation that nothing disturbs will change; only where it can begin.
  std::vector<ForeseenCall> calls = {};
  std::string old_secret_id = {};
  ports::Fingerprint old_fingerprint = {};
  int kv_version = 0;
  Workload workload = {};
  int pods = 0;
  // From creation to Ready, of each pod that shows it.
  std::vector<ports::Duration> pods_ready_after = {};

  // pass only when every finding passed; otherwise the worst.
  Judgement verdict() const;
  // The first finding that is not a pass, or nothing.
  const Finding* first_obstacle() const;
  // What was found by that check, or nothing when it was not looked at.
  const Finding* of(Check check) const;
};

}  // namespace rotator
