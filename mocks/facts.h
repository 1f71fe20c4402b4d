// Facts: what truly happened in the world, told by each mock at the instant it happens. The harness
// draws from them the timeline, the trace hash, the blame of each failed login and the verdict of
// each invariant. The rotator sees none of it.
#pragma once

#include <cstdint>
#include <string_view>

#include "rotator/ports/clock.h"

namespace mocks {

enum class FactKind : std::uint32_t {
  // Identity provider. subject = client, object = secret value.
  secret_created,
  secret_accepted,  // the token endpoint now accepts it (after propagation)
  secret_refused,   // the token endpoint no longer accepts it
  secret_disabled,  // the admin API took the change; refusal may lag
  secret_enabled,
  secret_deleted,
  // Vault. subject = path, number = KV version, object = the client secret's value in it, if it has
  // one.
  kv_written,
  kv_deleted,
  vault_sealed,
  vault_unsealed,
  token_issued,
  // Kubernetes. subject = pod (or workload, Lease); number = ReplicaSet revision for pods.
  workload_changed,  // number = new generation
  pod_created,
  pod_started,  // object = secret value that the portal process read from its file
  pod_ready,
  pod_unready,
  pod_terminating,
  pod_gone,
  endpoint_added,  // the load balancer now sends logins to the pod
  endpoint_removed,
  lease_changed,  // text = holder
  event_recorded,
  // Vault Agent. subject = pod, object = value in the file now.
  file_rendered,
  agent_failed,
  // Logins and sessions. subject = pod.
  login_succeeded,
  login_failed,  // number = Cause
  session_refused,
  // Network and faults. text = rule.
  fault_fired,
  call_made,  // subject = server, text = method and path, number = status
  // The rotator as seen from outside. text = phase.
  rotator_started,
  rotator_stopped,
};

struct Fact {
  FactKind kind = FactKind::call_made;
  std::uint64_t subject = 0;
  std::uint64_t object = 0;
  std::int64_t number = 0;
  std::string_view text = {};  // valid only during observe()
};

class Observer {
 public:
  virtual ~Observer() = default;
  virtual void observe(ports::Instant at, const Fact& fact) = 0;
};

// A stable 64-bit name for a string (FNV-1a): the `object` of a secret value, the `subject` of a
// path. One way; never shown, so that a fact carries no secret.
constexpr std::uint64_t name_of(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return hash;
}

}  // namespace mocks
