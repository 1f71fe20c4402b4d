// Configuration: everything that one rotation is told, as typed values. rotator/cli reads it from
// rotation.yaml; the harness builds it in memory. Defaults are the safe ones. What each
// key says, and its bounds: rotator/cli/config_keys.cc, or `rotator schema`.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "rotator/idp/description.h"
#include "rotator/idp/token_probe.h"
#include "rotator/kubernetes/cluster.h"
#include "rotator/rotation/gate.h"
#include "rotator/vault/session.h"

namespace rotator {

struct IdentityProviderConfiguration {
  std::string type = "okta";
  std::string url = {};  // "https://example.okta.com"
  std::string client_id = {};
  std::string application_id = {};     // Okta app id, Entra object id; defaults to client_id
  std::string admin_url = {};          // empty = as the vendor has it
  ports::Duration secret_lifetime{0};  // of a new secret; 0 = as the provider has it
  // Of a secret that was replaced, where the provider's rules cannot be read; 0 = nobody says.
  ports::Duration rotated_secret_life{0};
  // Until what lists do not show counts as not there, where they lag (IdentityProviderOptions).
  ports::Duration absent_for = std::chrono::minutes(2);
  AuthenticationMethod authentication_method = AuthenticationMethod::client_secret_post;
  std::string token_endpoint = {};  // empty = from discovery
  ProbeGrant probe_grant = ProbeGrant::client_credentials;
  std::string probe_scope = {};
  // How many secrets the tenant allows at once, where that is less than the vendor says; 0 = the
  // vendor's limit.
  int max_secrets = 0;
  // Where in Vault the administration credential is: path in the same mount, and field.
  std::string admin_path = "oidc/idp-admin";
  std::string admin_field = "token";
  // Of type "http" alone: what the provider is like.
  std::optional<HttpDescription> http = {};
};

struct VaultConfiguration {
  VaultOptions session = {};
  std::string mount = "portal-kv";
  std::string path = "oidc/portal";
  std::string field = "client_secret";
  // Of the second secret, while a strategy keeps two beside each other.
  std::string fallback_field = "client_secret_next";
  std::string journal_path = {};  // defaults to path + "-rotation"
};

struct KubernetesConfiguration {
  ClusterOptions cluster = {};
  WorkloadReference workload = {};
  std::string container = {};
  std::string secret_file = "/vault/secrets/oidc";
  std::string secret_key = "OIDC_CLIENT_SECRET";         // the file's line is KEY=value
  std::string fallback_key = "OIDC_CLIENT_SECRET_NEXT";  // of the second secret's line
  std::string lease_name = {};                           // defaults to "rotator-" + workload.name
  // A dead rotator's lock lapses after this, or after five times as long when it died in a long
  // wait; a live one renews three times as often.
  ports::Duration lease_duration = std::chrono::seconds(30);
  ports::Duration agent_render_interval = std::chrono::minutes(5);
};

// Where login failures are seen: a Prometheus server's instant query (GET /api/v1/query,
// https://prometheus.io/docs/prometheus/latest/querying/api/) whose single value is a count of
// failures that only grows.
struct FailureSignal {
  std::string url = {};
  std::string query = {};
  ports::Duration every = std::chrono::seconds(15);  // between two looks
  ports::Duration timeout = std::chrono::seconds(5);
};

// Of strategy emergency, which ends a secret that leaked.
struct EmergencyConfiguration {
  // How long it may go on being accepted, from the new secret's creation; nothing: nobody said, and
  // the strategy does not run.
  std::optional<ports::Duration> max_exposure = {};
  // What the plan counts the logins by that this will cost; nothing: they are told as a share.
  std::optional<int> logins_per_minute = {};
};

struct RotationConfiguration {
  std::string strategy = {};     // by its name in strategies/; empty = what the provider bears
  bool accept_downtime = false;  // a strategy that costs logins runs only with it
  // The portal tries a second secret where the first one is refused: a strategy that counts on it
  // runs only with it.
  bool portal_tries_fallback = false;
  EmergencyConfiguration emergency = {};
  // How long both secrets stay valid, from the creation of the new one; nothing = the computed
  // minimum.
  std::optional<ports::Duration> window = {};
  ports::Duration soak = std::chrono::minutes(5);  // between disable and delete
  ports::Duration quiet_period = std::chrono::minutes(1);
  ports::Duration longest_token_exchange = std::chrono::seconds(30);
  // Access to the old secret by refreshes in flight; zero when the portal uses no refresh tokens.
  ports::Duration refresh_in_flight = std::chrono::seconds(30);
  ports::Duration rollout_deadline = std::chrono::minutes(10);
  // From a pod's creation until it is ready. Nothing: as the pods themselves show. Shorter than
  // they show counts as what they show.
  std::optional<ports::Duration> pod_ready_estimate = {};
  int probes = 5;                                           // accepted (or refused) in a row
  ports::Duration probe_spacing = std::chrono::seconds(1);  // between probes
  // Between the new KV version and the restart: a replica of Vault that lags gets this long to
  // catch up before the first new pod reads. Part of the window, so it costs nothing.
  ports::Duration vault_settle = std::chrono::seconds(2);
  ports::Duration soak_check_every = std::chrono::seconds(15);  // probes while soaking
  // The rollout and, for pods that rendered a stale value, those after it. The way back has as many
  // of its own, after the one that brings the pod template of before back.
  int max_restarts = 3;
  // How long one phase is repeated while a system cannot be reached, before the run ends as
  // unknown (and resumable).
  ports::Duration patience = std::chrono::minutes(5);
  // No rotation begins sooner after the last one ended: a Job that is run again although it had
  // done its work (https://kubernetes.io/docs/concepts/workloads/controllers/job/) must not rotate
  // twice. Zero: whenever asked.
  ports::Duration minimum_interval = ports::Duration(0);
  bool automatic_rollback = true;
  std::optional<FailureSignal> failure_signal = {};
  std::int64_t stop_after_failures = 0;  // new login failures that breach the stop condition
  std::set<Gate> disabled_gates = {};    // `unsafe.disabled_gates`
  bool skip_preflight = false;           // `unsafe.skip_preflight`
};

struct NotificationConfiguration {
  bool kubernetes_events = true;  // one Event on the workload for each phase's end
  std::string webhook_url = {};   // POST of a small JSON object for each phase's end; empty = none
};

struct Configuration {
  IdentityProviderConfiguration identity_provider = {};
  VaultConfiguration vault = {};
  KubernetesConfiguration kubernetes = {};
  RotationConfiguration rotation = {};
  NotificationConfiguration notifications = {};

  // vault.journal_path and kubernetes.lease_name, or what they default to.
  std::string journal_path() const;
  std::string lease_name() const;
  bool gate_enabled(Gate gate) const { return rotation.disabled_gates.count(gate) == 0; }
  // Whether any gate that looks at pods is on.
  bool looks_at_pods() const;
};

}  // namespace rotator
