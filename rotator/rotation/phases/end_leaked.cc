#include "rotator/calls/times.h"
#include "rotator/rotation/context/context.h"
#include "rotator/rotation/phases/new_secret.h"
#include "rotator/rotation/phases/phases.h"

namespace rotator::phases {
namespace {

class EndLeaked final : public PhaseWork {
 public:
  Phase name() const override { return Phase::disable; }
  Stepped perform(Context& context) const override;
  void foresee(Context& context) const override {
    auto& provider = context.systems.provider();
    const auto& id = context.ledger.entry().old_secret_id;
    if (context.systems.capability().can_disable)
      return static_cast<void>(provider.disable_secret(id));
    static_cast<void>(provider.foresee_delete(id));
    context.retirement.found_gone();
  }
};

// What is left when the leaked secret is gone must let the portal in.
std::optional<std::string> nothing_left(const Context& context,
                                        const std::vector<SecretRecord>& records) {
  const auto& id = context.ledger.entry().new_secret_id;
  const auto* fresh = find_secret(records, id);
  if (fresh == nullptr || !fresh->active)
    return "the new secret " + id + " is not active at the provider, so no pod could log in " +
           "without the leaked one, which still works; make the new one active and `rotator "
           "resume`";
  if (!new_is_current(context, records)) return another_took_its_place(context);
  return std::nullopt;
}

// By its id: another secret of the client is nobody's business here.
ports::Status put_out_of_use(Context& context) {
  auto& provider = context.systems.provider();
  const auto& id = context.ledger.entry().old_secret_id;
  if (context.systems.capability().can_disable) {
    if (const auto ready = context.ledger.about_to(Intent::disable_old); !ready) return ready;
    return provider.disable_secret(id);
  }
  if (const auto ready = context.ledger.about_to(Intent::delete_old); !ready) return ready;
  return provider.delete_secret(id);
}

Stepped end_old(Context& context) {
  auto& journal = context.ledger.entry();
  const auto records = context.systems.provider().list_secrets();
  if (!records) return ports::fail(records.error());
  const auto* old = find_secret(*records, journal.old_secret_id);
  if (old != nullptr && old->active) {
    if (auto why = nothing_left(context, *records)) return Step::stop(std::move(*why));
    journal.failures_at_disable = context.failures.count();
    if (const auto ended = put_out_of_use(context); !ended) return ports::fail(ended.error());
  }
  if (old == nullptr || !context.systems.capability().can_disable) context.retirement.found_gone();
  context.retirement.found_disabled();
  journal.disabled_at = context.clock.wall_now();
  journal.intent = Intent::none;
  if (const auto written = context.ledger.append(); !written) return ports::fail(written.error());
  return Step::done();
}

Stepped EndLeaked::perform(Context& context) const {
  auto& exposure = context.exposure;
  const bool cut_short = exposure.take_cut_short();
  // With no gate that looks at pods there is nothing to prove, and nothing ends it early.
  const bool moved = context.retirement.take_permit();
  const bool no_proof = !cut_short && !context.configuration.looks_at_pods();
  if (exposure.runs()) {
    const auto ends = exposure.ends();
    // Whoever takes this up has no proof, and may have it before the time is over.
    if (!moved && !no_proof && !cut_short && context.clock.now() < ends) return Step::again();
    if (!moved) {
      while (context.clock.now() < ends)
        if (const auto waited = context.waiter.wait(ends); !waited)
          return ports::fail(waited.error());
    }
    auto ended = end_old(context);
    if (!ended || ended->kind != Step::Kind::done) return ended;
    if (!moved)
      context.teller.note(Severity::warning,
                          "the leaked secret has ended before every pod was proved to be on the "
                          "new one: logins at the others fail until they are");
  }
  return moved || no_proof ? Step::done() : Step::again();
}

const EndLeaked ending;

}  // namespace

const PhaseWork& end_leaked = ending;

}  // namespace rotator::phases
