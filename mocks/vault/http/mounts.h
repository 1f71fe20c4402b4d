// MountRoutes: sys/mounts, sys/auth and sys/internal/ui/mounts
// (https://developer.hashicorp.com/vault/api-docs/system/mounts; answers as recorded of
// Vault 1.14): what is mounted where, mounting, tuning, and what the CLI and consul-template ask
// before they touch a path.
//
// Engines that can be mounted are kv, approle and kubernetes; another is "plugin not found in the
// catalog" (400). Tuning a kv mount from version 1 to 2 keeps its values as their first versions.
#pragma once

#include <string>
#include <string_view>

#include "mocks/scheduler.h"
#include "mocks/vault/http/answer.h"
#include "mocks/vault/http/call.h"
#include "mocks/vault/store/identifiers.h"
#include "mocks/vault/store/kv_changes.h"
#include "mocks/vault/store/mounts.h"
#include "mocks/vault/store/tokens.h"

namespace mocks::vault {

// Which table a path is in: secrets engines (sys/mounts) or auth methods (sys/auth).
enum class MountKind { secret, auth };

class MountRoutes {
 public:
  // All must outlive it. `version` is the server's, shown for its own engines.
  MountRoutes(Envelopes& envelopes, Identifiers& identifiers, Mounts& mounts, TokenStore& tokens,
              KvChanges& changes, std::string version)
      : envelopes_(envelopes),
        identifiers_(identifiers),
        mounts_(mounts),
        tokens_(tokens),
        changes_(changes),
        version_(std::move(version)) {}

  // `rest` below sys/mounts/ or sys/auth/; "" is the whole table. Unmounting an auth method revokes
  // what its logins have issued.
  ports::Response handle(Call& call, std::string_view rest, MountKind kind);
  // `path` below sys/internal/ui/mounts. Shows what the token may see; 403 for all else.
  ports::Response preflight(Call& call, std::string_view path);

 private:
  enum class Shown { settings, with_path };

  void append(std::string& out, Mount& mount, Shown shown);
  ports::Response create(Call& call, const std::string& path, MountKind kind);
  ports::Response tune(Call& call, Mount& mount);

  Envelopes& envelopes_;
  Identifiers& identifiers_;
  Mounts& mounts_;
  TokenStore& tokens_;
  KvChanges& changes_;
  std::string version_;
};

}  // namespace mocks::vault
