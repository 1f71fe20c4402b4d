// Narrator: the facts of a run as lines that a person reads: `rehearse replay` prints them. Never
// holds a secret.
#pragma once

#include <string>
#include <vector>

#include "mocks/facts.h"
#include "scenarios/report.h"

namespace scenarios {

// Lines kept; the rest of a longer run is dropped with one line that says so.
inline constexpr std::size_t max_timeline_entries = 200'000;

class Narrator final : public mocks::Observer {
 public:
  // Logins that succeed are left out: they are the many.
  void observe(ports::Instant at, const mocks::Fact& fact) override;
  void note(ports::Instant at, std::string line);

  // All lines so far, for a search.
  std::string text() const;
  std::vector<TimelineEntry> take();

 private:
  std::vector<TimelineEntry> entries_;
};

}  // namespace scenarios
