// Outcome: how a call to Vault ended, in one word. The typed face answers it; the HTTP face renders
// the same decisions as status and text
// (https://developer.hashicorp.com/vault/api-docs#http-status-codes).
//
// The order is no ranking. Whether trying again may help is the caller's judgement: sealed,
// leaderless and rate_limited pass by themselves, all others need somebody to act.
#pragma once

namespace mocks::vault {

enum class Outcome {
  ok,
  sealed,        // 503
  leaderless,    // 500
  rate_limited,  // 429
  bad_token,     // 403: unknown, expired, revoked
  denied,        // 403: by policy, or by the role on login
  missing,       // 404: no such key, version or mount
  deleted,       // 404 with metadata: soft-deleted or destroyed
  conflict,      // 400: check-and-set mismatch
  refused,       // 400: anything else, e.g. an unknown role
};
// "rate_limited", ...: for messages of tests.
const char* to_string(Outcome outcome);

}  // namespace mocks::vault
