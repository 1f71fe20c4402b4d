#include <utility>

#include "rotator/rotation/context/context.h"
#include "rotator/rotation/phases/phases.h"

namespace rotator::phases {
namespace {

class ValueBack final : public PhaseWork {
 public:
  struct Options {
    bool staged = false;  // a value of this rotation may lie beside it
  };
  explicit constexpr ValueBack(Options options) : options_(options) {}
  Phase name() const override { return Phase::rollback; }
  Stepped perform(Context& context) const override;

 private:
  Options options_;
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
  const bool written =
      journal.intent == Intent::write_value || journal.intent == Intent::stage_value;
  const bool in_flight = written && !is_new;
  const auto beside = options_.staged ? vault.fallback(*shown) : std::nullopt;
  const bool ours_beside = beside && vault.ours(*beside);
  if (!is_new && !in_flight && !ours_beside) return Step::done();
  if (context.values.old_value().empty())
    return Step::stop("version " + std::to_string(journal.old_kv_version) + " of " + vault.path() +
                      " with the old value cannot be read");
  if (const auto ready = context.ledger.about_to(Intent::write_value_back); !ready)
    return ports::fail(ready.error());
  const auto& value = context.values.old_value();
  const auto version_back =
      ours_beside ? vault.write_with_fallback(std::move(*shown), value, journal.old_secret_id, {})
                  : vault.write(std::move(*shown), value, journal.old_secret_id);
  if (!version_back) return ports::fail(version_back.error());
  journal.back_kv_version = *version_back;
  vault.settle_from_now();
  return Step::done();
}

const ValueBack value_back_alone({.staged = false});
const ValueBack value_back_without_another({.staged = true});

}  // namespace

const PhaseWork& value_back = value_back_alone;
const PhaseWork& value_back_staged = value_back_without_another;

}  // namespace rotator::phases
