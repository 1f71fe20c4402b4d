#include "rotator/rotation/engine.h"

namespace rotator {

using ports::ErrorCode;

ports::Result<StatusReport> Rotation::Engine::status() {
  StatusReport report;
  auto loaded = store_.load();
  if (!loaded) return ports::fail(loaded.error());
  report.journal = std::move(*loaded);
  report.journal_exists = report.journal.disposition != Disposition::none;
  report.kv_holds = "unknown";
  if (const auto current = secret_kv_.read()) {
    report.kv_version = current->version;
    const auto value = current->data.secret(configuration_.vault.field);
    const auto shown = value ? value->fingerprint(store_.fingerprint_key()) : "";
    if (report.journal_exists && !shown.empty()) {
      report.kv_holds = shown == report.journal.old_fingerprint   ? "old"
                        : shown == report.journal.new_fingerprint ? "new"
                                                                  : "other";
    }
  } else {
    report.problems.push_back(current.error().message);
  }
  if (const auto connected = connect_provider(); !connected) {
    report.problems.push_back(connected.error().message);
    return report;
  }
  auto records = provider_->list_secrets();
  if (records)
    report.secrets = std::move(*records);
  else
    report.problems.push_back(records.error().message);
  return report;
}

ports::Result<DoctorReport> Rotation::Engine::doctor() {
  DoctorReport report;
  const auto add = [&report](const char* check, Judgement verdict, std::string detail) {
    report.findings.push_back({.check = check, .verdict = verdict, .detail = std::move(detail)});
  };
  const auto ttl = vault_.token_ttl();
  if (!ttl)
    add("vault", Judgement::fail, ttl.error().message);
  else
    add("vault", Judgement::pass,
        "Vault answers at " + configuration_.vault.session.address + "; the token " +
            (*ttl == ports::Duration(0) ? "does not expire" : "lasts " + to_text(*ttl)));
  const auto version = cluster_.version();
  if (!version)
    add("kubernetes", Judgement::fail, version.error().message);
  else
    add("kubernetes", Judgement::pass,
        "Kubernetes " + *version + " answers at " + configuration_.kubernetes.cluster.server);
  Plan plan;
  if (ttl) {
    check_vault(plan);
    check_policy(plan);
    check_provider(plan);
    check_secrets(plan);
    check_probe(plan);
  }
  if (version) {
    check_deployment(plan);
    check_pods(plan);
    check_permissions(plan, true);
  }
  check_signal(plan);
  next_look_ = ports::Instant::max();
  for (auto& finding : plan.findings) report.findings.push_back(std::move(finding));
  return report;
}

}  // namespace rotator
