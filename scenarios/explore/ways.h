// Ways: how an exploration comes by its plans, and what each way came to (explore.h).
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "scenarios/explore/explore.h"

namespace scenarios::explore {

// Runs that went wrong, without their calls, each with the way that found it.
using Found = std::vector<std::pair<std::string, Trial>>;

class Ways {
 public:
  // All are borrowed.
  Ways(const Court& court, const ExploreOptions& options, const ports::Clock& clock);

  // Error when a run could not be played, or of code interrupted: then what results() and
  // take_found() hold is what there was until then.
  ports::Status swarm_and_feedback();
  ports::Status exhaustive();

  const std::vector<WayResult>& results() const { return results_; }
  Found take_found() { return std::move(found_); }

 private:
  // A way under way.
  struct Tally {
    WayResult result = {};
    std::set<std::uint64_t> orders = {};
    std::set<std::uint64_t> steps = {};
  };
  // What is known of one fault by itself.
  struct Single {
    Plan plan = {};
    std::size_t call = 0;  // of the quiet run
    std::uint64_t state = 0;
    std::uint64_t later = 0;  // calls of its run that a second fault may fall upon
  };
  struct Kept {
    Plan plan = {};
    std::vector<Place> places = {};
  };

  using Drawn = std::vector<std::pair<std::uint64_t, Plan>>;  // seeds and plans

  // Plays them side by side; the trials are in the order of the plans.
  ports::Result<std::vector<Trial>> play_all(const Drawn& drawn) const;
  // Counts them in order and keeps what went wrong.
  void count(Tally& tally, const std::vector<Trial>& trials);
  ports::Status swarm(std::uint64_t first, std::uint64_t seeds, Tally& tally);
  ports::Status feedback(std::uint64_t first, std::uint64_t seeds, Tally& tally);
  ports::Status singles(Tally& tally);
  ports::Status pairs(Tally& tally);
  ports::Status pairs_with(const Single& first, Tally& tally);
  std::uint64_t state_after(const Single& single, const Trial& trial, std::size_t mishap) const;
  bool time_is_up() const;
  bool told_to_end() const;
  // `done` of all is behind us.
  void show(double done, const char* what) const;
  void close(Tally& tally);

  const Court& court_;
  const ExploreOptions& options_;
  const ports::Clock& clock_;
  const ports::Instant begun_;
  Ground ground_;
  std::vector<WayResult> results_;
  Found found_;
  std::vector<Single> singles_;
  std::vector<Kept> kept_;  // of feedback
};

}  // namespace scenarios::explore
