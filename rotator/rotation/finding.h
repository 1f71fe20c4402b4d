// Finding: one thing that was looked at before a rotation, or by the doctor, and what was found.
#pragma once

#include <string>

#include "rotator/rotation/gate.h"

namespace rotator {

// What can be looked at. In the order in which a plan tells it.
enum class Check {
  vault,       // the doctor: Vault answers, and how long the token lasts
  kubernetes,  // the doctor: the API server answers

  vault_secret,  // the path holds the secret's field
  kv_version_2,  // the mount keeps versions
  kv_window,     // the old version stays readable
  secret_lasts,  // Vault deletes no version of the secret by itself
  journal_lasts,
  vault_policy,  // the token may read and write the secret
  journal_policy,

  admin_permission,       // the administration credential may read the client
  authentication_method,  // registered = configured
  strategy,               // the provider can bear it
  slots_free,             // there is room for a second secret
  secret_identity,        // which of the client's secrets Vault holds
  foreign_secrets,        // no secret that is not ours
  secret_rules,           // the provider's own rules let a new secret be made
  secret_expiry,          // how long the secret in use still lives
  old_secret_accepted,    // the probe tells a good secret from a bad one

  workload_healthy,        // the workload is whole and at rest
  rollout_serves,          // its own rollout leaves pods that serve
  no_pinned_version,       // its pods would render a new version
  pods_on_current_secret,  // every pod shows what Vault holds
  fallback,                // the portal can be given a second secret
  file_times,              // the container can tell when its file was written
  kubernetes_permissions,

  window,            // not shorter than the safe one
  rollout_deadline,  // a rollout fits into it
  old_lives_on,      // the old secret lives on for window and soak
  exposure,          // what it costs to end a leaked secret in time
  failure_signal,    // the count of failures can be read
  journal,           // no other rotation is unfinished
};
// The names above: public, in the output of plan and doctor.
const char* to_string(Check check);

struct Finding {
  Check check = Check::vault_secret;
  // fail refuses the rotation; unknown refuses it too, because what cannot be checked cannot be
  // trusted.
  Judgement verdict = Judgement::unknown;
  std::string detail = {};  // one sentence: what was found and, unless it passed, what to do
  bool warning = false;     // passed, but an operator should know before it begins
};

}  // namespace rotator
