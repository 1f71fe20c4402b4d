#include "scenarios/serve/state.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "rotator/calls/times.h"
#include "scenarios/assemble.h"
#include "scenarios/callers.h"

namespace scenarios {
namespace served_state {
namespace {

using Json = nlohmann::ordered_json;

Json fingerprint_or_null(std::string fingerprint) {
  return fingerprint.empty() ? Json() : Json(std::move(fingerprint));
}

Json time_or_null(ports::WallTime at) {
  return at == ports::WallTime() ? Json() : Json(rotator::micro_time(at));
}

// The client secret in one version's data, as JSON text.
std::string secret_in(const mocks::vault::KvVersion& version, const KnownSecrets& secrets) {
  return version.secret == 0 ? "" : secrets.fingerprint_of_name(version.secret);
}

// Looks at one world, under its lock.
class Look {
 public:
  explicit Look(Served& served)
      : served_(served),
        world_(served.world()),
        known_(served.secrets()),
        now_(served.scheduler().now()),
        pods_(world_.kubernetes().pods(kubernetes_namespace, workload_name)) {}

  Json secrets() const {
    Json all = Json::array();
    for (const auto* client : world_.idp().core().clients()) {
      const auto existing = world_.idp().core().secrets(client->client_id);
      for (const auto* secret : existing) all.push_back(of_secret(client->client_id, *secret));
      if (client->client_id == client_id) add_deleted(existing, all);
    }
    return all;
  }

  Json vault() const {
    Json versions = Json::array();
    const auto* const key = world_.vault().key(vault_mount, secret_path);
    const auto wall = served_.scheduler().wall_now();
    if (key != nullptr)
      for (const auto& version : key->versions)
        versions.push_back({{"version", version.number},
                            {"current", version.number == key->current},
                            {"secret", fingerprint_or_null(secret_in(version, known_))},
                            {"created", time_or_null(version.created)},
                            {"deleted", version.deleted_at(wall)},
                            {"destroyed", version.destroyed}});
    return {{"sealed", world_.vault().sealed()},
            {"path", std::string(vault_mount) + "/" + secret_path},
            {"versions", std::move(versions)}};
  }

  Json pods() const {
    Json all = Json::array();
    for (const auto& pod : pods_) {
      const auto* const process = world_.fleet().process(pod.id);
      const auto* const file = world_.fleet().file(pod.id);
      all.push_back({{"name", pod.name},
                     {"replica_set", pod.name.substr(0, pod.name.rfind('-'))},
                     {"revision", pod.revision},
                     {"ready", pod.ready},
                     {"terminating", pod.terminating},
                     {"receives_traffic", pod.endpoint},
                     {"secret", process == nullptr ? Json() : of_value(process->secret)},
                     {"fallback", process == nullptr ? Json() : of_value(process->fallback)},
                     {"file", file == nullptr ? Json() : of_file(*file)}});
    }
    return all;
  }

  Json network() const {
    Json up = Json::array();
    const auto& at = served_.servers().endpoints();
    for (const auto& [name, url] : {std::pair<std::string_view, const std::string&>{"idp", at.idp},
                                    {"vault", at.vault},
                                    {"kubernetes", at.kubernetes},
                                    {"metrics", at.metrics}})
      up.push_back({{"name", name}, {"url", url}, {"up", !served_.conditions().is_down(name)}});
    Json cuts = Json::array();
    for (const auto& [caller, server] : served_.conditions().partitions())
      cuts.push_back({{"caller", caller}, {"server", server}});
    return {{"servers", std::move(up)}, {"partitions", std::move(cuts)}};
  }

 private:
  static Json of_value(const std::string& value) {
    return value.empty() ? Json() : Json(fingerprint_of(value));
  }

  Json of_file(const mocks::vault::File& file) const {
    return {{"secrets", known_.found_in(file.content)},
            {"version", file.version},
            {"modified", time_or_null(file.modified)}};
  }

  Json users_of(const std::string& value) const {
    Json in_pods = Json::array();
    for (const auto& pod : pods_) {
      const auto* const process = world_.fleet().process(pod.id);
      if (process != nullptr && (process->secret == value || process->fallback == value))
        in_pods.push_back(pod.name);
    }
    Json in_versions = Json::array();
    const auto* const key = world_.vault().key(vault_mount, secret_path);
    if (key != nullptr)
      for (const auto& version : key->versions)
        if (version.secret == mocks::name_of(value)) in_versions.push_back(version.number);
    return {{"pods", std::move(in_pods)}, {"vault_versions", std::move(in_versions)}};
  }

