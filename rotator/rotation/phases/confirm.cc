#include <algorithm>
#include <utility>

#include "rotator/calls/counted.h"
#include "rotator/rotation/context/context.h"
#include "rotator/rotation/phases/last_look.h"
#include "rotator/rotation/phases/new_secret.h"
#include "rotator/rotation/phases/phases.h"

namespace rotator::phases {
namespace {

using ports::ErrorCode;
using ports::Instant;

// Between the last probes, which nothing else waits for (Okta allows 4 token calls a second).
constexpr ports::Duration confirm_spacing = std::chrono::milliseconds(250);

// Who resumes at the removal finds the secret gone and comes here.
class Confirm final : public PhaseWork {
 public:
  Phase name() const override { return Phase::confirm; }
  Stepped perform(Context& context) const override;
};

// Refusals of the old secret in a row: as many as wanted, or as there were when patience ended.
ports::Result<int> count_refusals(Context& context, Instant patience_ends) {
  const auto& rotation = context.configuration.rotation;
  int row = 0;
  for (;;) {
    const auto answer = context.systems.probe().ask(context.values.old_value());
    if (!answer && answer.error().code == ErrorCode::interrupted)
      return ports::fail(answer.error());
    row = answer && answer->acceptance == Acceptance::refused ? row + 1 : 0;
    if (row >= rotation.probes || context.clock.now() >= patience_ends) return row;
    const auto spacing =
        row > 0 ? std::min(confirm_spacing, rotation.probe_spacing) : rotation.probe_spacing;
    if (const auto waited = context.waiter.wait(context.clock.now() + spacing); !waited)
      return ports::fail(waited.error());
  }
}

ports::Status prove_refused(Context& context) {
  if (context.values.old_value().empty()) {
    context.teller.note(Severity::warning,
                        "the old value can no longer be read, so its refusal could not be probed");
    return {};
  }
  const auto needed = context.configuration.rotation.probes;
  const auto refused = count_refusals(context, context.propagation_ends(context.clock.now()));
  if (!refused) return ports::fail(refused.error());
  if (*refused < needed)
    return ports::fail(ErrorCode::busy, "the token endpoint has not refused the deleted secret " +
                                            counted(needed, "time") + " in a row");
  return {};
}

Stepped Confirm::perform(Context& context) const {
  auto& journal = context.ledger.entry();
  context.failures.rest();
  auto records = context.systems.provider().list_secrets();
  if (!records) return ports::fail(records.error());
  if (const auto removed = remove_doubles(context, *records); !removed)
    return ports::fail(removed.error());
  std::string others;
  for (const auto& record : *records)
    if (record.id != journal.new_secret_id) others += (others.empty() ? "" : ", ") + record.id;
  const bool replaced = context.systems.capability().create_replaces;
  if (!replaced && find_secret(*records, journal.old_secret_id) != nullptr)
    return ports::fail(ErrorCode::busy,
                       "the provider still lists the deleted secret " + journal.old_secret_id);
  if (find_secret(*records, journal.new_secret_id) == nullptr)
    return Step::stop("the new secret " + journal.new_secret_id +
                      " is not among the client's secrets");
  if (!new_is_current(context, *records))
    return Step::stop(another_took_its_place(context) + " (" + others + ")");
  if (const auto refused = prove_refused(context); !refused) {
    auto again = find_old_added_again(context, *records);
    if (again && *again) return Step::stop(std::move(**again));
    return ports::fail(refused.error());
  }
  std::string achieved = "rotated client " + journal.client_id + " from secret " +
                         journal.old_secret_id + " (" + journal.old_fingerprint + ") to " +
                         journal.new_secret_id + " (" + journal.new_fingerprint + ")";
  if (!others.empty()) {
    journal.reason = "other secrets appeared meanwhile: " + others;
    achieved += "; other secrets appeared meanwhile and were left alone: " + others;
  }
  return Step::done(std::move(achieved));
}

const Confirm the_confirm;

}  // namespace

const PhaseWork& confirm = the_confirm;

}  // namespace rotator::phases
