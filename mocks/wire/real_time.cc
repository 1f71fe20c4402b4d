#include "mocks/wire/real_time.h"

#include <chrono>

#include "rotator/ports/check.h"

namespace mocks::wire {
namespace {

std::chrono::steady_clock::time_point to_steady(ports::Instant when) {
  return std::chrono::steady_clock::time_point(
      std::chrono::duration_cast<std::chrono::steady_clock::duration>(when.time_since_epoch()));
}

}  // namespace

RealTimeScheduler::RealTimeScheduler(std::mutex& world)
    : world_(world), thread_([this] { run(); }) {}

RealTimeScheduler::~RealTimeScheduler() { stop(); }

void RealTimeScheduler::stop() {
  {
    const std::lock_guard lock(world_);
    stopping_ = true;
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

// libstdc++'s steady_clock is CLOCK_MONOTONIC, as is the product's SystemClock: their Instants
// compare.
ports::Instant RealTimeScheduler::now() const {
  return ports::Instant(std::chrono::steady_clock::now().time_since_epoch());
}

ports::WallTime RealTimeScheduler::wall_now() const {
  return ports::WallTime(std::chrono::system_clock::now().time_since_epoch());
}

TimerId RealTimeScheduler::at(ports::Instant when, Timed& target, std::uint32_t kind,
                              std::uint64_t subject) {
  const TimerId timer = ++last_;
  pending_.emplace(std::pair(when, timer),
                   Entry{.target = &target, .kind = kind, .subject = subject});
  when_.emplace(timer, when);
  if (pending_.begin()->first.second == timer) changed_.notify_all();
  return timer;
}

void RealTimeScheduler::cancel(TimerId timer) {
  const auto found = when_.find(timer);
  if (found == when_.end()) return;
  pending_.erase({found->second, timer});
  when_.erase(found);
}

void RealTimeScheduler::run() {
  std::unique_lock lock(world_);
  while (!stopping_) {
    if (pending_.empty()) {
      changed_.wait(lock);
      continue;
    }
    const auto [when, timer] = pending_.begin()->first;
    if (when > now()) {
      changed_.wait_until(lock, to_steady(when));
      continue;
    }
    const Entry entry = pending_.begin()->second;
    pending_.erase(pending_.begin());
    when_.erase(timer);
    entry.target->on_timer(entry.kind, entry.subject);
    // Handlers wait for this lock: a burst of due timers must not keep them out.
    lock.unlock();
    lock.lock();
  }
}

}  // namespace mocks::wire
