#include <utility>

#include "rotator/rotation/context/context.h"
#include "rotator/rotation/phases/foresee_write.h"
#include "rotator/rotation/phases/last_look.h"
#include "rotator/rotation/phases/phases.h"

namespace rotator::phases {
namespace {

class Clear final : public PhaseWork {
 public:
  Phase name() const override { return Phase::clear; }
  Stepped perform(Context& context) const override;
  void foresee(Context& context) const override { foresee_write(context); }
};

// Pods that read both go on with the new one; what lies beside it is refused by now.
Stepped Clear::perform(Context& context) const {
  auto& journal = context.ledger.entry();
  auto& vault = context.vault_value;
  auto changed = look_at_vault(context);
  if (!changed) return ports::fail(changed.error());
  if (*changed) return Step::stop_before_again(std::move(**changed));
  auto shown = vault.read();
  if (!shown) return ports::fail(shown.error());
  if (vault.fingerprint(*shown) != journal.new_fingerprint)
    return ports::fail(ports::ErrorCode::busy, vault.path() + " was changed a moment ago");
  const auto beside = vault.fallback(*shown);
  if (!beside) return Step::done();
  if (!vault.ours(*beside)) {
    context.teller.note(Severity::warning,
                        vault.path() + " holds a second secret of somebody else, which stays");
    return Step::done();
  }
  if (const auto ready = context.ledger.about_to(Intent::drop_fallback); !ready)
    return ports::fail(ready.error());
  const auto written = vault.write_with_fallback(std::move(*shown), context.values.new_value(),
                                                 journal.new_secret_id, {});
  if (!written) return ports::fail(written.error());
  journal.new_kv_version = *written;
  journal.intent = Intent::none;
  context.ledger.touch();
  return Step::done();
}

const Clear clearing;

}  // namespace

const PhaseWork& clear = clearing;

}  // namespace rotator::phases
