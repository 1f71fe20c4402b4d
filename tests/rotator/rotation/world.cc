#include "tests/rotator/rotation/world.h"

#include <boost/test/unit_test.hpp>

#include "rotator/calls/times.h"
#include "rotator/kubernetes/workload_kinds.h"
#include "rotator/rotation/fleet_proof.h"

namespace testing {
namespace {

using mocks::Fact;
using mocks::FactKind;

// No rotation of these worlds takes longer, restarts and patience included.
constexpr ports::Duration longest_process = std::chrono::hours(12);

std::string in_seconds(ports::Instant at) {
  return std::to_string(
             std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count()) +
         " ms";
}

}  // namespace

void Ledger::breach(ports::Instant at, std::string what) {
  breaches_.push_back(in_seconds(at) + ": " + std::move(what));
}

std::set<std::uint64_t> Ledger::in_use() const {
  std::set<std::uint64_t> all;
  for (const auto& [pod, secret] : pods_) all.insert(secret);
  return all;
}

void Ledger::observe(ports::Instant at, const Fact& fact) {
  timeline_.observe(at, fact);
  switch (fact.kind) {
    case FactKind::secret_accepted: accepted_.insert(fact.object); break;
    case FactKind::secret_refused:
      accepted_.erase(fact.object);
      for (const auto& [pod, secret] : pods_) {
        if (secret != fact.object || (pod_is_let_in && pod_is_let_in(pod, at))) continue;
        ++failures_;
        breach(at, "pod " + std::to_string(pod) + " holds a secret that is refused now");
      }
      break;
    case FactKind::pod_started:
      pods_[fact.subject] = fact.object;
      if (fact.object != 0 && !accepted_.contains(fact.object) &&
          !(pod_is_let_in && pod_is_let_in(fact.subject, at))) {
        ++failures_;
        breach(at, "pod " + std::to_string(fact.subject) + " started with a secret not accepted");
      }
      break;
    case FactKind::pod_gone: pods_.erase(fact.subject); break;
    case FactKind::kv_written:
      if (fact.object != 0 && !accepted_.contains(fact.object) &&
          !(vault_is_let_in && vault_is_let_in(at)))
        breach(at, "Vault was given a secret that is not accepted");
      break;
    case FactKind::workload_changed: ++restarts_seen_; break;
    case FactKind::call_made:
      if (on_call) on_call(std::string(fact.text));
      break;
    default: break;
  }
}

mocks::Answer Counter::handle(const ports::Request&) {
  return {.response = {
              .status = 200,
              .body = R"({"status":"success","data":{"resultType":"vector","result":[{"metric":{},)"
                      R"("value":[1767600000.0,")" +
                      std::to_string(value) + R"("]}]}})"}};
}

mocks::Answer Hook::handle(const ports::Request& request) {
  bodies.push_back(request.body);
  return {.response = {.status = 204}};
}

void Recorder::phase_began(rotator::Phase phase, const std::string&) {
  phases.push_back(phase);
  if (on_phase) on_phase(phase);
}
void Recorder::phase_ended(rotator::Phase phase, bool succeeded, ports::Duration,
                           const std::string& message) {
  lines.push_back(std::string(to_string(phase)) + (succeeded ? " done " : " failed ") + message);
}
void Recorder::waiting(rotator::Phase phase, const std::string& what, ports::Duration at_most) {
  lines.push_back(std::string(to_string(phase)) + " waits for " + what + ", at most " +
                  rotator::to_text(at_most));
}
void Recorder::gate_evaluated(rotator::Phase phase, const rotator::GateResult& result) {
  gates.push_back(result);
  lines.push_back(std::string(to_string(phase)) + " gate " + to_string(result.gate) + " " +
                  to_string(result.verdict) + " " + result.reason);
}
void Recorder::noted(rotator::Severity severity, const std::string& message) {
  lines.push_back(std::string(to_string(severity)) + " " + message);
}
bool Recorder::told(std::string_view part) const {
  for (const auto& line : lines)
    if (line.find(part) != std::string::npos) return true;
  return false;
}

