// Cluster: the few calls that a rotation makes to the Kubernetes API server, as typed values.
// Imitated clients: kubectl rollout restart/status, client-go leader election. API reference:
// https://kubernetes.io/docs/reference/kubernetes-api/
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rotator/calls/encoding.h"
#include "rotator/kubernetes/workload.h"
#include "rotator/ports/clock.h"
#include "rotator/ports/files.h"
#include "rotator/ports/http.h"
#include "rotator/ports/result.h"
#include "rotator/ports/secret.h"

namespace rotator {

// Bounds: past them an answer is an Error of code malformed.
inline constexpr std::size_t max_exec_output = std::size_t{1} << 20;  // bytes of standard output
inline constexpr std::size_t max_exec_error =
    4096;  // bytes kept of standard error; the rest is dropped
inline constexpr int pods_per_page = 500;
inline constexpr int max_pages = 200;
inline constexpr std::size_t max_watch_line = std::size_t{4} << 20;  // bytes of one watch event

class RepeatListener;

// Where the API server is, in whose name to speak, and how long to try.
struct ClusterOptions {
  std::string server = {};  // "https://host:6443"
  std::string kubernetes_namespace = {};
  std::string token_file = {};  // re-read at each call and after a 401: bound tokens rotate
  ports::Duration call_timeout = std::chrono::seconds(10);  // one attempt
  ports::Duration patience =
      std::chrono::seconds(60);    // how long one call is repeated while the server is busy
  RepeatListener* told = nullptr;  // of a call that is repeated; must outlive whoever calls
};

// A pod as the API server last showed it, cut to what tells whether it is old, alive, injected, and
// whether its processes are those that were looked at.
struct Pod {
  std::string name = {};
  std::string uid = {};
  std::string phase = {};    // Pending Running Succeeded Failed Unknown
  bool terminating = false;  // deletionTimestamp is set
  bool ready = false;
  ports::WallTime created = {};
  // From its creation until it was ready, in whole seconds as the API writes both; nothing while it
  // is not ready, and once a container has restarted, which overwrites the time.
  std::optional<ports::Duration> ready_after = {};
  std::string resource_version = {};
  std::map<std::string, std::string> annotations = {};
  // When each running container's process started; absent while it does not run.
  std::map<std::string, ports::WallTime> started = {};
  std::map<std::string, int> restarts = {};  // restartCount of each container
};

// How a program ended that exec() ran. Any exit code is an outcome, not an Error.
struct ExecOutcome {
  int exit_code = 0;
  ports::Secret standard_output = {};  // may hold the rendered secret
  std::string standard_error = {};
};

// What a wait is for: it ends at the first event of the named kind, so choose the one that tells:
// the workload while it rolls, the pods while old ones terminate.
enum class Subject { workload, pods };

// One per credential and namespace. Every call blocks until it has an answer, `patience` is over or
// the process is asked to stop (Error interrupted). Errors carry one sentence, never a secret:
// missing, refused, conflict (kubernetes_error() says when), unreachable, busy and ambiguous after
// all attempts, malformed for an answer that is not the API's, configuration for an unusable server
// address or token. Not for several threads at once.
class Cluster {
 public:
  // Media types to ask for.
  static constexpr const char* any_json = "application/json";
  static constexpr const char* metadata_list =
      "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";

  // `token` is sent where options.token_file is empty; with neither, the HTTP client's certificate
  // speaks for itself.
  Cluster(ports::HttpClient& http, ports::Clock& clock, ports::CredentialFiles& files,
          ClusterOptions options, ports::Secret token = {});
  ~Cluster();

  // As it stands. Error missing when there is none of that kind and name.
  ports::Result<Workload> workload(const WorkloadReference& wanted);

  // Sets one annotation of the pod template, or takes it off (strategic merge patch): a restart
  // that is idempotent in its value, and so repeated after a lost reply. The value of before brings
  // the pod template of before back.
  ports::Result<Workload> annotate_template(const WorkloadReference& wanted, const std::string& key,
                                            const std::optional<std::string>& value);

  // Every pod that the selector matches, terminating ones too; all pages.
  ports::Result<std::vector<Pod>> pods(const Workload& workload);
  // Whether a list made now would show just `pods`, none of them changed: by uid and
  // resourceVersion, for which their metadata is enough (PartialObjectMetadataList).
  ports::Result<bool> unchanged(const Workload& workload, const std::vector<Pod>& pods);

