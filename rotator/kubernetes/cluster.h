// Cluster: the few calls that a rotation makes to the Kubernetes API server, as typed values.
// Imitated clients: kubectl rollout restart/status, client-go leader election. API reference:
// https://kubernetes.io/docs/reference/kubernetes-api/
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rotator/ports/clock.h"
#include "rotator/ports/files.h"
#include "rotator/ports/http.h"
#include "rotator/ports/result.h"
#include "rotator/ports/secret.h"

namespace rotator {

struct ClusterOptions {
  std::string server = {};  // "https://host:6443"
  std::string kubernetes_namespace = {};
  std::string token_file = {};  // re-read at each call and after a 401: bound tokens rotate
  ports::Duration call_timeout = std::chrono::seconds(10);
  ports::Duration patience = std::chrono::seconds(60);
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
  std::map<std::string, std::string> annotations = {};           // of the Deployment
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

class Cluster {
 public:
  Cluster(ports::HttpClient& http, ports::Clock& clock, ports::CredentialFiles& files,
          ClusterOptions options);
  ~Cluster();

  ports::Result<Deployment> deployment(const std::string& name);

  // Sets one annotation of the pod template (strategic merge patch): a rolling restart that is
  // idempotent in its value.
  ports::Result<Deployment> annotate_template(const std::string& name, const std::string& key,
                                              const std::string& value);
  // Sets annotations of the Deployment itself.
  ports::Result<Deployment> annotate(const std::string& name,
                                     const std::map<std::string, std::string>& annotations);

  ports::Result<std::vector<ReplicaSet>> replica_sets(const Deployment& deployment);
  // Every pod that the selector matches, terminating ones too; all pages.
  ports::Result<std::vector<Pod>> pods(const Deployment& deployment);

  // Waits for something to change in the Deployment or among its pods: holds two watches open over
  // calls, re-lists by itself after 410 Expired. Returns true when something may have changed,
  // false at `deadline`.
  ports::Result<bool> wait_for_change(const Deployment& deployment, ports::Instant deadline);

  // Runs argv (no shell) in a container over WebSocket v5 or v4. An answer without an explicit
  // channel-3 Status is an Error of code ambiguous: truncated output must not pass for the whole.
  ports::Result<ExecOutcome> exec(const std::string& pod, const std::string& container,
                                  const std::vector<std::string>& argv);

  // Whether this credential may do `verb` on `resource` (SelfSubjectAccessReview).
  ports::Result<bool> allowed(const std::string& verb, const std::string& group,
                              const std::string& resource, const std::string& subresource = {},
                              const std::string& name = {});

  // A Kubernetes Event about the Deployment (events.k8s.io/v1). `note` is cut at 1024 bytes as the
  // API demands.
  ports::Status record_event(const Deployment& about, const std::string& type,
                             const std::string& reason, const std::string& action,
                             const std::string& note, const std::string& unique);

  // Server version, e.g. "v1.36.3".
  ports::Result<std::string> version();

  // One raw call; Lease and tests use it. Retries as kubectl does: only on Retry-After, and reads
  // also on 5xx.
  ports::Result<ports::Response> call(const std::string& method, const std::string& target,
                                      const std::string& content_type, std::string body);

  const ClusterOptions& options() const { return options_; }
  ports::Clock& clock() { return clock_; }

 private:
  struct Watches;
  ports::HttpClient& http_;
  ports::Clock& clock_;
  ports::CredentialFiles& files_;
  ClusterOptions options_;
  std::unique_ptr<Watches> watches_;
};

}  // namespace rotator
