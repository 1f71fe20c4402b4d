#include <algorithm>
#include <utility>

#include "rotator/calls/counted.h"
#include "rotator/rotation/context/context.h"
#include "rotator/rotation/gates.h"
#include "rotator/rotation/phases/give_back.h"
#include "rotator/rotation/phases/last_look.h"
#include "rotator/rotation/phases/phases.h"

namespace rotator::phases {
namespace {

using ports::Instant;

class Soak final : public PhaseWork {
 public:
  Phase name() const override { return Phase::soak; }
  bool wanted(const Context& context) const override { return !context.retirement.gone(); }
  Stepped perform(Context& context) const override;
  bool relieve(Context& context) const override { return leave_old_enabled(context); }
};

// What ends a soak before its time.
struct Trouble {
  std::string why = {};
  bool restart_mends = false;  // else an operator has to look
  bool old_is_gone = false;    // there is nothing to give back
};

// One soak. It counts from the moment when the token endpoint refuses the old secret: before that,
// nobody who still uses it would have failed.
class Watching {
 public:
  explicit Watching(Context& context);
  // The trouble that there is now, if any: of the pods as soon as one changed, of the rest when
  // that is due.
  std::optional<Trouble> look();
  bool over() const { return sure() && context_.clock.now() >= ends_; }
  // Beyond patience, and still not sure.
  bool hopeless() const {
    return !sure() && context_.clock.now() >= ends_ + context_.configuration.rotation.patience;
  }
  // Until the next look is due or a pod changed; at the end itself everything is looked at once
  // more.
  ports::Status wait();

 private:
  bool sure() const {
    return old_refused_ && new_sure_ &&
           !(context_.failures.counts() && context_.failures.quiet().blind);
  }
  std::int64_t failures() const { return context_.failures.seen() - failures_before_; }
  std::optional<Trouble> look_at_new_processes();
  std::optional<Trouble> ask_token_endpoint();
  Trouble still_accepted();
  std::optional<Trouble> ask_vault();

