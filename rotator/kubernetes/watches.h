// The two watches of a Cluster, and what they have shown. Internal to this folder.
//
// A watch starts where the last read ended and is kept over calls. Events that a later read has
// overtaken are skipped: resourceVersions of one collection grow (KEP-5504), and where they are no
// numbers nothing is skipped.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "rotator/kubernetes/cluster.h"
#include "rotator/ports/http.h"

namespace rotator {

// The server ends a watch after this; kubectl takes 300 to 600 s.
inline constexpr int watch_timeout_s = 300;

// True when `a` is a later resourceVersion than `b`, or that cannot be told.
bool later_version(std::string_view a, std::string_view b);

struct Cluster::Watches {
  // One watch: an HTTP answer whose body goes on, an event a line.
  struct Line {
    std::unique_ptr<ports::Stream> stream = {};
    std::string partial = {};   // of an event whose end has not come yet
    std::string position = {};  // resourceVersion to watch from; empty = read first
    std::string read_at = {};   // resourceVersion of the last read
  };

  // Takes what a read showed; a read of another workload starts afresh.
  void note(const Workload& read);
  void note(const std::string& label_selector, const std::string& list_version,
            const std::vector<Pod>& read);
  // Forgets all of another workload.
  void follow(const Workload& followed);

  // What came of a piece: nothing new, a change, or the end of the watch, after which its subject
  // has to be read again.
  enum class Fed { nothing, changed, expired };
  // Applies the events that `piece` completes. Error malformed when it is not the API's, or an
  // event is longer than max_watch_line.
  ports::Result<Fed> feed(Subject subject, const std::string& piece);

  Line& line(Subject subject) { return subject == Subject::workload ? workload_line : pods_line; }

  const WorkloadKind* kind = nullptr;
  std::string name = {};
  std::string selector = {};
  Line workload_line = {};
  Line pods_line = {};
  std::optional<Workload> workload = {};
  std::map<std::string, Pod> pods = {};  // by uid

 private:
  ports::Result<Fed> apply(Subject subject, std::string_view event);
};

}  // namespace rotator
