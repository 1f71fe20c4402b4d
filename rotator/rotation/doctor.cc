#include "rotator/rotation/doctor.h"

#include <utility>

#include "rotator/calls/times.h"
#include "rotator/rotation/preflight/examination.h"

namespace rotator {
namespace {

// Whether Vault answers.
bool reach_vault(Examination& examination) {
  auto& context = examination.context;
  const auto ttl = context.systems.vault().token_ttl();
  if (!ttl) {
    examination.error(Check::vault, ttl.error());
    return false;
  }
  examination.pass(Check::vault,
                   "Vault answers at " + context.configuration.vault.session.address +
                       "; the token " +
                       (*ttl == ports::Duration(0) ? "does not expire" : "lasts " + to_text(*ttl)));
  return true;
}

// Whether the API server answers.
bool reach_kubernetes(Examination& examination) {
  auto& context = examination.context;
  const auto version = context.systems.cluster().version();
  if (!version) {
    examination.error(Check::kubernetes, version.error());
    return false;
  }
  examination.pass(Check::kubernetes, "Kubernetes " + *version + " answers at " +
                                          context.configuration.kubernetes.cluster.server);
  return true;
}

}  // namespace

Judgement DoctorReport::verdict() const {
  Judgement worst = Judgement::pass;
  for (const auto& finding : findings) {
    if (finding.verdict == Judgement::fail) return Judgement::fail;
    if (finding.verdict == Judgement::unknown) worst = Judgement::unknown;
  }
  return worst;
}

DoctorReport examine_all(Context& context, const Strategy& strategy) {
  Examination examination{.context = context, .strategy = &strategy};
  const bool vault = reach_vault(examination);
  const bool kubernetes = reach_kubernetes(examination);
  if (vault) {
    examine_vault(examination);
    examine_policy(examination);
    examine_registration(examination);
    examine_secrets(examination);
    examine_probe(examination);
  }
  if (kubernetes) {
    examine_workload(examination);
    examine_pods(examination);
    examine_fallback(examination);
    examine_permissions(examination);
  }
  examine_signal(examination);
  return {.findings = std::move(examination.plan.findings)};
}

}  // namespace rotator
