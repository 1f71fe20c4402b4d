#include "mocks/wire/real_time.h"

#include <chrono>
#include <cstddef>

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
// compare until the first jump.
ports::Instant RealTimeScheduler::now() const {
  return ports::Instant(std::chrono::steady_clock::now().time_since_epoch() + ahead());
}

ports::WallTime RealTimeScheduler::wall_now() const {
  return ports::WallTime(std::chrono::system_clock::now().time_since_epoch() + ahead());
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

void RealTimeScheduler::fire_first() {
  const TimerId timer = pending_.begin()->first.second;
  const Entry entry = pending_.begin()->second;
  pending_.erase(pending_.begin());
  when_.erase(timer);
  entry.target->on_timer(entry.kind, entry.subject);
}

bool RealTimeScheduler::jump(ports::Duration by) {
  ports::check(by >= ports::Duration(0), "time does not jump back");
  const auto target = now() + by;
  // now() may have passed an instant by itself: it never goes back.
  const auto go_to = [this](ports::Instant when) {
    if (const auto left = when - now(); left > ports::Duration(0)) ahead_ += left.count();
  };
  std::size_t fired = 0;
  while (!pending_.empty() && pending_.begin()->first.first <= target && fired < max_jump_timers) {
    go_to(pending_.begin()->first.first);
    fire_first();
    ++fired;
  }
  const bool all = fired < max_jump_timers;
  if (all) go_to(target);
  changed_.notify_all();
  return all;
}

void RealTimeScheduler::start_over() {
  pending_.clear();
  when_.clear();
  ahead_ = 0;
  changed_.notify_all();
}

void RealTimeScheduler::run() {
  std::unique_lock lock(world_);
  while (!stopping_) {
    if (pending_.empty()) {
      changed_.wait(lock);
      continue;
    }
    const auto when = pending_.begin()->first.first;
    if (when > now()) {
      changed_.wait_until(lock, to_steady(when - ahead()));
      continue;
    }
    fire_first();
    // Handlers wait for this lock: a burst of due timers must not keep them out.
    lock.unlock();
    lock.lock();
  }
}

}  // namespace mocks::wire
