#include <algorithm>
#include <utility>

#include "rotator/rotation/context/context.h"
#include "rotator/rotation/phases/phases.h"

namespace rotator::phases {
namespace {

using ports::ErrorCode;
using ports::Instant;

class Soak final : public PhaseWork {
 public:
  Phase name() const override { return Phase::soak; }
  bool wanted(const Context& context) const override { return !context.retirement.gone(); }
  Stepped perform(Context& context) const override;
};

// Giving a secret back is always safe, so it does not wait for the journal; only a lost lock stops
// it, because then somebody else is in charge.
Stepped enable_again(Context& context, std::string why) {
  auto& journal = context.ledger.entry();
  if (context.systems.capability().can_disable) {
    const auto ready = context.ledger.about_to(Intent::enable_old);
    if (context.lock.lost()) return ports::fail(ready.error());
    const auto enabled = context.systems.provider().enable_secret(journal.old_secret_id);
    if (!enabled) {
      context.teller.note(Severity::error,
                          "the old secret could NOT be enabled again: " + enabled.error().message);
      return ports::fail(
          enabled.error().code == ErrorCode::refused ? ErrorCode::busy : enabled.error().code,
          why + "; enabling the old secret again failed: " + enabled.error().message);
    }
  }
  journal.intent = Intent::none;
  return Step::stop_before_again(std::move(why) + "; the old secret was enabled again");
}

// One soak. It counts from the moment when the token endpoint refuses the old secret: before that,
// nobody who still uses it would have failed.
class Watching {
 public:
  explicit Watching(Context& context);
  // The trouble that ends the soak, if there is any now.
  std::optional<std::string> look();
  bool over() const { return sure() && context_.clock.now() >= ends_; }
  // Beyond patience, and still not sure.
  bool hopeless() const {
    return !sure() && context_.clock.now() >= ends_ + context_.configuration.rotation.patience;
  }
  // Until the next look is due; at the end itself everything is looked at once more.
  ports::Status wait();

 private:
  bool sure() const {
    return old_refused_ && new_sure_ &&
           !(context_.failures.counts() && context_.failures.quiet().blind);
  }
  std::int64_t failures() const { return context_.failures.seen() - failures_before_; }

  Context& context_;
  std::int64_t failures_before_;
  Instant refusal_due_;
  Instant ends_;
  bool old_refused_;
  bool new_sure_ = false;
};

Watching::Watching(Context& context)
    : context_(context),
      failures_before_(context.failures.seen()),
      refusal_due_(context.propagation_ends(context.clock.now())),
      ends_(context.clock.now() + context.configuration.rotation.soak),
      // Nothing to wait for where there is nothing that could be refused or asked.
      old_refused_(!context.systems.capability().can_disable ||
                   context.values.old_value().empty()) {
  // What was counted since the disabling belongs to the soak, also when another process did it.
  const auto count = context.failures.count();
  const auto at_disable = context.ledger.entry().failures_at_disable;
  if (count && at_disable && *count > *at_disable) failures_before_ -= *count - *at_disable;
  context.failures.look_at(context.failures.counts() ? context.clock.now() : Instant::max());
}

std::optional<std::string> Watching::look() {
  auto& clock = context_.clock;
  auto& probe = context_.systems.probe();
  if (!old_refused_) {
    const auto answer = probe.ask(context_.values.old_value());
    old_refused_ = answer && answer->acceptance == Acceptance::refused;
    if (old_refused_)
      ends_ = clock.now() + context_.configuration.rotation.soak;
    else if (clock.now() >= refusal_due_)
      return "the token endpoint still accepts the disabled secret";
  }
  if (context_.values.new_value().empty()) return "the new value can no longer be read";
  const auto answer = probe.ask(context_.values.new_value());
  if (answer && answer->acceptance == Acceptance::refused)
    return "the new secret was refused (" + std::to_string(answer->status) + " " + answer->error +
           ")";
  new_sure_ = answer && answer->acceptance == Acceptance::accepted;
  if (clock.now() >= context_.failures.next_look()) context_.failures.look();
  if (context_.failures.counts() &&
      failures() > context_.configuration.rotation.stop_after_failures)
    return std::to_string(failures()) + " login failures after the old secret was disabled";
  return std::nullopt;
}

ports::Status Watching::wait() {
  const auto now = context_.clock.now();
  auto& failures = context_.failures;
  const auto step =
      std::min(failures.next_look(), now + context_.configuration.rotation.soak_check_every);
  const auto until = now < ends_ ? std::min(step, ends_) : step;
  if (failures.counts() && until >= ends_) failures.look_at(std::min(failures.next_look(), ends_));
  const auto waited = context_.waiter.wait(std::max(until, now + std::chrono::milliseconds(1)));
  return waited ? ports::Status() : ports::fail(waited.error());
}

Stepped Soak::perform(Context& context) const {
  const auto length = context.configuration.rotation.soak;
  if (length == ports::Duration(0)) return Step::done();
  auto& journal = context.ledger.entry();
  const auto now = context.clock.wall_now();
  if (journal.disabled_at == ports::WallTime{}) journal.disabled_at = now;
  journal.soak_ends = now + length;
  if (const auto written = context.ledger.append(); !written) return ports::fail(written.error());
  context.teller.waiting("the end of the soak", length);
  for (Watching watching(context);;) {
    if (auto trouble = watching.look()) return enable_again(context, std::move(*trouble));
    if (watching.over()) return Step::done();
    if (watching.hopeless())
      return ports::fail(ErrorCode::busy,
                         "whether logins work could not be seen at the soak's end");
    if (const auto waited = watching.wait(); !waited) return ports::fail(waited.error());
  }
}

const Soak the_soak;

}  // namespace

const PhaseWork& soak = the_soak;

}  // namespace rotator::phases
