// WatchHub: everybody who watches. Each change goes to each watcher whom it concerns, as one line
// of JSON on their channel.
#pragma once

#include <cstdint>
#include <map>
#include <memory>

#include "mocks/channel.h"
#include "mocks/kubernetes/api/api_call.h"
#include "mocks/kubernetes/store/registry.h"

namespace mocks::kubernetes {

// A watch without timeoutSeconds ends after 30 to 60 minutes, as --min-request-timeout makes it.
inline constexpr ports::Duration shortest_watch = std::chrono::minutes(30);
inline constexpr ports::Duration bookmark_period = std::chrono::minutes(1);
inline constexpr std::size_t max_watchers = 10'000;

class WatchHub final : public Follower, public Timed {
 public:
  explicit WatchHub(Registry& registry);
  ~WatchHub();
  WatchHub(const WatchHub&) = delete;
  WatchHub& operator=(const WatchHub&) = delete;

  Outcome<Answer> open(const ApiCall& call, const KindInfo& kind);

  void on_change(const Change& change) override;
  void on_timer(std::uint32_t kind, std::uint64_t watcher) override;

 private:
  enum Timer : std::uint32_t { timeout, bookmark };
  struct Watcher {
    const KindInfo* kind = nullptr;
    std::string kubernetes_namespace = {};
    std::string name = {};
    ListOptions options = {};
    Form form = Form::object;
    RowObject row_object = RowObject::metadata;
    bool columns_sent = false;
    std::shared_ptr<Channel> channel = {};
    TimerId timeout = 0;
    TimerId bookmark = 0;
  };

  bool concerns(const Watcher& watcher, const Object& object) const;
  void deliver(Watcher& watcher, const Change& change);
  void send(Watcher& watcher, std::string_view type, const Object& object);
  void send_bookmark(Watcher& watcher, bool initial_events_end);
  void start(Watcher& watcher);
  void close(std::uint64_t id);

  Registry& registry_;
  std::map<std::uint64_t, Watcher> watchers_;
  std::uint64_t last_ = 0;
};

}  // namespace mocks::kubernetes
