// Store: what one Vault holds and decides: each thing in an object of its own, made in the order in
// which they need each other. The two faces (http/ and Vault) read and change these objects;
// nothing here knows of HTTP.
//
// In memory only, as a development server's storage is: a Vault that is made anew is an empty one,
// while sealing and unsealing keep everything.
//
// Not safe for threads: whoever serves a Vault keeps one lock around it.
#pragma once

#include "mocks/facts.h"
#include "mocks/scheduler.h"
#include "mocks/sim/draws.h"
#include "mocks/vault/store/auth_method.h"
#include "mocks/vault/store/identifiers.h"
#include "mocks/vault/store/issuer.h"
#include "mocks/vault/store/kv_changes.h"
#include "mocks/vault/store/mounts.h"
#include "mocks/vault/store/options.h"
#include "mocks/vault/store/policies.h"
#include "mocks/vault/store/quota.h"
#include "mocks/vault/store/seal.h"
#include "mocks/vault/store/tokens.h"
#include "mocks/vault/store/wrapped_answers.h"

namespace mocks::vault {

struct Store {
  // As a development server begins: sys/, identity/, cubbyhole/ and auth/token/ are mounted; when
  // initialised also secret/ (KV version 2) and the root token. Scheduler and observer must outlive
  // it. Unseal shares that cannot be are our bug (check).
  Store(Scheduler& scheduler, Observer& observer, sim::Draws draws, VaultOptions options);
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  Scheduler& scheduler;        // the only clock: nothing here waits or sets a timer
  const VaultOptions options;  // as it was built; what changes later has an owner below
  Identifiers identifiers;
  Policies policies;
  TokenStore tokens;
  Mounts mounts;
  Seal seal;
  RateQuotas quotas;
  WrappedAnswers wrapped;
  KvChanges changes;
  Issuer issuer;
  TokenReviewer reviewer = {};  // null: every JWT is refused
  // What clients read is this old, whichever node they ask: see Vault::set_read_lag().
  ports::Duration read_lag{0};
};

}  // namespace mocks::vault
