#include "scenarios/invariants.h"

#include <algorithm>

namespace scenarios {
namespace {

using mocks::FactKind;

double seconds(ports::Instant at) {
  return static_cast<double>(at.time_since_epoch().count()) / 1e9;
}

// A call that changes something: every method but the safe ones of RFC 9110 section 9.2.1. Logins
// at Vault, reviews at Kubernetes, token probes, Events and the Lease itself are no acts of a
// rotation.
bool is_act(std::string_view text) {
  const auto space = text.find(' ');
  const auto method = text.substr(0, space);
  const auto target = space == std::string_view::npos ? std::string_view() : text.substr(space + 1);
  if (method == "GET" || method == "HEAD" || method == "LIST" || method == "OPTIONS") return false;
  for (const char* harmless :
       {"/token", "/auth/", "reviews", "/events", "/leases", "/capabilities"})
    if (target.find(harmless) != std::string_view::npos) return false;
  return true;
}

}  // namespace

const char* to_string(Invariant invariant) {
  switch (invariant) {
    case Invariant::vault_secret_valid: return "vault_secret_valid";
    case Invariant::no_live_secret_retired: return "no_live_secret_retired";
    case Invariant::one_rotator_acts: return "one_rotator_acts";
    case Invariant::nothing_foreign_deleted: return "nothing_foreign_deleted";
    case Invariant::no_plaintext_secret: return "no_plaintext_secret";
    case Invariant::one_secret_left: return "one_secret_left";
  }
  return "unknown";
}

Invariants::Invariants(std::uint64_t client, std::uint64_t secret_path)
    : client_(client), secret_path_(secret_path) {}

void Invariants::violate(Invariant invariant, ports::Instant at, std::string what) {
  violations_.try_emplace(invariant,
                          Violation{.verdict = Verdict::fail, .at = at, .what = std::move(what)});
}

void Invariants::cannot_check(Invariant invariant, std::string why) {
  violations_.try_emplace(invariant,
                          Violation{.verdict = Verdict::unknown, .at = {}, .what = std::move(why)});
}

std::string Invariants::label(std::uint64_t secret) const {
  const auto place = std::find(created_.begin(), created_.end(), secret);
  if (place == created_.end()) return "a secret of nobody's";
  return "secret " + std::to_string(place - created_.begin() + 1);
}

int Invariants::users(std::uint64_t secret) const {
  return static_cast<int>(std::count_if(pods_.begin(), pods_.end(),
                                        [&](const auto& pod) { return pod.second == secret; }));
}

std::set<std::uint64_t> Invariants::existing() const {
  std::set<std::uint64_t> ours;
  std::set_difference(existing_.begin(), existing_.end(), foreign_.begin(), foreign_.end(),
                      std::inserter(ours, ours.end()));
  return ours;
}

void Invariants::check_current(ports::Instant at) {
  if (current_ == 0 || accepted_.contains(current_)) return;
  if (second_.vault_holds_one && second_.vault_holds_one(at)) return;
  violate(Invariant::vault_secret_valid, at,
          "Vault's current value is " + label(current_) +
              ", which the identity provider does not accept");
}

void Invariants::retired(ports::Instant at, std::uint64_t secret, const char* how) {
  if (foreign_.contains(secret))
    violate(Invariant::nothing_foreign_deleted, at,
            label(secret) + " is somebody else's and was " + how);
  const auto pods = std::count_if(pods_.begin(), pods_.end(), [&](const auto& pod) {
    return pod.second == secret &&
           !(second_.pod_tries_another && second_.pod_tries_another(pod.first));
  });
  if (pods == 0) return;
  violate(Invariant::no_live_secret_retired, at,
          label(secret) + " was " + how + " while " + std::to_string(pods) + " live pods used it");
}

void Invariants::acted(ports::Instant at, const mocks::Fact& call) {
  if (call.object == last_actor_ || !rotators_.contains(call.object) || !is_act(call.text)) return;
  if (last_actor_ != 0 && rotators_.contains(last_actor_))
    violate(Invariant::one_rotator_acts, at,
            "two running rotators both acted; the second did " + std::string(call.text));
  last_actor_ = call.object;
}

void Invariants::observe(ports::Instant at, const mocks::Fact& fact) {
  switch (fact.kind) {
    case FactKind::secret_created:
      if (fact.subject != client_) return;
      if (std::find(created_.begin(), created_.end(), fact.object) == created_.end())
        created_.push_back(fact.object);
      existing_.insert(fact.object);
      return;
    case FactKind::secret_accepted: accepted_.insert(fact.object); return;
    case FactKind::secret_refused: accepted_.erase(fact.object); return check_current(at);
    case FactKind::secret_disabled: return retired(at, fact.object, "disabled");
    case FactKind::secret_deleted:
      existing_.erase(fact.object);
      return retired(at, fact.object, "deleted");
    case FactKind::kv_written:
      if (fact.subject != secret_path_) return;
      current_ = fact.object;
      return check_current(at);
    case FactKind::pod_started: pods_[fact.subject] = fact.object; return;
    case FactKind::pod_gone: pods_.erase(fact.subject); return;
    case FactKind::rotator_started: rotators_.insert(fact.subject); return;
    case FactKind::rotator_stopped: rotators_.erase(fact.subject); return;
    case FactKind::call_made: return acted(at, fact);
    default: return;
  }
}

std::vector<InvariantReport> Invariants::reports() const {
  std::vector<InvariantReport> all;
  for (const auto invariant : all_invariants) {
    InvariantReport report{.invariant = invariant};
    const auto violation = violations_.find(invariant);
    if (violation != violations_.end()) {
      report.verdict = violation->second.verdict;
      report.at_s = seconds(violation->second.at);
      report.what = violation->second.what;
    }
    all.push_back(std::move(report));
  }
  return all;
}

}  // namespace scenarios
