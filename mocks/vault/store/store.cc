#include "mocks/vault/store/store.h"

namespace mocks::vault {

Store::Store(Scheduler& scheduler_to_ask, Observer& observer, sim::Draws draws, VaultOptions given)
    : scheduler(scheduler_to_ask),
      options(std::move(given)),
      identifiers(draws),
      tokens(identifiers, policies),
      mounts(scheduler, options.upgrade_window),
      seal(scheduler, observer, identifiers, options),
      changes(scheduler, observer),
      issuer(scheduler, observer, identifiers, tokens) {
  mounts.add("sys/", MountType::system, 0).description =
      "system endpoints used for control, policy and debugging";
  mounts.add("identity/", MountType::identity, 0).description = "identity store";
  mounts.add("cubbyhole/", MountType::cubbyhole, 0).description =
      "per-token private secret storage";
  mounts.add("auth/token/", MountType::token, 0).description = "token based credentials";
  if (!options.initialised) return;
  Mount& secret = mounts.add("secret/", MountType::kv, 2);
  secret.description = "key/value secret storage";
  secret.ready_at = {};
  tokens.create_root(options.root_token, std::make_shared<const Bearer>(), scheduler.wall_now());
}

}  // namespace mocks::vault
