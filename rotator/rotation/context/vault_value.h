// VaultValue: the portal's secret in its KV path: whose value it is, by fingerprint, and writing
// one of the two over the version that was looked at. Fields that are not ours stay as they are.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "rotator/ports/clock.h"
#include "rotator/ports/result.h"
#include "rotator/ports/secret.h"
#include "rotator/rotation/context/ledger.h"
#include "rotator/rotation/context/systems.h"

namespace rotator {

// Fields that the rotator keeps beside the secret's own in the same KV version.
inline constexpr const char* secret_id_field = "client_secret_id";
inline constexpr const char* rotation_id_field = "rotation_id";

class VaultValue {
 public:
  // All must outlive this.
  VaultValue(Systems& systems, Ledger& ledger, const Configuration& configuration,
             ports::Clock& clock)
      : systems_(systems), ledger_(ledger), configuration_(configuration), clock_(clock) {}

  struct Shown {
    KvVersion current = {};
    std::optional<ports::Secret> value = {};  // nothing = the version has no such field
  };
  // The current version. Error missing when there is none.
  ports::Result<Shown> read();
  // Of the value shown, to compare with the journal's and for messages; "no value" without one.
  ports::Fingerprint fingerprint(const Shown& shown);

  // What lies beside it, in the field of a second secret; nothing = nothing does.
  std::optional<ports::Secret> fallback(const Shown& shown) const;
  // Whether that is a value of this rotation: the old one, the new one, or one that was wished for.
  bool ours(const ports::Secret& value);

  // A new version over `shown`, with `value` and its id at the provider, where secrets have ids
  // there; its number. The caller has announced it (Ledger::about_to). Error ambiguous when
  // somebody else, or this very write, came in between: a read tells.
  ports::Result<int> write(Shown shown, const ports::Secret& value, const std::string& secret_id);

  // The same with `fallback` beside it; an empty one takes away what is there.
  ports::Result<int> write_with_fallback(Shown shown, const ports::Secret& value,
                                         const std::string& secret_id,
                                         const ports::Secret& fallback);

  // The current version has just been written or seen, and the fleet reads it next: a replica of
  // Vault that lags gets rotation.vault_settle to catch up.
  void settle_from_now() { settles_ = clock_.now() + configuration_.rotation.vault_settle; }
  // When it has; nothing when nothing was written in this run.
  std::optional<ports::Instant> settled_at() const { return settles_; }

  // "mount/path", for people.
  const std::string& path() { return systems_.secret_path().full_path(); }

 private:
  Systems& systems_;
  Ledger& ledger_;
  const Configuration& configuration_;
  ports::Clock& clock_;
  std::optional<ports::Instant> settles_;
};

}  // namespace rotator
