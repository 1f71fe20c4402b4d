#include "rotator/rotation/phases/last_look.h"

#include <utility>

#include "rotator/rotation/gates.h"

namespace rotator::phases {

ports::Result<std::optional<std::string>> look_at_vault(Context& context) {
  const auto& journal = context.ledger.entry();
  auto& vault = context.vault_value;
  const auto shown = vault.read();
  if (!shown) return ports::fail(shown.error());
  const auto fingerprint = vault.fingerprint(*shown);
  if (fingerprint == journal.new_fingerprint) {
    if (context.values.new_value().empty()) context.values.learn_new(shown->value->clone());
    return std::optional<std::string>();
  }
  const auto version = std::to_string(shown->current.version);
  std::string why = vault.path() + " no longer holds the new secret: somebody else changed it";
  if (fingerprint == journal.old_fingerprint)
    why += " back to the old one (version " + version +
           "). Stop what writes it; then `rotator resume` writes the new one again, or `rotator "
           "rollback` stays with the old one";
  else
    why += " (version " + version + ", " + fingerprint + "). Write version " +
           std::to_string(journal.new_kv_version) + " again and `rotator resume`, or version " +
           std::to_string(journal.old_kv_version) + " and `rotator rollback`";
  return std::optional(std::move(why));
}

ports::Result<std::optional<std::string>> find_old_added_again(
    Context& context, const std::vector<SecretRecord>& records) {
  const auto& journal = context.ledger.entry();
  const auto& old = context.values.old_value();
  const auto& provider = context.systems.capability();
  if (old.empty() || provider.create_replaces || !provider.value_readable ||
      find_secret(records, journal.old_secret_id) != nullptr)
    return std::optional<std::string>();
  auto others = records;
  std::erase_if(others, [&](const SecretRecord& one) { return one.id == journal.new_secret_id; });
  if (others.empty()) return std::optional<std::string>();
  const auto found = context.systems.provider().find_secret(old, others);
  if (!found) return ports::fail(found.error());
  if (!*found) return std::optional<std::string>();
  return std::optional("the old secret " + journal.old_secret_id +
                       " was deleted, and somebody added its value again under another id, " +
                       **found +
                       ", which is not ours to delete. Find out who uses it: Vault gives "
                       "out the new one. Then remove " +
                       **found + " by hand, and `rotator resume` ends the rotation");
}

namespace {

// Asks the pods by `question`, whose first gate `judge` is.
template <typename Judge>
ports::Result<Judgement> ask_pods(Context& context, FleetQuestion question, Judge judge) {
  if (!context.configuration.looks_at_pods()) return Judgement::pass;
  if (const auto read = context.fleet.read(); !read) return ports::fail(read.error());
  question.proved = context.fleet.kept_proofs();
  auto fleet = context.fleet.inspect_seen(std::move(question));
  if (!fleet) return ports::fail(fleet.error());
  auto worst = Judgement::pass;
  for (const auto& judged :
       {judge_old_pods_gone(*fleet), judge(*fleet), judge_process_newer_than_file(*fleet)}) {
    if (context.teller.gate(judged) || worst == Judgement::fail) continue;
    worst = judged.verdict;
  }
  if (worst == Judgement::pass) context.fleet.keep_proofs(std::move(fleet->live));
  return worst;
}

}  // namespace

ports::Result<Judgement> look_at_pods(Context& context) {
  return ask_pods(context, context.fleet.question(), [&](const FleetProof& fleet) {
    return judge_every_pod_on(fleet, context.ledger.entry().new_fingerprint);
  });
}

GateResult judge_on_staged(Context& context, const FleetProof& fleet) {
  return judge_every_pod_on_both(
      fleet, context.ledger.entry().old_fingerprint,
      context.values.wished().fingerprint(context.ledger.fingerprint_key()));
}

Stepped look_at_staged(Context& context) {
  const auto& wished = context.values.wished();
  if (wished.empty()) return Step::again();
  const auto shown = context.vault_value.read();
  if (!shown) return ports::fail(shown.error());
  const auto beside = context.vault_value.fallback(*shown);
  if (context.vault_value.fingerprint(*shown) != context.ledger.entry().old_fingerprint ||
      !beside || !beside->same_as(wished))
    return Step::again();
  auto question = context.fleet.question();
  question.fallback = true;
  const auto pods = ask_pods(context, std::move(question), [&](const FleetProof& fleet) {
    return judge_on_staged(context, fleet);
  });
  if (!pods) return ports::fail(pods.error());
  if (*pods == Judgement::unknown)
    return ports::fail(ports::ErrorCode::busy,
                       "whether every pod holds both secrets cannot be told");
  return *pods == Judgement::pass ? Step::done() : Step::again();
}

}  // namespace rotator::phases
