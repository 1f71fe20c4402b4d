// RealTimeScheduler: the Scheduler of the HTTP wire. Timers on the steady clock, fired by one
// thread that takes the world's lock, so that on_timer() never overlaps a handler.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "mocks/scheduler.h"

namespace mocks::wire {

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

  std::mutex& world_;
  // All guarded by world_.
  std::map<std::pair<ports::Instant, TimerId>, Entry> pending_;
  std::map<TimerId, ports::Instant> when_;
  TimerId last_ = 0;
  bool stopping_ = false;
  std::condition_variable changed_;
  std::thread thread_;
};

}  // namespace mocks::wire
