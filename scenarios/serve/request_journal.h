// RequestJournal: what was asked of the servers over HTTPS, by whom, with which secret, and what
// came of it: for `rehearse serve`. It holds no secret and no body. What the pods' agents ask of
// Vault never was a request, and is not in it.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "mocks/wire/serve.h"
#include "scenarios/serve/known_secrets.h"

namespace scenarios {

// Bounds: requests kept, the oldest go first; bytes kept of a path and of a User-Agent; requests
// told at once.
inline constexpr std::size_t max_journal_requests = 10'000;
inline constexpr std::size_t max_journal_text = 2048;
inline constexpr std::size_t max_told_requests = 1000;

struct JournalEntry {
  std::uint64_t number = 0;  // from 1, in the order in which they were answered
  ports::WallTime at = {};
  std::string server = {};
  std::string client = {};      // as fault rules know it: rotator, portal/<pod>, client
  std::string user_agent = {};  // as it was sent
  std::string method = {};
  std::string path = {};                  // with its query, without secrets
  std::int64_t number_of_call = 0;        // the status, or why there was none (mocks/sim/network.h)
  std::vector<std::string> carried = {};  // fingerprints of the secrets in the request
  std::vector<std::string> answered = {};  // and in the answer
};

// Which of them. Globs (mocks/sim/glob.h); what is not said is not asked for.
struct JournalQuery {
  std::string path = "*";
  std::string client = "*";  // of `client`, or of `user_agent`
  std::string server = "*";
  std::string method = "*";
  std::string secret = {};  // a fingerprint, carried or answered
  std::optional<int> status = {};
  std::uint64_t after = 0;  // later than this number
  std::size_t limit = 100;
};

// Under the world's lock.
class RequestJournal {
 public:
  void record(const mocks::wire::Exchange& exchange, ports::WallTime at,
              const KnownSecrets& secrets);
  void clear() { entries_.clear(); }

  // In their order; the pointers are good until the next change.
  std::vector<const JournalEntry*> find(const JournalQuery& query) const;
  // The number of the last one, kept or not; 0 before the first.
  std::uint64_t last() const { return last_; }

 private:
  std::uint64_t last_ = 0;
  std::deque<JournalEntry> entries_;
};

// {"requests": [...], "last": N}, as the control API shows it.
std::string to_json(const RequestJournal& journal, const JournalQuery& query);

}  // namespace scenarios
