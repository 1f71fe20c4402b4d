// EventQueue: virtual time. It holds the pending timers of a simulated world and fires them in the
// order of (instant, order set), moving its clock from one to the next; a quiet day costs nothing.
//
// Sixteen-byte keys (instant, sequence) in a 4-ary heap, payloads in a slab beside it: nothing is
// allocated in steady state. Single-threaded. Two runs that set the same timers in the same order
// fire them in the same order.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "mocks/scheduler.h"
#include "rotator/ports/clock.h"

namespace mocks::sim {

// Bounds: more timers pending at once, or set in one run, end the process (check): a runaway world.
inline constexpr std::uint64_t max_pending_timers = std::uint64_t{1} << 24U;
inline constexpr std::uint64_t max_timers_per_run = std::uint64_t{1} << 40U;

struct EventQueueOptions {
  // What wall_now() says at Instant 0: Monday, so that a maintenance window makes sense.
  ports::WallTime epoch =
      std::chrono::sys_days{std::chrono::January / 5 / 2026} + std::chrono::hours{8};
};

class EventQueue final : public Scheduler {
 public:
  explicit EventQueue(EventQueueOptions options = {}) : wall_offset_(options.epoch) {}
  EventQueue(const EventQueue&) = delete;
  EventQueue& operator=(const EventQueue&) = delete;

  // Scheduler. Starts at Instant 0. cancel() costs O(1) amortised.
  ports::Instant now() const override { return now_; }
  ports::WallTime wall_now() const override { return wall_offset_ + now_.time_since_epoch(); }
  TimerId at(ports::Instant when, Timed& target, std::uint32_t kind,
             std::uint64_t subject) override;
  void cancel(TimerId timer) override;

  // Fires the next timer. False when there was none.
  bool step();

  // Fires timers until none is left or stop() was called.
  void run();

  // Fires every timer due at or before `when` and leaves the clock at `when`, unless stop() was
  // called.
  void run_until(ports::Instant when);

  // Ends the run() or run_until() in progress after the timer that is being fired.
  void stop() { stopped_ = true; }

  // Moves the wall clock, forwards or back, by `by` (an NTP step); Instants do not notice.
  void jump_wall(ports::Duration by) { wall_offset_ += by; }

  // The instant of the next timer, if any is pending.
  std::optional<ports::Instant> next();

  std::size_t pending() const { return heap_size_ - dead_; }
  std::uint64_t fired() const { return fired_; }

 private:
  __extension__ using Wide = unsigned __int128;  // compares without a branch

  // The key orders by instant, then by sequence; its lowest bits say where the payload is.
  struct Key {
    // The greatest key of all: what an unused position of the heap holds.
    std::uint64_t when = std::numeric_limits<std::uint64_t>::max();
    std::uint64_t id = 0;  // sequence << slot_bits | slot: also the TimerId

    bool operator<(const Key& other) const { return whole() < other.whole(); }
    Wide whole() const { return static_cast<Wide>(when) << 64U | id; }
  };
  // Four siblings share one cache line.
  struct alignas(64) Line {
    Key keys[4];
  };
  struct Slot {
    TimerId id = 0;  // 0: free, or cancelled
    std::uint64_t subject = 0;
    Timed* target = nullptr;
    std::uint32_t kind = 0;
    std::uint32_t next_free = 0;
  };

  static constexpr unsigned slot_bits = 24;
  static constexpr std::uint64_t slot_mask = (std::uint64_t{1} << slot_bits) - 1;
  static constexpr std::size_t first =
      3;  // position of the root, so that its children start a line
  static constexpr std::uint32_t no_slot = std::numeric_limits<std::uint32_t>::max();

  Key& key(std::size_t position) { return heap_[position >> 2U].keys[position & 3U]; }
  std::uint32_t take_slot();
  void free_slot(std::uint32_t slot);
  void push(Key added);
  void pop();
  void sift_up(std::size_t position, Key moved);
  void sift_down(std::size_t position, Key moved);
  void drop_dead_root();
  void compact();
  void fire();

  ports::Instant now_{};
  ports::WallTime wall_offset_;
  std::uint64_t sequence_ = 0;
  std::uint64_t fired_ = 0;
  std::size_t heap_size_ = 0;
  std::size_t dead_ = 0;  // cancelled timers whose key is still in the heap
  std::uint32_t free_ = no_slot;
  bool stopped_ = false;
  std::vector<Line> heap_;
  std::vector<Slot> slots_;
};

}  // namespace mocks::sim
