// Journal: what a rotation has done and is about to do, kept where a crash of the rotator or its
// host cannot lose it: in the `data` of a KV v2 path of its own beside the secret (data writes obey
// check-and-set; metadata writes do not).
//
// It holds no secret: ids, versions, times and keyed fingerprints. The fingerprint key lies beside
// them as random bytes. That key is no credential: it opens nothing. It makes a fingerprint that
// leaks through a log useless for searching guessed secrets, and the log never carries the key; who
// may read the journal may read the secret next to it anyway. The key stays the same over
// rotations, so that fingerprints in the logs of two rotations compare.
//
// A reader tolerates members it does not know and members that are absent. How it is kept:
// journal_store.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rotator/ports/clock.h"
#include "rotator/ports/result.h"
#include "rotator/ports/secret.h"
#include "rotator/rotation/phase.h"
#include "rotator/vault/kv.h"

namespace rotator {

inline constexpr int journal_format = 1;
// Beside the members of Journal, in hexadecimal.
inline constexpr std::string_view fingerprint_key_member = "fingerprint_key";

enum class Disposition {
  none,          // no rotation was ever begun here
  running,       // going forward
  rolling_back,  // going back
  done,
  rolled_back,
  stopped,  // by a stop condition; both secrets valid; waits for an operator
};
const char* to_string(Disposition disposition);
std::optional<Disposition> parse_disposition(std::string_view text);
// True for running, rolling_back and stopped.
bool unfinished(Disposition disposition);

// What was about to be done when the journal was written. A reader must assume that it happened,
// did not happen, or is still on its way.
enum class Intent {
  none,
  create_secret,
  write_value,  // KV to the new value
  restart,      // patch of the pod template
  disable_old,
  enable_old,
  delete_old,
  write_value_back,  // KV to the old value
  restart_back,      // pod template as before, or restarted once more
  delete_new,
  stage_value,    // KV to the old value with the new one beside it
  replace_back,   // the old value in the place of the new one at the provider
  drop_fallback,  // KV to the new value alone
};
const char* to_string(Intent intent);
std::optional<Intent> parse_intent(std::string_view text);

struct Journal {
  int format = journal_format;
  std::string rotation_id = {};
  std::string strategy = {};       // its name; the table that `phase` is a place in
  Phase phase = Phase::preflight;  // the row at work, or the last one before the way back
  Disposition disposition = Disposition::none;
  Intent intent = Intent::none;
  std::string holder = {};  // who wrote last

  std::string client_id = {};
  std::string workload = {};                     // WorkloadReference::identity()
  std::vector<std::string> secrets_before = {};  // ids at the provider before the create
  std::string old_secret_id = {};
  std::string new_secret_id = {};
  ports::Fingerprint old_fingerprint = {};
  ports::Fingerprint new_fingerprint = {};
  // Of every value that a create was sent with, where the provider lets it be chosen: whatever came
  // of it is known by them.
  std::vector<ports::Fingerprint> wished_fingerprints = {};
  int old_kv_version = 0;
  int staged_kv_version = 0;  // with the new value beside the old one
  int new_kv_version = 0;
  int back_kv_version = 0;  // of the rollback's write

  // The pod template's annotation before the first restart; nothing when it had none.
  std::optional<std::string> restart_before = {};
  std::string restart_value = {};  // the annotation's latest value, "<rotation id>" or "<id>/2"
  int restarts = 0;                // on both ways
  int restarts_staged = 0;         // of them, before the provider had the new value
  int restarts_back = 0;           // on the way back, after the one to the pod template of before

  ports::Duration window{0};  // how long both secrets stay valid

  // Wall times; zero = not yet.
  ports::WallTime started = {};
  ports::WallTime window_opened = {};  // the new secret's creation
  ports::WallTime window_ends = {};
  // When an old secret that leaked ends, whoever still uses it; zero = it has no such end.
  ports::WallTime exposure_ends = {};
  // The token endpoint last refused the new secret, as far as was written: it may have refused it
  // since. Not all of its replicas know of a change at once.
  ports::WallTime refused_at = {};
  ports::WallTime stored = {};  // the new KV version's created_time
  ports::WallTime rollout_deadline = {};
  ports::WallTime disabled_at = {};
  ports::WallTime soak_ends = {};
  ports::WallTime finished = {};
  ports::WallTime updated = {};
  // The last rotation before this one that ended done ended then.
  ports::WallTime rotated_before = {};

  // The failure signal's count when the rotation began and when the old secret was disabled.
  std::optional<std::int64_t> failures_at_start = {};
  std::optional<std::int64_t> failures_at_disable = {};
  std::string reason = {};      // why it went back or stopped
  bool rollback_asked = false;  // the operator wished the way back, and no trouble did

  std::string nonce = {};
};

// When the secret was last rotated, as a journal tells; zero = it tells of no such time.
ports::WallTime last_rotated(const Journal& journal);

// For JournalStore and tests. JSON text of an object whose members are all strings.
std::string to_json(const Journal& journal, const std::string& fingerprint_key_hex);
ports::Result<Journal> parse_journal(const KvData& data);

// RFC 3339 in UTC, cut to milliseconds; "" for a zero time.
std::string to_rfc3339(ports::WallTime time);

}  // namespace rotator
