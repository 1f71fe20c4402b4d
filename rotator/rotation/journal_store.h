// JournalStore: keeps the journal of one rotation path in a KV v2 path of its own.
//
// Every write carries check-and-set and a fresh nonce: a write whose reply was lost is settled by
// reading back and comparing nonces; a write that another rotator overtook is a conflict, and its
// author must not act.
#pragma once

#include <string>
#include <vector>

#include "rotator/ports/clock.h"
#include "rotator/ports/random.h"
#include "rotator/ports/result.h"
#include "rotator/ports/secret.h"
#include "rotator/rotation/journal.h"
#include "rotator/vault/kv.h"

namespace rotator {

inline constexpr int max_journal_write_attempts = 4;  // lost replies settled in one append

// The journal of one rotation path. Not thread-safe.
class JournalStore {
 public:
  // `kv` is the journal's own path.
  JournalStore(KeyValue& kv, ports::Clock& clock, ports::Random& random);

  // Reads the latest; disposition none when there is none. Error malformed when it is of a newer
  // format or not a journal.
  ports::Result<Journal> load();
  // Writes `journal` (its nonce and `updated` are set here) over what was last loaded or appended.
  // Error conflict when somebody else has written since: then this rotator must not act any more.
  ports::Status append(Journal& journal);
  // The key for fingerprints; made at first use, kept by the first append.
  const ports::Secret& fingerprint_key();
  // Whether that key is in the journal, so that the fingerprints of two runs compare.
  bool fingerprints_last() const { return version_ > 0; }

 private:
  KeyValue& kv_;
  ports::Clock& clock_;
  ports::Random& random_;
  int version_ = 0;
  // Nonces of writes that may have landed: finding one of them is no conflict.
  std::vector<std::string> unsettled_;
  ports::Secret key_;
};

}  // namespace rotator
