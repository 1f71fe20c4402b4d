// KeyValue: one path of a KV version 2 secrets engine
// (https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2).
//
// Writes always carry check-and-set. A write whose reply was lost is settled by reading: the caller
// puts a rotation id into the data and looks for it. Fields that are not ours are kept as they
// were.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "rotator/calls/json_view.h"
#include "rotator/ports/clock.h"
#include "rotator/ports/http.h"
#include "rotator/ports/result.h"
#include "rotator/ports/secret.h"
#include "rotator/vault/session.h"

namespace rotator {

// The data of one version. Owns the JSON object as Vault sent it, and wipes it; unknown fields
// survive a round trip.
class KvData {
 public:
  KvData() = default;
  // From JSON text of an object; Error of code malformed otherwise, and for an integer beyond 64
  // bits or a number beyond a double: it could not be written back. Wipes `json`.
  static ports::Result<KvData> parse(std::string json);
  // From an object that this program has just written with JsonWriter.
  explicit KvData(ports::Secret object) : json_(std::move(object)) {}
  // From an object within a document of `document_bytes` bytes.
  KvData(JsonView object, std::size_t document_bytes);

  // A string field as a Secret; nothing when absent or not a string.
  std::optional<ports::Secret> secret(std::string_view field) const;
  // A string field that is no secret (an id).
  std::optional<std::string> text(std::string_view field) const;
  void set(std::string_view field, std::string_view value);
  void remove(std::string_view field);
  // Top-level names only, sorted.
  std::vector<std::string> fields() const;
  // The JSON object, for the wire.
  const ports::Secret& json() const { return json_; }

 private:
  ports::Secret json_ = ports::Secret(std::string("{}"));
};

struct KvVersion {
  KvData data = {};
  int version = 0;  // from 1
  ports::WallTime created = {};
  // When Vault will delete it by itself (delete_version_after); nothing: not before it is pushed
  // out by newer ones.
  std::optional<ports::WallTime> expires = {};
};

struct KvMount {
  std::string path = {};  // with trailing slash
  std::string type = {};  // "kv"
  int version = 1;        // 1 or 2
  // Of the mount; 0 = 10. Nothing when this token may not read the mount's configuration.
  std::optional<int> max_versions = {};
  // Of the mount; negative switches it off for every path. Nothing as above.
  std::optional<ports::Duration> delete_version_after = {};
};

struct KvMetadata {
  int current_version = 0;
  int oldest_version = 0;
  int max_versions = 0;  // of the key; the window is max(mount, key), 10 when both are 0
  bool cas_required = false;
  ports::Duration delete_version_after{0};  // of the key
};

// After how long Vault deletes a new version of that key: the smaller of the two settings that is
// not zero, or zero when it never does. A mount that may not be read counts as one without.
ports::Duration version_lifetime(const KvMount& mount, const KvMetadata& key);

// What the session's token may do on each of `policy_paths`, in their order, e.g.
// {"create","read","update"}: one call
// (https://developer.hashicorp.com/vault/api-docs/system/capabilities-self).
ports::Result<std::vector<std::vector<std::string>>> capabilities_on(
    VaultSession& session, const std::vector<std::string>& policy_paths);

class KeyValue {
 public:
  // `mount` without slashes, `path` without leading slash, e.g. "portal-kv", "oidc/portal".
  KeyValue(VaultSession& session, std::string mount, std::string path);

  // Missing (never written, or metadata deleted), soft-deleted and destroyed are all Error missing;
  // the message says which.
  ports::Result<KvVersion> read(std::optional<int> version = std::nullopt);

  // Writes a new version if the current one is `cas` (0 = never written); returns the new number.
  // Error conflict on mismatch: somebody else wrote, or, where Vault was busy and the write was
  // repeated, this very write did; and ambiguous when the reply was lost. Either way a read tells.
  ports::Result<int> write(const KvData& data, int cas);

  ports::Result<KvMetadata> metadata();
  ports::Result<KvMount> mount();

  // Destroys one version for good (PUT .../destroy/...). Idempotent.
  ports::Status destroy(int version);

  const std::string& full_path() const { return full_path_; }
  // As a policy names it: <mount>/<area>/<path>, area "data", "metadata" or "destroy".
  std::string policy_path(const std::string& area = "data") const;

 private:
  // "mount/area/path", percent-encoded.
  std::string target(const std::string& area) const;

  VaultSession& session_;
  std::string mount_;
  std::string path_;
  std::string full_path_;  // "mount/path", for people
};

}  // namespace rotator