  Json entry(const std::string& client, const std::string& value, const char* status) const {
    const auto& core = world_.idp().core();
    const auto accepting =
        core.accepting_replicas(mocks::name_of(client), mocks::name_of(value), now_);
    return {{"fingerprint", fingerprint_of(value)},
            {"client_id", client},
            {"status", status},
            {"accepted_by_replicas", accepting},
            {"replicas", core.options().replicas},
            {"used_by", users_of(value)}};
  }

  Json of_secret(const std::string& client, const mocks::idp::SecretObject& secret) const {
    const bool over =
        world_.idp().core().expired(mocks::name_of(client), mocks::name_of(secret.value));
    Json one = entry(client, secret.value,
                     over            ? "expired"
                     : secret.active ? "active"
                                     : "disabled");
    one["id"] = secret.id.empty() ? Json() : Json(secret.id);
    one["created"] = time_or_null(secret.created);
    one["expires"] = time_or_null(secret.expires);
    return one;
  }

  // Those that were secrets of the client once; some replica may still accept one.
  void add_deleted(const std::vector<const mocks::idp::SecretObject*>& existing, Json& all) const {
    for (const auto& value : world_.secrets()) {
      const bool there =
          std::any_of(existing.begin(), existing.end(),
                      [&](const mocks::idp::SecretObject* one) { return one->value == value; });
      if (there) continue;
      Json one = entry(client_id, value, "deleted");
      for (const char* absent : {"id", "created", "expires"}) one[absent] = nullptr;
      all.push_back(std::move(one));
    }
  }

  Served& served_;
  World& world_;
  const KnownSecrets& known_;
  ports::Instant now_;
  std::vector<mocks::kubernetes::ApiServer::PodState> pods_;
};

Json logins(const std::optional<mocks::users::Tally>& tally) {
  if (!tally) return {};
  const auto& total = tally->total();
  Json by_cause = Json::object();
  for (const auto cause : mocks::users::all_causes)
    if (total.of(cause) > 0) by_cause[mocks::users::to_string(cause)] = total.of(cause);
  return {{"tried", total.tried}, {"failed", total.failed}, {"by_cause", std::move(by_cause)}};
}

Json clock(Served& served) {
  const auto& scheduler = served.scheduler();
  return {{"now", rotator::micro_time(scheduler.wall_now())},
          {"since_begin_s", seconds_since(served.begin(), scheduler.now())},
          {"ahead_s", seconds_since({}, ports::Instant(scheduler.ahead()))},
          {"compression", served.options().compression},
          {"can_jump", !served.options().logins}};
}

Json fault(const mocks::sim::FaultPlan& plan, std::size_t i) {
  return {{"label", plan.rules()[i].label},
          {"what", mocks::sim::describe(plan.rules()[i])},
          {"fired", plan.fired(i)}};
}

}  // namespace
}  // namespace served_state

std::string state_json(Served& served) {
  const auto tally = served.logins();
  const std::lock_guard lock(served.world_mutex());
  const served_state::Look look(served);
  return served_state::Json{{"scenario", served.scenario().name},
                            {"profile", to_string(served.options().profile)},
                            {"clock", served_state::clock(served)},
                            {"secrets", look.secrets()},
                            {"vault", look.vault()},
                            {"pods", look.pods()},
                            {"network", look.network()},
                            {"logins", served_state::logins(tally)}}
      .dump(-1, ' ', false, served_state::Json::error_handler_t::replace);
}

std::string clock_json(Served& served) {
  const std::lock_guard lock(served.world_mutex());
  return served_state::clock(served).dump();
}

std::string scenario_json(const Served& served) {
  const auto& scenario = served.scenario();
  return served_state::Json{
      {"name", scenario.name}, {"purpose", scenario.purpose}, {"source", scenario.source}}
      .dump(-1, ' ', false, served_state::Json::error_handler_t::replace);
}

std::string faults_json(Served& served) {
  const std::lock_guard lock(served.world_mutex());
  served_state::Json all = served_state::Json::array();
  for (std::size_t i = 0; i < served.faults().rules().size(); ++i)
    all.push_back(served_state::fault(served.faults(), i));
  return served_state::Json{{"faults", std::move(all)}}.dump(
      -1, ' ', false, served_state::Json::error_handler_t::replace);
}

std::string fault_json(Served& served, const std::string& label) {
  const std::lock_guard lock(served.world_mutex());
  const auto& rules = served.faults().rules();
  const auto found =
      std::find_if(rules.begin(), rules.end(),
                   [&](const mocks::sim::FaultRule& rule) { return rule.label == label; });
  return served_state::fault(served.faults(), static_cast<std::size_t>(found - rules.begin()))
      .dump(-1, ' ', false, served_state::Json::error_handler_t::replace);
}

}  // namespace scenarios