namespace {

// What the pods' agents render; nothing = the guide's template.
std::string template_of(const WorldOptions& options) {
  if (!options.renders_fallback) return {};
  return "{{- with secret \"portal-kv/data/oidc/portal\" -}}\n"
         "OIDC_CLIENT_SECRET={{ .Data.data.client_secret }}\n"
         "{{ if .Data.data.client_secret_next }}"
         "OIDC_CLIENT_SECRET_NEXT={{ .Data.data.client_secret_next }}\n{{ end }}{{ end }}";
}

std::shared_ptr<const mocks::vault::AgentSpec> agent_of(const WorldOptions& options) {
  auto spec = std::make_shared<mocks::vault::AgentSpec>();
  if (const auto text = template_of(options); !text.empty())
    spec->file_template = *mocks::vault::Template::compile(text);
  return spec;
}

}  // namespace

World::World(WorldOptions options) : draws(options.seed), options_(options) {
  idp =
      options.dialect->make({.scheduler = queue,
                             .observer = ledger,
                             .draws = draws,
                             .core = options.core.value_or(mocks::idp::options_of(options.variant)),
                             .admin_text = admin_text});
  idp->set_origin(idp_origin);
  idp->add_client({.client_id = client,
                   .label = "Portal",
                   .authentication_method = options.registered,
                   .redirect_uris = {"https://portal.example/callback"}},
                  first_secret);

  vault.enable_kv("portal-kv");
  const auto written = vault.set_policy("rotator", shipped_policy());
  const auto read = vault.set_policy(
      "portal", "path \"portal-kv/data/oidc/portal\" { capabilities = [\"read\"] }\n");
  BOOST_REQUIRE((written && read));
  vault.set_kubernetes_role("portal", {.names = {"portal-backend"},
                                       .namespaces = {"platform"},
                                       .policies = {"portal"},
                                       .ttl = std::chrono::hours(24)});
  vault.write(vault.root(), "portal-kv/data/oidc/portal", "client_secret", first_secret);
  vault.write(vault.root(), "portal-kv/data/oidc/idp-admin", "token", idp->admin_token());
  vault_token = vault.create_token({"rotator"}, std::chrono::hours(240));

  fleet = std::make_unique<mocks::portal::Fleet>(
      queue, ledger, draws, vault, quiet, timeline,
      mocks::portal::FleetOptions{
          .agent = agent_of(options),
          .configuration = {.client_id = client, .tries_fallback = options.tries_fallback}});
  kubernetes = std::make_unique<mocks::kubernetes::ApiServer>(
      queue, ledger, draws,
      mocks::kubernetes::ApiServerOptions{
          .users = {{.name = "system:serviceaccount:platform:rotator",
                     .token = kubernetes_token,
                     .groups = {"system:serviceaccounts", "system:authenticated"},
                     .kubernetes_namespace = "platform",
                     .rules = options.rules},
                    {.name = "operator",
                     .token = operator_token,
                     .rules = {{.verbs = {"*"}, .groups = {"*"}, .resources = {"*"}}}}},
          .namespaces = {"default", "platform"}});
  kubernetes->set_pod_runtime(*fleet);
  std::vector<std::pair<std::string, std::string>> annotations = {
      {"vault.hashicorp.com/agent-inject", "true"},
      {"vault.hashicorp.com/agent-inject-secret-oidc", options.rendered}};
  if (options.renders_fallback)
    annotations.emplace_back("vault.hashicorp.com/agent-inject-template-oidc",
                             template_of(options));
  annotations.insert(annotations.end(), options.annotations.begin(), options.annotations.end());
  kubernetes->seed_workload({.kubernetes_namespace = "platform",
                             .name = "portal-backend",
                             .replicas = options.replicas,
                             .max_surge = options.max_surge,
                             .max_unavailable = options.max_unavailable,
                             .min_ready_s = options.min_ready_s,
                             .progress_deadline_s = options.progress_deadline_s,
                             .containers = {"portal", "vault-agent"},
                             .init_containers = {"vault-agent-init"},
                             .template_annotations = std::move(annotations)});

  network.add_server({.origin = idp_origin, .name = "idp"}, *idp);
  network.add_server({.origin = vault_origin, .name = "vault"}, vault);
  network.add_server({.origin = kubernetes_origin, .name = "kubernetes"}, *kubernetes);
  network.add_server({.origin = metrics_origin, .name = "metrics"}, counter);
  network.add_server({.origin = hook_origin, .name = "hook"}, hook);
  files.write("/token", kubernetes_token);
  if (options.tries_fallback) let_second_secret_in();
}

