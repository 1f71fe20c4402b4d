// VaultSession: an authenticated line to one Vault. Logs in (token, or Kubernetes auth with the
// pod's service-account token), renews before expiry, logs in once more after a 403 "invalid
// token", and waits out what Vault says will pass (429, 503 sealed, 5xx while a new leader is
// elected) up to a deadline.
#pragma once

#include <string>

#include "rotator/ports/clock.h"
#include "rotator/ports/files.h"
#include "rotator/ports/http.h"
#include "rotator/ports/result.h"
#include "rotator/ports/secret.h"

namespace rotator {

struct VaultOptions {
  std::string address = {};          // "https://vault.example:8200"
  std::string vault_namespace = {};  // X-Vault-Namespace; empty = none sent
  enum class Login { token, kubernetes } login = Login::token;
  std::string role = {};                   // kubernetes login
  std::string login_mount = "kubernetes";  // auth mount
  std::string jwt_file = "/var/run/secrets/kubernetes.io/serviceaccount/token";
  ports::Duration call_timeout = std::chrono::seconds(10);
  ports::Duration patience =
      std::chrono::seconds(60);  // how long one call is retried while Vault is busy
};

class VaultSession {
 public:
  // `token` is used for Login::token, else ignored.
  VaultSession(ports::HttpClient& http, ports::Clock& clock, ports::CredentialFiles& files,
               VaultOptions options, ports::Secret token);

  // Sends to /v1/<path>. GETs are repeated while Vault is busy or unreachable; a write is repeated
  // only when it certainly had no effect, and is `ambiguous` otherwise. The Response may have any
  // status but 403-after-relogin, 429 and 5xx, which are Errors (refused, busy).
  ports::Result<ports::Response> call(const std::string& method, const std::string& path,
                                      std::string_view json_body);

  // What the token may do and for how long (auth/token/lookup-self). TTL zero = never expires.
  ports::Result<ports::Duration> token_ttl();

 private:
  ports::Status log_in();
  ports::Status ensure_token();

  ports::HttpClient& http_;
  ports::Clock& clock_;
  ports::CredentialFiles& files_;
  VaultOptions options_;
  ports::Secret token_;
  ports::Instant expires_ = ports::Instant::max();
};

}  // namespace rotator
