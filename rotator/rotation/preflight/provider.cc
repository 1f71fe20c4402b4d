#include <utility>

#include "rotator/calls/counted.h"
#include "rotator/calls/times.h"
#include "rotator/rotation/journal.h"
#include "rotator/rotation/preflight/examination.h"
#include "rotator/rotation/strategies/strategies.h"

namespace rotator {
namespace {

// What speaks for a strategy, or against the one that is named. Where none is, the first one that
// the provider bears without losing a login takes its place.
void examine_strategy(Examination& examination) {
  const auto& provider = examination.context.systems.capability();
  const auto& rotation = examination.context.configuration.rotation;
  auto& strategy = examination.strategy;
  if (!rotation.strategy.empty()) {
    if (!strategy->fits(provider)) examination.fail(Check::strategy, std::string(strategy->misfit));
    if (strategy->due != nullptr && !rotation.emergency.max_exposure)
      examination.fail(Check::strategy, std::string(strategy->name) +
                                            " needs rotation.emergency.max_exposure: how long the "
                                            "exposure of the old secret is bearable");
    return;
  }
  std::string choices;
  for (const auto* one : all_strategies()) {
    if (!one->fits(provider) || one->costs_logins || one->only_by_name) continue;
    if (!one->needs_fallback || rotation.portal_tries_fallback) {
      strategy = one;
      return examination.pass(Check::strategy,
                              std::string(one->name) + ": " + std::string(one->fit));
    }
    choices += "; or strategy " + std::string(one->name) +
               ", once the portal tries a second secret where the first one is refused "
               "(rotation.portal_tries_fallback: true)";
  }
  examination.fail(Check::strategy, std::string(strategy->misfit) + choices);
}

void examine_room(Examination& examination) {
  const auto& provider = examination.context.systems.capability();
  const auto count = static_cast<int>(examination.plan.secrets.size());
  const int most = provider.max_secrets;
  // A secret that takes the place of another needs no room.
  const bool free = provider.create_replaces || most == 0 || count < most;
  examination.find(
      Check::slots_free, free,
      std::to_string(count) + " of " +
          (most == 0 ? std::string("any number of secrets") : counted(most, "secret")) +
          (count == 1 ? " exists" : " exist") +
          (free ? "" : ": there is no room for a second one"));
}

// What the provider would refuse is known before anything is tried.
void examine_rules(Examination& examination) {
  const auto rules = examination.context.systems.provider().restrictions();
  if (!rules) return examination.error(Check::secret_rules, rules.error());
  for (const auto& rule : *rules)
    if (rule.forbids)
      examination.fail(Check::secret_rules, rule.says);
    else
      examination.warn(Check::secret_rules, rule.says);
}

// Sooner than this, an operator should know.
constexpr ports::Duration soon = std::chrono::days(30);

std::string in_days(ports::Duration left) {
  const auto days = std::chrono::floor<std::chrono::days>(left).count();
  return days < 2 ? to_text(left) : std::to_string(days) + " days";
}

// Of a secret that lives for ever nothing is found.
void examine_expiry(Examination& examination) {
  const auto& plan = examination.plan;
  const auto* old = find_secret(plan.secrets, plan.old_secret_id);
  if (old == nullptr || old->expires == ports::WallTime{}) return;
  const auto left = old->expires - examination.context.clock.wall_now();
  const auto when = " (" + to_rfc3339(old->expires) + ")";
  if (left <= ports::Duration(0))
    return examination.fail(Check::secret_expiry, "secret " + old->id + " expired " +
                                                      in_days(-left) + " ago" + when +
                                                      "; put another one into use by hand");
  const auto says = "secret " + old->id + " expires in " + in_days(left) + when;
  if (left < soon)
    examination.warn(Check::secret_expiry, says + ": until then it has to be replaced");
  else
    examination.pass(Check::secret_expiry, says);
}

// Which secret Vault holds, and that the client has no other.
void examine_identity(Examination& examination) {
  auto& plan = examination.plan;
  auto& context = examination.context;
  const auto& path = context.systems.secret_path().full_path();
  auto candidates = plan.secrets;
  // A value that cannot be read again is known by the id that was written beside it.
  if (!plan.old_secret_id.empty() && !context.systems.capability().value_readable)
    std::erase_if(candidates,
                  [&](const SecretRecord& record) { return record.id != plan.old_secret_id; });
  const auto found = context.systems.provider().find_secret(context.values.old_value(), candidates);
  if (!found) return examination.error(Check::secret_identity, found.error());
  if (!*found)
    return examination.fail(Check::secret_identity,
                            "the value in Vault (" + plan.old_fingerprint +
                                ") is none of the client's secrets; put the value in use into " +
                                path);
  if (!plan.old_secret_id.empty() && plan.old_secret_id != **found)
    return examination.fail(Check::secret_identity, path + " names secret " + plan.old_secret_id +
                                                        " as " + secret_id_field +
                                                        ", but its value is that of " + **found +
                                                        "; correct or remove that field");
  plan.old_secret_id = **found;
  examine_expiry(examination);
  std::string foreign;
  bool active = false;
  for (const auto& record : plan.secrets) {
    if (record.id == plan.old_secret_id)
      active = record.active;
    else
      foreign += (foreign.empty() ? "" : ", ") + record.id + " (created " +
                 to_rfc3339(record.created) + (record.active ? ", active)" : ", inactive)");
  }
  examination.find(
      Check::secret_identity, active,
      active ? "the value in Vault is secret " + plan.old_secret_id
             : "secret " + plan.old_secret_id + ", which Vault holds, is inactive; activate it");
  examination.find(Check::foreign_secrets, foreign.empty(),
                   foreign.empty() ? "the client has no other secret"
                                   : "not ours and never deleted by us: " + foreign +
                                         "; find out who uses it, then remove it by hand");
}

}  // namespace

void examine_registration(Examination& examination) {
  auto& context = examination.context;
  auto& plan = examination.plan;
  if (const auto connected = context.systems.connect_provider(); !connected)
    return examination.error(Check::admin_permission, connected.error());
  plan.capability = context.systems.capability();
  auto registration = context.systems.provider().registration();
  if (!registration) return examination.error(Check::admin_permission, registration.error());
  plan.registration = std::move(*registration);
  context.systems.limit_secrets(plan.registration.max_secrets);
  plan.capability = context.systems.capability();
  examination.pass(Check::admin_permission,
                   "the administration credential may read client " + plan.registration.client_id);

  const std::string configured =
      to_string(context.configuration.identity_provider.authentication_method);
  const auto& registered = plan.registration.authentication_method;
  const bool same = registered.empty() || registered == configured;
  examination.find(Check::authentication_method, same,
                   registered.empty() ? "the provider takes any; configured: " + configured
                   : same             ? "registered and configured: " + configured
                          : "client " + plan.registration.client_id + " is registered with " +
                                registered + ", but " + configured +
                                " is configured; make registration, portal and identity_provider."
                                "authentication_method the same");
}

void examine_secrets(Examination& examination) {
  auto& context = examination.context;
  if (!context.systems.has_provider() || context.values.old_value().empty()) return;
  auto records = context.systems.provider().list_secrets();
  if (!records) return examination.error(Check::slots_free, records.error());
  examination.plan.secrets = std::move(*records);
  examine_strategy(examination);
  examine_room(examination);
  examine_rules(examination);
  examine_identity(examination);
}

void examine_probe(Examination& examination) {
  auto& context = examination.context;
  if (!examination.passed(Check::admin_permission) || context.values.old_value().empty()) return;
  if (const auto connected = context.systems.connect_probe(examination.plan.registration);
      !connected)
    return examination.error(Check::old_secret_accepted, connected.error());
  const auto calibrated =
      context.systems.probe().calibrate(context.values.old_value(), context.random);
  if (!calibrated) return examination.error(Check::old_secret_accepted, calibrated.error());
  examination.pass(Check::old_secret_accepted,
                   "the token endpoint accepts the secret in use and refuses a random one");
}

}  // namespace rotator