void World::let_second_secret_in() {
  const auto let_in = [this](std::string_view first, std::string_view second, ports::Instant at) {
    const auto accepting = [&](std::string_view value) {
      return idp->core().accepting_replicas(mocks::name_of(client), mocks::name_of(value), at);
    };
    return first != second &&
           accepting(first) + accepting(second) >= idp->core().options().replicas;
  };
  ledger.pod_is_let_in = [this, let_in](std::uint64_t pod, ports::Instant at) {
    const auto* process = fleet->process(pod);
    return process != nullptr && let_in(process->secret, process->fallback, at);
  };
  ledger.vault_is_let_in = [this, let_in](ports::Instant at) {
    return let_in(vault_value(),
                  vault.field("portal-kv", "oidc/portal", "client_secret_next").value_or(""), at);
  };
}

rotator::Configuration World::configuration() const {
  rotator::Configuration configuration;
  configuration.identity_provider.type = options_.dialect->name;
  configuration.identity_provider.url = idp_origin + std::string(options_.dialect->issuer_path);
  if (options_.dialect->separate_admin) configuration.identity_provider.admin_url = idp_origin;
  configuration.identity_provider.client_id = client;
  configuration.vault.session.address = vault_origin;
  configuration.kubernetes.cluster = {
      .server = kubernetes_origin, .kubernetes_namespace = "platform", .token_file = "/token"};
  configuration.kubernetes.workload = {.kind = &rotator::workload_kinds::deployment,
                                       .name = "portal-backend"};
  configuration.kubernetes.container = "portal";
  if (options_.failure_signal)
    configuration.rotation.failure_signal =
        rotator::FailureSignal{.url = metrics_origin, .query = "sum(portal_login_failures_total)"};
  return configuration;
}

std::optional<rotator::Outcome> World::process(const rotator::Configuration& configuration,
                                               const Act& act) {
  std::optional<rotator::Outcome> outcome;
  look(configuration, [&](rotator::Rotation& rotation) { outcome = act(rotation); });
  return outcome;
}

std::optional<rotator::Outcome> World::run(const rotator::Configuration& configuration) {
  return process(configuration, [](rotator::Rotation& rotation) { return rotation.run(); });
}

std::optional<rotator::Outcome> World::resume(const rotator::Configuration& configuration) {
  return process(configuration, [](rotator::Rotation& rotation) { return rotation.resume(); });
}

std::optional<rotator::Outcome> World::rollback(const rotator::Configuration& configuration) {
  return process(configuration, [](rotator::Rotation& rotation) { return rotation.rollback(); });
}

void World::when(rotator::Phase phase, std::function<void()> act) {
  recorder.on_phase = [this, phase, act = std::move(act)](rotator::Phase entered) {
    if (entered != phase) return;
    const auto once = act;
    recorder.on_phase = {};
    once();
  };
}

void World::patch_workload(std::string body) {
  const auto answer =
      kubernetes->handle({.method = "PATCH",
                          .origin = kubernetes_origin,
                          .target = "/apis/apps/v1/namespaces/platform/deployments/portal-backend",
                          .headers = {{"Authorization", std::string("Bearer ") + operator_token},
                                      {"Content-Type", "application/merge-patch+json"}},
                          .body = std::move(body)});
  BOOST_REQUIRE(answer.response.status == 200);
}

void World::scale(int replicas) {
  patch_workload(R"({"spec":{"replicas":)" + std::to_string(replicas) + "}}");
}

void World::undo_rollout() {
  patch_workload(std::string(R"({"spec":{"template":{"metadata":{"annotations":{")") +
                 rotator::restart_annotation + R"(":null}}}}})");
}

void World::write_vault(const char* value) {
  const auto before = ledger.breaches().size();
  vault.write(vault.root(), "portal-kv/data/oidc/portal", "client_secret", value);
  if (ledger.breaches().size() > before) ledger.forget_latest();
}

