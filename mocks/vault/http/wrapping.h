// WrappingRoutes: response wrapping: the header X-Vault-Wrap-TTL on any call, and sys/wrapping
// (https://developer.hashicorp.com/vault/docs/concepts/response-wrapping and
// https://developer.hashicorp.com/vault/api-docs/system/wrapping-unwrap; texts measured on Vault
// 1.14). A wrapping token is no token of the store: it fetches one answer, once, and can nothing
// else.
#pragma once

#include <string_view>

#include "mocks/scheduler.h"
#include "mocks/vault/http/answer.h"
#include "mocks/vault/http/call.h"
#include "mocks/vault/store/identifiers.h"
#include "mocks/vault/store/tokens.h"
#include "mocks/vault/store/wrapped_answers.h"

namespace mocks::vault {

class WrappingRoutes {
 public:
  // All must outlive it.
  WrappingRoutes(const Scheduler& scheduler, Envelopes& envelopes, Identifiers& identifiers,
                 TokenStore& tokens, WrappedAnswers& wrapped)
      : scheduler_(scheduler),
        envelopes_(envelopes),
        identifiers_(identifiers),
        tokens_(tokens),
        wrapped_(wrapped) {}

  // What goes out in the place of `response` to this call: itself, or, when the header asks for it
  // and the status is 200, the wrapping token's envelope.
  ports::Response wrap(const Call& call, ports::Response response);
  // `rest` below sys/wrapping/: "wrap", "lookup", "unwrap". The last two take the wrapping token
  // from the body or from the header, and need no other.
  ports::Response handle(Call& call, std::string_view rest);

 private:
  const Scheduler& scheduler_;
  Envelopes& envelopes_;
  Identifiers& identifiers_;
  TokenStore& tokens_;
  WrappedAnswers& wrapped_;
};

}  // namespace mocks::vault