  // Waits for the subject to change: holds a watch on it open over calls, from where the last
  // workload() or pods() read, and lists by itself after 410 Expired. True when it may have
  // changed since the last read or wait (also when the server could not be reached until the
  // deadline), false at `deadline`. What has come on the other watch is taken, not waited for.
  // Afterwards seen_workload() and seen_pods() tell how it stands, without a call.
  ports::Result<bool> wait_for_change(const Workload& workload, Subject subject,
                                      ports::Instant deadline);
  // The workload, and its pods, by the newest read or watch event. As fresh as the last wait for
  // that subject: before an irreversible act, read. The workload is nothing when it was deleted or
  // never read.
  const std::optional<Workload>& seen_workload() const;
  std::vector<Pod> seen_pods() const;

  // Runs argv (no shell) in a container over WebSocket v5 or v4. An answer without an explicit
  // channel-3 Status, or without a clean end, is an Error of code ambiguous: truncated output must
  // not pass for the whole. Error refused when it never will: exec is forbidden, there is no such
  // container, its image lacks the program; busy when the node or the container is in trouble.
  ports::Result<ExecOutcome> exec(const std::string& pod, const std::string& container,
                                  const std::vector<std::string>& argv);

  // Whether this credential may do `verb` on `resource` (SelfSubjectAccessReview).
  ports::Result<bool> allowed(const std::string& verb, const std::string& group,
                              const std::string& resource, const std::string& subresource = {},
                              const std::string& name = {});

  // A Kubernetes Event about the workload (events.k8s.io/v1), named <workload>.<unique>, with
  // `unique` of at most 100 characters: a second one of that name is the first. `type` is Normal or
  // Warning; `note` is cut at 1024 bytes as the API demands.
  ports::Status record_event(const Workload& about, const std::string& type,
                             const std::string& reason, const std::string& action,
                             const std::string& note, const std::string& unique);

  // Server version, e.g. "v1.36.3".
  ports::Result<std::string> version();

  enum class Repeat {
    never,  // what may have had its effect is Error ambiguous at once
    safe,   // sending it again changes nothing more
  };
  // One raw call; Lease and tests use it. Repeated until `until` (nothing = options.patience from
  // now): what certainly had no effect, and with Repeat::safe what may have had it. The Response
  // has any status but 429 and 5xx (Error busy; ambiguous for a 5xx with Repeat::never). After a
  // 401 the token file is read and the call made once more.
  ports::Result<ports::Response> call(const std::string& method, const std::string& target,
                                      const std::string& content_type, const std::string& body,
                                      Repeat repeat, std::optional<ports::Instant> until = {},
                                      const char* accept = any_json);

  const ClusterOptions& options() const { return options_; }
  // Where the namespace's pods are: the path before "/pods".
  const std::string& core_path() const { return core_path_; }
  ports::Clock& clock() { return clock_; }

 private:
  struct Watches;
  ports::Result<ports::Request> request(const std::string& method, const std::string& target,
                                        const char* accept = any_json);
  std::string path_of(const WorkloadKind& kind) const;
  // For sentences: "Deployment namespace/name".
  std::string named(const WorkloadKind& kind, const std::string& name) const;
  ports::Result<Workload> read_answer(const std::string& tried, const WorkloadKind& kind,
                                      const ports::Response& response);
  // Reads it anew as a list, whose resourceVersion is new enough to watch from.
  ports::Result<Workload> list_workload(const Workload& wanted);
  ports::Result<bool> open_watch(const Workload& workload, Subject subject, ports::Instant until);
  enum class Heard { nothing, more, change, end };
  ports::Result<Heard> listen(Subject subject, ports::Instant deadline);

  ports::HttpClient& http_;
  ports::Clock& clock_;
  ports::CredentialFiles& files_;
  ClusterOptions options_;
  ports::Secret token_;
  ports::Result<Url> server_;
  std::string namespace_path_;  // "namespaces/NAMESPACE"
  std::string core_path_;
  std::unique_ptr<Watches> watches_;
};

// The Error that a Kubernetes answer with a 4xx status stands for: 404 missing, 409 conflict, all
// else refused; the sentence holds the Status message (cut at 300 bytes).
ports::Error kubernetes_error(const std::string& tried, const ports::Response& response);

}  // namespace rotator
