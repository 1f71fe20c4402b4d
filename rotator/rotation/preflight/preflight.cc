#include "rotator/rotation/preflight/preflight.h"

#include <utility>

#include "rotator/rotation/strategies/strategies.h"

namespace rotator {
namespace {

// Without these facts there is nothing to go on with, whatever the operator wants.
bool blind(const Context& context, const Plan& plan) {
  return context.values.old_value().empty() || !context.systems.has_provider() ||
         !context.systems.has_probe() || plan.workload.name.empty() || plan.old_secret_id.empty();
}

}  // namespace

Plan look_at_everything(Context& context, const Strategy& strategy, Depth depth) {
  Examination examination{.context = context, .strategy = &strategy, .depth = depth};
  auto& plan = examination.plan;
  plan.soak = context.configuration.rotation.soak;
  examine_vault(examination);
  // A system that does not answer is told once; each further question would wait as long again.
  if (plan.of(Check::vault_secret)->verdict != Judgement::unknown) {
    examine_policy(examination);
    examine_registration(examination);
    examine_secrets(examination);
    examine_probe(examination);
  }
  examine_workload(examination);
  if (!plan.workload.name.empty()) {
    examine_pods(examination);
    examine_fallback(examination);
    examine_permissions(examination);
  }
  examine_window(examination);
  examine_signal(examination);
  plan.strategy = examination.strategy->name;
  return std::move(plan);
}

Stepped Preflight::perform(Context& context) const {
  const auto plan = look_at_everything(context, strategy_, Depth::run);
  for (const auto gate : all_gates)
    if (!context.configuration.gate_enabled(gate))
      context.teller.note(Severity::warning, std::string("UNSAFE: gate ") + to_string(gate) +
                                                 " is switched off by the configuration");
  for (const auto& finding : plan.findings)
    if (finding.warning)
      context.teller.note(Severity::warning,
                          std::string(to_string(finding.check)) + ": " + finding.detail);
  if (const auto* obstacle = plan.first_obstacle()) {
    const auto what = std::string(to_string(obstacle->check)) + ": " + obstacle->detail;
    if (blind(context, plan) || !context.configuration.rotation.skip_preflight) {
      if (obstacle->verdict == Judgement::unknown) return ports::fail(ports::ErrorCode::busy, what);
      return Step::refuse(what);
    }
    context.teller.note(Severity::warning,
                        "UNSAFE: preflight is skipped; it would have refused: " + what);
  }
  open_journal(context, plan);
  return Step::done();
}

void Preflight::open_journal(Context& context, const Plan& plan) const {
  const auto& configuration = context.configuration;
  Journal fresh;
  fresh.rotation_id = context.ledger.entry().rotation_id;
  fresh.rotated_before = context.ledger.entry().rotated_before;
  const auto* chosen = find_strategy(plan.strategy);
  const auto& strategy = chosen != nullptr ? *chosen : strategy_;
  fresh.strategy = strategy.name;
  fresh.phase = strategy.forward.front().phase->name();
  fresh.disposition = Disposition::running;
  fresh.client_id = configuration.identity_provider.client_id;
  fresh.workload = configuration.kubernetes.workload.identity();
  for (const auto& record : plan.secrets) fresh.secrets_before.push_back(record.id);
  fresh.old_secret_id = plan.old_secret_id;
  fresh.old_fingerprint = plan.old_fingerprint;
  fresh.old_kv_version = plan.kv_version;
  fresh.started = context.clock.wall_now();
  fresh.failures_at_start = context.failures.count();
  fresh.restart_before = context.fleet.mark();
  fresh.window = plan.window;
  context.ledger.entry() = std::move(fresh);
  context.values.doubt_create(false);
}

}  // namespace rotator
