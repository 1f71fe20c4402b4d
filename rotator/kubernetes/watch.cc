#include <algorithm>
#include <utility>

#include "rotator/calls/encoding.h"
#include "rotator/calls/patience.h"
#include "rotator/kubernetes/objects.h"
#include "rotator/kubernetes/watches.h"

namespace rotator {

using ports::ErrorCode;

bool later_version(std::string_view a, std::string_view b) {
  const auto is_number = [](std::string_view text) {
    return !text.empty() && text.front() != '0' &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  };
  if (!is_number(a) || !is_number(b)) return true;
  return a.size() != b.size() ? a.size() > b.size() : a > b;
}

void Cluster::Watches::follow(const Workload& followed) {
  if (name == followed.name && kind == followed.kind) return;
  *this = Watches();
  kind = followed.kind;
  name = followed.name;
}

void Cluster::Watches::note(const Workload& read) {
  follow(read);
  workload_line.read_at = read.resource_version;
  if (!workload_line.stream) workload_line.position = read.resource_version;
  workload = read;
}

void Cluster::Watches::note(const std::string& label_selector, const std::string& list_version,
                            const std::vector<Pod>& read) {
  if (selector != label_selector) pods_line = Line();
  selector = label_selector;
  pods_line.read_at = list_version;
  if (!pods_line.stream) pods_line.position = list_version;
  pods.clear();
  for (const auto& pod : read) pods.insert_or_assign(pod.uid, pod);
}

ports::Result<Cluster::Watches::Fed> Cluster::Watches::apply(Subject subject,
                                                             std::string_view event) {
  const auto parsed = parse_object(event, "a watch of the API server");
  if (!parsed) return ports::fail(parsed.error());
  const auto type = parsed->root().member("type");
  const auto object = parsed->root().member("object");
  auto& followed = line(subject);
  if (type.says("ERROR")) {
    // Whatever it is (nearly always 410 Expired), the watch is over and a read has to bridge the
    // gap.
    return Fed::expired;
  }
  const auto version = text_member(object, {"metadata", "resourceVersion"});
  if (version.empty())
    return ports::fail(ErrorCode::malformed, "a watch event lacks a resourceVersion");
  followed.position = version;
  if (type.says("BOOKMARK") || !later_version(version, followed.read_at)) return Fed::nothing;
  const bool deleted = type.says("DELETED");
  if (subject == Subject::workload) {
    auto changed = read_workload(*kind, object);
    if (!changed) return ports::fail(changed.error());
    if (deleted) {
      workload.reset();
    } else {
      workload = std::move(*changed);
    }
    return Fed::changed;
  }
  auto changed = read_pod(object);
  if (!changed) return ports::fail(changed.error());
  if (deleted) {
    pods.erase(changed->uid);
  } else {
    auto uid = changed->uid;
    pods.insert_or_assign(std::move(uid), std::move(*changed));
  }
  return Fed::changed;
}

ports::Result<Cluster::Watches::Fed> Cluster::Watches::feed(Subject subject,
                                                            const std::string& piece) {
  auto& partial = line(subject).partial;
  partial += piece;
  auto outcome = Fed::nothing;
  std::size_t from = 0;
  for (;;) {
    const auto end = partial.find('\n', from);
    if (end == std::string::npos) break;
    const std::string_view event(partial.data() + from, end - from);
    from = end + 1;
    if (event.find_first_not_of(" \r") == std::string_view::npos) continue;
    auto fed = apply(subject, event);
    if (!fed) return fed;
    if (*fed == Fed::expired) return fed;
    if (*fed == Fed::changed) outcome = Fed::changed;
  }
  partial.erase(0, from);
  if (partial.size() > max_watch_line)
    return ports::fail(ErrorCode::malformed, "an event of a watch is longer than " +
                                                 std::to_string(max_watch_line) + " bytes");
  return outcome;
}

// Opens the watch of `subject` where it stands; reads first when it stands nowhere. True when a
// read was needed, so that the subject may have changed.
ports::Result<bool> Cluster::open_watch(const Workload& workload, Subject subject,
                                        ports::Instant until) {
  auto& line = watches_->line(subject);
  bool was_read = false;
  if (line.position.empty()) {
    was_read = true;
    if (subject == Subject::pods) {
      if (auto listed = pods(workload); !listed) return ports::fail(listed.error());
    } else if (auto read = list_workload(workload); !read) {
      return ports::fail(read.error());
    }
  }
  const std::string collection =
      subject == Subject::workload
          ? path_of(*workload.kind) +
                "?fieldSelector=" + percent_encode("metadata.name=" + workload.name)
          : core_path_ + "/pods?labelSelector=" + percent_encode(workload.label_selector);
  const std::string target = collection + "&watch=true&allowWatchBookmarks=true&resourceVersion=" +
                             percent_encode(line.position) +
                             "&timeoutSeconds=" + std::to_string(watch_timeout_s);
  auto opening = request("GET", target);
  if (!opening) return ports::fail(opening.error());
  auto stream = http_.open_stream(*opening, std::min(until, clock_.now() + options_.call_timeout));
  for (auto& header : opening->headers)
    if (header.name == "Authorization") ports::wipe(header.value);
  const std::string tried = "watching " + options_.server + target;
  if (!stream) return ports::fail(stream.error().code, tried + ": " + stream.error().message);
  const auto& head = (*stream)->head();
  if (head.status == 410) {
    line.position.clear();
    return ports::fail(ErrorCode::busy, tried + " answered 410");
  }
  if (head.status != 200) {
    auto error = kubernetes_error(tried, head);
    if (head.status == 429 || head.status >= 500) error.code = ErrorCode::busy;
    return ports::fail(std::move(error));
  }
  line.partial.clear();
  line.stream = std::move(*stream);
  return was_read;
}

// Takes what has come on a watch up to `deadline`; drops the watch when it is over.
ports::Result<Cluster::Heard> Cluster::listen(Subject subject, ports::Instant deadline) {
  auto& line = watches_->line(subject);
  auto piece = line.stream->next(deadline);
  if (!piece) {
    line.stream.reset();
    return ports::fail(piece.error());
  }
  if (piece->kind == ports::Piece::Kind::quiet) return Heard::nothing;
  if (piece->kind == ports::Piece::Kind::end) {
    line.stream.reset();
    return Heard::end;
  }
  const auto fed = watches_->feed(subject, piece->data);
  if (!fed || *fed == Watches::Fed::expired) {
    line = Watches::Line();  // read again, then watch from there
    if (!fed) return ports::fail(fed.error());
    return Heard::end;
  }
  return *fed == Watches::Fed::changed ? Heard::change : Heard::more;
}

ports::Result<bool> Cluster::wait_for_change(const Workload& workload, Subject subject,
                                             ports::Instant deadline) {
  watches_->follow(workload);
  auto& line = watches_->line(subject);
  // What the other watch has to say is taken, not waited for; when it is over, it is opened again
  // on its turn.
  const auto other = subject == Subject::workload ? Subject::pods : Subject::workload;
  for (int taken = 0; watches_->line(other).stream && taken < most_attempts; ++taken) {
    const auto heard = listen(other, clock_.now());
    if (!heard || *heard == Heard::nothing) break;
  }

  bool changed = false;
  Patience patience(clock_, deadline);
  for (;;) {
    ports::Error trouble;
    if (!line.stream) {
      const auto opened = open_watch(workload, subject, deadline);
      if (opened) {
        if (*opened) return true;
        continue;
      }
      trouble = opened.error();
    } else {
      // After a change, only what is already here: one wait ends with all of it.
      const auto heard = listen(subject, changed ? clock_.now() : deadline);
      if (heard && *heard == Heard::change) changed = true;
      if (heard && (*heard == Heard::change || *heard == Heard::more)) continue;
      if (changed) return true;
      if (heard && *heard == Heard::nothing) return false;
      if (!heard) {
        trouble = heard.error();
      } else {
        trouble = {ErrorCode::busy, "a watch ended"};
      }
    }
    const bool passing = trouble.code == ErrorCode::unreachable ||
                         trouble.code == ErrorCode::ambiguous || trouble.code == ErrorCode::busy;
    if (!passing) return ports::fail(std::move(trouble));
    if (auto waited = patience.wait(std::move(trouble)); !waited) {
      if (waited.error().code == ErrorCode::interrupted) return ports::fail(waited.error());
      return true;  // blind until the deadline: the caller has to look for itself
    }
  }
}

const std::optional<Workload>& Cluster::seen_workload() const { return watches_->workload; }

std::vector<Pod> Cluster::seen_pods() const {
  std::vector<Pod> all;
  for (const auto& [uid, pod] : watches_->pods) all.push_back(pod);
  return all;
}

}  // namespace rotator
