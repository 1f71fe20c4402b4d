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

struct ClusterOptions {
  std::string server = {};  // "https://host:6443"
  std::string kubernetes_namespace = {};
  std::string token_file = {};  // re-read at each call and after a 401: bound tokens rotate
  ports::Duration call_timeout = std::chrono::seconds(10);  // one attempt
  ports::Duration patience =
      std::chrono::seconds(60);  // how long one call is repeated while the server is busy
};

struct Deployment {
  std::string name = {};
  std::string uid = {};
  std::string resource_version = {};
  std::int64_t generation = 0;
  std::int64_t observed_generation = 0;
  int replicas = 1;  // spec.replicas, default 1
  bool paused = false;
  bool recreate = false;    // strategy type Recreate
  int max_surge = 0;        // resolved to pods, rounded up
  int max_unavailable = 0;  // resolved to pods, rounded down
  int min_ready_s = 0;      // spec.minReadySeconds
  int progress_deadline_s = 600;
  int termination_grace_s = 30;  // of the pod template
  int status_replicas = 0, updated_replicas = 0, ready_replicas = 0, available_replicas = 0;
  bool progress_deadline_exceeded = false;
  std::string revision = {};  // annotation deployment.kubernetes.io/revision
  std::map<std::string, std::string> template_annotations = {};  // of its pod template
  std::string label_selector = {};  // spec.selector as a query value, not yet percent-encoded
  std::vector<std::string> containers = {};
};

struct ReplicaSet {
  std::string name = {};
  std::string uid = {};
  std::string owner_uid = {};
  std::string revision = {};
  int replicas = 0;
  std::map<std::string, std::string> template_annotations = {};
};

struct Pod {
  std::string name = {};
  std::string uid = {};
  std::string owner_uid = {};  // of the ReplicaSet that controls it
  std::string phase = {};      // Pending Running Succeeded Failed Unknown
  bool terminating = false;    // deletionTimestamp is set
  bool ready = false;
  ports::WallTime created = {};
  std::optional<ports::WallTime> ready_since = {};
  std::string resource_version = {};
  std::map<std::string, std::string> annotations = {};
  // When each running container's process started; absent while it does not run.
  std::map<std::string, ports::WallTime> started = {};
  std::map<std::string, int> restarts = {};
};

struct ExecOutcome {
  int exit_code = 0;
  ports::Secret standard_output = {};  // may hold the rendered secret
  std::string standard_error = {};
};

// What a wait is for: it ends at the first event of the named kind, so choose the one that tells:
// the Deployment while it rolls, the pods while old ones terminate.
enum class Subject { deployment, pods };

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

  ports::Result<Deployment> deployment(const std::string& name);

  // Sets one annotation of the pod template, or takes it off (strategic merge patch): a rolling
  // restart that is idempotent in its value, and so repeated after a lost reply. The value of
  // before brings the ReplicaSet of before back.
  ports::Result<Deployment> annotate_template(const std::string& name, const std::string& key,
                                              const std::optional<std::string>& value);

  ports::Result<std::vector<ReplicaSet>> replica_sets(const Deployment& deployment);
  // Every pod that the selector matches, terminating ones too; all pages.
  ports::Result<std::vector<Pod>> pods(const Deployment& deployment);
  // Whether a list made now would show just `pods`, none of them changed: by uid and
  // resourceVersion, for which their metadata is enough (PartialObjectMetadataList).
  ports::Result<bool> unchanged(const Deployment& deployment, const std::vector<Pod>& pods);

  // Waits for the subject to change: holds a watch on it open over calls, from where the last
  // deployment() or pods() read, and lists by itself after 410 Expired. True when it may have
  // changed since the last read or wait (also when the server could not be reached until the
  // deadline), false at `deadline`. What has come on the other watch is taken, not waited for.
  // Afterwards seen_deployment() and seen_pods() tell how it stands, without a call.
  ports::Result<bool> wait_for_change(const Deployment& deployment, Subject subject,
                                      ports::Instant deadline);
  // The Deployment, and its pods, by the newest read or watch event. As fresh as the last wait for
  // that subject: before an irreversible act, read. The Deployment is nothing when it was deleted
  // or never read.
  const std::optional<Deployment>& seen_deployment() const;
  std::vector<Pod> seen_pods() const;

  // Runs argv (no shell) in a container over WebSocket v5 or v4. An answer without an explicit
  // channel-3 Status, or without a clean end, is an Error of code ambiguous: truncated output must
  // not pass for the whole.
  ports::Result<ExecOutcome> exec(const std::string& pod, const std::string& container,
                                  const std::vector<std::string>& argv);

  // Whether this credential may do `verb` on `resource` (SelfSubjectAccessReview).
  ports::Result<bool> allowed(const std::string& verb, const std::string& group,
                              const std::string& resource, const std::string& subresource = {},
                              const std::string& name = {});

  // A Kubernetes Event about the Deployment (events.k8s.io/v1), named <deployment>.<unique>: a
  // second one of that name is the first. `type` is Normal or Warning; `note` is cut at 1024 bytes
  // as the API demands.
  ports::Status record_event(const Deployment& about, const std::string& type,
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
  // Where the namespace's pods are, and its Deployments and ReplicaSets: the path before "/pods".
  const std::string& core_path() const { return core_path_; }
  const std::string& apps_path() const { return apps_path_; }
  ports::Clock& clock() { return clock_; }

 private:
  struct Watches;
  ports::Result<ports::Request> request(const std::string& method, const std::string& target,
                                        const char* accept = any_json);
  // As deployment(), but as a list, whose resourceVersion is new enough to watch from.
  ports::Result<Deployment> list_deployment(const std::string& name);
  ports::Result<bool> open_watch(const Deployment& deployment, Subject subject,
                                 ports::Instant until);
  enum class Heard { nothing, more, change, end };
  ports::Result<Heard> listen(Subject subject, ports::Instant deadline);

  ports::HttpClient& http_;
  ports::Clock& clock_;
  ports::CredentialFiles& files_;
  ClusterOptions options_;
  ports::Secret token_;
  ports::Result<Url> server_;
  std::string core_path_;
  std::string apps_path_;
  std::unique_ptr<Watches> watches_;
};

// The Error that a Kubernetes answer with a 4xx status stands for: 404 missing, 409 conflict, all
// else refused; the sentence holds the Status message (cut at 300 bytes).
ports::Error kubernetes_error(const std::string& tried, const ports::Response& response);

}  // namespace rotator
