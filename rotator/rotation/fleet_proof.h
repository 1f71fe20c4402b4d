// FleetProof: what the pods of a workload prove about the secret that they use, looked at once.
//
// A file proves nothing about the process that read it long ago: the agent's sidecar rewrites the
// file in pods whose process still holds the old value. The proof that a process holds what its
// file shows, without comparing clocks of different machines:
//   1. exec `cat FILE` gives content C; then exec `stat -c %Y FILE` gives its time of writing.
//      In this order: a file that was not written after the process started, as seen *after* C was
//      read, is the file that the process read, so the process holds C. (Vault Agent replaces the
//      file by rename, and only when its bytes change.)
//   2. Both times come from the pod's own node: file times and the container's startedAt.
//   3. A container that restarted has a new startedAt, so it is judged by what it read last.
//      What it read when it started it holds for life: a proof stands as long as the process runs.
//   4. After the last exec the pods are listed again: the same uids with the same resourceVersion,
//      or at least the same startedAt, or nothing has been proved.
// Both stamps have whole seconds. Equal seconds count as written before: an agent that wrote a
// stale value at first and the fresh one within the same second would pass, which is why the
// restart waits out `vault_settle` first.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "rotator/kubernetes/cluster.h"
#include "rotator/ports/secret.h"
#include "rotator/rotation/configuration.h"

namespace rotator {

// The pod template's annotation that carries the rotation id. Pods inherit it, so a pod that has
// our value was created after our patch, whatever any clock says.
inline constexpr const char* restart_annotation = "oidc-rotator/restarted-by";
// How Vault's injector marks pods
// (https://developer.hashicorp.com/vault/docs/platform/k8s/injector).
inline constexpr const char* inject_annotation = "vault.hashicorp.com/agent-inject";
inline constexpr const char* injected_annotation = "vault.hashicorp.com/agent-inject-status";
inline constexpr const char* agent_container = "vault-agent";

struct PodProof {
  std::string pod = {};
  std::string uid = {};
  bool injected = false;  // or never asked to be; false: the injector was down when it was made
  bool has_file = true;   // false: the container said that there is no such file
  bool running = false;   // the portal container's process runs
  bool terminating = false;
  bool barred = false;  // no exec will ever show: it is forbidden, or the image lacks the program
  std::string trouble = {};          // why content or time could not be had; empty when both were
  ports::Fingerprint content = {};   // of the value in the rendered file
  ports::Fingerprint fallback = {};  // of the second secret in it; empty = it has none
  std::optional<ports::WallTime> process_started = {};
  std::optional<ports::WallTime> file_written = {};
  int restarts = 0;
  std::optional<ports::Duration> ready_after = {};  // as Pod's
};

struct FleetProof {
  std::vector<Pod> older = {};      // of another template than asked for, Terminating ones too
  std::vector<PodProof> live = {};  // of this one; pods that have ended for good are in neither
  bool stable = false;              // the pods after the last exec are those before it
};

struct FleetQuestion {
  bool every_pod = false;  // whatever its template
  // Else the value of restart_annotation that marks the pods in question; nothing = pods without
  // the annotation.
  std::optional<std::string> restart_value = {};
  bool contents = true;    // exec cat
  bool fallback = false;   // and what the file shows of a second secret
  bool file_times = true;  // exec stat
  // The pods as they were seen before, however long ago: they stand for the first list. Where the
  // last list shows others, it is all done again from that list, so that it costs no certainty.
  std::vector<Pod> seen = {};
  // Proofs of an earlier look whose gates were open. What a process read when it started stays so:
  // while a pod runs that same process and its file shows the same content, the file's time need
  // not be asked again.
  std::vector<PodProof> proved = {};
  // A process that they stand for is not looked into at all: what its file shows by now is left
  // open.
  bool trust_proved = false;
  // When it says so, the pods that are left are not looked into: what would come of it is too late.
  std::function<bool()> out_of_time = {};
};

// Lists, looks into each live pod, lists again. An Error when a list fails; trouble with one pod is
// in its proof.
ports::Result<FleetProof> inspect_fleet(Cluster& cluster,
                                        const KubernetesConfiguration& configuration,
                                        const Workload& workload, FleetQuestion question,
                                        const ports::Secret& fingerprint_key);

// When the rendered file of that pod was last written, by `stat` in its container. Error refused
// when no exec will ever tell; anything else may pass.
ports::Result<ports::WallTime> file_time(Cluster& cluster,
                                         const KubernetesConfiguration& configuration,
                                         const std::string& pod);

// The value of `key` in a rendered file of KEY=value lines, with an optional "export " before and
// optional quotes around the value. Nothing when the key is absent, empty or there twice.
std::optional<ports::Secret> rendered_value(const ports::Secret& content, std::string_view key);

// True for a pod that runs or may yet run and was not made from the template in question.
bool is_older(const Pod& pod, const FleetQuestion& question);

}  // namespace rotator
