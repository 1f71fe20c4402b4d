// KvMetadataRoutes: the HTTP face of a KV version 2 key's metadata and of the engine's
// configuration
// (https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2#read-secret-metadata; texts
// measured on Vault 1.14).
//
// Metadata has no check-and-set: the last writer wins. A write of it creates the key where there is
// none, and answers 204; custom metadata is replaced by a POST and merged by a PATCH.
#pragma once

#include <string_view>

#include "mocks/scheduler.h"
#include "mocks/vault/http/answer.h"
#include "mocks/vault/http/call.h"
#include "mocks/vault/store/kv_changes.h"
#include "mocks/vault/store/mounts.h"

namespace mocks::vault {

class KvMetadataRoutes {
 public:
  // All must outlive it.
  KvMetadataRoutes(const Scheduler& scheduler, Envelopes& envelopes, KvChanges& changes)
      : scheduler_(scheduler), envelopes_(envelopes), changes_(changes) {}

  // MOUNT/metadata/PATH, but for its lists.
  ports::Response handle(Call& call, Mount& mount, std::string_view path);
  // MOUNT/config.
  ports::Response config(Call& call, Mount& mount);

 private:
  ports::Response change(Call& call, Mount& mount, std::string_view path);

  const Scheduler& scheduler_;
  Envelopes& envelopes_;
  KvChanges& changes_;
};

}  // namespace mocks::vault
