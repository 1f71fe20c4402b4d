#include "rotator/rotation/context/context.h"
#include "rotator/rotation/phases/phases.h"

namespace rotator::phases {
namespace {

class RemoveOld final : public PhaseWork {
 public:
  struct Options {
    bool ask_vault = true;  // only while Vault holds the new secret
  };
  explicit constexpr RemoveOld(Options options) : options_(options) {}
  Phase name() const override { return Phase::removal; }
  bool wanted(const Context& context) const override {
    return !context.retirement.gone() && !context.systems.capability().create_replaces;
  }
  Stepped perform(Context& context) const override;

 private:
  Options options_;
};

Stepped RemoveOld::perform(Context& context) const {
  auto& journal = context.ledger.entry();
  auto& provider = context.systems.provider();
  const auto records = provider.list_secrets();
  if (!records) return ports::fail(records.error());
  if (find_secret(*records, journal.old_secret_id) == nullptr) return Step::done();
  const auto* fresh = find_secret(*records, journal.new_secret_id);
  if (fresh == nullptr || !fresh->active)
    return Step::stop("the new secret " + journal.new_secret_id +
                      " is not active at the provider, so the old one stays");
  if (options_.ask_vault) {
    const auto shown = context.vault_value.read();
    if (!shown) return ports::fail(shown.error());
    if (context.vault_value.fingerprint(*shown) != journal.new_fingerprint)
      return Step::stop(context.vault_value.path() + " no longer holds the new secret");
    if (context.values.new_value().empty()) context.values.learn_new(shown->value->clone());
  }
  if (const auto ready = context.ledger.about_to(Intent::delete_old); !ready)
    return ports::fail(ready.error());
  if (const auto removed = provider.delete_secret(journal.old_secret_id); !removed)
    return ports::fail(removed.error());
  journal.intent = Intent::none;
  return Step::done();
}

const RemoveOld asking({.ask_vault = true});
const RemoveOld unasking({.ask_vault = false});

}  // namespace

const PhaseWork& remove_old = asking;
const PhaseWork& remove_old_unasked = unasking;

}  // namespace rotator::phases
