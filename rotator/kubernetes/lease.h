// Lease: the lock that lets one rotator act (coordination.k8s.io/v1), by client-go's
// leader-election rules: another holder's lease is ours to take only after its resourceVersion has
// not changed for leaseDurationSeconds of *our* clock.
//
// A lease is not a fence. still_ours() writes it under the resourceVersion of our last write, and
// is called immediately before every irreversible act.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "rotator/kubernetes/cluster.h"

namespace rotator {

struct LeaseOptions {
  std::string name = {};
  std::string holder = {};  // unique to this process
  ports::Duration duration = std::chrono::seconds(15);
  ports::Duration renew_every = std::chrono::seconds(5);
  ports::Duration acquire_patience =
      std::chrono::seconds(30);  // how long acquire() waits for another holder's lease to lapse
  // Told before acquire() waits: for whom, and for how long at most.
  std::function<void(const std::string& what, ports::Duration at_most)> on_wait = {};
};

// Who has a lease, by its own word.
struct LeaseHolder {
  std::string name = {};
  ports::WallTime renewed = {};  // by the holder's clock
  ports::Duration lasts{0};      // from then on
};

class Lease {
 public:
  Lease(Cluster& cluster, LeaseOptions options);

  // Takes the lease. Error conflict when another holder keeps it alive; the message names holder
  // and age.
  ports::Status acquire();
  // Renews when next_renewal() has come; cheap otherwise. Error conflict when somebody else has it
  // now. A renewal that merely did not get through is tried again next time and is no error while
  // the lease lasts by our own clock; after that it is that call's Error and held() is false until
  // a later keep() or still_ours() gets through.
  ports::Status keep();
  // As keep(), but renews at once and for `length`, so that a long wait costs one call and not one
  // every renew_every. Whoever comes after a crash waits as long.
  ports::Status keep_for(ports::Duration length);
  // When keep() next has to be called.
  ports::Instant next_renewal() const { return next_renewal_; }
  // Renews at once under the resourceVersion of our last write: one compare-and-set, which succeeds
  // only while holder and lease are as we left them. Error conflict otherwise.
  ports::Status still_ours();
  // Gives it up: empty holderIdentity. Errors are of no consequence: it lapses by itself.
  ports::Status release();
  bool held() const { return held_; }
  // Who has it; nothing when it is free. Looks only.
  ports::Result<std::optional<LeaseHolder>> holder();

 private:
  struct Record;
  std::string named() const;  // "lease namespace/name", for people
  ports::Result<Record> parse(const std::string& body) const;
  std::string body(const std::string& holder, ports::Duration length,
                   const std::string& renew_time) const;
  ports::Result<Record> read(ports::Instant until);
  ports::Status create(ports::Instant until);
  ports::Status take(const Record& record, ports::Instant until);
  ports::Status renew(ports::Duration length, ports::Instant until);
  ports::Status write(const std::string& holder, ports::Duration length, ports::Instant until);
  void adopt(const Record& record, ports::Duration length, ports::Instant sent);

  Cluster& cluster_;
  LeaseOptions options_;
  std::string collection_;
  std::string target_;
  std::string resource_version_;  // of our last write
  std::string acquire_time_;
  std::string labels_, annotations_;  // JSON, kept as they are
  std::int64_t transitions_ = 0;
  ports::Instant lapses_ = {};  // by our own clock, counted from before the write was sent
  ports::Instant next_renewal_ = {};
  bool held_ = false;
};

}  // namespace rotator
