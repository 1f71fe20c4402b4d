#include "scenarios/world.h"

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "rotator/calls/counted.h"
#include "rotator/ports/check.h"
#include "scenarios/assemble.h"
#include "scenarios/secret_search.h"
#include "scenarios/shipped.h"

namespace scenarios {
namespace {

// What the pods' agents render.
std::string pod_template(const PortalWorld& portal, const char* path) {
  const bool both = portal.tries_fallback || portal.renders_fallback;
  return "{{- with secret \"" + std::string(vault_mount) + "/data/" + path +
         "\" -}}\nOIDC_CLIENT_SECRET={{ .Data.data.client_secret }}\n" +
         (both ? "{{ if .Data.data.client_secret_next }}"
                 "OIDC_CLIENT_SECRET_NEXT={{ .Data.data.client_secret_next }}\n{{ end }}"
               : "") +
         "{{- end }}\n";
}

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

// Entities of Stream::identifiers that the harness uses; the mocks number theirs from 0.
enum HarnessDraw : std::uint64_t {
  first_secret = 1ULL << 60,
  leftover_secret,
  admin_token,
  vault_token,
  kube_token,
  operator_token,
  green_secret
};

}  // namespace

mocks::idp::CoreOptions core_options(const Scenario& scenario) {
  const auto& world = scenario.identity_provider;
  auto options = mocks::idp::options_of(world.variant);
  if (world.dialect->core != nullptr) options = world.dialect->core(options);
  for (auto* range :
       {&options.create_lag, &options.enable_lag, &options.retire_lag, &options.answer_time}) {
    range->low /= scenario.compression;
    range->high /= scenario.compression;
  }
  if (world.create_lag) options.create_lag = options.enable_lag = *world.create_lag;
  if (world.retire_lag) options.retire_lag = *world.retire_lag;
  if (world.answer_time) options.answer_time = *world.answer_time;
  options.read_lag = world.read_lag;
  options.policy = world.policy;
  options.succession = world.succession;
  options.personal_accounts = world.personal_accounts;
  options.machine_administrator = world.machine_administrator;
  options.holds_administrator_role = world.administrator_role;
  return options;
}

World::World(mocks::Scheduler& scheduler, mocks::sim::Trace& trace, mocks::sim::Faults& faults,
             const Scenario& scenario, std::uint64_t seed)
    : scheduler_(scheduler),
      trace_(trace),
      draws_(seed),
      scenario_(scenario),
      first_secret_(draws_.text(64, alphabet, mocks::sim::Stream::identifiers, first_secret)),
      green_secret_(scenario.portal.green
                        ? draws_.text(64, alphabet, mocks::sim::Stream::identifiers, green_secret)
                        : ""),
      invariants_(mocks::name_of(client_id),
                  mocks::name_of(std::string(vault_mount) + "/" + secret_path)),
      timeline_({.vault_path = mocks::name_of(std::string(vault_mount) + "/" + secret_path),
                 .provider_replicas = core_options(scenario).replicas,
                 .one_turn = core_options(scenario).replacement_is_one_turn}) {
  trace_.add(timeline_);
  trace_.add(invariants_);
  trace_.add(witness_);
  seed_identity_provider();
  vault_ = std::make_unique<mocks::vault::Vault>(scheduler_, trace_, draws_);
  seed_vault();

  const auto& portal = scenario_.portal;
  mocks::portal::PortalConfiguration configuration{.client_id = client_id,
                                                   .method = portal.authentication_method,
                                                   .tries_fallback = portal.tries_fallback};
  if (portal.sessions) {
    configuration.session_bound = true;
    configuration.keeps_stale_cookie = portal.keeps_stale_sessions;
    configuration.session_max_age = portal.session_max_age;
  }
  if (portal.key_ring) configuration.cookie_keys = {"session-key-1", "session-key-2"};
  mocks::portal::FleetOptions options{.container = container_name,
                                      .agent = agent_spec(secret_path)};
  if (portal.own_redirect_uris) configuration.redirect_uri = blue_redirect_uri;
  if (portal.green) options.variants = {green_variant(configuration)};
  options.configuration = std::move(configuration);
  fleet_ = std::make_unique<mocks::portal::Fleet>(scheduler_, trace_, draws_, *vault_, faults,
                                                  timeline_, std::move(options));
  balancer_ = std::make_unique<mocks::portal::LoadBalancer>(scheduler_, timeline_);
  seed_kubernetes();
  if (portal.tries_fallback) allow_second_secret();
}

World::~World() = default;

std::shared_ptr<mocks::vault::AgentSpec> World::agent_spec(const char* path) const {
  auto agent = std::make_shared<mocks::vault::AgentSpec>();
  const auto rendered = mocks::vault::Template::compile(pod_template(scenario_.portal, path));
  ports::check(rendered.has_value(), "the agents understand the pods' template");
  agent->file_template = *rendered;
  agent->interval = scenario_.vault.render_interval;
  agent->process_start /= scenario_.compression;
  agent->call_latency /= scenario_.compression;
  return agent;
}

mocks::portal::FleetVariant World::green_variant(
    const mocks::portal::PortalConfiguration& blue) const {
  mocks::portal::FleetVariant green{.label = colour_label,
                                    .value = "green",
                                    .agent = agent_spec(green_secret_path),
                                    .configuration = blue};
  green.configuration.client_id = green_client_id;
  if (scenario_.portal.own_redirect_uris) green.configuration.redirect_uri = green_redirect_uri;
  return green;
}

void World::allow_second_secret() {
  const auto accepting = [this](const char* field, ports::Instant at) {
    const auto value = vault_->field(vault_mount, secret_path, field);
    return value ? idp_->core().accepting_replicas(mocks::name_of(client_id),
                                                   mocks::name_of(*value), at)
                 : 0;
  };
  const auto& options = idp_->core().options();
  invariants_.allow_second({.vault_holds_one =
                                [accepting, &options](ports::Instant at) {
                                  const int first = accepting("client_secret", at);
                                  const int second = accepting("client_secret_next", at);
                                  return options.replacement_is_one_turn
                                             ? first + second >= options.replicas
                                             : std::max(first, second) >= options.replicas;
                                },
                            .pod_tries_another =
                                [this](std::uint64_t pod) {
                                  const auto* process = fleet_->process(pod);
                                  return process != nullptr &&
                                         process->configuration.tries_fallback &&
                                         !process->fallback.empty() &&
                                         process->fallback != process->secret;
                                }});
}

void World::seed_identity_provider() {
  credentials_.idp_admin_secret =
      draws_.text(40, alphabet, mocks::sim::Stream::identifiers, admin_token);
  idp_ = scenario_.identity_provider.dialect->make({.scheduler = scheduler_,
                                                    .observer = trace_,
                                                    .draws = draws_,
                                                    .core = core_options(scenario_),
                                                    .admin_text = credentials_.idp_admin_secret});
  credentials_.idp_admin_token = idp_->admin_token();
  witness_.watch(idp_->core(), client_id);
  const auto registered = scenario_.identity_provider.authentication_method;
  const auto secret_id = idp_->add_client(
      {.client_id = client_id,
       .label = "Portal",
       .authentication_method = registered,
       .redirect_uris = {scenario_.portal.own_redirect_uris ? blue_redirect_uri : redirect_uri}},
      first_secret_);
  timeline_.register_method(scheduler_.now(), mocks::name_of(client_id), registered);
  if (const auto life = scenario_.identity_provider.secret_life)
    idp_->core().set_expiry(client_id, secret_id, scheduler_.wall_now() + *life);
  if (scenario_.portal.green) {
    idp_->add_client(
        {.client_id = green_client_id,
         .label = "Portal green",
         .authentication_method = registered,
         .redirect_uris = {scenario_.portal.own_redirect_uris ? green_redirect_uri : redirect_uri}},
        green_secret_);
    timeline_.register_method(scheduler_.now(), mocks::name_of(green_client_id), registered);
  }
  if (!scenario_.identity_provider.leftover_secret) return;
  auto leftover = idp_->make_secret(
      draws_.text(64, alphabet, mocks::sim::Stream::identifiers, leftover_secret));
  leftover.settled = true;
  const auto name = mocks::name_of(leftover.value);
  idp_->core().create_secret(client_id, std::move(leftover));
  invariants_.mark_foreign(name);
}

void World::seed_vault() {
  vault_->enable_kv(vault_mount);
  const std::string data = std::string(vault_mount) + "/data/";
  const std::string metadata = std::string(vault_mount) + "/metadata/";
  ports::check(vault_->set_policy("rotator", shipped_vault_policy()),
               "Vault understands the policy that is shipped");
  std::string policy = "path \"" + data + secret_path + "\" { capabilities = [\"read\"] }\n";
  if (scenario_.portal.green)
    policy += "path \"" + data + green_secret_path + "\" { capabilities = [\"read\"] }\n";
  static_cast<void>(vault_->set_policy("portal", policy));
  vault_->set_kubernetes_role("portal", {.names = {workload_name},
                                         .namespaces = {kubernetes_namespace},
                                         .policies = {"portal"},
                                         .ttl = std::chrono::hours(24)});
  vault_->set_kubernetes_role("rotator", {.names = {"rotator"},
                                          .namespaces = {kubernetes_namespace},
                                          .policies = {"rotator"},
                                          .ttl = std::chrono::hours(1)});
  static_cast<void>(
      vault_->write(vault_->root(), data + secret_path, "client_secret", first_secret_));
  if (scenario_.portal.green)
    static_cast<void>(
        vault_->write(vault_->root(), data + green_secret_path, "client_secret", green_secret_));
  if (scenario_.vault.max_versions > 0)
    vault_->handle(
        {.method = "POST",
         .target = "/v1/" + metadata + secret_path,
         .headers = {{"X-Vault-Token", vault_->create_token({"root"}, std::chrono::minutes(1))}},
         .body = "{\"max_versions\": " + std::to_string(scenario_.vault.max_versions) + "}"});
  static_cast<void>(
      vault_->write(vault_->root(), data + admin_path, "token", credentials_.idp_admin_token));
  credentials_.vault_token = vault_->create_token({"default", "rotator"}, std::chrono::hours(24));
}

void World::seed_kubernetes() {
  const auto token = [&](HarnessDraw which) {
    return draws_.text(48, alphabet, mocks::sim::Stream::identifiers, which);
  };
  credentials_.kubernetes_token = token(kube_token);
  credentials_.operator_token = token(operator_token);
  const auto& fleet = scenario_.fleet;
  mocks::kubernetes::ApiServerOptions options;
  options.users = {
      {.name = std::string("system:serviceaccount:") + kubernetes_namespace + ":rotator",
       .token = credentials_.kubernetes_token,
       .groups = {"system:serviceaccounts", "system:authenticated"},
       .kubernetes_namespace = kubernetes_namespace,
       .rules = shipped_rules()},
      {.name = "operator",
       .token = credentials_.operator_token,
       .groups = {"system:masters", "system:authenticated"},
       .rules = {{.verbs = {"*"}, .groups = {"*"}, .resources = {"*"}}}}};
  options.namespaces = {"default", "kube-system", kubernetes_namespace};
  options.workload_lag /= scenario_.compression;
  options.replica_set_lag /= scenario_.compression;
  options.pod_start.low /= scenario_.compression;
  options.pod_start.high /= scenario_.compression;
  options.endpoint_lag = fleet.endpoint_lag;
  options.pod_ready = fleet.pod_ready;
  options.pod_termination = fleet.termination;
  kubernetes_ = std::make_unique<mocks::kubernetes::ApiServer>(scheduler_, trace_, draws_, options);
  kubernetes_->set_pod_runtime(*fleet_);
  kubernetes_->add_endpoint_listener(*balancer_, scenario_.portal.green ? workload_name : "");
  if (scenario_.portal.own_redirect_uris) route_callbacks();
  // Vault asks this cluster whose the token of a login is.
  vault_->set_token_reviewer([this](std::string_view presented) {
    const std::string user = kubernetes_->user_of_token(presented);
    const std::string kind = "system:serviceaccount:";
    const auto end = user.find(':', kind.size());
    if (!user.starts_with(kind) || end == std::string::npos) return mocks::vault::TokenReview{};
    return mocks::vault::TokenReview{
        .authenticated = true,
        .service_account_namespace = user.substr(kind.size(), end - kind.size()),
        .service_account = user.substr(end + 1),
        .uid = user};
  });
  if (!scenario_.portal.green) return seed_portal({});
  seed_portal({.colour = "blue", .more_services = {blue_service}});
  seed_portal({.colour = "green",
               .workload = green_workload_name,
               .secret_path = green_secret_path,
               .service = green_service});
}

void World::route_callbacks() {
  for (const auto& [uri, service] :
       {std::pair(blue_redirect_uri, blue_service), std::pair(green_redirect_uri, green_service)}) {
    routes_.push_back(
        std::make_unique<mocks::portal::LoadBalancer>(scheduler_, timeline_, mocks::name_of(uri)));
    kubernetes_->add_endpoint_listener(*routes_.back(), service);
  }
}

void World::seed_portal(const Portal& portal) {
  const auto& fleet = scenario_.fleet;
  mocks::kubernetes::WorkloadSeed seed{
      .kind = workload_kind,
      .kubernetes_namespace = kubernetes_namespace,
      .name = portal.workload,
      .replicas = fleet.replicas,
      .max_surge = fleet.max_surge,
      .max_unavailable = fleet.max_unavailable,
      .min_ready_s = fleet.min_ready_s,
      .progress_deadline_s = fleet.progress_deadline_s,
      .termination_grace_s = fleet.termination_grace_s,
      .containers = {container_name, "vault-agent"},
      .init_containers = {"vault-agent-init"},
      .template_annotations = {{"vault.hashicorp.com/agent-inject", "true"},
                               {"vault.hashicorp.com/role", "portal"},
                               {"vault.hashicorp.com/agent-inject-secret-oidc",
                                std::string(vault_mount) + "/data/" + portal.secret_path},
                               {"vault.hashicorp.com/agent-inject-template-oidc",
                                pod_template(scenario_.portal, portal.secret_path)}},
      .app = workload_name,
      .service = portal.service,
      .more_services = portal.more_services};
  if (portal.colour != nullptr) seed.labels = {{colour_label, portal.colour}};
  kubernetes_->seed_workload(seed);
}

void World::apply_next_configuration() {
  const auto& portal = scenario_.portal;
  auto configuration = fleet_->configuration();
  configuration.method = portal.next_authentication_method.value_or(configuration.method);
  if (portal.bump_cookie_key)
    configuration.cookie_keys = portal.key_ring
                                    ? std::vector<std::string>{"session-key-2", "session-key-1"}
                                    : std::vector<std::string>{"session-key-2"};
  fleet_->configure(configuration);
}

void World::check_end_state() {
  const auto at = scheduler_.now();
  const auto fail = [&](const std::string& what) {
    invariants_.violate(Invariant::one_secret_left, at, what);
  };
  const auto existing = invariants_.existing();
  const auto current = invariants_.current();
  if (existing.size() != 1)
    fail("the identity provider holds " + rotator::counted(existing.size(), "secret") +
         " of this client");
  if (!existing.contains(current))
    fail("Vault's current value is no secret at the identity provider");
  if (!invariants_.accepted(current)) fail("Vault's current value is not accepted");
  auto strangers = static_cast<int>(invariants_.live_pods()) - invariants_.users(current);
  if (scenario_.portal.green) strangers -= invariants_.users(mocks::name_of(green_secret_));
  if (strangers != 0)
    fail(std::to_string(strangers) + " live pods do not use Vault's current value");
}

std::string workload_path() {
  const auto& kind = mocks::kubernetes::info(workload_kind);
  return "/apis/" + mocks::kubernetes::api_version(kind) + "/namespaces/" + kubernetes_namespace +
         "/" + std::string(kind.plural);
}

std::string service_path() {
  return std::string("/api/v1/namespaces/") + kubernetes_namespace + "/services/" + workload_name;
}

std::vector<std::string> World::plaintexts() const {
  std::vector<std::string> all = {first_secret_, credentials_.idp_admin_secret,
                                  credentials_.vault_token, credentials_.kubernetes_token,
                                  credentials_.operator_token};
  if (!green_secret_.empty()) all.push_back(green_secret_);
  const auto& secrets = witness_.secrets();
  all.insert(all.end(), secrets.begin(), secrets.end());
  return all;
}

void World::look_for_leaks(const std::string& said) {
  const SecretSearch plain(plaintexts());
  const auto at = scheduler_.now();
  const auto look = [&](const std::string& where, const std::string& text) {
    if (plain.found_in(text))
      invariants_.violate(Invariant::no_plaintext_secret, at, where + " holds a secret in plain");
  };
  look("what the rotator said", said);
  look("a call's path", witness_.texts());
  look("the journal", vault_->history(vault_mount, journal_path));
  const std::string in_namespace = std::string("/namespaces/") + kubernetes_namespace;
  const auto the_workload = "the " + std::string(mocks::kubernetes::info(workload_kind).name);
  for (const auto& [where, path] : std::initializer_list<std::pair<const char*, std::string>>{
           {"an Event", "/api/v1" + in_namespace + "/events"},
           {"the Lease", "/apis/coordination.k8s.io/v1" + in_namespace + "/leases"},
           {the_workload.c_str(), workload_path()}}) {
    const auto answer = kubernetes_->handle(
        {.origin = "https://kubernetes.example:6443",
         .target = path,
         .headers = {{"Accept", "application/json"},
                     {"Authorization", "Bearer " + credentials_.operator_token}}});
    if (answer.response.status == 200)
      look(where, answer.response.body);
    else
      invariants_.cannot_check(Invariant::no_plaintext_secret,
                               path + " answered " + std::to_string(answer.response.status));
  }
  if (witness_.overflowed())
    invariants_.cannot_check(Invariant::no_plaintext_secret, "too many calls to remember them all");
}

}  // namespace scenarios
