#include <utility>

#include "rotator/rotation/context/context.h"
#include "rotator/rotation/phases/acceptance.h"
#include "rotator/rotation/phases/last_look.h"
#include "rotator/rotation/phases/new_secret.h"
#include "rotator/rotation/phases/phases.h"

namespace rotator::phases {
namespace {

using ports::ErrorCode;

class Create final : public PhaseWork {
 public:
  struct Options {
    bool prove_acceptance = true;
    bool staged = false;  // only while Vault and every pod hold the wished value beside the old one
    // The old one leaked: however soon it lapses is well, and once it has ended, nothing is waited
    // for.
    bool leaked = false;
  };
  explicit constexpr Create(Options options) : options_(options) {}
  Phase name() const override { return Phase::create; }
  Stepped perform(Context& context) const override;
  void foresee(Context& context) const override;

 private:
  Options options_;
};

void Create::foresee(Context& context) const {
  SecretWish wish{.label = new_secret_label(context)};
  if (context.systems.capability().chooses_value)
    wish.value = context.values.wish(context.random).clone();
  context.values.drop_wish();
  static_cast<void>(context.systems.provider().create_secret(wish));
}

ports::Status create_or_find(Context& context) {
  auto& values = context.values;
  if (values.create_in_doubt()) {
    const auto found = find_lost_create(context);
    if (!found) return ports::fail(found.error());
    if (*found) return {};
  }
  const auto wish = new_secret_wish(context);
  if (const auto ready = context.ledger.about_to(Intent::create_secret); !ready) return ready;
  auto created = context.systems.provider().create_secret(wish);
  if (created) return adopt_new_secret(context, std::move(*created));
  // A clear no leaves nothing behind; after anything else the next attempt looks first. A slot that
  // was free a moment ago may have been taken by our own first request, late on its way, or sent
  // twice on its way, whatever the provider's word for that is; what was wished for is known when
  // it is seen.
  const auto code = created.error().code;
  const bool late = code == ErrorCode::refused && values.create_in_doubt();
  if ((code == ErrorCode::conflict || late) && !wish.value.empty()) {
    const auto found = find_lost_create(context);
    if (!found) return ports::fail(found.error());
    if (*found) return {};
  }
  if (code == ErrorCode::refused || code == ErrorCode::missing) values.drop_wish();
  if (code == ErrorCode::conflict && values.create_in_doubt())
    return ports::fail(ErrorCode::ambiguous, created.error().message);
  if (code != ErrorCode::conflict && code != ErrorCode::refused) values.doubt_create(true);
  return ports::fail(created.error());
}

// A crash came between the create and the KV write.
ports::Status recover_value(Context& context) {
  auto& journal = context.ledger.entry();
  auto value = context.systems.provider().read_secret(journal.new_secret_id);
  if (value) {
    if (value->fingerprint(context.ledger.fingerprint_key()) != journal.new_fingerprint)
      return ports::fail(ErrorCode::refused, "secret " + journal.new_secret_id +
                                                 " no longer has the value that was created");
    context.values.learn_new(std::move(*value));
    return {};
  }
  if (value.error().code != ErrorCode::refused && value.error().code != ErrorCode::missing)
    return ports::fail(value.error());
  // Where it has gone by itself, somebody else made another in its place: a second one of ours
  // would evict the old one as well.
  if (context.systems.capability().slots == Capability::Slots::current_and_retiring)
    return ports::fail(ErrorCode::refused, "the new secret " + journal.new_secret_id +
                                               " cannot be had again: " + value.error().message);
  // Its value is lost and nothing uses it: remove it, unless another takes its place, and begin
  // anew.
  if (value.error().code == ErrorCode::refused && !context.systems.capability().create_replaces) {
    if (const auto ready = context.ledger.about_to(Intent::delete_new); !ready) return ready;
    if (const auto removed = remove_new_secret(context); !removed) return removed;
  }
  // Where one was made whose reply was lost, another may have been: it is looked for before a new
  // one is made.
  context.values.doubt_create(journal.new_fingerprint.empty());
  journal.new_secret_id.clear();
  journal.new_fingerprint.clear();
  journal.refused_at = {};
  journal.intent = Intent::none;
  return context.ledger.append();
}

// Where a new secret makes the old one lapse, whether it really lives on for as long as it is
// needed shows only afterwards: why not, or nothing.
ports::Result<std::optional<std::string>> trouble_with_old(Context& context) {
  const auto& journal = context.ledger.entry();
  if (context.systems.capability().slots != Capability::Slots::current_and_retiring)
    return std::optional<std::string>();
  const auto records = context.systems.provider().list_secrets();
  if (!records) return ports::fail(records.error());
  if (!new_is_current(context, *records))
    return std::optional("somebody else has made another secret since " + journal.new_secret_id +
                         " was made");
  const auto* old = find_secret(*records, journal.old_secret_id);
  if (old == nullptr || !old->active)
    return std::optional("the provider ended the old secret " + journal.old_secret_id +
                         " when it made the new one");
  const auto needed = journal.window_ends + context.configuration.rotation.soak;
  if (old->expires == ports::WallTime{} || old->expires >= needed)
    return std::optional<std::string>();
  return std::optional("the old secret " + journal.old_secret_id + " lapses at " +
                       to_rfc3339(old->expires) + ", and is needed until " + to_rfc3339(needed));
}

Stepped Create::perform(Context& context) const {
  const auto& journal = context.ledger.entry();
  if (journal.new_secret_id.empty()) {
    if (options_.staged && !context.retirement.take_permit()) {
      auto staged = look_at_staged(context);
      if (!staged || staged->kind != Step::Kind::done) return staged;
    }
    const auto made = create_or_find(context);
    // The provider has no slot: it changed nothing.
    if (!made && made.error().code == ErrorCode::conflict && !context.lock.lost() &&
        !context.values.create_in_doubt())
      return options_.staged ? Step::turn_back(made.error().message)
                             : Step::refuse(made.error().message);
    if (!made) return ports::fail(made.error());
    // Made, but its value was lost with the reply.
    if (context.values.new_value().empty()) return Step::again();
  } else if (context.values.new_value().empty()) {
    if (const auto recovered = recover_value(context); !recovered)
      return ports::fail(recovered.error());
    if (journal.new_secret_id.empty()) return Step::again();
  }
  if (!options_.prove_acceptance) return Step::done();
  if (options_.leaked && !context.exposure.runs()) return Step::done();
  auto trouble = options_.leaked ? std::optional<std::string>() : trouble_with_old(context);
  if (!trouble) return ports::fail(trouble.error());
  if (*trouble) return Step::turn_back(std::move(**trouble));
  if (!context.configuration.gate_enabled(Gate::new_secret_accepted)) return Step::done();
  // Vault must never hold a value that the token endpoint does not accept yet.
  const auto accepted = prove_new_accepted(context);
  if (!accepted) return ports::fail(accepted.error());
  if (!context.teller.gate(*accepted)) {
    if (accepted->verdict == Judgement::unknown)
      return ports::fail(ErrorCode::busy, accepted->reason);
    return Step::turn_back("the token endpoint does not accept the new secret: " +
                           accepted->reason);
  }
  context.failures.watch_from_now();
  return Step::done();
}

const Create proved({.prove_acceptance = true});
const Create unproved({.prove_acceptance = false});
const Create of_staged({.staged = true});
const Create after_leak({.leaked = true});

}  // namespace

const PhaseWork& create = proved;
const PhaseWork& create_unproved = unproved;
const PhaseWork& create_staged = of_staged;
const PhaseWork& create_after_leak = after_leak;

}  // namespace rotator::phases
