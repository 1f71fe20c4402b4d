#include <utility>

#include "rotator/rotation/context/context.h"
#include "rotator/rotation/phases/phases.h"

namespace rotator::phases {
namespace {

class Store final : public PhaseWork {
 public:
  Phase name() const override { return Phase::store; }
  Stepped perform(Context& context) const override;
};

Stepped Store::perform(Context& context) const {
  auto& journal = context.ledger.entry();
  auto& vault = context.vault_value;
  if (context.values.new_value().empty()) return Step::again();
  auto shown = vault.read();
  if (!shown) return ports::fail(shown.error());
  const auto fingerprint = vault.fingerprint(*shown);
  int version = shown->current.version;
  if (fingerprint != journal.new_fingerprint) {
    if (fingerprint != journal.old_fingerprint) {
      auto why = vault.path() + " was changed by somebody else (version " +
                 std::to_string(version) + ", " + fingerprint + ")";
      // Pods may hold the new value already: which of the three is right, an operator knows.
      if (journal.new_kv_version > 0)
        return Step::stop(why + "; write version " + std::to_string(journal.new_kv_version) +
                          " again and `rotator resume`, or version " +
                          std::to_string(journal.old_kv_version) + " and `rotator rollback`");
      return Step::turn_back(std::move(why));
    }
    if (const auto ready = context.ledger.about_to(Intent::write_value); !ready)
      return ports::fail(ready.error());
    // Whatever the reply is: the next attempt reads and sees whose value is there.
    const auto written =
        vault.write(std::move(*shown), context.values.new_value(), journal.new_secret_id);
    if (!written) return ports::fail(written.error());
    version = *written;
  }
  journal.new_kv_version = version;
  journal.stored = context.clock.wall_now();
  vault.settle_from_now();
  return Step::done();
}

const Store the_store;

}  // namespace

const PhaseWork& store = the_store;

}  // namespace rotator::phases
