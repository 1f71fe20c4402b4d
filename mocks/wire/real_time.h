// RealTimeScheduler: the Scheduler of the HTTP wire. Timers on the steady clock, fired by one
// thread that takes the world's lock, so that on_timer() never overlaps a handler. Its time may be
// made to jump ahead of the machine's.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "mocks/scheduler.h"

namespace mocks::wire {

// Bound on the timers that one jump fires.
inline constexpr std::size_t max_jump_timers = 2'000'000;

class RealTimeScheduler final : public Scheduler {
 public:
  // Starts the thread. `world` is the lock that handlers run under; it must outlive the scheduler.
  explicit RealTimeScheduler(std::mutex& world);
  // Stops: no timer fires afterwards. The caller must not hold the world's lock.
  ~RealTimeScheduler();
  RealTimeScheduler(const RealTimeScheduler&) = delete;
  RealTimeScheduler& operator=(const RealTimeScheduler&) = delete;

  // Ends the thread; pending timers are forgotten. Idempotent; not under the world's lock.
  void stop();

  // From any thread, with or without the world's lock.
  ports::Instant now() const override;
  ports::WallTime wall_now() const override;

  // Lets so much time pass at once. Every timer due until then fires before it returns, in order,
  // each at its own instant, and so do those that they set. False when there were more than
  // max_jump_timers: time stands at the last one then. Only under the world's lock, which is held
  // all the while; not from on_timer().
  bool jump(ports::Duration by);
  // How far now() and wall_now() are ahead of the machine's clocks. From any thread.
  ports::Duration ahead() const { return ports::Duration(ahead_.load()); }
  // Forgets every pending timer and every jump, as if it had just been made: for a world that
  // begins anew. Only under the world's lock, and only when nobody holds an instant of this
  // scheduler any more.
  void start_over();

  // Only under the world's lock.
  TimerId at(ports::Instant when, Timed& target, std::uint32_t kind,
             std::uint64_t subject) override;
  void cancel(TimerId timer) override;

 private:
  struct Entry {
    Timed* target = nullptr;
    std::uint32_t kind = 0;
    std::uint64_t subject = 0;
  };

  void run();
  void fire_first();

  std::mutex& world_;
  // All guarded by world_.
  std::map<std::pair<ports::Instant, TimerId>, Entry> pending_;
  std::map<TimerId, ports::Instant> when_;
  TimerId last_ = 0;
  bool stopping_ = false;
  std::atomic<std::int64_t> ahead_ = 0;  // ns; changed under world_
  std::condition_variable changed_;
  std::thread thread_;
};

}  // namespace mocks::wire
