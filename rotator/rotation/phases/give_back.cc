#include "rotator/rotation/phases/give_back.h"

namespace rotator::phases {

using ports::ErrorCode;

ports::Status give_old_back(Context& context) {
  auto& journal = context.ledger.entry();
  if (!context.systems.capability().can_disable) return {};
  const auto ready = context.ledger.about_to(Intent::enable_old);
  if (context.lock.lost()) return ready;
  const auto enabled = context.systems.provider().enable_secret(journal.old_secret_id);
  if (!enabled && enabled.error().code == ErrorCode::missing)
    return ports::fail(ErrorCode::missing, "somebody has deleted the old secret " +
                                               journal.old_secret_id +
                                               ", so it cannot be enabled again");
  if (!enabled) {
    context.teller.note(Severity::error,
                        "the old secret could NOT be enabled again: " + enabled.error().message);
    return ports::fail(
        enabled.error().code == ErrorCode::refused ? ErrorCode::busy : enabled.error().code,
        "enabling the old secret again failed: " + enabled.error().message);
  }
  context.retirement.found_enabled();
  journal.intent = Intent::none;
  context.ledger.touch();
  return {};
}

const char* old_given_back(Context& context) {
  return context.systems.capability().can_disable ? "the old secret was enabled again"
                                                  : "the old secret still works";
}

bool leave_old_enabled(Context& context) {
  if (!context.systems.capability().can_disable || context.lock.lost() ||
      context.ledger.entry().intent == Intent::delete_old)
    return false;
  return give_old_back(context).has_value();
}

}  // namespace rotator::phases
