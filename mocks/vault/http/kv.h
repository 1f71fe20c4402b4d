// KvRoutes: the HTTP face of KV version 2: values and their versions, soft delete, destroy, subkeys
// (https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2; statuses and texts measured on
// Vault 1.14). Metadata and the engine's configuration: kv_metadata.h; version 1: kv1.h.
//
// - GET data/PATH: 200 with data and metadata; deleted or destroyed: 404 with the metadata and null
//   data; never written, or out of the window: 404 with no errors listed.
// - POST data/PATH: 200 with the new version's metadata; 400 on a check-and-set that does not
// match.
// - PATCH data/PATH (RFC 7396): as POST; 404 without a body where there is nothing to patch.
// - DELETE data/PATH, POST delete/, undelete/, destroy/PATH: 204, whatever was there.
// - A mount that is still being upgraded from version 1: 400 to everything.
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
  // policy. Reads show what is call.lag old; writes are never late.
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
