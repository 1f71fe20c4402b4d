// KvRoutes: the HTTP face of KV version 2: values and their versions, soft delete, destroy, subkeys
// (https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2). Metadata and the engine's
// configuration: kv_metadata.h; version 1: kv1.h.
#pragma once

#include <string_view>

#include "mocks/scheduler.h"
#include "mocks/vault/http/answer.h"
#include "mocks/vault/http/call.h"
#include "mocks/vault/http/kv_metadata.h"
#include "mocks/vault/store/kv_changes.h"
#include "mocks/vault/store/mounts.h"

namespace mocks::vault {

class KvRoutes {
 public:
  // All must outlive it.
  KvRoutes(const Scheduler& scheduler, Envelopes& envelopes, KvChanges& changes)
      : scheduler_(scheduler),
        envelopes_(envelopes),
        changes_(changes),
        metadata_(scheduler, envelopes, changes) {}

  // `rest` below the mount, e.g. "data/oidc/portal". The call has passed seal, quota, token and
  // policy.
  ports::Response handle(Call& call, Mount& mount, std::string_view rest);

 private:
  ports::Response data(Call& call, Mount& mount, std::string_view path);
  ports::Response read(Call& call, Mount& mount, std::string_view path);
  ports::Response write(Call& call, Mount& mount, std::string_view path);
  ports::Response patch(Call& call, Mount& mount, std::string_view path);
  ports::Response subkeys(Call& call, Mount& mount, std::string_view path);
  ports::Response versions(Call& call, Mount& mount, std::string_view verb, std::string_view path);

  const Scheduler& scheduler_;
  Envelopes& envelopes_;
  KvChanges& changes_;
  KvMetadataRoutes metadata_;
};

}  // namespace mocks::vault
