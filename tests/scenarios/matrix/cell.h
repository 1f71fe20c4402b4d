// One cell of the crash matrix: what a rotation is made to bear, and what it must have come to. A
// cell has a name, "forward/slow/nobody/3/truncate/17", by which a test program plays it again.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mocks/sim/faults/kinds.h"
#include "scenarios/run.h"

namespace testing::matrix {

// Where the rotation is made to go.
enum class Way {
  forward,
  back_from_rollout,  // the first new pod never gets ready
  back_from_overlap,  // logins fail there, through no fault of the rotation
  back_from_soak,     // the same later: it stops, and an operator rolls it back
  // With a provider that turns, the first is before it does, and the others are after: logins fail,
  // or a new pod never gets ready.
};
inline constexpr std::array all_ways = {Way::forward, Way::back_from_rollout,
                                        Way::back_from_overlap, Way::back_from_soak};

// How the identity provider behaves.
enum class Provider {
  multi,
  slow,     // late on three replicas, and slow to answer
  lagging,  // answers at once; the last replica learns of a new secret minutes later
  turning,  // one secret at a time: replicas turn one by one, and the portal tries two
};
inline constexpr std::array all_providers = {Provider::multi, Provider::slow, Provider::lagging,
                                             Provider::turning};

// Who else is at work. What an actor does, and when, is drawn by the seed.
enum class Outsider { nobody, actor };
inline constexpr std::array all_outsiders = {Outsider::nobody, Outsider::actor};

inline constexpr std::uint64_t seeds = 20;

// What befalls one call of the rotator: a kind of fault, and for those that answer, what.
struct Mishap {
  std::string_view name = {};
  const mocks::sim::FaultKind* kind = nullptr;
  bool clear_no = false;  // an answer of 4xx: going on may be impossible
};
inline constexpr std::array all_mishaps = {
    Mishap{"slow", &mocks::sim::fault::slow},
    Mishap{"refuse", &mocks::sim::fault::refuse},
    Mishap{"hang", &mocks::sim::fault::hang},
    Mishap{"busy_answer", &mocks::sim::fault::answer},
    Mishap{"clear_no", &mocks::sim::fault::answer, true},
    Mishap{"lost_reply", &mocks::sim::fault::lost_reply},
    Mishap{"reset", &mocks::sim::fault::reset},
    Mishap{"truncate", &mocks::sim::fault::truncate},
    Mishap{"duplicate", &mocks::sim::fault::duplicate},
    Mishap{"crash_before", &mocks::sim::fault::crash_before},
    Mishap{"crash_after", &mocks::sim::fault::crash_after},
};

// All that a run is but the mishap.
struct Setting {
  Way way = Way::forward;
  Provider provider = Provider::multi;
  Outsider outsider = Outsider::nobody;
  std::uint64_t seed = 1;
};

struct Cell {
  Setting setting = {};
  const Mishap* mishap = nullptr;  // null: none
  std::uint64_t call = 0;          // of the rotator, from 1
};

std::string name_of(const Cell& cell);
// Nothing for a name that no cell has.
std::optional<Cell> cell_named(std::string_view name);

// Plays the cell. `keep_timeline` as in RunOptions.
scenarios::Report play(const Cell& cell, bool keep_timeline = false);

// What is wrong with how the cell ended, one sentence; empty when all is whole: no login lost to
// the rotation, no invariant broken, one secret left, and an ending that the mishap allows.
std::string flaw(const Cell& cell, const scenarios::Report& report);

}  // namespace testing::matrix
