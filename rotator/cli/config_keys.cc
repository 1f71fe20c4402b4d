#include "rotator/cli/config_keys.h"

#include <array>

#include "rotator/kubernetes/workload_kinds.h"
#include "rotator/rotation/strategies/strategies.h"

namespace rotator {
namespace {

using namespace std::chrono_literals;

constexpr std::array methods = {AuthenticationMethod::client_secret_post,
                                AuthenticationMethod::client_secret_basic};
constexpr std::array grants = {ProbeGrant::client_credentials, ProbeGrant::authorization_code};
constexpr std::array logins = {VaultOptions::Login::token, VaultOptions::Login::kubernetes};

// A call to a real server takes as long as it takes.
constexpr TimeOptions real_time = {.divides = false};
// Between two looks; more often would only load the server.
constexpr ports::Duration shortest_look = 10ms;

void list_operation(Keys& keys, const char* name, const char* says,
                    std::optional<HttpOperation>& operation) {
  keys.section(name, says, operation, [&](HttpOperation& one) {
    keys.text("method", "GET, POST, PUT, PATCH or DELETE.", one.method, {.required = true});
    keys.text("path",
              "Below the administration's origin; {client_id}, {application_id} and {secret_id} "
              "are filled in.",
              one.path, {.required = true});
    keys.text("body", "The same, and {label} and {secret} where one is made.", one.body);
    keys.text("content_type", "application/json or application/x-www-form-urlencoded.",
              one.content_type);
    keys.texts("headers", "\"Name: value\"; never a credential.", one.headers);
    keys.texts("done", "Statuses of success, as \"201\" or \"2xx\"; else any 2xx.", one.done);
    keys.texts("gone", "Statuses of a secret that is not there.", one.gone);
    keys.texts("conflict", "Statuses of a client with no slot free.", one.conflict);
    keys.texts("retry", "Statuses after which nothing has changed and it is asked again.",
               one.retry);
  });
}

void list_shapes(Keys& keys, HttpDescription& http) {
  keys.section("client_shape", "JSON pointers into the answer to client.", [&] {
    auto& shape = http.client_shape;
    keys.text("client_id", "Of its client_id.", shape.client_id);
    keys.text("authentication_method", "Of its token_endpoint_auth_method.",
              shape.authentication_method);
    keys.text("grant_types", "Of the list of its grants.", shape.grant_types);
    keys.text("redirect_uris", "Of the list of its redirect URIs.", shape.redirect_uris);
  });
  keys.section("secret", "JSON pointers (RFC 6901) into a secret.", [&] {
    auto& shape = http.secret;
    keys.text("list", "Of the array in the answer to list; else the answer itself.", shape.list);
    keys.text("id", "Of its id.", shape.id);
    keys.text("value", "Of its value, where it is shown.", shape.value);
    keys.text("status", "Of its status.", shape.status);
    keys.text("active", "What the status says of one in use.", shape.active);
    keys.text("created", "Of its RFC 3339 time of creation.", shape.created);
    keys.text("expires", "Of its RFC 3339 time of expiry.", shape.expires);
    keys.text("label", "Of the label that create gave it.", shape.label);
  });
}

void list_provider(Keys& keys, IdentityProviderConfiguration& provider) {
  keys.choice("type", "The provider's kind.", provider.type, identity_provider_types());
  keys.text("url",
            "Its base URL; with the path of a custom authorization server where there is one.",
            provider.url, {.required = true, .https = true});
  keys.text("client_id", "The OAuth client.", provider.client_id, {.required = true});
  keys.text(
      "application_id",
      "The administration API's id of the client (Okta's app id, Entra's object id), where it "
      "differs from client_id.",
      provider.application_id);
  keys.text("admin_url",
            "Its administration API, where that is at another origin than url; else as the vendor "
            "has it (Entra ID: https://graph.microsoft.com).",
            provider.admin_url, {.https = true});
  keys.duration("secret_lifetime",
                "How long a new secret lives, where the provider lets it be said; 0s = as the "
                "provider has it.",
                provider.secret_lifetime, {.divides = false});
  keys.duration("rotated_secret_life",
                "How long a secret lives on once another took its place, where the administration "
                "credential may not read the policy that says so (Keycloak's "
                "rotated-expiration-period); 0s = refuse then.",
                provider.rotated_secret_life, {.divides = false});
  keys.duration(
      "absent_for",
      "For how long lists must go on without a secret until it counts as never made, where "
      "the provider shows changes late (Entra ID).",
      provider.absent_for);
  keys.choice("authentication_method",
              "How the portal authenticates at the token endpoint; must equal the registration.",
              provider.authentication_method, methods);
  keys.text("token_endpoint", "Else from discovery.", provider.token_endpoint, {.https = true});
  keys.number("max_secrets",
              "How many secrets the tenant allows at once, where that is less than the vendor "
              "says; 0 = the vendor's limit.",
              provider.max_secrets, {.low = 0, .high = 1000});
  keys.section("probe", "How a secret is tried at the token endpoint.", [&] {
    keys.choice("grant", "The grant to probe a secret with.", provider.probe_grant, grants);
    keys.text("scope", "Scope of the probe.", provider.probe_scope);
  });
  keys.section("admin_credential", "Where in Vault the administration credential is.", [&] {
    keys.text("path", "Path in vault.mount of the administration credential.", provider.admin_path);
    keys.text("field",
              "Its field: a token, or a JSON object of client_id and client_secret or private_key.",
              provider.admin_field);
  });
  keys.section("http", "Of type http: how a provider is administered that has no adapter.",
               provider.http, [&](HttpDescription& http) { list_http_keys(keys, http); });
}

void list_vault(Keys& keys, VaultConfiguration& vault, std::string& ca_file) {
  auto& session = vault.session;
  keys.text("address", "Else VAULT_ADDR.", session.address, {.https = true});
  keys.text("namespace", "Else VAULT_NAMESPACE.", session.vault_namespace);
  keys.text("ca_file", "PEM file of the authorities that vouch for Vault; else VAULT_CACERT.",
            ca_file);
  keys.section("auth", "How the rotator logs in.", [&] {
    keys.choice("method", "token: VAULT_TOKEN; kubernetes: the pod's service account.",
                session.login, logins);
    keys.text("role", "Role of the kubernetes method.", session.role);
    keys.text("mount", "Mount of the kubernetes method.", session.login_mount);
    keys.text("jwt_file", "The service-account token.", session.jwt_file);
  });
  keys.text("mount", "The KV version 2 mount.", vault.mount);
  keys.text("path", "Path of the secret in it.", vault.path);
  keys.text("field", "Field of the client secret.", vault.field);
  keys.text("fallback_field",
            "Field of a second secret, which strategy staged_fallback keeps beside the first for a "
            "while.",
            vault.fallback_field);
  keys.text("journal_path", "Path of the rotation's journal; else path + \"-rotation\".",
            vault.journal_path);
  keys.duration("call_timeout", "One call.", session.call_timeout, real_time);
  keys.duration("patience", "How long one call is repeated while Vault is busy.", session.patience,
                real_time);
}

void list_kubernetes(Keys& keys, KubernetesConfiguration& kubernetes, KubeconfigChoice& choice) {
  keys.text("kubeconfig", "A kubeconfig file; else KUBECONFIG, else the pod's service account.",
            choice.file);
  keys.text("context", "Its context; else the current one.", choice.context);
  keys.text("namespace", "Namespace of the workload; else the context's.",
            choice.kubernetes_namespace);
  // One key a kind, of which a file has one (check_workload in config.cc).
  const auto& kinds = all_workload_kinds();
  for (const auto* kind : kinds) {
    auto& workload = kubernetes.workload;
    std::string name = workload.kind == kind ? workload.name : std::string();
    keys.text(kind->key, ("The portal's " + std::string(kind->kind) + ".").c_str(), name,
              {.required = kinds.size() == 1});
    if (!name.empty()) workload = {.kind = kind, .name = name};
  }
  keys.text("container", "Its container that reads the secret.", kubernetes.container,
            {.required = true});
  keys.text("secret_file", "The rendered file in that container.", kubernetes.secret_file);
  keys.text("secret_key", "The file's line is KEY=value.", kubernetes.secret_key);
  keys.text("fallback_key", "The second secret's line is KEY=value, where there is one.",
            kubernetes.fallback_key);
  keys.text("lease_name", "The lock; else \"rotator-\" + the workload's name.",
            kubernetes.lease_name);
  // Divided, the lock must still outlast the pauses of a busy machine.
  keys.duration(
      "lease_duration",
      "A dead rotator's lock lapses after this; after five times as long where it died in a "
      "long wait.",
      kubernetes.lease_duration, {.at_least = 1s, .divided_at_least = 2s});
  keys.duration(
      "agent_render_interval",
      "Vault Agent's static_secret_render_interval, where pods do not read at their start.",
      kubernetes.agent_render_interval);
  keys.duration("call_timeout", "One call.", kubernetes.cluster.call_timeout, real_time);
  keys.duration("patience", "How long one call is repeated while the API server is busy.",
                kubernetes.cluster.patience, real_time);
}

void list_signal(Keys& keys, FailureSignal& signal) {
  keys.text("url", "A Prometheus server.", signal.url, {.required = true, .https = true});
  keys.text("query", "Instant query whose single value counts failed logins and only grows.",
            signal.query, {.required = true});
  keys.duration("every", "Between two looks.", signal.every, {.at_least = shortest_look});
  keys.duration("timeout", "One look.", signal.timeout, real_time);
}

}  // namespace

void list_http_keys(Keys& keys, HttpDescription& http) {
  keys.choice("secrets", "independent: several, each with an id; single: one.", http.secrets,
              all_http_secrets);
  keys.number("max_secrets", "How many at once, disabled ones counted; 0 = no small limit.",
              http.max_secrets, {.low = 0, .high = 1000});
  keys.duration("propagation",
                "How late the token endpoint follows a change at most; else nobody says.",
                http.propagation, {.divides = false});
  keys.flag("lists_lag", "A list may not show yet what was done.", http.lists_lag);
  keys.section("authorization", "How calls are authorized; the credential is in Vault.", [&] {
    auto& how = http.authorization;
    keys.text("header", "The header that the credential travels in.", how.header);
    keys.text("scheme", "Before the token.", how.scheme);
    keys.text("token_path", "Where a machine client has its tokens, below url's origin.",
              how.token_path);
    keys.text("scope", "That it asks for.", how.scope);
    keys.text("audience", "That it asks for.", how.audience);
  });
  list_shapes(keys, http);
  list_operation(keys, "client", "Reads the client.", http.client);
  list_operation(keys, "list", "Lists its secrets.", http.list);
  list_operation(keys, "create", "Adds a secret.", http.create);
  list_operation(keys, "replace", "Of a single secret: makes another in its place.", http.replace);
  list_operation(keys, "read", "Shows a secret's value again.", http.read);
  list_operation(keys, "disable", "Puts a secret out of use.", http.disable);
  list_operation(keys, "enable", "Puts it back.", http.enable);
  list_operation(keys, "delete", "Deletes a secret.", http.remove);
}

void list_rotation_keys(Keys& keys, RotationConfiguration& rotation) {
  keys.choice(
      "strategy",
      "How the new secret takes the old one's place; else as the provider bears it: overlap "
      "with two secrets at once, staged_fallback with one and a portal that tries two. emergency, "
      "for a secret that leaked, only where it is named.",
      rotation.strategy, strategy_names());
  keys.flag(
      "accept_downtime",
      "Needed for a strategy that fails logins, such as cutover, and for a workload whose own "
      "rollout is an outage.",
      rotation.accept_downtime);
  keys.flag("portal_tries_fallback",
            "The portal reads a second secret and tries it where the token endpoint refuses the "
            "first; needed for staged_fallback: without, logins fail.",
            rotation.portal_tries_fallback);
  keys.section("emergency", "Of strategy emergency, for a secret that leaked.", [&] {
    keys.duration("max_exposure",
                  "The old secret ends so long after the new one's creation at the latest, however "
                  "many pods still use it; at once when all have moved.",
                  rotation.emergency.max_exposure);
    keys.number("logins_per_minute",
                "What `rotator plan` counts the logins by that this costs; else it tells a share.",
                rotation.emergency.logins_per_minute,
                {.low = 0, .high = 60'000'000, .of = NumberOptions::Of::times_a_minute});
  });
  keys.duration("window",
                "How long both secrets stay valid; else the computed safe minimum. Shorter is "
                "refused.",
                rotation.window);
  keys.duration("soak", "Between disabling and deleting the old secret.", rotation.soak);
  keys.duration("soak_check_every", "Between two looks while soaking.", rotation.soak_check_every,
                {.at_least = shortest_look});
  keys.duration("quiet_period", "No login failure for so long before the old secret is disabled.",
                rotation.quiet_period);
  keys.duration("longest_token_exchange", "The longest token exchange, retries included.",
                rotation.longest_token_exchange);
  keys.duration("refresh_in_flight", "The longest refresh; 0s without refresh tokens.",
                rotation.refresh_in_flight);
  keys.duration("rollout_deadline", "For one rollout, before it is rolled back.",
                rotation.rollout_deadline);
  keys.duration("pod_ready_estimate",
                "From a pod's creation until it is ready; else as its pods show.",
                rotation.pod_ready_estimate);
  // Kubernetes rounds its timestamps to the second: with less than that between them, no pod could
  // be proved younger than the KV version.
  keys.duration("vault_settle", "Between the new KV version and the restart.",
                rotation.vault_settle, {.divided_at_least = 1100ms});
  keys.number("probes", "Probes in a row that must agree.", rotation.probes,
              {.low = 1, .high = 100});
  keys.duration("probe_spacing", "Between probes.", rotation.probe_spacing);
  keys.number(
      "max_restarts",
      "Restarts of the workload on the way forward, the rollout included; the way back has as "
      "many of its own, after the one that brings the old template back.",
      rotation.max_restarts, {.low = 1, .high = 20});
  keys.duration("patience", "How long one phase is repeated while a system cannot be reached.",
                rotation.patience, {.divided_at_least = 20s});
  keys.duration("minimum_interval",
                "No rotation begins sooner after the last one ended; 0s: whenever asked.",
                rotation.minimum_interval);
  keys.flag("automatic_rollback", "Roll back by itself when a rollout fails or logins fail.",
            rotation.automatic_rollback);
  keys.number("stop_after_failures", "New login failures beyond this breach the stop condition.",
              rotation.stop_after_failures, {.low = 0, .high = 1'000'000'000});
  keys.section("failure_signal", "Where failed logins are seen.", rotation.failure_signal,
               [&](FailureSignal& signal) { list_signal(keys, signal); });
}

void list_unsafe_keys(Keys& keys, RotationConfiguration& rotation) {
  keys.flag("skip_preflight", "Go on in spite of what the preflight finds.",
            rotation.skip_preflight);
  keys.choices("disabled_gates", "Gates that are not asked, for drills.", rotation.disabled_gates,
               all_gates);
}

void list_keys(Keys& keys, ProgramConfiguration& program) {
  auto& configuration = program.rotation;
  keys.section("identity_provider", "The identity provider, and the client whose secret it is.",
               [&] { list_provider(keys, configuration.identity_provider); });
  keys.section("vault", "Where the secret and the journal are kept.",
               [&] { list_vault(keys, configuration.vault, program.vault_ca_file); });
  keys.section("kubernetes", "The portal that uses the secret.",
               [&] { list_kubernetes(keys, configuration.kubernetes, program.kubeconfig); });
  keys.section("rotation", "How the rotation goes.",
               [&] { list_rotation_keys(keys, configuration.rotation); });
  keys.section("unsafe", "For drills and planted mistakes: each switch takes a protection away.",
               [&] { list_unsafe_keys(keys, configuration.rotation); });
  keys.section("notifications", "Who is told of each phase's end.", [&] {
    auto& notifications = configuration.notifications;
    keys.flag("kubernetes_events", "An Event on the workload for each phase.",
              notifications.kubernetes_events);
    keys.text("webhook_url", "POST of a JSON object for each phase.", notifications.webhook_url,
              {.https = true});
  });
  keys.section("tls", "Whom the rotator trusts.", [&] {
    keys.texts("ca_files",
               "PEM files of authorities trusted for every server, besides the system's.",
               program.ca_files);
  });
}

}  // namespace rotator
