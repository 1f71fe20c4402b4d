// Kv1Routes: the HTTP face of KV version 1: plain values without versions, as far as a client needs
// it to find out that the mount is not version 2
// (https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v1).
//
// The body of a write is the value, so that what a client meant for version 2 ("data", "options")
// is stored as it stands and its check-and-set is not looked at: the trap that a real mount sets.
#pragma once

#include <string_view>

#include "mocks/vault/http/answer.h"
#include "mocks/vault/http/call.h"
#include "mocks/vault/store/mounts.h"

namespace mocks::vault {

class Kv1Routes {
 public:
  explicit Kv1Routes(Envelopes& envelopes) : envelopes_(envelopes) {}

  // `path` below the mount. The call has passed seal, quota, token and policy.
  ports::Response handle(Call& call, Mount& mount, std::string_view path);

 private:
  Envelopes& envelopes_;
};

}  // namespace mocks::vault
