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

ports::Result<Judgement> look_at_pods(Context& context) {
  if (!context.configuration.looks_at_pods()) return Judgement::pass;
  if (const auto read = context.fleet.read(); !read) return ports::fail(read.error());
  auto question = context.fleet.question();
  question.proved = context.fleet.kept_proofs();
  auto fleet = context.fleet.inspect_seen(std::move(question));
  if (!fleet) return ports::fail(fleet.error());
  auto worst = Judgement::pass;
  for (const auto& judged : {judge_old_pods_gone(*fleet),
                             judge_every_pod_on(*fleet, context.ledger.entry().new_fingerprint),
                             judge_process_newer_than_file(*fleet)}) {
    if (context.teller.gate(judged) || worst == Judgement::fail) continue;
    worst = judged.verdict;
  }
  if (worst == Judgement::pass) context.fleet.keep_proofs(std::move(fleet->live));
  return worst;
}

}  // namespace rotator::phases
