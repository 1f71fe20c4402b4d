// Trace: the fingerprint of a run. A 64-bit hash over every fact in order; the same seed gives the
// same hash on every machine, optimisation level and sanitizer. It can keep the facts too, and
// passes each one on to further observers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "mocks/facts.h"
#include "rotator/ports/clock.h"

namespace mocks::sim {

struct TraceOptions {
  // Facts kept for recorded(); the hash goes on beyond. 0 keeps none.
  std::size_t keep = 0;
};

class Trace final : public Observer {
 public:
  struct Entry {
    ports::Instant at{};
    FactKind kind = FactKind::call_made;
    std::uint64_t subject = 0;
    std::uint64_t object = 0;
    std::int64_t number = 0;
    std::string text = {};
  };

  explicit Trace(TraceOptions options = {}) : keep_(options.keep) {}

  void observe(ports::Instant at, const Fact& fact) override;

  // Passes every further fact on, after it has been hashed; in the order added.
  void add(Observer& observer) { further_.push_back(&observer); }

  std::uint64_t hash() const { return hash_; }
  // The hash as 16 lower-case hexadecimal digits.
  std::string hash_text() const;
  std::uint64_t facts() const { return facts_; }
  const std::vector<Entry>& recorded() const { return entries_; }

 private:
  std::uint64_t hash_ = 0;
  std::uint64_t facts_ = 0;
  std::size_t keep_;
  std::vector<Entry> entries_;
  std::vector<Observer*> further_;
};

}  // namespace mocks::sim