void World::steal_lease() {
  const auto answer = kubernetes->handle(
      {.method = "PATCH",
       .origin = kubernetes_origin,
       .target = "/apis/coordination.k8s.io/v1/namespaces/platform/leases/rotator-portal-backend",
       .headers = {{"Authorization", std::string("Bearer ") + operator_token},
                   {"Content-Type", "application/merge-patch+json"}},
       .body = R"({"spec":{"holderIdentity":"somebody-else"}})"});
  BOOST_REQUIRE(answer.response.status == 200);
}

std::string World::new_secret_id() const {
  for (const auto* secret : idp->core().secrets(client))
    if (secret->value != first_secret) return secret->id;
  return {};
}

bool World::first_is_active() const {
  for (const auto* secret : idp->core().secrets(client))
    if (secret->value == first_secret) return secret->active;
  return false;
}

void World::look(const rotator::Configuration& configuration,
                 const std::function<void(rotator::Rotation&)>& act) {
  inside([&](const rotator::RotationPorts& world_ports, rotator::Credentials credentials) {
    rotator::Rotation rotation(world_ports, configuration, std::move(credentials), recorder);
    act(rotation);
  });
}

int World::ask_vault(std::string method, const std::string& path, std::string body) {
  const auto answer = vault.handle({.method = std::move(method),
                                    .origin = vault_origin,
                                    .target = "/v1/" + path,
                                    .headers = {{"X-Vault-Token", "root"}},
                                    .body = std::move(body)});
  return answer.response.status;
}

void World::inside(const Program& program) {
  ++incarnation_;
  rotator_process.start([&] {
    mocks::sim::SimClock clock(rotator_process);
    mocks::sim::SimRandom random(draws, incarnation_);
    const auto http = network.client("rotator", rotator_process);
    auto token = vault_token;
    program({*http, clock, random, files, *options_.new_provider},
            {.vault_token = ports::Secret(std::move(token))});
  });
  const auto latest = queue.now() + longest_process;
  while (rotator_process.running() && queue.now() < latest && queue.step()) {
    for (const auto* secret : idp->core().secrets(client))
      if (seen_secrets.back() != secret->value && secret->value != first_secret)
        seen_secrets.push_back(secret->value);
  }
  BOOST_REQUIRE_MESSAGE(!rotator_process.running(), "the rotator came to no end");
}

void World::fault(const mocks::sim::FaultKind* kind, std::string method, std::string target,
                  std::uint64_t nth, std::uint64_t count) {
  plan.add({.label = "planned " + std::to_string(plan.rules().size()),
            .kind = kind,
            .caller = "rotator",
            .method = std::move(method),
            .target = std::move(target),
            .nth = nth,
            .count = count});
}

void World::fault_any(const mocks::sim::FaultKind* kind, std::uint64_t nth) {
  fault(kind, "*", "*", nth);
}

std::vector<std::string> World::secret_ids() const {
  std::vector<std::string> ids;
  for (const auto* secret : idp->core().secrets(client)) ids.push_back(secret->id);
  return ids;
}

std::string World::vault_value() const {
  return vault.field("portal-kv", "oidc/portal", "client_secret").value_or("");
}

std::vector<std::string> World::plaintexts() const {
  auto all = seen_secrets;
  all.insert(all.end(), {idp->admin_token(), kubernetes_token, vault_token});
  return all;
}

void World::check_whole() {
  for (const auto& breach : ledger.breaches()) BOOST_ERROR(breach);
  const auto secrets = idp->core().secrets(client);
  BOOST_TEST(secrets.size() == 1U);
  BOOST_TEST(secrets.front()->active);
  BOOST_TEST((secrets.front()->value == vault_value()));
  const auto used = ledger.in_use();
  BOOST_TEST(used.size() == 1U);
  BOOST_TEST((used.contains(mocks::name_of(vault_value()))));
  for (const auto& plain : plaintexts()) {
    for (const auto& line : recorder.lines)
      BOOST_TEST(line.find(plain) == std::string::npos, "a secret in: " << line.substr(0, 40));
  }
}

rotator::Outcome require(const std::optional<rotator::Outcome>& outcome) {
  BOOST_REQUIRE(outcome.has_value());
  BOOST_TEST_MESSAGE(outcome->message);
  return *outcome;
}

}  // namespace testing
