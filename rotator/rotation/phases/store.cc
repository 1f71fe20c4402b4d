#include <utility>

#include "rotator/rotation/context/context.h"
#include "rotator/rotation/phases/foresee_write.h"
#include "rotator/rotation/phases/phases.h"

namespace rotator::phases {
namespace {

class Store final : public PhaseWork {
 public:
  struct Options {
    bool staged = false;  // with the old value beside it
  };
  explicit constexpr Store(Options options) : options_(options) {}
  Phase name() const override { return Phase::store; }
  Stepped perform(Context& context) const override;
  void foresee(Context& context) const override { foresee_write(context); }

 private:
  Options options_;
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
      if (options_.staged)
        return Step::stop(why + "; it was staged as version " +
                          std::to_string(journal.staged_kv_version) + ": write that again and " +
                          "`rotator resume`, or `rotator rollback`");
      return Step::turn_back(std::move(why));
    }
    if (const auto ready = context.ledger.about_to(Intent::write_value); !ready)
      return ports::fail(ready.error());
    // Whatever the reply is: the next attempt reads and sees whose value is there.
    const auto& value = context.values.new_value();
    const auto written =
        options_.staged ? vault.write_with_fallback(std::move(*shown), value, journal.new_secret_id,
                                                    context.values.old_value())
                        : vault.write(std::move(*shown), value, journal.new_secret_id);
    if (!written) return ports::fail(written.error());
    version = *written;
  }
  journal.new_kv_version = version;
  journal.stored = context.clock.wall_now();
  vault.settle_from_now();
  return Step::done();
}

const Store storing_alone({.staged = false});
const Store storing_old_beside({.staged = true});

}  // namespace

const PhaseWork& store = storing_alone;
const PhaseWork& store_staged = storing_old_beside;

}  // namespace rotator::phases
