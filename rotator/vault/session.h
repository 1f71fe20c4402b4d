// VaultSession: an authenticated line to one Vault. Logs in (token, or Kubernetes auth with the
// pod's service-account token), renews before expiry, logs in once more after a 403 "invalid
// token", and waits out what Vault says will pass (429, 503 sealed, 5xx while a new leader is
// elected) up to a deadline.
#pragma once

#include <string>
#include <string_view>

#include "rotator/calls/encoding.h"
#include "rotator/ports/clock.h"
#include "rotator/ports/files.h"
#include "rotator/ports/http.h"
#include "rotator/ports/result.h"
#include "rotator/ports/secret.h"

namespace rotator {

class RepeatListener;

struct VaultOptions {
  std::string address = {};          // "https://vault.example:8200"
  std::string vault_namespace = {};  // X-Vault-Namespace; empty = none sent
  enum class Login { token, kubernetes } login = Login::token;
  std::string role = {};                   // kubernetes login
  std::string login_mount = "kubernetes";  // auth mount
  std::string jwt_file = "/var/run/secrets/kubernetes.io/serviceaccount/token";
  ports::Duration call_timeout = std::chrono::seconds(10);
  ports::Duration patience =
      std::chrono::seconds(60);    // how long one call is retried while Vault is busy
  RepeatListener* told = nullptr;  // of a call that is repeated; must outlive whoever calls
};

// "token", "kubernetes": the auth methods' names in Vault.
const char* to_string(VaultOptions::Login login);

class VaultSession {
 public:
  // `token` is used for Login::token, else ignored.
  VaultSession(ports::HttpClient& http, ports::Clock& clock, ports::CredentialFiles& files,
               VaultOptions options, ports::Secret token);

  // What may be done when it is not known whether a request had its effect.
  enum class Repeat {
    never,  // Error ambiguous at once: the caller settles it by reading
    safe,   // sending it again changes nothing more: reads, and writes that name their result
  };

  // Sends to /v1/<path> (percent-encoded by the caller). Repeated up to options.patience: what
  // certainly had no effect (unreachable, 429, 503, "no active node", "Upgrading from
  // non-versioned", a token that has to be renewed), and with Repeat::safe also what may have had
  // it. The Response has any status but 403 (Error refused, saying whether the token or the policy
  // is at fault), 412, 429 and 5xx (Error busy; ambiguous for a 5xx with Repeat::never).
  ports::Result<ports::Response> call(const std::string& method, const std::string& path,
                                      std::string_view json_body, Repeat repeat);
  ports::Result<ports::Response> get(const std::string& path) {
    return call("GET", path, {}, Repeat::safe);
  }

  // What the token may do and for how long (auth/token/lookup-self). TTL zero = never expires.
  ports::Result<ports::Duration> token_ttl();

  // Renews the token, or logs in again, when that is due; cheap otherwise. For callers that wait
  // for long between calls; every call does it by itself.
  ports::Status keep();
  // When keep() next has to be called; Instant::max() when never, or not yet known (Login::token
  // before token_ttl()).
  ports::Instant next_renewal() const { return renew_at_; }

 private:
  ports::Status log_in(ports::Instant until);
  ports::Status renew(ports::Instant until);
  ports::Status ensure_token(ports::Instant until);
  void note_lifetime(ports::Duration ttl, bool renewable);
  // At whom a 403 points: a new token may help, or only another policy.
  enum class Blame { nobody, token, policy };
  static Blame blamed_by(std::string_view errors);
  struct Exchange {
    ports::Result<ports::Response> response;
    Blame blame = Blame::nobody;  // nobody unless the response is the Error that a 403 became
  };
  // One call without regard to the token's age; sends no token when `authenticated` is false.
  Exchange exchange(const std::string& method, const std::string& path, std::string_view json_body,
                    Repeat repeat, bool authenticated, ports::Instant until);

  ports::HttpClient& http_;
  ports::Clock& clock_;
  ports::CredentialFiles& files_;
  VaultOptions options_;
  ports::Result<Url> address_;
  ports::Secret token_;
  bool renewable_ = false;
  ports::Instant renew_at_ = ports::Instant::max();
  ports::Instant expires_ = ports::Instant::max();
};

// The sentences in Vault's {"errors": [...]}, joined, without control characters, cut at 300 bytes,
// with `secret` blotted out; empty when there are none.
std::string vault_errors(const ports::Response& response, std::string_view secret = {});

}  // namespace rotator
