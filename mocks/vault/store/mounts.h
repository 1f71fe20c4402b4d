// Mounts: which engine answers below which path: secrets engines and auth methods of one Vault
// (https://developer.hashicorp.com/vault/api-docs/system/mounts and .../system/auth). A Mount owns
// its engine's state: unmounting forgets every value, version and role below it.
//
// A Vault has few mounts, so they are looked through in order; no path lies below two of them.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mocks/scheduler.h"
#include "mocks/vault/store/auth_method.h"
#include "mocks/vault/store/kv.h"
#include "rotator/ports/clock.h"

namespace mocks::vault {

// The engines that are imitated. identity and cubbyhole are mounted, as they are everywhere, and
// answer nothing.
enum class MountType { kv, system, identity, cubbyhole, token, approle, kubernetes };
// As sys/mounts names it: "kv", "system", ...
const char* to_string(MountType type);

// An entry of sys/mounts or sys/auth. Which of the states it uses follows from its type.
struct Mount {
  std::string path = {};  // with trailing slash; auth mounts begin with "auth/"
  MountType type = MountType::kv;
  int version = 2;  // of kv
  std::string description = {};
  std::string accessor = {};  // drawn when first shown, as is the uuid
  std::string uuid = {};
  ports::Duration default_ttl{0};  // 0 = the system's
  ports::Duration max_ttl{0};      // 0 = the system's
  ports::Instant ready_at = {};    // of kv version 2: until then it is "upgrading"
  KvEngine kv = {};
  std::map<std::string, std::string, std::less<>> kv1 = {};  // path -> canonical JSON
  AuthMethod auth = {};                                      // of approle and kubernetes

  bool is_auth() const { return path.starts_with("auth/"); }
  bool is_kv2() const { return type == MountType::kv && version == 2; }
  // Mounted by somebody, not by Vault itself.
  bool is_plugin() const {
    return type == MountType::kv || type == MountType::approle || type == MountType::kubernetes;
  }
};

class Mounts {
 public:
  // A fresh or upgraded KV version 2 mount answers nothing for `upgrade_window`.
  Mounts(const Scheduler& scheduler, ports::Duration upgrade_window)
      : scheduler_(scheduler), upgrade_window_(upgrade_window) {}

  // The mount that answers for a request path: the longest that it begins with. Null without one.
  Mount* of(std::string_view path);
  const Mount* of(std::string_view path) const;
  // The mount exactly there, or null; `path` with trailing slash.
  Mount* at(std::string_view path);
  const Mount* at(std::string_view path) const;
  // Sorted by path.
  const std::vector<std::unique_ptr<Mount>>& all() const { return mounts_; }

  // The path must be free, and neither below another mount's nor above it: the caller has looked.
  // `version` counts for kv only. The reference is good until the mount is removed.
  Mount& add(std::string path, MountType type, int version);
  // With its whole state; what tokens its logins have issued is the caller's to end. False when
  // nothing is mounted there.
  bool remove(std::string_view path);
  // From KV version 1 to 2, without its data: that is the caller's to write anew. The way back does
  // not exist (https://developer.hashicorp.com/vault/docs/secrets/kv/kv-v2/upgrade).
  void upgrade(Mount& mount) const;

 private:
  const Scheduler& scheduler_;
  ports::Duration upgrade_window_;
  std::vector<std::unique_ptr<Mount>> mounts_;
};

}  // namespace mocks::vault
