#include "mocks/vault/store/seal.h"

#include <algorithm>

#include "rotator/ports/check.h"

namespace mocks::vault {

Seal::Seal(const Scheduler& scheduler, Observer& observer, Identifiers& identifiers,
           const VaultOptions& options)
    : scheduler_(scheduler),
      observer_(observer),
      identifiers_(identifiers),
      election_(options.election),
      split_{.shares = options.unseal_shares, .threshold = options.unseal_threshold},
      initialised_(options.initialised),
      sealed_(!options.initialised),
      active_since_(scheduler.wall_now()) {
  ports::check(allows(split_), "VaultOptions: 1 <= unseal_threshold <= unseal_shares <= 255");
}

bool Seal::allows(const KeyShares& split) {
  return split.shares <= max_unseal_shares && split.threshold >= 1 &&
         split.threshold <= split.shares;
}

Outcome Seal::gate() const {
  if (sealed_) return Outcome::sealed;
  return leaderless() ? Outcome::leaderless : Outcome::ok;
}

const std::vector<std::string>& Seal::keys() {
  if (!keys_.empty()) return keys_;
  // A sole share is the key itself, 32 bytes; shares of several have one byte more.
  const bool sole = split_.shares == 1;
  for (int share = 0; share < split_.shares; ++share) {
    std::string key;
    while (key.size() < 64)
      for (const char c : identifiers_.uuid())
        if (c != '-' && key.size() < 64) key += c;
    if (!sole) {
      key += "0123456789abcdef"[share / 16 % 16];
      key += "0123456789abcdef"[share % 16];
    }
    keys_.push_back(std::move(key));
  }
  return keys_;
}

void Seal::initialise(const KeyShares& split) {
  split_ = split;
  initialised_ = true;
  keys_.clear();
}

ShareResult Seal::give(const std::string& share) {
  const auto& all = keys();
  if (std::find(given_.begin(), given_.end(), share) == given_.end()) given_.push_back(share);
  if (nonce_.empty()) nonce_ = identifiers_.uuid();
  if (static_cast<int>(given_.size()) < split_.threshold) return ShareResult::more_wanted;
  const bool right = std::all_of(given_.begin(), given_.end(), [&all](const auto& one) {
    return std::find(all.begin(), all.end(), one) != all.end();
  });
  restart();
  if (!right) return ShareResult::wrong_key;
  unseal();
  return ShareResult::unsealed;
}

void Seal::restart() {
  given_.clear();
  nonce_.clear();
}

void Seal::seal() {
  if (sealed_) return;
  sealed_ = true;
  restart();
  observer_.observe(scheduler_.now(), {.kind = FactKind::vault_sealed});
}

void Seal::unseal() {
  if (!sealed_ || !initialised_) return;
  sealed_ = false;
  restart();
  active_since_ = scheduler_.wall_now();
  observer_.observe(scheduler_.now(), {.kind = FactKind::vault_unsealed});
}

void Seal::step_down() {
  leader_from_ = scheduler_.now() + election_;
  active_since_ = scheduler_.wall_now() + election_;
}

}  // namespace mocks::vault
