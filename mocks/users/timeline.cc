#include "mocks/users/timeline.h"

#include <algorithm>

#include "rotator/ports/check.h"

namespace mocks::users {
namespace {

// The last element of `steps` whose instant is not after `at`, or null.
template <typename Step>
const Step* latest(const std::vector<Step>& steps, ports::Instant at) {
  for (auto step = steps.rbegin(); step != steps.rend(); ++step)
    if (step->at <= at) return &*step;
  return nullptr;
}

bool switched_on(const std::vector<Timeline::Switch>& switches, ports::Instant at, bool initially) {
  const auto* step = latest(switches, at);
  return step == nullptr ? initially : step->on;
}

}  // namespace

void Timeline::observe(ports::Instant at, const Fact& fact) {
  switch (fact.kind) {
    case FactKind::secret_created:
    case FactKind::secret_enabled:
      secret(fact.object).acts.push_back({.at = at, .retired = false});
      return;
    case FactKind::secret_disabled:
    case FactKind::secret_deleted:
      secret(fact.object).acts.push_back({.at = at, .retired = true});
      changed(at, true);
      return;
    case FactKind::secret_accepted:
      secret(fact.object).steps.push_back({.at = at, .accepting = options_.provider_replicas});
      changed(at, true);
      return;
    case FactKind::secret_refused:
      secret(fact.object).steps.push_back({.at = at, .accepting = static_cast<int>(fact.number)});
      changed(at, true);
      return;
    case FactKind::kv_written:
      if (fact.object == 0) return;
      if (options_.vault_path != 0 && fact.subject != options_.vault_path) return;
      vault_values_.push_back({.at = at, .name = fact.object});
      return;
    case FactKind::pod_created:
      pod(fact.subject).created = at;
      pod(fact.subject).name = fact.text;
      return;
    default: return;
  }
}

std::uint32_t Timeline::intern(const portal::Environment& environment) {
  const auto found = std::find(environments_.begin(), environments_.end(), environment);
  if (found != environments_.end())
    return static_cast<std::uint32_t>(found - environments_.begin());
  environments_.push_back(environment);
  return static_cast<std::uint32_t>(environments_.size() - 1);
}

void Timeline::process_started(ports::Instant at, PodId id,
                               const portal::Environment& environment) {
  process_stopped(at, id);
  auto& entry = pod(id);
  runs_.push_back(
      Run{.from = at, .environment = intern(environment), .previous = entry.last_run, .pod = id});
  entry.last_run = static_cast<RunIndex>(runs_.size() - 1);
  changed(at, false);
}

void Timeline::process_stopped(ports::Instant at, PodId id) {
  const auto last = pod(id).last_run;
  if (last == no_run || runs_[last].to != forever) return;
  runs_[last].to = at;
  changed(at, false);
}

void Timeline::endpoint_added(ports::Instant at, PodId id, std::uint64_t route) {
  auto& set = endpoints_of(route);
  const auto now = set.at(at);
  if (std::find(now.begin(), now.end(), id) != now.end()) return;
  set.begin_epoch(at);
  set.members.push_back(id);
  ++set.epochs.back().count;
  changed(at, false);
}

void Timeline::endpoint_removed(ports::Instant at, PodId id, std::uint64_t route) {
  auto& set = endpoints_of(route);
  const auto now = set.at(at);
  if (std::find(now.begin(), now.end(), id) == now.end()) return;
  set.begin_epoch(at);
  const auto first = set.members.begin() + static_cast<std::ptrdiff_t>(set.epochs.back().first);
  set.members.erase(std::find(first, set.members.end(), id));
  --set.epochs.back().count;
  changed(at, false);
}

Timeline::Endpoints& Timeline::endpoints_of(std::uint64_t route) {
  if (route == 0) return entry_;
  for (auto& known : routes_)
    if (known.route == route) return known;
  routes_.push_back(Endpoints{.route = route});
  return routes_.back();
}

void Timeline::Endpoints::begin_epoch(ports::Instant instant) {
  if (epochs.empty()) {
    epochs.push_back(Epoch{.from = instant});
    return;
  }
  const Epoch last = epochs.back();
  ports::check(last.from <= instant, "endpoints change in order of time");
  if (last.from == instant) return;
  const auto first = static_cast<std::uint32_t>(members.size());
  // No reserve to the exact size: that would move all that ever was at each change.
  for (std::uint32_t i = 0; i < last.count; ++i) members.push_back(members[last.first + i]);
  epochs.push_back(Epoch{.from = instant, .first = first, .count = last.count});
}

std::span<const PodId> Timeline::Endpoints::at(ports::Instant instant) const {
  if (epochs.empty() || instant < epochs.front().from) return {};
  if (instant >= epochs.back().from) return members_of(epochs.back());
  const auto after =
      std::upper_bound(epochs.begin(), epochs.end(), instant,
                       [](ports::Instant when, const Epoch& epoch) { return when < epoch.from; });
  return members_of(*(after - 1));
}

void Timeline::register_method(ports::Instant at, std::uint64_t client,
                               idp::AuthenticationMethod method) {
  registrations_.push_back({.at = at, .client = client, .method = method});
  changed(at, true);
}

void Timeline::set_provider_up(ports::Instant at, bool up) {
  up_.push_back({.at = at, .on = up});
  changed(at, true);
}

void Timeline::set_provider_throttling(ports::Instant at, bool throttling) {
  throttling_.push_back({.at = at, .on = throttling});
  changed(at, true);
}

std::span<const PodId> Timeline::endpoints(ports::Instant at, std::uint64_t route) const {
  if (route != 0)
    for (const auto& known : routes_)
      if (known.route == route) return known.at(at);
  return entry_.at(at);
}

RunIndex Timeline::run_at(PodId id, ports::Instant at) const {
  if (id >= pods_.size()) return no_run;
  for (RunIndex index = pods_[id].last_run; index != no_run; index = runs_[index].previous)
    if (runs_[index].from <= at) return at < runs_[index].to ? index : no_run;
  return no_run;
}

bool Timeline::provider_up(ports::Instant at) const { return switched_on(up_, at, true); }

bool Timeline::provider_throttling(ports::Instant at) const {
  return switched_on(throttling_, at, false);
}

ExchangeVerdict Timeline::exchange(RunIndex index, ports::Instant at) const {
  ExchangeFacts facts = exchange_facts(index, at);
  ExchangeVerdict verdict{.accepting = 1, .replicas = 1};
  if (!facts.secret_accepted) {
    verdict.accepting = accepting(environment(index), at);
    verdict.replicas = options_.provider_replicas;
  }
  const auto cause = blame(facts);
  if (!cause) return verdict;
  verdict.cause = *cause;
  // Only a refused secret depends on the replica that is met.
  const bool by_secret = *cause == Cause::secret_retired || *cause == Cause::stale_render ||
                         *cause == Cause::secret_not_propagated;
  if (!by_secret) verdict.accepting = 0;
  return verdict;
}

ExchangeFacts Timeline::exchange_facts(RunIndex index, ports::Instant at) const {
  const auto& held = environment(index);
  ExchangeFacts facts;
  facts.provider_up = provider_up(at);
  facts.throttled = provider_throttling(at);
  for (auto entry = registrations_.rbegin(); entry != registrations_.rend(); ++entry) {
    if (entry->client != held.client || entry->at > at) continue;
    facts.method_registered = entry->method == held.method;
    break;
  }
  const auto* known = find_secret(held.secret);
  facts.secret_accepted = accepting(held, at) >= options_.provider_replicas;
  const auto* act = known == nullptr ? nullptr : latest(known->acts, at);
  facts.secret_retired = act != nullptr && act->retired;
  const auto* current = latest(vault_values_, created(runs_[index].pod));
  facts.created_after_successor = current != nullptr && current->name != held.secret;
  return facts;
}

int Timeline::accepting(const portal::Environment& held, ports::Instant at) const {
  const auto count = [&](std::uint64_t name) {
    const auto* known = name == 0 ? nullptr : find_secret(name);
    const auto* step = known == nullptr ? nullptr : latest(known->steps, at);
    return step == nullptr ? 0 : step->accepting;
  };
  const int first = count(held.secret);
  if (held.fallback == 0 || held.fallback == held.secret) return first;
  const int second = count(held.fallback);
  return options_.one_turn ? std::min(first + second, options_.provider_replicas)
                           : std::max(first, second);
}

ports::Instant Timeline::created(PodId id) const {
  return id < pods_.size() ? pods_[id].created : ports::Instant{};
}

const std::string& Timeline::name(PodId id) const {
  static const std::string unnamed;
  return id < pods_.size() ? pods_[id].name : unnamed;
}

Timeline::Pod& Timeline::pod(PodId id) {
  ports::check(id <= max_pod_id, "a pod id is a small number");
  if (id >= pods_.size()) pods_.resize(id + 1);
  return pods_[id];
}

Timeline::Secret& Timeline::secret(std::uint64_t name) {
  for (auto& known : secrets_)
    if (known.name == name) return known;
  secrets_.push_back(Secret{.name = name});
  return secrets_.back();
}

const Timeline::Secret* Timeline::find_secret(std::uint64_t name) const {
  for (const auto& known : secrets_)
    if (known.name == name) return &known;
  return nullptr;
}

void Timeline::changed(ports::Instant at, bool verdict) {
  if (verdict && (verdict_changes_.empty() || verdict_changes_.back() != at))
    verdict_changes_.push_back(at);
  if (listener_ != nullptr) listener_->on_change(at);
}

}  // namespace mocks::users
