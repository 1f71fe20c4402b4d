#include "rotator/rotation/context/context.h"
#include "rotator/rotation/phases/new_secret.h"
#include "rotator/rotation/phases/phases.h"

namespace rotator::phases {
namespace {

class FindNew final : public PhaseWork {
 public:
  Phase name() const override { return Phase::rollback; }
  bool wanted(const Context& context) const override {
    return context.ledger.entry().new_secret_id.empty() && context.values.create_in_doubt();
  }
  Stepped perform(Context& context) const override;
};

Stepped FindNew::perform(Context& context) const {
  const auto found = find_lost_create(context);
  if (!found && found.error().code == ports::ErrorCode::conflict && !context.lock.lost())
    return Step::stop(found.error().message);
  if (!found) return ports::fail(found.error());
  context.values.doubt_create(false);
  return Step::done();
}

const FindNew finding;

}  // namespace

const PhaseWork& find_new = finding;

}  // namespace rotator::phases
