// One cell of the crash matrix: what a rotation is made to bear, and what it must have come to. A
// cell has a name, "forward/okta_slow/nobody/3/truncate/17", by which a test program plays it
// again.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mocks/sim/faults/kinds.h"
#include "scenarios/flaw.h"
#include "scenarios/run.h"
#include "tests/scenarios/matrix/row.h"

namespace testing::matrix {

// Where the rotation is made to go.
enum class Way {
  forward,
  back_from_rollout,  // the first new pod never gets ready
  back_from_overlap,  // logins fail there, through no fault of the rotation
  back_from_soak,     // the same later: it stops, and an operator rolls it back
};
inline constexpr std::array all_ways = {Way::forward, Way::back_from_rollout,
                                        Way::back_from_overlap, Way::back_from_soak};

// What else there is.
enum class Circumstance {
  nobody,        // nothing
  actor,         // something that others do or that happens; what, and when, is drawn by the seed
  written_back,  // somebody writes the old value into Vault while both are good
  leftover,      // a secret that is not ours lies beside the one in use
  expiring,      // the secret in use ends in some days
  basic,         // the client authenticates by client_secret_basic
};
inline constexpr std::array all_circumstances = {Circumstance::nobody,       Circumstance::actor,
                                                 Circumstance::written_back, Circumstance::leftover,
                                                 Circumstance::expiring,     Circumstance::basic};

inline constexpr std::uint64_t seeds = 20;

// What befalls one call of the rotator, by class: the columns.
enum class Class { none, late, refused, clear_no, lost, twice, crash };
inline constexpr std::array all_classes = {Class::none,     Class::late, Class::refused,
                                           Class::clear_no, Class::lost, Class::twice,
                                           Class::crash};
std::string_view word(Class column);

// A kind of fault, and for those that answer, what.
struct Mishap {
  std::string_view name = {};
  const mocks::sim::FaultKind* kind = nullptr;
  Class column = Class::none;
};
inline constexpr std::array all_mishaps = {
    Mishap{"slow", &mocks::sim::fault::slow, Class::late},
    Mishap{"hang", &mocks::sim::fault::hang, Class::late},
    Mishap{"refuse", &mocks::sim::fault::refuse, Class::refused},
    Mishap{"busy_answer", &mocks::sim::fault::answer, Class::refused},
    // An answer of 4xx: going on may be impossible.
    Mishap{"clear_no", &mocks::sim::fault::answer, Class::clear_no},
    Mishap{"lost_reply", &mocks::sim::fault::lost_reply, Class::lost},
    Mishap{"reset", &mocks::sim::fault::reset, Class::lost},
    Mishap{"truncate", &mocks::sim::fault::truncate, Class::lost},
    Mishap{"duplicate", &mocks::sim::fault::duplicate, Class::twice},
    Mishap{"crash_before", &mocks::sim::fault::crash_before, Class::crash},
    Mishap{"crash_after", &mocks::sim::fault::crash_after, Class::crash},
};

// All that a run is but the mishap.
struct Setting {
  Way way = Way::forward;
  const Row* row = &all_rows().front();
  Circumstance circumstance = Circumstance::nobody;
  std::uint64_t seed = 1;
};
// Whether there is such a one: no leftover where the provider has no room for it, and the rarer
// circumstances on the way forward alone.
bool exists(const Setting& setting);

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

// What is wrong with how a cell ended.
using scenarios::Flaw;
Flaw flaw(const Cell& cell, const scenarios::Report& report);

}  // namespace testing::matrix
