#include "mocks/sim/event_queue.h"

#include <algorithm>

#include "rotator/ports/check.h"

namespace mocks::sim {

TimerId EventQueue::at(ports::Instant when, Timed& target, std::uint32_t kind,
                       std::uint64_t subject) {
  const ports::Instant due = std::max(when, now_);
  ports::check(++sequence_ < max_timers_per_run, "more timers set in one run than a TimerId names");
  const std::uint32_t slot = take_slot();
  const TimerId id = sequence_ << slot_bits | slot;
  Slot& taken = slots_[slot];
  taken.id = id;
  taken.subject = subject;
  taken.target = &target;
  taken.kind = kind;
  push({.when = static_cast<std::uint64_t>(due.time_since_epoch().count()), .id = id});
  return id;
}

void EventQueue::cancel(TimerId timer) {
  const std::uint64_t slot = timer & slot_mask;
  if (timer == 0 || slot >= slots_.size() || slots_[slot].id != timer) return;
  // The key stays in the heap, and the slot its own, until it comes up or compact() sweeps it out.
  slots_[slot].id = 0;
  ++dead_;
  constexpr std::size_t few = 64;
  if (dead_ > few && dead_ > heap_size_ / 2) compact();
}

bool EventQueue::step() {
  drop_dead_root();
  if (heap_size_ == 0) return false;
  fire();
  return true;
}

void EventQueue::run() {
  stopped_ = false;
  while (!stopped_ && step()) {
  }
}

void EventQueue::run_until(ports::Instant when) {
  stopped_ = false;
  const auto limit = static_cast<std::uint64_t>(when.time_since_epoch().count());
  while (!stopped_) {
    drop_dead_root();
    if (heap_size_ == 0 || key(first).when > limit) {
      now_ = std::max(now_, when);
      return;
    }
    fire();
  }
}

std::optional<ports::Instant> EventQueue::next() {
  drop_dead_root();
  if (heap_size_ == 0) return std::nullopt;
  return ports::Instant(ports::Duration(static_cast<std::int64_t>(key(first).when)));
}

void EventQueue::fire() {
  const Key due = key(first);
  const auto slot = static_cast<std::uint32_t>(due.id & slot_mask);
  const Slot timer = slots_[slot];
  pop();
  free_slot(slot);
  now_ = ports::Instant(ports::Duration(static_cast<std::int64_t>(due.when)));
  ++fired_;
  timer.target->on_timer(timer.kind, timer.subject);
}

std::uint32_t EventQueue::take_slot() {
  if (free_ != no_slot) {
    const std::uint32_t slot = free_;
    free_ = slots_[slot].next_free;
    return slot;
  }
  ports::check(slots_.size() < max_pending_timers, "more timers pending than a TimerId can tell");
  slots_.emplace_back();
  return static_cast<std::uint32_t>(slots_.size() - 1);
}

void EventQueue::free_slot(std::uint32_t slot) {
  slots_[slot].id = 0;
  slots_[slot].next_free = free_;
  free_ = slot;
}

void EventQueue::push(Key added) {
  const std::size_t position = first + heap_size_;
  if (position >> 2U >= heap_.size()) heap_.emplace_back();
  ++heap_size_;
  sift_up(position, added);
}

void EventQueue::pop() {
  --heap_size_;
  const std::size_t last = first + heap_size_;
  const Key moved = key(last);
  key(last) = Key{};
  if (heap_size_ > 0) sift_down(first, moved);
}

// With the root at position 3, the children of p are 4p - 8 to 4p - 5, and its parent p / 4 + 2.
void EventQueue::sift_up(std::size_t position, Key moved) {
  while (position > first) {
    const std::size_t parent = position / 4 + 2;
    if (!(moved < key(parent))) break;
    key(position) = key(parent);
    position = parent;
  }
  key(position) = moved;
}

void EventQueue::sift_down(std::size_t position, Key moved) {
  for (;;) {
    // Unused positions hold the greatest key, so a line is always compared whole.
    const std::size_t line = position - 2;
    if (line >= heap_.size()) break;
    const Key(&children)[4] = heap_[line].keys;
    const std::size_t left = children[1] < children[0] ? 1 : 0;
    const std::size_t right = children[3] < children[2] ? 3 : 2;
    const std::size_t least = children[right] < children[left] ? right : left;
    if (!(children[least] < moved)) break;
    key(position) = children[least];
    position = line * 4 + least;
  }
  key(position) = moved;
}

void EventQueue::drop_dead_root() {
  while (dead_ > 0 && heap_size_ > 0) {
    const auto slot = static_cast<std::uint32_t>(key(first).id & slot_mask);
    if (slots_[slot].id != 0) return;
    pop();
    free_slot(slot);
    --dead_;
  }
}

// Sweeps out the cancelled timers and builds the heap anew. Keys are all different, so the order in
// which they come up does not depend on how the heap lies.
void EventQueue::compact() {
  std::size_t kept = first;
  for (std::size_t position = first; position < first + heap_size_; ++position) {
    const Key candidate = key(position);
    const auto slot = static_cast<std::uint32_t>(candidate.id & slot_mask);
    if (slots_[slot].id == 0) {
      free_slot(slot);
    } else {
      key(kept++) = candidate;
    }
  }
  for (std::size_t position = kept; position < first + heap_size_; ++position)
    key(position) = Key{};
  heap_size_ = kept - first;
  dead_ = 0;
  for (std::size_t position = kept; position-- > first;) sift_down(position, key(position));
}

}  // namespace mocks::sim
