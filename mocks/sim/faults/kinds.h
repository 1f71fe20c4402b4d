// The kinds of fault, in one table. A kind is a description, not code: what it does at each step of
// a call, how plans and scenarios call it, which parameters it takes. A new one is its file
// faults/<name>.cc, its declaration and its place in all_kinds below; both wires, the mocks that
// call each other, plans drawn from a seed, scenarios and their schema follow from it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "mocks/sim/faults/faults.h"

namespace mocks::sim {

struct FaultKind {
  // What a plan says beside the kind itself: plans print it, a drawn plan draws it.
  enum class Takes : std::uint8_t { nothing, delay, response };

  std::string_view name = {};  // in plans and scenarios
  std::string_view what = {};  // one line: what becomes of the call
  Course course = {};
  Takes takes = Takes::nothing;
};

namespace fault {

extern const FaultKind slow;
extern const FaultKind refuse;
extern const FaultKind hang;
extern const FaultKind answer;
extern const FaultKind lost_reply;
extern const FaultKind reset;
extern const FaultKind truncate;
extern const FaultKind duplicate;
extern const FaultKind crash_before;
extern const FaultKind crash_after;

}  // namespace fault

// In this order for good: the place of a kind is the number in a fact, and what plans draw.
inline constexpr std::array all_kinds = {
    &fault::slow,  &fault::refuse,   &fault::hang,      &fault::answer,       &fault::lost_reply,
    &fault::reset, &fault::truncate, &fault::duplicate, &fault::crash_before, &fault::crash_after};

// Null when no kind has that name.
const FaultKind* find_kind(std::string_view name);
// The place of a kind in all_kinds.
std::size_t number_of(const FaultKind& kind);

// What becomes of a call that meets this kind, without parameters.
inline Fate fate_of(const FaultKind& kind) { return {.course = kind.course}; }

}  // namespace mocks::sim