  Context& context_;
  std::int64_t failures_before_;
  Instant refusal_due_;
  Instant ends_;
  Instant next_look_;
  bool old_refused_;
  bool new_sure_ = false;
  bool pods_changed_;
};

Watching::Watching(Context& context)
    : context_(context),
      failures_before_(context.failures.seen()),
      refusal_due_(context.propagation_ends(context.clock.now())),
      ends_(context.clock.now() + context.configuration.rotation.soak),
      next_look_(context.clock.now()),
      // Nothing to wait for where there is nothing that could be refused or asked.
      old_refused_(!context.systems.capability().can_disable || context.values.old_value().empty()),
      // Who took up another's soak has no proof of any pod.
      pods_changed_(context.fleet.kept_proofs().empty()) {
  // What was counted since the disabling belongs to the soak, also when another process did it.
  const auto count = context.failures.count();
  const auto at_disable = context.ledger.entry().failures_at_disable;
  if (count && at_disable && *count > *at_disable) failures_before_ -= *count - *at_disable;
  context.failures.look_at(context.failures.counts() ? context.clock.now() : Instant::max());
}

// A pod that came since, or whose container restarted, read its file anew: whatever it read, it
// would fail with the old secret from its first login on.
std::optional<Trouble> Watching::look_at_new_processes() {
  if (!pods_changed_ || !context_.configuration.looks_at_pods()) return std::nullopt;
  auto fleet = context_.fleet.inspect_strangers();
  if (!fleet) return std::nullopt;
  const auto on_new = judge_every_pod_on(*fleet, context_.ledger.entry().new_fingerprint);
  const auto processes = judge_process_newer_than_file(*fleet);
  for (const auto* judged : {&on_new, &processes})
    if (judged->verdict == Judgement::fail && context_.configuration.gate_enabled(judged->gate))
      return Trouble{.why = judged->reason, .restart_mends = true};
  pods_changed_ = on_new.verdict == Judgement::unknown || processes.verdict == Judgement::unknown;
  std::erase_if(fleet->live,
                [](const PodProof& proof) { return proof.content.empty() || !proof.file_written; });
  context_.fleet.keep_proofs(std::move(fleet->live));
  return std::nullopt;
}

// A success that changed nothing, and a value that somebody added again, are told from a token
// endpoint that is late.
Trouble Watching::still_accepted() {
  const auto& id = context_.ledger.entry().old_secret_id;
  Trouble late{"the token endpoint still accepts the disabled secret"};
  const auto records = context_.systems.provider().list_secrets();
  if (!records) return late;
  const auto* old = find_secret(*records, id);
  if (old != nullptr && old->active)
    return {"the provider answered that the old secret " + id +
            " was disabled, and lists it as active still, and the token endpoint accepts it: the "
            "provider changed nothing, or somebody enabled it again; find out which, and where the "
            "provider cannot do it any more, disable and delete " +
            id + " in its own console before the rotation is resumed"};
  auto again = find_old_added_again(context_, *records);
  if (again && *again) return {.why = std::move(**again), .old_is_gone = true};
  return late;
}

std::optional<Trouble> Watching::ask_token_endpoint() {
  auto& clock = context_.clock;
  auto& probe = context_.systems.probe();
  if (!old_refused_) {
    const auto answer = probe.ask(context_.values.old_value());
    old_refused_ = answer && answer->acceptance == Acceptance::refused;
    if (old_refused_)
      ends_ = clock.now() + context_.configuration.rotation.soak;
    else if (clock.now() >= refusal_due_)
      return still_accepted();
  }
  if (context_.values.new_value().empty()) return Trouble{"the new value can no longer be read"};
  const auto answer = probe.ask(context_.values.new_value());
  if (answer && answer->acceptance == Acceptance::refused)
    return Trouble{"the new secret was refused (" + std::to_string(answer->status) + " " +
                   answer->error + ")"};
  new_sure_ = answer && answer->acceptance == Acceptance::accepted;
  return std::nullopt;
}

// Who restarts next reads what Vault holds. Whether it can be read at all is for the removal.
std::optional<Trouble> Watching::ask_vault() {
  auto changed = look_at_vault(context_);
  if (!changed || !*changed) return std::nullopt;
  return Trouble{std::move(**changed)};
}

std::optional<Trouble> Watching::look() {
  auto& clock = context_.clock;
  if (auto trouble = look_at_new_processes()) return trouble;
  if (clock.now() >= next_look_) {
    if (auto trouble = ask_token_endpoint()) return trouble;
    if (auto trouble = ask_vault()) return trouble;
    const auto now = clock.now();
    next_look_ = now + context_.configuration.rotation.soak_check_every;
    if (now < ends_) next_look_ = std::min(next_look_, ends_);
  }
  if (clock.now() >= context_.failures.next_look()) context_.failures.look();
  if (context_.failures.counts() &&
      failures() > context_.configuration.rotation.stop_after_failures)
    return Trouble{counted(failures(), "login failure") +
                   (context_.systems.capability().can_disable
                        ? " after the old secret was disabled"
                        : " before the removal of the old secret")};
  return std::nullopt;
}

ports::Status Watching::wait() {
  const auto now = context_.clock.now();
  auto& failures = context_.failures;
  const auto until =
      std::max(std::min(failures.next_look(), next_look_), now + std::chrono::milliseconds(1));
  if (failures.counts() && until >= ends_) failures.look_at(std::min(failures.next_look(), ends_));
  if (!context_.configuration.looks_at_pods()) {
    const auto waited = context_.waiter.wait(until);
    return waited ? ports::Status() : ports::fail(waited.error());
  }
  const auto changed =
      context_.waiter.wait_for_change(context_.fleet.workload(), Subject::pods, until);
  if (!changed) return ports::fail(changed.error());
  pods_changed_ = pods_changed_ || *changed;
  return {};
}

Stepped end_early(Context& context, Trouble trouble) {
  if (trouble.old_is_gone) return Step::stop_before_again(std::move(trouble.why));
  if (const auto back = give_old_back(context); !back)
    return ports::fail(back.error().code, trouble.why + "; " + back.error().message);
  trouble.why += std::string("; ") + old_given_back(context);
  if (!trouble.restart_mends) return Step::stop_before_again(std::move(trouble.why));
  context.teller.note(Severity::warning, trouble.why);
  return Step::again();
}

// The run before may have given it back as it ended.
ports::Result<bool> out_of_use(Context& context) {
  if (context.retirement.disabled() || !context.systems.capability().can_disable) return true;
  const auto records = context.systems.provider().list_secrets();
  if (!records) return ports::fail(records.error());
  const auto* old = find_secret(*records, context.ledger.entry().old_secret_id);
  return old == nullptr || !old->active;
}

Stepped Soak::perform(Context& context) const {
  const auto length = context.configuration.rotation.soak;
  if (length == ports::Duration(0)) return Step::done();
  const auto soaks = out_of_use(context);
  if (!soaks) return ports::fail(soaks.error());
  if (!*soaks) return Step::again();
  auto& journal = context.ledger.entry();
  const auto now = context.clock.wall_now();
  if (journal.disabled_at == ports::WallTime{}) journal.disabled_at = now;
  journal.soak_ends = now + length;
  if (const auto written = context.ledger.append(); !written) return ports::fail(written.error());
  context.teller.waiting("the end of the soak", length);
  for (Watching watching(context);;) {
    if (auto trouble = watching.look()) return end_early(context, std::move(*trouble));
    if (watching.over()) return Step::done();
    if (watching.hopeless())
      return end_early(context, {"whether logins work could not be seen at the soak's end"});
    if (const auto waited = watching.wait(); !waited) return ports::fail(waited.error());
  }
}

const Soak the_soak;

}  // namespace

const PhaseWork& soak = the_soak;

}  // namespace rotator::phases
