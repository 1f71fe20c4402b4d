#include "scenarios/narrator.h"

#include <map>
#include <utility>

#include "mocks/users/cause.h"

namespace scenarios {
namespace {

using mocks::FactKind;

const char* words(FactKind kind) {
  switch (kind) {
    case FactKind::secret_created: return "secret created";
    case FactKind::secret_accepted: return "secret accepted";
    case FactKind::secret_refused: return "secret refused";
    case FactKind::secret_disabled: return "secret disabled";
    case FactKind::secret_enabled: return "secret enabled";
    case FactKind::secret_deleted: return "secret deleted";
    case FactKind::kv_written: return "KV version written";
    case FactKind::kv_deleted: return "KV version deleted";
    case FactKind::vault_sealed: return "Vault sealed";
    case FactKind::vault_unsealed: return "Vault unsealed";
    case FactKind::token_issued: return "Vault token issued";
    case FactKind::workload_changed: return "workload changed";
    case FactKind::pod_created: return "pod created";
    case FactKind::pod_started: return "pod started";
    case FactKind::pod_ready: return "pod ready";
    case FactKind::pod_unready: return "pod not ready";
    case FactKind::pod_terminating: return "pod terminating";
    case FactKind::pod_gone: return "pod gone";
    case FactKind::endpoint_added: return "endpoint added";
    case FactKind::endpoint_removed: return "endpoint removed";
    case FactKind::lease_changed: return "Lease changed";
    case FactKind::event_recorded: return "Event recorded";
    case FactKind::file_rendered: return "file rendered";
    case FactKind::agent_failed: return "agent failed";
    case FactKind::login_succeeded: return "login succeeded";
    case FactKind::login_failed: return "login failed";
    case FactKind::session_refused: return "session refused";
    case FactKind::fault_fired: return "fault fired";
    case FactKind::call_made: return "call";
    case FactKind::rotator_started: return "rotator started";
    case FactKind::rotator_stopped: return "rotator stopped";
  }
  return "fact";
}

bool about_a_pod(FactKind kind) {
  return kind >= FactKind::pod_created && kind <= FactKind::endpoint_removed;
}

}  // namespace

void Narrator::note(ports::Instant at, std::string line) {
  if (entries_.size() == max_timeline_entries) line = "... the rest is left out";
  if (entries_.size() > max_timeline_entries) return;
  entries_.push_back(
      {.at_s = static_cast<double>(at.time_since_epoch().count()) / 1e9, .what = std::move(line)});
}

void Narrator::observe(ports::Instant at, const mocks::Fact& fact) {
  if (fact.kind == FactKind::login_succeeded) return;
  std::string line = words(fact.kind);
  if (about_a_pod(fact.kind)) line += " " + std::to_string(fact.subject);
  if (fact.kind == FactKind::login_failed)
    line += " on pod " + std::to_string(fact.subject) + ": " +
            mocks::users::to_string(static_cast<mocks::users::Cause>(fact.number));
  if (fact.kind == FactKind::kv_written) line += " " + std::to_string(fact.number);
  if (!fact.text.empty()) line += " " + std::string(fact.text);
  if (fact.kind == FactKind::call_made) line += " -> " + std::to_string(fact.number);
  note(at, std::move(line));
}

std::string Narrator::text() const {
  std::string all;
  for (const auto& entry : entries_) all += entry.what + "\n";
  return all;
}

std::vector<TimelineEntry> Narrator::take() { return std::exchange(entries_, {}); }

}  // namespace scenarios
