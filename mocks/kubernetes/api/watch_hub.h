// WatchHub: everybody who watches. Each change goes to each watcher whom it concerns, as one line
// of JSON on their channel: {"type": "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR",
// "object": ...}, in the order of versions, none twice and none left out
// (https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes).
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
// Between two bookmarks of a watch that asked for them; its last comes 2 s before its end.
inline constexpr ports::Duration bookmark_period = std::chrono::minutes(1);
// Bound: watches open at once; 429 beyond.
inline constexpr std::size_t max_watchers = 10'000;

class WatchHub final : public Follower, public Timed {
 public:
  // Follows the registry's store, which must outlive it.
  explicit WatchHub(Registry& registry);
  ~WatchHub();
  WatchHub(const WatchHub&) = delete;
  WatchHub& operator=(const WatchHub&) = delete;

  // GET or LIST with watch=true: 200 with a channel that has what happened since the call's
  // resourceVersion (without one: every object that there is, as ADDED) and gets what will. A
  // version older than history is one ERROR line of code 410, "Expired", and the end, as a real
  // server answers within the stream; options that cannot be understood are refused as for a list.
  Outcome<Answer> open(const ApiCall& call, const KindInfo& kind);

  // A watcher that has gone away, or does not read, is let go here at the latest.
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
    bool columns_sent = false;  // of a table: only its first event describes the columns
    std::shared_ptr<Channel> channel = {};
    TimerId timeout = 0;
    TimerId bookmark = 0;
  };

  // By kind, namespace, name and the selectors.
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
