// Seal: whether a Vault serves calls: initialised, unsealed by enough shares of its key, led by an
// active node (https://developer.hashicorp.com/vault/docs/concepts/seal and .../concepts/ha). Tells
// vault_sealed and vault_unsealed.
//
// A Shamir seal whose shares are compared, not combined: any `threshold` different right shares
// unseal, in any order.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "mocks/facts.h"
#include "mocks/scheduler.h"
#include "mocks/vault/store/identifiers.h"
#include "mocks/vault/store/options.h"
#include "mocks/vault/store/outcome.h"
#include "rotator/ports/clock.h"

namespace mocks::vault {

// Bound: shares of the unseal key, Vault's own.
inline constexpr int max_unseal_shares = 255;

// Into how many shares the unseal key is split, and how many of them unseal.
struct KeyShares {
  int shares = 1;
  int threshold = 1;
};

// What handing in one share came to.
enum class ShareResult { more_wanted, wrong_key, unsealed };

class Seal {
 public:
  // All must outlive it. The options' shares and threshold must fit (check).
  Seal(const Scheduler& scheduler, Observer& observer, Identifiers& identifiers,
       const VaultOptions& options);

  bool initialised() const { return initialised_; }
  bool sealed() const { return sealed_; }
  // No node is active: the one there was has stepped down, the next is not elected yet.
  bool leaderless() const { return scheduler_.now() < leader_from_; }
  // Since when the active node is: unsealed, or elected, which may lie ahead.
  ports::WallTime active_since() const { return active_since_; }
  // ok when calls are served, else sealed or leaderless.
  Outcome gate() const;

  // Shares of the key, and how many unseal.
  int shares() const { return split_.shares; }
  int threshold() const { return split_.threshold; }
  // How many have been handed in, and the name of this attempt ("" before the first).
  std::size_t progress() const { return given_.size(); }
  const std::string& nonce() const { return nonce_; }
  // The shares, hexadecimal, drawn at the first call.
  const std::vector<std::string>& keys();

  // True when the key can be split so: 1 <= threshold <= shares <= max_unseal_shares.
  static bool allows(const KeyShares& split);
  // Sets a Vault up that was not; it stays sealed. The shares are drawn anew. The split is allowed.
  void initialise(const KeyShares& split);
  // One share, of the right size; enough right ones unseal. A wrong one among enough fails the
  // attempt, which begins anew.
  ShareResult give(const std::string& share);
  // Forgets the shares handed in.
  void restart();

  // Idempotent. unseal() needs no share, and does nothing to a Vault that is not initialised.
  void seal();
  void unseal();
  // The active node steps down: none is active until VaultOptions::election has passed.
  void step_down();

 private:
  const Scheduler& scheduler_;
  Observer& observer_;
  Identifiers& identifiers_;
  ports::Duration election_;
  KeyShares split_;
  bool initialised_;
  bool sealed_;
  ports::Instant leader_from_ = {};
  ports::WallTime active_since_;
  std::vector<std::string> keys_;
  std::vector<std::string> given_;
  std::string nonce_;
};

}  // namespace mocks::vault
