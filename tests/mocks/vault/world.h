// A Vault in a world of its own: a clock that the test turns, facts kept in a list, requests in a
// line.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "mocks/facts.h"
#include "mocks/scheduler.h"
#include "mocks/vault/vault.h"

namespace vault_test {

// Virtual time. Timers of one instant fire in the order they were set.
class Clock final : public mocks::Scheduler {
 public:
  ports::Instant now() const override { return now_; }
  ports::WallTime wall_now() const override {
    // 2026-01-02T03:04:05Z at the start.
    return ports::WallTime(std::chrono::seconds(1'767'323'045)) + now_.time_since_epoch();
  }
  mocks::TimerId at(ports::Instant when, mocks::Timed& target, std::uint32_t kind,
                    std::uint64_t subject) override {
    const mocks::TimerId id = ++last_;
    timers_[{std::max(when, now_), id}] = {&target, kind, subject};
    when_[id] = std::max(when, now_);
    return id;
  }
  void cancel(mocks::TimerId timer) override {
    const auto it = when_.find(timer);
    if (it == when_.end()) return;
    timers_.erase({it->second, timer});
    when_.erase(it);
  }

  void run_for(ports::Duration duration) { run_until(now_ + duration); }
  void run_until(ports::Instant until) {
    while (!timers_.empty() && timers_.begin()->first.first <= until) {
      const auto [key, timer] = *timers_.begin();
      timers_.erase(timers_.begin());
      when_.erase(key.second);
      now_ = key.first;
      timer.target->on_timer(timer.kind, timer.subject);
    }
    now_ = std::max(now_, until);
  }
  std::size_t pending() const { return timers_.size(); }

 private:
  struct Timer {
    mocks::Timed* target;
    std::uint32_t kind;
    std::uint64_t subject;
  };
  ports::Instant now_{};
  mocks::TimerId last_ = 0;
  std::map<std::pair<ports::Instant, mocks::TimerId>, Timer> timers_;
  std::map<mocks::TimerId, ports::Instant> when_;
};

class Facts final : public mocks::Observer {
 public:
  void observe(ports::Instant at, const mocks::Fact& fact) override {
    all.push_back(fact);
    all.back().text = {};
    times.push_back(at);
  }
  std::size_t count(mocks::FactKind kind) const {
    return static_cast<std::size_t>(
        std::count_if(all.begin(), all.end(), [kind](const auto& f) { return f.kind == kind; }));
  }
  std::vector<mocks::Fact> all;
  std::vector<ports::Instant> times;
};

struct World {
  explicit World(mocks::vault::VaultOptions options = {})
      : vault(clock, facts, mocks::sim::Draws(7), std::move(options)) {}

  ports::Response send(const std::string& method, const std::string& path,
                       const std::string& body = {}, const std::string& token = "root",
                       ports::Headers more = {}) {
    ports::Request request{.method = method, .target = "/v1/" + path, .body = body};
    if (!token.empty()) request.headers.push_back({.name = "X-Vault-Token", .value = token});
    for (auto& header : more) request.headers.push_back(std::move(header));
    return vault.handle(request).response;
  }

  Clock clock;
  Facts facts;
  mocks::vault::Vault vault;
};

}  // namespace vault_test
