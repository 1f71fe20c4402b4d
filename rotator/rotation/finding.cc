#include "rotator/rotation/finding.h"

namespace rotator {

const char* to_string(Check check) {
  switch (check) {
    case Check::vault: return "vault";
    case Check::kubernetes: return "kubernetes";
    case Check::vault_secret: return "vault_secret";
    case Check::kv_version_2: return "kv_version_2";
    case Check::kv_window: return "kv_window";
    case Check::secret_lasts: return "secret_lasts";
    case Check::journal_lasts: return "journal_lasts";
    case Check::vault_policy: return "vault_policy";
    case Check::journal_policy: return "journal_policy";
    case Check::admin_permission: return "admin_permission";
    case Check::authentication_method: return "authentication_method";
    case Check::strategy: return "strategy";
    case Check::slots_free: return "slots_free";
    case Check::secret_identity: return "secret_identity";
    case Check::foreign_secrets: return "foreign_secrets";
    case Check::secret_rules: return "secret_rules";
    case Check::secret_expiry: return "secret_expiry";
    case Check::old_secret_accepted: return "old_secret_accepted";
    case Check::workload_healthy: return "workload_healthy";
    case Check::rollout_serves: return "rollout_serves";
    case Check::no_pinned_version: return "no_pinned_version";
    case Check::pods_on_current_secret: return "pods_on_current_secret";
    case Check::fallback: return "fallback";
    case Check::file_times: return "file_times";
    case Check::kubernetes_permissions: return "kubernetes_permissions";
    case Check::window: return "window";
    case Check::rollout_deadline: return "rollout_deadline";
    case Check::old_lives_on: return "old_lives_on";
    case Check::exposure: return "exposure";
    case Check::failure_signal: return "failure_signal";
    case Check::journal: return "journal";
  }
  return "unknown";
}

}  // namespace rotator
