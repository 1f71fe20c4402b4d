// Ledger: the journal of this rotation while it is at work: the entry in memory, whether the stored
// one is older, and the order in which an effect is announced: the intent first, then the fence.
#pragma once

#include "rotator/rotation/context/lock.h"
#include "rotator/rotation/journal_store.h"

namespace rotator {

class Ledger {
 public:
  // All must outlive this.
  Ledger(KeyValue& path, ports::Clock& clock, ports::Random& random, Lock& lock)
      : store_(path, clock, random), lock_(lock) {}

  // Reads what the last rotator wrote; an empty entry when there is none.
  ports::Status load();
  // The entry in memory. Who changes it without an append() right after calls touch(), unless the
  // next effect's intent writes it anyway and nothing is lost without it.
  Journal& entry() { return entry_; }
  const Journal& entry() const { return entry_; }
  // Writes the entry. Error conflict when another rotator has written: the lock counts as lost.
  ports::Status append();
  // The entry is newer than the stored one: the driver writes it before the next phase acts.
  void touch() { dirty_ = true; }
  bool dirty() const { return dirty_; }
  // Writes the intent, then proves the lock; its caller acts at once.
  ports::Status about_to(Intent intent);

  // What the latest intent announced has come about. Written with what is written next; a run that
  // ends before that writes it at its end, or whoever resumes would take it for one under way.
  void came_about();
  bool has_unwritten_end() const { return unwritten_end_; }

  // As JournalStore's: the same over rotations.
  const ports::Secret& fingerprint_key() { return store_.fingerprint_key(); }
  bool fingerprints_last() const { return store_.fingerprints_last(); }

 private:
  JournalStore store_;
  Lock& lock_;
  Journal entry_;
  bool dirty_ = false;
  bool unwritten_end_ = false;  // came_about() is younger than the stored entry
};

}  // namespace rotator
