#include <algorithm>

#include "rotator/rotation/engine.h"

namespace rotator {
namespace {

using ports::Duration;
using ports::ErrorCode;

constexpr std::size_t rotation_id_bytes = 6;
constexpr int default_kv_versions = 10;

void add(Plan& plan, const char* check, Judgement verdict, std::string detail) {
  plan.findings.push_back({.check = check, .verdict = verdict, .detail = std::move(detail)});
}

// What an Error says about a check: a clear no fails it, anything else leaves it unknown.
void add(Plan& plan, const char* check, const ports::Error& error) {
  const bool clear = error.code == ErrorCode::refused || error.code == ErrorCode::missing ||
                     error.code == ErrorCode::conflict || error.code == ErrorCode::configuration;
  add(plan, check, clear ? Judgement::fail : Judgement::unknown, error.message);
}

bool has(const std::vector<std::string>& list, std::string_view wanted) {
  return std::find(list.begin(), list.end(), wanted) != list.end();
}

bool passed(const Plan& plan, std::string_view check) {
  return std::any_of(plan.findings.begin(), plan.findings.end(), [&](const Finding& finding) {
    return finding.check == check && finding.verdict == Judgement::pass;
  });
}

}  // namespace

ports::Status Rotation::Engine::connect_provider() {
  if (provider_) return {};
  const auto admin = admin_kv_.read();
  if (!admin)
    return ports::fail(admin.error().code,
                       "the administration credential of the identity provider "
                       "cannot be had: " +
                           admin.error().message);
  auto credential = admin->data.secret(configuration_.identity_provider.admin_field);
  if (!credential || credential->empty())
    return ports::fail(ErrorCode::configuration, admin_kv_.full_path() +
                                                     " in Vault has no field \"" +
                                                     configuration_.identity_provider.admin_field +
                                                     "\"; set identity_provider.admin_field");
  const auto& wanted = configuration_.identity_provider;
  auto provider = new_identity_provider(http_, ports_.clock,
                                        {.type = wanted.type,
                                         .url = wanted.url,
                                         .client_id = wanted.client_id,
                                         .application_id = wanted.application_id,
                                         .patience = configuration_.vault.session.patience},
                                        std::move(*credential));
  if (!provider) return ports::fail(provider.error());
  provider_ = std::move(*provider);
  capability_ = provider_->capability();
  if (wanted.max_secrets > 0) {
    capability_.max_secrets = capability_.max_secrets == 0
                                  ? wanted.max_secrets
                                  : std::min(capability_.max_secrets, wanted.max_secrets);
    if (capability_.max_secrets == 1) capability_.slots = Capability::Slots::single;
  }
  return {};
}

ports::Status Rotation::Engine::connect_probe(const Registration& registration) {
  const auto& wanted = configuration_.identity_provider;
  const auto endpoint =
      wanted.token_endpoint.empty() ? registration.token_endpoint : wanted.token_endpoint;
  if (endpoint.empty())
    return ports::fail(ErrorCode::configuration,
                       "no token endpoint is known; set identity_provider.token_endpoint");
  probe_.emplace(http_, ports_.clock,
                 ProbeOptions{.token_endpoint = endpoint,
                              .client_id = wanted.client_id,
                              .method = wanted.authentication_method,
                              .grant = wanted.probe_grant,
                              .scope = wanted.probe_scope,
                              .redirect_uri = registration.redirect_uris.empty()
                                                  ? ""
                                                  : registration.redirect_uris.front()});
  return {};
}

Plan Rotation::Engine::look_at_everything(bool thorough) {
  Plan plan{.strategy = configuration_.rotation.strategy, .soak = configuration_.rotation.soak};
  check_vault(plan);
  // A system that does not answer is told once; each further question would wait as long again.
  if (plan.findings.front().verdict != Judgement::unknown) {
    check_policy(plan);
    check_provider(plan);
    check_secrets(plan);
    check_probe(plan);
  }
  check_deployment(plan);
  if (!plan.deployment.name.empty()) {
    check_pods(plan);
    check_permissions(plan, thorough);
  }
  check_window(plan);
  check_signal(plan);
  return plan;
}

void Rotation::Engine::check_vault(Plan& plan) {
  auto current = secret_kv_.read();
  if (!current) return add(plan, "vault_secret", current.error());
  auto value = current->data.secret(configuration_.vault.field);
  if (!value || value->empty())
    return add(plan, "vault_secret", Judgement::fail,
               secret_kv_.full_path() + " version " + std::to_string(current->version) +
                   " has no field \"" + configuration_.vault.field + "\"; set vault.field");
  plan.kv_version = current->version;
  plan.old_fingerprint = value->fingerprint(store_.fingerprint_key());
  plan.old_secret_id = current->data.text(secret_id_field).value_or("");
  old_value_ = std::move(*value);
  add(plan, "vault_secret", Judgement::pass,
      secret_kv_.full_path() + " version " + std::to_string(plan.kv_version) + " holds " +
          plan.old_fingerprint);

  const auto mount = secret_kv_.mount();
  if (!mount) return add(plan, "kv_version_2", mount.error());
  if (mount->version != 2)
    return add(plan, "kv_version_2", Judgement::fail,
               configuration_.vault.mount +
                   "/ is not a KV version 2 mount; enable versioning (vault kv enable-versioning)");
  add(plan, "kv_version_2", Judgement::pass, configuration_.vault.mount + "/ is KV version 2");

  const auto metadata = secret_kv_.metadata();
  if (!metadata) return add(plan, "kv_window", metadata.error());
  // Vault keeps max(mount, key) versions, 10 when neither is set.
  int kept = std::max(mount->max_versions.value_or(0), metadata->max_versions);
  if (kept == 0) kept = default_kv_versions;
  add(plan, "kv_window", kept >= 2 ? Judgement::pass : Judgement::fail,
      secret_kv_.full_path() + " keeps " + std::to_string(kept) + " versions" +
          (mount->max_versions ? ""
                               : " (the mount's own setting may not be read; 10 is the default)") +
          (kept >= 2 ? "" : "; the old value must stay readable: set max_versions to 2 or more"));
}

void Rotation::Engine::check_policy(Plan& plan) {
  const auto capabilities =
      capabilities_on(vault_, {secret_kv_.policy_path(), journal_kv_.policy_path()});
  const auto needs = [&](std::size_t which, const KeyValue& kv, const char* check) {
    if (!capabilities) return add(plan, check, capabilities.error());
    const auto& granted = (*capabilities)[which];
    std::string lacking;
    for (const auto* capability : {"create", "read", "update"})
      if (!has(granted, capability) && !has(granted, "root"))
        lacking += (lacking.empty() ? "" : ", ") + std::string(capability);
    add(plan, check, lacking.empty() ? Judgement::pass : Judgement::fail,
        lacking.empty() ? "the Vault token may read and write " + kv.full_path()
                        : "the Vault token lacks " + lacking + " on the data of " + kv.full_path() +
                              "; see deploy/vault-policy.hcl");
  };
  needs(0, secret_kv_, "vault_policy");
  needs(1, journal_kv_, "journal_policy");
}

void Rotation::Engine::check_provider(Plan& plan) {
  if (const auto connected = connect_provider(); !connected)
    return add(plan, "admin_permission", connected.error());
  plan.capability = capability_;
  auto registration = provider_->registration();
  if (!registration) return add(plan, "admin_permission", registration.error());
  plan.registration = std::move(*registration);
  add(plan, "admin_permission", Judgement::pass,
      "the administration credential may read client " + plan.registration.client_id);

  const std::string configured = to_string(configuration_.identity_provider.authentication_method);
  const auto& registered = plan.registration.authentication_method;
  add(plan, "authentication_method", registered == configured ? Judgement::pass : Judgement::fail,
      registered == configured
          ? "registered and configured: " + configured
          : "client " + plan.registration.client_id + " is registered with " + registered +
                ", but " + configured +
                " is configured; make registration, portal and identity_provider."
                "authentication_method the same");
}

void Rotation::Engine::check_secrets(Plan& plan) {
  if (!provider_ || old_value_.empty()) return;
  auto records = provider_->list_secrets();
  if (!records) return add(plan, "slots_free", records.error());
  plan.secrets = std::move(*records);
  if (!cutover() && capability_.slots == Capability::Slots::single)
    add(plan, "strategy", Judgement::fail,
        "the provider keeps one secret at a time here, so the old and the new one cannot overlap; "
        "use a second registration (blue/green), or strategy cutover with accept_downtime");
  const auto count = static_cast<int>(plan.secrets.size());
  const int most = capability_.max_secrets;
  const bool free = most == 0 || count < most;
  add(plan, "slots_free", free ? Judgement::pass : Judgement::fail,
      std::to_string(count) + " of " + (most == 0 ? "any number of" : std::to_string(most)) +
          " secrets exist" + (free ? "" : ": there is no room for a second one"));

  const auto found = provider_->find_secret(old_value_, plan.secrets);
  if (!found) return add(plan, "secret_identity", found.error());
  if (!*found)
    return add(plan, "secret_identity", Judgement::fail,
               "the value in Vault (" + plan.old_fingerprint +
                   ") is none of the client's secrets; put the value in use into " +
                   secret_kv_.full_path());
  if (!plan.old_secret_id.empty() && plan.old_secret_id != **found)
    return add(plan, "secret_identity", Judgement::fail,
               secret_kv_.full_path() + " names secret " + plan.old_secret_id + " as " +
                   secret_id_field + ", but its value is that of " + **found +
                   "; correct or remove that field");
  plan.old_secret_id = **found;
  std::string foreign;
  bool active = false;
  for (const auto& record : plan.secrets) {
    if (record.id == plan.old_secret_id)
      active = record.active;
    else
      foreign += (foreign.empty() ? "" : ", ") + record.id + " (created " +
                 to_rfc3339(record.created) + (record.active ? ", active)" : ", inactive)");
  }
  add(plan, "secret_identity", active ? Judgement::pass : Judgement::fail,
      active ? "the value in Vault is secret " + plan.old_secret_id
             : "secret " + plan.old_secret_id + ", which Vault holds, is inactive; activate it");
  add(plan, "foreign_secrets", foreign.empty() ? Judgement::pass : Judgement::fail,
      foreign.empty() ? "the client has no other secret"
                      : "not ours and never deleted by us: " + foreign +
                            "; find out who uses it, then remove it by hand");
}

void Rotation::Engine::check_probe(Plan& plan) {
  if (!passed(plan, "admin_permission") || old_value_.empty()) return;
  if (const auto connected = connect_probe(plan.registration); !connected)
    return add(plan, "old_secret_accepted", connected.error());
  const auto calibrated = probe_->calibrate(old_value_, ports_.random);
  if (!calibrated) return add(plan, "old_secret_accepted", calibrated.error());
  add(plan, "old_secret_accepted", Judgement::pass,
      "the token endpoint accepts the secret in use and refuses a random one");
}

void Rotation::Engine::check_deployment(Plan& plan) {
  auto found = cluster_.deployment(configuration_.kubernetes.deployment);
  if (!found) return add(plan, "deployment_healthy", found.error());
  deployment_ = std::move(*found);
  const auto& deployment = deployment_;
  plan.deployment = deployment;
  std::string ill;
  if (deployment.paused)
    ill = "is paused; resume it";
  else if (deployment.replicas < 1)
    ill = "is scaled to 0";
  else if (deployment.progress_deadline_exceeded)
    ill = "has a failed rollout; mend it";
  else if (!rollout_complete(deployment))
    ill = "is in the middle of a rollout; wait for its end";
  else if (deployment.ready_replicas < deployment.replicas)
    ill = "has " + std::to_string(deployment.ready_replicas) + " of " +
          std::to_string(deployment.replicas) + " replicas ready";
  else if (!has(deployment.containers, configuration_.kubernetes.container))
    ill = "has no container " + configuration_.kubernetes.container + "; set kubernetes.container";
  add(plan, "deployment_healthy", ill.empty() ? Judgement::pass : Judgement::fail,
      "Deployment " + deployment.name + " " +
          (ill.empty() ? "is whole with " + std::to_string(deployment.replicas) + " replicas"
                       : ill));
  std::string pinned;
  for (const auto& [key, value] : deployment.template_annotations)
    if (key.starts_with("vault.hashicorp.com/") && value.find("?version=") != std::string::npos)
      pinned = key;
  add(plan, "no_pinned_version", pinned.empty() ? Judgement::pass : Judgement::fail,
      pinned.empty() ? "no template pins a KV version"
                     : "annotation " + pinned +
                           " pins a KV version with ?version=; no pod would "
                           "ever render the new secret");
}

void Rotation::Engine::check_pods(Plan& plan) {
  if (plan.deployment.name.empty() || plan.old_fingerprint.empty()) return;
  const auto fleet =
      inspect_fleet(cluster_, configuration_.kubernetes, deployment_,
                    {.every_pod = true, .file_times = false}, store_.fingerprint_key());
  if (!fleet) return add(plan, "pods_on_current_secret", fleet.error());
  plan.pods = static_cast<int>(fleet->live.size());
  const auto judged = judge_every_pod_on(*fleet, plan.old_fingerprint);
  add(plan, "pods_on_current_secret", judged.verdict, judged.reason);
}

void Rotation::Engine::check_permissions(Plan& plan, bool thorough) {
  struct Permission {
    const char* verb;
    const char* group;
    const char* resource;
    const char* subresource;
    std::string name;
  };
  const auto& name = configuration_.kubernetes.deployment;
  // What the preflight has not done by itself on the way here. A whole run has the lease already.
  std::vector<Permission> needed = {{"patch", "apps", "deployments", "", name},
                                    {"watch", "apps", "deployments", "", name},
                                    {"watch", "", "pods", "", ""}};
  if (thorough) {
    needed.push_back({"create", "", "pods", "exec", ""});
    needed.push_back({"get", "coordination.k8s.io", "leases", "", configuration_.lease_name()});
    needed.push_back({"update", "coordination.k8s.io", "leases", "", configuration_.lease_name()});
    if (configuration_.notifications.kubernetes_events)
      needed.push_back({"create", "events.k8s.io", "events", "", ""});
  }
  std::string lacking;
  for (const auto& permission : needed) {
    const auto allowed = cluster_.allowed(permission.verb, permission.group, permission.resource,
                                          permission.subresource, permission.name);
    if (!allowed) return add(plan, "kubernetes_permissions", allowed.error());
    if (*allowed) continue;
    lacking += (lacking.empty() ? "" : ", ") + std::string(permission.verb) + " " +
               permission.resource + (*permission.subresource == '\0' ? "" : "/") +
               permission.subresource;
  }
  add(plan, "kubernetes_permissions", lacking.empty() ? Judgement::pass : Judgement::fail,
      lacking.empty() ? "the service account holds every permission asked for"
                      : "the service account may not " + lacking + "; see deploy/rbac.yaml");
}

void Rotation::Engine::check_window(Plan& plan) {
  if (plan.deployment.name.empty()) return;
  const auto& rotation = configuration_.rotation;
  const FleetFacts facts{.replicas = deployment_.replicas,
                         .recreate = deployment_.recreate,
                         .max_surge = deployment_.max_surge,
                         .max_unavailable = deployment_.max_unavailable,
                         .pod_ready = rotation.pod_ready_estimate,
                         .min_ready = std::chrono::seconds(deployment_.min_ready_s),
                         .termination_grace = std::chrono::seconds(deployment_.termination_grace_s),
                         .propagation = capability_.propagation,
                         .acceptance = rotation.probe_spacing * std::max(0, rotation.probes - 1),
                         .vault_settle = rotation.vault_settle,
                         .agent_render_interval = configuration_.kubernetes.agent_render_interval,
                         .longest_token_exchange = rotation.longest_token_exchange,
                         .code_lifetime = rotation.code_lifetime,
                         .refresh_in_flight = rotation.refresh_in_flight};
  plan.safe_window = safe_window(facts);
  plan.window = rotation.window.value_or(plan.safe_window.total);
  if (cutover()) return;
  const bool enough = plan.window >= plan.safe_window.total;
  add(plan, "window", enough ? Judgement::pass : Judgement::fail,
      "the window of " + to_text(plan.window) + (enough ? " covers" : " is shorter than") +
          " the safe minimum of " + to_text(plan.safe_window.total) + ", dominated by " +
          plan.safe_window.dominating +
          (enough ? "" : "; lengthen rotation.window or leave it out"));
  const auto rollout = rollout_time(facts);
  add(plan, "rollout_deadline",
      rollout <= rotation.rollout_deadline ? Judgement::pass : Judgement::fail,
      "a rollout of about " + to_text(rollout) +
          (rollout <= rotation.rollout_deadline ? " fits into " : " does not fit into ") +
          to_text(rotation.rollout_deadline));
}

void Rotation::Engine::check_signal(Plan& plan) {
  if (!watch_) return;
  const auto count = watch_->count();
  if (!count) return add(plan, "failure_signal", count.error());
  last_count_ = *count;
  quiet_ = {.watched_since = ports_.clock.now()};
  next_look_ = ports_.clock.now() + configuration_.rotation.failure_signal->every;
  add(plan, "failure_signal", Judgement::pass,
      "the failure signal counts " + std::to_string(*count) + " so far");
}

ports::Result<Plan> Rotation::Engine::plan() {
  // The key of the last journal, so that fingerprints compare with what it says.
  if (auto journal = store_.load()) journal_ = std::move(*journal);
  auto plan = look_at_everything(true);
  if (unfinished(journal_.disposition))
    add(plan, "journal", Judgement::fail,
        "rotation " + journal_.rotation_id + " is " + to_string(journal_.disposition) +
            " in phase " + to_string(journal_.phase) + "; resume or roll it back first");
  next_look_ = ports::Instant::max();
  return plan;
}

// The harness's planted mistakes skip the refusals, not the looking: without the facts there is
// nothing to go on with.
Rotation::Engine::Stepped Rotation::Engine::preflight() {
  auto plan = look_at_everything(false);
  for (const auto gate : all_gates)
    if (!enabled(gate))
      listener_.noted(Severity::warning, std::string("UNSAFE: gate ") + to_string(gate) +
                                             " is switched off by the configuration");
  const auto* obstacle = plan.first_obstacle();
  const bool blind = old_value_.empty() || !provider_ || !probe_ || plan.deployment.name.empty() ||
                     plan.old_secret_id.empty();
  if (obstacle != nullptr && (blind || !configuration_.rotation.skip_preflight)) {
    const auto what = obstacle->check + ": " + obstacle->detail;
    if (obstacle->verdict == Judgement::unknown) return ports::fail(ErrorCode::busy, what);
    return Step{.kind = Step::Kind::refuse, .why = what};
  }
  if (obstacle != nullptr)
    listener_.noted(Severity::warning, "UNSAFE: preflight is skipped; it would have refused: " +
                                           obstacle->check + ": " + obstacle->detail);
  open_journal(plan);
  return next(Phase::create);
}

void Rotation::Engine::open_journal(const Plan& plan) {
  Journal fresh;
  fresh.rotation_id = ports::random_hex(ports_.random, rotation_id_bytes);
  fresh.strategy = configuration_.rotation.strategy;
  fresh.phase = Phase::create;
  fresh.disposition = Disposition::running;
  fresh.client_id = configuration_.identity_provider.client_id;
  fresh.deployment = configuration_.kubernetes.deployment;
  for (const auto& record : plan.secrets) fresh.secrets_before.push_back(record.id);
  fresh.old_secret_id = plan.old_secret_id;
  fresh.old_fingerprint = plan.old_fingerprint;
  fresh.old_kv_version = plan.kv_version;
  fresh.started = ports_.clock.wall_now();
  fresh.failures_at_start = last_count_;
  const auto annotation = deployment_.template_annotations.find(restart_annotation);
  if (annotation != deployment_.template_annotations.end())
    fresh.restart_before = annotation->second;
  fresh.window = plan.window;
  journal_ = std::move(fresh);
  settle_create_ = false;
}

}  // namespace rotator
