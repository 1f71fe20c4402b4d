#include "mocks/kubernetes/api/watch_hub.h"

#include <utility>
#include <vector>

#include "mocks/kubernetes/json/json_text.h"

namespace mocks::kubernetes {

WatchHub::WatchHub(Registry& registry) : registry_(registry) { registry.store().follow(*this); }

WatchHub::~WatchHub() {
  for (auto& [id, watcher] : watchers_) {
    registry_.scheduler().cancel(watcher.timeout);
    registry_.scheduler().cancel(watcher.bookmark);
  }
}

bool WatchHub::concerns(const Watcher& watcher, const Object& object) const {
  if (object.kind != watcher.kind->kind) return false;
  if (!watcher.kubernetes_namespace.empty() &&
      object.kubernetes_namespace() != watcher.kubernetes_namespace) {
    return false;
  }
  if (!watcher.name.empty() && object.name() != watcher.name) return false;
  return matches(object, watcher.options);
}

Outcome<Answer> WatchHub::open(const ApiCall& call, const KindInfo& kind) {
  auto options = list_options(call, kind);
  if (!options) return refuse(options.error());
  if (watchers_.size() >= max_watchers) {
    return refuse({.code = 429,
                   .reason = "TooManyRequests",
                   .message = "too many requests, please try again later",
                   .details = Details{.retry_after_s = 1}});
  }
  Answer answer = answer_json(200, "");
  answer.channel = std::make_shared<Channel>();
  const std::uint64_t from = options->resource_version.value_or(0);
  if (from != 0 && from < registry_.store().oldest()) {
    const std::string message = "too old resource version: " + std::to_string(from) + " (" +
                                std::to_string(registry_.store().oldest()) + ")";
    answer.channel->push(R"({"type":"ERROR","object":)" +
                         render_status({.code = 410, .reason = "Expired", .message = message}) +
                         "}\n");
    answer.channel->end();
    return answer;
  }
  const std::uint64_t id = ++last_;
  Watcher& watcher = watchers_[id];
  watcher.kind = &kind;
  watcher.kubernetes_namespace = kind.namespaced ? call.kubernetes_namespace : std::string_view();
  watcher.name = call.name;
  watcher.options = std::move(*options);
  watcher.form = call.form;
  watcher.row_object = call.row_object;
  watcher.channel = answer.channel;
  const ports::Instant now = registry_.now();
  ports::Duration lifetime =
      shortest_watch + registry_.draw({.low = ports::Duration(0), .high = shortest_watch},
                                      sim::Stream::identifiers, name_of("watch"), id);
  const auto asked = watcher.options.timeout_s.value_or(0);
  if (asked > 0) lifetime = std::chrono::seconds(std::min<std::int64_t>(asked, 86'400));
  watcher.timeout = registry_.scheduler().at(now + lifetime, *this, timeout, id);
  if (watcher.options.bookmarks) {
    // One each minute, and one shortly before the end.
    const ports::Duration first = std::min(bookmark_period, lifetime - std::chrono::seconds(2));
    if (first > ports::Duration(0)) {
      watcher.bookmark = registry_.scheduler().at(now + first, *this, bookmark, id);
    }
  }
  start(watcher);
  return answer;
}

void WatchHub::start(Watcher& watcher) {
  const Store& store = registry_.store();
  const std::uint64_t from = watcher.options.resource_version.value_or(0);
  if (from == 0 || watcher.options.send_initial_events) {
    for (const auto& [key, object] : store.all(watcher.kind->kind)) {
      if (concerns(watcher, *object)) send(watcher, "ADDED", *object);
    }
    if (watcher.options.send_initial_events && watcher.options.bookmarks) {
      send_bookmark(watcher, true);
    }
    return;
  }
  for (const Change& change : store.history()) {
    if (change.resource_version > from) deliver(watcher, change);
  }
}

void WatchHub::on_change(const Change& change) {
  std::vector<std::uint64_t> left;
  for (auto& [id, watcher] : watchers_) {
    if (watcher.channel->abandoned() || watcher.channel->overflowed()) {
      left.push_back(id);
    } else if (change.resource_version > watcher.options.resource_version.value_or(0)) {
      deliver(watcher, change);
    }
  }
  for (const std::uint64_t id : left) close(id);
}

// An object that comes to match a selector is ADDED to this watch, one that ceases to is DELETED.
void WatchHub::deliver(Watcher& watcher, const Change& change) {
  if (change.object->kind != watcher.kind->kind) return;
  const bool before = change.before != nullptr && concerns(watcher, *change.before);
  const bool now = change.type != Change::Type::deleted && concerns(watcher, *change.object);
  if (now) {
    send(watcher, before ? "MODIFIED" : "ADDED", *change.object);
  } else if (before) {
    send(watcher, "DELETED", *change.object);
  }
}

void WatchHub::send(Watcher& watcher, std::string_view type, const Object& object) {
  JsonText line;
  line.open('{').member("type", type).key("object");
  switch (watcher.form) {
    case Form::object: render_object(line, object, *watcher.kind); break;
    case Form::partial: render_partial(line, object); break;
    case Form::table:
      begin_table(line, *watcher.kind,
                  R"({"resourceVersion":")" + std::to_string(object.resource_version) + "\"}",
                  !std::exchange(watcher.columns_sent, true));
      add_row(line, object, *watcher.kind, watcher.row_object, registry_.wall_now());
      end_table(line);
      break;
  }
  watcher.channel->push(line.close('}').end_line().take());
}

void WatchHub::send_bookmark(Watcher& watcher, bool initial_events_end) {
  watcher.channel->push(
      R"({"type":"BOOKMARK","object":)" +
      bookmark_object(*watcher.kind, registry_.store().version(), initial_events_end) + "}\n");
}

void WatchHub::on_timer(std::uint32_t kind, std::uint64_t id) {
  const auto found = watchers_.find(id);
  if (found == watchers_.end()) return;
  Watcher& watcher = found->second;
  if (watcher.channel->abandoned() || watcher.channel->overflowed()) {
    (kind == timeout ? watcher.timeout : watcher.bookmark) = 0;
    close(id);
    return;
  }
  if (kind == bookmark) {
    send_bookmark(watcher, false);
    watcher.bookmark =
        registry_.scheduler().at(registry_.now() + bookmark_period, *this, bookmark, id);
    return;
  }
  watcher.timeout = 0;
  close(id);
}

void WatchHub::close(std::uint64_t id) {
  const auto found = watchers_.find(id);
  if (found == watchers_.end()) return;
  registry_.scheduler().cancel(found->second.timeout);
  registry_.scheduler().cancel(found->second.bookmark);
  const std::shared_ptr<Channel> channel = std::move(found->second.channel);
  watchers_.erase(found);
  channel->end();
}

}  // namespace mocks::kubernetes
