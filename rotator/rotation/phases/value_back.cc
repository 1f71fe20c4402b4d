#include <utility>

#include "rotator/rotation/context/context.h"
#include "rotator/rotation/phases/phases.h"

namespace rotator::phases {
namespace {

class ValueBack final : public PhaseWork {
 public:
  Phase name() const override { return Phase::rollback; }
  Stepped perform(Context& context) const override;
};

Stepped ValueBack::perform(Context& context) const {
  auto& journal = context.ledger.entry();
  auto& vault = context.vault_value;
  auto shown = vault.read();
  if (!shown) return ports::fail(shown.error());
  const auto fingerprint = vault.fingerprint(*shown);
  const int version = shown->current.version;
  const bool is_new = !journal.new_fingerprint.empty() && fingerprint == journal.new_fingerprint;
  if (!is_new && fingerprint != journal.old_fingerprint)
    return Step::stop(vault.path() + " holds a value of somebody else (version " +
                      std::to_string(version) + ", " + fingerprint + ")");
  if (is_new && journal.new_kv_version == 0) journal.new_kv_version = version;
  // A write of the new value that is still on its way would land on the version that it was meant
  // for: writing the old value once more takes that version away from it.
  const bool in_flight = journal.intent == Intent::write_value && !is_new;
  if (!is_new && !in_flight) return Step::done();
  if (context.values.old_value().empty())
    return Step::stop("version " + std::to_string(journal.old_kv_version) + " of " + vault.path() +
                      " with the old value cannot be read");
  if (const auto ready = context.ledger.about_to(Intent::write_value_back); !ready)
    return ports::fail(ready.error());
  const auto written =
      vault.write(std::move(*shown), context.values.old_value(), journal.old_secret_id);
  if (!written) return ports::fail(written.error());
  journal.back_kv_version = *written;
  vault.settle_from_now();
  return Step::done();
}

const ValueBack taking_back;

}  // namespace

const PhaseWork& value_back = taking_back;

}  // namespace rotator::phases
