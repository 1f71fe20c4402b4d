// StatusRoutes: what sys/ answers to everybody, without a token and whether sealed or not: health,
// seal status, leader, initialisation, unsealing
// (https://developer.hashicorp.com/vault/api-docs/system/health, .../seal-status, .../leader,
// .../init, .../unseal; texts and statuses measured on Vault 1.14).
//
// health: 200 active, 429 standby, 501 not initialised, 503 sealed, each of which the query may
// name otherwise (activecode, standbycode, uninitcode, sealedcode; standbyok). These answers are no
// envelopes: their members stand at the top.
#pragma once

#include <optional>
#include <string>

#include "mocks/scheduler.h"
#include "mocks/vault/http/answer.h"
#include "mocks/vault/http/call.h"
#include "mocks/vault/store/identifiers.h"
#include "mocks/vault/store/options.h"
#include "mocks/vault/store/seal.h"
#include "mocks/vault/store/tokens.h"

namespace mocks::vault {

class StatusRoutes {
 public:
  // All must outlive it.
  StatusRoutes(const Scheduler& scheduler, const VaultOptions& options, Identifiers& identifiers,
               TokenStore& tokens, Seal& seal)
      : scheduler_(scheduler),
        options_(options),
        identifiers_(identifiers),
        tokens_(tokens),
        seal_(seal) {}

  // The answer when the path is one of these; nothing for all others. Parses the body itself where
  // there is one.
  std::optional<ports::Response> handle(Call& call);

 private:
  ports::Response health(const Call& call) const;
  ports::Response seal_status() const;
  ports::Response leader(const Call& call) const;
  ports::Response init(const Call& call);
  ports::Response unseal(const Call& call);
  std::string cluster_id() const;

  const Scheduler& scheduler_;
  const VaultOptions& options_;
  Identifiers& identifiers_;
  TokenStore& tokens_;
  Seal& seal_;
};

}  // namespace mocks::vault
