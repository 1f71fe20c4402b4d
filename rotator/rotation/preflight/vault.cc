#include <algorithm>
#include <utility>

#include "rotator/calls/counted.h"
#include "rotator/calls/times.h"
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

// How many versions of the secret stay readable.
void examine_count(Examination& examination, const KvMount& mount, const KvMetadata& metadata) {
  // Vault keeps max(mount, key) versions, 10 when neither is set.
  int kept = std::max(mount.max_versions.value_or(0), metadata.max_versions);
  if (kept == 0) kept = default_kv_versions;
  examination.find(
      Check::kv_window, kept >= 2,
      examination.context.systems.secret_path().full_path() + " keeps " + counted(kept, "version") +
          (mount.max_versions ? ""
                              : " (the mount's own setting may not be read; 10 is the default)") +
          (kept >= 2 ? "" : "; the old value must stay readable: set max_versions to 2 or more"));
}

// Vault Agent up to at least 1.14 takes a version with a deletion time, even one that lies ahead,
// for deleted (measured on Vault 1.14): a pod that starts would wait in its init container for
// ever, forward and back. And a journal that goes forgets what was begun.
void examine_lifetime(Examination& examination, Check check, const KeyValue& path,
                      ports::Duration lifetime) {
  const bool lasts = lifetime == ports::Duration(0);
  examination.find(
      check, lasts,
      lasts ? "Vault deletes no version of " + path.full_path() + " by itself"
            : "Vault deletes each version of " + path.full_path() + " after " + to_text(lifetime) +
                  " (delete_version_after of the mount or of the path)" +
                  (check == Check::secret_lasts
                       ? ", and Vault Agent takes such a version for deleted at once: no pod that "
                         "starts would get its file; set it to 0s, then write the value anew"
                       : ", and the journal is all that a resumed rotation knows; set it to 0s"));
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
  const auto created = shown->current.created;
  const auto expires = shown->current.expires;
  plan.old_fingerprint = context.vault_value.fingerprint(*shown);
  plan.old_secret_id = shown->current.data.text(secret_id_field).value_or("");
  examination.second_value = context.vault_value.fallback(*shown).has_value();
  context.values.learn_old(std::move(*shown->value));
  examination.pass(Check::vault_secret,
                   path.full_path() + " version " + std::to_string(plan.kv_version) + " holds " +
                       (context.ledger.fingerprints_last() ? plan.old_fingerprint
                                                           : "the field " + wanted.field));

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
  examine_count(examination, *mount, *metadata);
  auto lifetime = version_lifetime(*mount, *metadata);
  // The version in use keeps what it was written under, and tells of a mount whose settings may not
  // be read.
  if (lifetime == ports::Duration(0) && expires) lifetime = *expires - created;
  examine_lifetime(examination, Check::secret_lasts, path, lifetime);

  auto& journal = context.systems.journal_path();
  const auto of_journal = journal.metadata();
  if (!of_journal && of_journal.error().code != ports::ErrorCode::missing)
    return examination.error(Check::journal_lasts, of_journal.error());
  examine_lifetime(examination, Check::journal_lasts, journal,
                   version_lifetime(*mount, of_journal.value_or(KvMetadata{})));
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
