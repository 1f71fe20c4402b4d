// Server: Vault's HTTP API over one Store: the way of a request through open paths, quota, body,
// seal, token and policy to the route of its area, and out again through wrapping and headers
// (https://developer.hashicorp.com/vault/api-docs; the order of refusals was measured on
// Vault 1.14).
//
// - What is no path below /v1/ is 404, a method that Vault does not know 405.
// - A body is looked at before the seal, the seal before the token, the token before the mount: who
//   has no rights learns nothing of what is there.
// - One use of a token is spent by every call that found it, refused ones included.
//
// Never fails and never waits: whatever comes in has an answer at once.
#pragma once

#include <optional>
#include <string_view>

#include "mocks/handler.h"
#include "mocks/vault/http/answer.h"
#include "mocks/vault/http/approle.h"
#include "mocks/vault/http/call.h"
#include "mocks/vault/http/kubernetes_auth.h"
#include "mocks/vault/http/kv.h"
#include "mocks/vault/http/kv1.h"
#include "mocks/vault/http/status.h"
#include "mocks/vault/http/sys.h"
#include "mocks/vault/http/token.h"
#include "mocks/vault/http/wrapping.h"
#include "mocks/vault/store/store.h"

namespace mocks::vault {

class Server {
 public:
  // `store` must outlive it.
  explicit Server(Store& store);

  // One request, which must live as long as the call, that came in at the active node or at
  // another. A standby forwards
  // (https://developer.hashicorp.com/vault/docs/concepts/ha#request-forwarding), redirects with 307
  // when the client wants none forwarded, or reads itself what is VaultOptions::standby_lag old.
  Answer serve(const ports::Request& request, Node node);

 private:
  ports::Response route(Call& call);
  // The answer of whoever stops the call before its route; nothing lets it pass.
  std::optional<ports::Response> admit(Call& call);
  std::optional<ports::Response> authorise(const Call& call, const Mount* mount,
                                           std::string_view rest);
  bool is_login(const Call& call) const;

  Store& store_;
  Envelopes envelopes_;
  StatusRoutes status_;
  KvRoutes kv_;
  Kv1Routes kv1_;
  TokenRoutes token_;
  AppRoleRoutes approle_;
  KubernetesAuthRoutes kubernetes_;
  WrappingRoutes wrapping_;
  SysRoutes sys_;
};

}  // namespace mocks::vault
