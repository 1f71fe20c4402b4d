// Status: how a rotation stands, by its journal, by Vault and by the provider. Looks only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rotator/idp/identity_provider.h"
#include "rotator/rotation/context/context.h"
#include "rotator/rotation/journal.h"

namespace rotator {

// Whose value Vault holds, by the journal's fingerprints.
enum class Held { old_secret, new_secret, other, unknown };
// "old", "new", "other", "unknown".
const char* to_string(Held held);

struct StatusReport {
  bool journal_exists = false;
  Journal journal = {};
  std::vector<SecretRecord> secrets = {};  // at the provider now; empty when it cannot be asked
  int kv_version = 0;                      // current, 0 when it cannot be read
  Held kv_holds = Held::unknown;
  // Who is at work by the lock; nothing: nobody, or it could not be asked.
  std::optional<LeaseHolder> at_work = {};
  bool lock_seen = false;
  std::vector<std::string> problems = {};  // what could not be asked

  // Whether the journal's intent is about to be done, and not the last thing that was.
  bool about_to() const;
};

// An Error only when the journal cannot be read; everything else is told as a problem.
ports::Result<StatusReport> status_of(Context& context);

}  // namespace rotator
