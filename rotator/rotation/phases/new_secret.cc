#include "rotator/rotation/phases/new_secret.h"

#include <algorithm>
#include <utility>

namespace rotator::phases {

std::string new_secret_label(const Context& context) {
  return "rotation " + context.ledger.entry().rotation_id;
}

SecretWish new_secret_wish(Context& context) {
  SecretWish wish{.label = new_secret_label(context)};
  if (!context.systems.capability().chooses_value) return wish;
  wish.value = context.values.wish(context.random).clone();
  auto& known = context.ledger.entry().wished_fingerprints;
  auto fingerprint = wish.value.fingerprint(context.ledger.fingerprint_key());
  if (std::find(known.begin(), known.end(), fingerprint) == known.end())
    known.push_back(std::move(fingerprint));
  return wish;
}

ports::Status adopt_new_secret(Context& context, CreatedSecret created) {
  auto& journal = context.ledger.entry();
  journal.new_secret_id = created.record.id;
  journal.new_fingerprint.clear();
  if (!created.value.empty())
    journal.new_fingerprint = created.value.fingerprint(context.ledger.fingerprint_key());
  journal.intent = Intent::none;
  context.window.open();
  context.exposure.begin(created.record.created, context.values.create_in_doubt());
  context.values.learn_new(std::move(created.value));
  context.values.doubt_create(false);
  context.values.drop_wish();
  if (journal.new_fingerprint == journal.old_fingerprint)
    return ports::fail(ports::ErrorCode::refused, "the provider gave the old secret for a new one");
  return context.ledger.append();
}

ports::Result<bool> find_lost_create(Context& context) {
  std::vector<SecretRecord> before;
  for (const auto& id : context.ledger.entry().secrets_before) before.push_back({.id = id});
  SecretSought sought{.label = new_secret_label(context)};
  const auto& wished = context.ledger.entry().wished_fingerprints;
  if (!wished.empty())
    sought.ours = [&](const ports::Secret& value) {
      const auto fingerprint = value.fingerprint(context.ledger.fingerprint_key());
      return std::find(wished.begin(), wished.end(), fingerprint) != wished.end();
    };
  auto found = context.systems.provider().resolve_create(before, sought);
  if (!found) return ports::fail(found.error());
  if (!*found) return false;
  if (const auto adopted = adopt_new_secret(context, std::move(**found)); !adopted)
    return ports::fail(adopted.error());
  return true;
}

ports::Status remove_new_secret(Context& context) {
  auto& provider = context.systems.provider();
  const auto& id = context.ledger.entry().new_secret_id;
  if (context.systems.capability().can_restore) {
    if (context.values.old_value().empty())
      return ports::fail(
          ports::ErrorCode::refused,
          "the old value can no longer be read, so it cannot take the place of " + id + " again");
    return provider.restore_secret(context.values.old_value(), id);
  }
  if (context.systems.capability().can_disable)
    if (const auto disabled = provider.disable_secret(id); !disabled) return disabled;
  return provider.delete_secret(id);
}

ports::Status remove_doubles(Context& context, std::vector<SecretRecord>& records) {
  if (context.systems.capability().create_replaces) return {};
  auto& journal = context.ledger.entry();
  const auto label = new_secret_label(context);
  std::vector<std::string> doubles;
  for (const auto& record : records)
    if (record.label == label && record.id != journal.new_secret_id) doubles.push_back(record.id);
  for (const auto& id : doubles) {
    context.teller.note(Severity::warning,
                        "the creation of the new secret arrived twice: removing the other one, " +
                            id + ", whose value nobody was told");
    if (const auto ready = context.ledger.about_to(Intent::delete_new); !ready) return ready;
    if (const auto removed = context.systems.provider().delete_secret(id); !removed) return removed;
    journal.intent = Intent::none;
    std::erase_if(records, [&](const SecretRecord& record) { return record.id == id; });
  }
  return {};
}

bool new_is_current(const Context& context, const std::vector<SecretRecord>& records) {
  using Slots = Capability::Slots;
  return context.systems.capability().slots != Slots::current_and_retiring ||
         (!records.empty() && records.back().id == context.ledger.entry().new_secret_id);
}

std::string another_took_its_place(const Context& context) {
  return "somebody else has made another secret since the new one, " +
         context.ledger.entry().new_secret_id + ", was made, which therefore lapses; find out who";
}

}  // namespace rotator::phases
