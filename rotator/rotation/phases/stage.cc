#include <utility>

#include "rotator/rotation/context/context.h"
#include "rotator/rotation/phases/foresee_write.h"
#include "rotator/rotation/phases/new_secret.h"
#include "rotator/rotation/phases/phases.h"

namespace rotator::phases {
namespace {

class Stage final : public PhaseWork {
 public:
  Phase name() const override { return Phase::stage; }
  Stepped perform(Context& context) const override;
  void foresee(Context& context) const override { foresee_write(context); }
};

Step changed_by_another(Context& context, const VaultValue::Shown& shown, const char* what) {
  return Step::turn_back(context.vault_value.path() + " was changed by somebody else (version " +
                         std::to_string(shown.current.version) + ", " + what + ")");
}

Stepped Stage::perform(Context& context) const {
  auto& journal = context.ledger.entry();
  auto& vault = context.vault_value;
  auto& values = context.values;
  auto shown = vault.read();
  if (!shown) return ports::fail(shown.error());
  const auto fingerprint = vault.fingerprint(*shown);
  if (fingerprint != journal.old_fingerprint)
    return changed_by_another(context, *shown, fingerprint.c_str());
  if (values.old_value().empty()) values.learn_old(shown->value->clone());
  int version = shown->current.version;
  auto beside = vault.fallback(*shown);
  if (beside && !vault.ours(*beside))
    return changed_by_another(context, *shown, "another second secret");
  // What lies there is what some pods hold already: it is what the provider shall be given.
  const bool staged = beside && !beside->same_as(values.old_value());
  if (staged) {
    values.learn_wish(std::move(*beside));
  } else {
    const auto wish = new_secret_wish(context);
    if (const auto ready = context.ledger.about_to(Intent::stage_value); !ready)
      return ports::fail(ready.error());
    // Whatever the reply is: the next attempt reads and sees what is there.
    const auto written = vault.write_with_fallback(std::move(*shown), values.old_value(),
                                                   journal.old_secret_id, wish.value);
    if (!written) return ports::fail(written.error());
    version = *written;
  }
  journal.staged_kv_version = version;
  context.ledger.touch();
  vault.settle_from_now();
  return Step::done();
}

const Stage the_stage;

}  // namespace

const PhaseWork& stage = the_stage;

}  // namespace rotator::phases
