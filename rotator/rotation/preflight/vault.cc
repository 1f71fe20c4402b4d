#include <algorithm>
#include <utility>

#include "rotator/rotation/preflight/examination.h"

namespace rotator {
namespace {

constexpr int default_kv_versions = 10;

void examine_policy_of(Examination& examination, Check check, const KeyValue& path,
                       const std::vector<std::string>& granted) {
  const auto has = [&granted](std::string_view wanted) {
    return std::find(granted.begin(), granted.end(), wanted) != granted.end();
  };
  std::string lacking;
  for (const auto* capability : {"create", "read", "update"})
    if (!has(capability) && !has("root"))
      lacking += (lacking.empty() ? "" : ", ") + std::string(capability);
  examination.find(check, lacking.empty(),
                   lacking.empty() ? "the Vault token may read and write " + path.full_path()
                                   : "the Vault token lacks " + lacking + " on the data of " +
                                         path.full_path() + "; see deploy/vault-policy.hcl");
}

}  // namespace

void examine_vault(Examination& examination) {
  auto& context = examination.context;
  auto& plan = examination.plan;
  auto& path = context.systems.secret_path();
  const auto& wanted = context.configuration.vault;
  auto shown = context.vault_value.read();
  if (!shown) return examination.error(Check::vault_secret, shown.error());
  if (!shown->value || shown->value->empty())
    return examination.fail(Check::vault_secret, path.full_path() + " version " +
                                                     std::to_string(shown->current.version) +
                                                     " has no field \"" + wanted.field +
                                                     "\"; set vault.field");
  plan.kv_version = shown->current.version;
  plan.old_fingerprint = context.vault_value.fingerprint(*shown);
  plan.old_secret_id = shown->current.data.text(secret_id_field).value_or("");
  context.values.learn_old(std::move(*shown->value));
  examination.pass(Check::vault_secret, path.full_path() + " version " +
                                            std::to_string(plan.kv_version) + " holds " +
                                            plan.old_fingerprint);

  const auto mount = path.mount();
  if (!mount) return examination.error(Check::kv_version_2, mount.error());
  if (mount->version != 2)
    return examination.fail(
        Check::kv_version_2,
        wanted.mount +
            "/ is not a KV version 2 mount; enable versioning (vault kv enable-versioning)");
  examination.pass(Check::kv_version_2, wanted.mount + "/ is KV version 2");

  const auto metadata = path.metadata();
  if (!metadata) return examination.error(Check::kv_window, metadata.error());
  // Vault keeps max(mount, key) versions, 10 when neither is set.
  int kept = std::max(mount->max_versions.value_or(0), metadata->max_versions);
  if (kept == 0) kept = default_kv_versions;
  examination.find(
      Check::kv_window, kept >= 2,
      path.full_path() + " keeps " + std::to_string(kept) + " versions" +
          (mount->max_versions ? ""
                               : " (the mount's own setting may not be read; 10 is the default)") +
          (kept >= 2 ? "" : "; the old value must stay readable: set max_versions to 2 or more"));
}

void examine_policy(Examination& examination) {
  auto& systems = examination.context.systems;
  const auto capabilities = capabilities_on(
      systems.vault(), {systems.secret_path().policy_path(), systems.journal_path().policy_path()});
  if (!capabilities) {
    examination.error(Check::vault_policy, capabilities.error());
    return examination.error(Check::journal_policy, capabilities.error());
  }
  examine_policy_of(examination, Check::vault_policy, systems.secret_path(), (*capabilities)[0]);
  examine_policy_of(examination, Check::journal_policy, systems.journal_path(), (*capabilities)[1]);
}

}  // namespace rotator
