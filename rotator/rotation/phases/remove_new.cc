#include <utility>

#include "rotator/rotation/context/context.h"
#include "rotator/rotation/phases/new_secret.h"
#include "rotator/rotation/phases/phases.h"

namespace rotator::phases {
namespace {

class RemoveNew final : public PhaseWork {
 public:
  Phase name() const override { return Phase::rollback; }
  Stepped perform(Context& context) const override;
};

Stepped RemoveNew::perform(Context& context) const {
  auto& journal = context.ledger.entry();
  if (!journal.new_secret_id.empty()) {
    if (const auto ready = context.ledger.about_to(Intent::delete_new); !ready)
      return ports::fail(ready.error());
    if (const auto removed = remove_new_secret(context); !removed)
      return ports::fail(removed.error());
  }
  auto records = context.systems.provider().list_secrets();
  if (!records) return ports::fail(records.error());
  if (const auto removed = remove_doubles(context, *records); !removed)
    return ports::fail(removed.error());
  const auto* old = find_secret(*records, journal.old_secret_id);
  if (old == nullptr || !old->active)
    return ports::fail(ports::ErrorCode::busy, "the old secret is not active after the way back");
  journal.intent = Intent::none;
  return Step::done("rolled back to secret " + journal.old_secret_id + " (" +
                    journal.old_fingerprint + "): " + journal.reason);
}

const RemoveNew removing;

}  // namespace

const PhaseWork& remove_new = removing;

}  // namespace rotator::phases
