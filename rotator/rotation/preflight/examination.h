// Examination: one look at everything before a rotation: what it works with, and the plan that
// comes of it. Each group of checks is its own file and one function below; a group whose ground is
// missing (no provider, no workload) finds nothing, because the group before it has said why.
#pragma once

#include <string>

#include "rotator/rotation/context/context.h"
#include "rotator/rotation/plan.h"
#include "rotator/rotation/strategy.h"

namespace rotator {

// How much is looked at.
enum class Depth {
  run,       // what a run has not done by itself on the way here
  thorough,  // everything: nobody else will
};

struct Examination {
  Context& context;
  // The one that is named, or the first one: where none is named, that which the provider bears
  // takes its place once it is known what the provider can do.
  const Strategy* strategy;
  Depth depth = Depth::thorough;
  Plan plan = {};
  bool second_value = false;  // Vault holds a second secret beside the first one

  // Writes a finding down: passed or failed.
  void find(Check check, bool good, std::string detail);
  void pass(Check check, std::string detail) { find(check, true, std::move(detail)); }
  void fail(Check check, std::string detail) { find(check, false, std::move(detail)); }
  // Passed, with something that an operator should know.
  void warn(Check check, std::string detail);
  // What an Error says about a check: a clear no fails it, anything else leaves it unknown.
  void error(Check check, const ports::Error& error);
  bool passed(Check check) const;
};

// The secret in its KV path, the mount, how many versions it keeps and for how long. Leaves the old
// value to the context.
void examine_vault(Examination& examination);
// What the Vault token may do.
void examine_policy(Examination& examination);
// The client's registration; connects the provider.
void examine_registration(Examination& examination);
// The client's secrets: room, whose is in use, strangers.
void examine_secrets(Examination& examination);
// Calibrates the probe of the token endpoint; connects it.
void examine_probe(Examination& examination);
// What a strategy needs that counts on a portal which tries two secrets.
void examine_fallback(Examination& examination);
// The workload, and what its own rollout does to logins; leaves it to the context's fleet.
void examine_workload(Examination& examination);
// What its pods show.
void examine_pods(Examination& examination);
// What the service account may do.
void examine_permissions(Examination& examination);
// The safe window of this fleet, and what is configured.
void examine_window(Examination& examination);
// The failure signal; the watch for failures begins there.
void examine_signal(Examination& examination);

}  // namespace rotator
