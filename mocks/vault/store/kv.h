// KvEngine: the state of one KV version 2 secrets engine
// (https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2; texts and arithmetic measured on
// Vault 1.14): versions, check-and-set, soft delete, destroy, windows, metadata.
//
// Typed: data is kept as canonical JSON text (an object with sorted keys, or "null"), so that a
// read is a copy. Nothing here knows of HTTP, tokens or policies.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mocks/vault/store/outcome.h"
#include "rotator/ports/clock.h"

namespace mocks::vault {

// The field whose value the facts name.
inline constexpr std::string_view secret_field_name = "client_secret";
// The window when neither mount nor key sets one.
inline constexpr std::int64_t default_max_versions = 10;
// Bounds of custom_metadata, Vault's own.
inline constexpr std::size_t max_custom_metadata_keys = 64;
inline constexpr std::size_t max_custom_metadata_key_length = 128;
inline constexpr std::size_t max_custom_metadata_value_length = 512;

// The instant that stands for "not set".
inline constexpr ports::WallTime no_time{};

// One version of a value. Soft-deleted it keeps its data, destroyed it keeps nothing but its times.
struct KvVersion {
  std::int64_t number = 0;  // from 1
  ports::WallTime created = no_time;
  ports::WallTime deletion = no_time;        // may lie in the future (delete_version_after)
  ports::WallTime deletion_since = no_time;  // when `deletion` was set
  bool destroyed = false;
  std::string data = {};     // canonical JSON text: an object, or "null"; empty once destroyed
  std::uint64_t secret = 0;  // name_of(the client secret in it); 0 without one

  // A deletion that lies in the future has not happened yet, though some clients think so: the
  // version is read like any other until then.
  bool deleted_at(ports::WallTime now) const { return deletion != no_time && deletion <= now; }
  bool readable_at(ports::WallTime now) const { return !destroyed && !deleted_at(now); }
};

using CustomMetadata = std::map<std::string, std::string>;

// One path of the engine: its metadata and the versions within the window.
struct KvKey {
  ports::WallTime created = no_time;
  ports::WallTime updated = no_time;  // by the latest write of a value
  std::int64_t current = 0;           // 0 = metadata only
  std::int64_t oldest = 0;            // 0 until the window first fills
  // The key's own limits; KvConfig's count besides.
  std::int64_t max_versions = 0;
  bool cas_required = false;
  ports::Duration delete_version_after{0};
  std::optional<CustomMetadata> custom = {};  // nothing until set, which is shown as null
  std::vector<KvVersion> versions = {};  // ascending and without gaps; the last one is `current`

  // The version of that number, or the current one for 0 and below; nothing outside the window.
  const KvVersion* version(std::int64_t number) const;
};

// MOUNT/config. The window is the larger of mount's and key's, the delay the smaller that is not 0,
// and check-and-set is required when either requires it.
struct KvConfig {
  std::int64_t max_versions = 0;  // 0 = not set
  bool cas_required = false;
  ports::Duration delete_version_after{0};  // negative: off for the whole mount
};

// What POST .../metadata may set. Absent members stay as they are.
struct KvMetadataChange {
  std::optional<std::int64_t> max_versions = {};
  std::optional<bool> cas_required = {};
  std::optional<ports::Duration> delete_version_after = {};
  std::optional<CustomMetadata> custom = {};  // replaces the whole map
  bool empty() const { return !max_versions && !cas_required && !delete_version_after && !custom; }
};

// What to read, and from whom.
struct ReadOptions {
  std::int64_t version = 0;  // 0 = current
  ports::Duration lag{0};    // as seen by a standby this much behind
};

// What was read. `missing` is also a version outside the window, or one that is not known yet.
struct ReadResult {
  Outcome outcome = Outcome::missing;
  // Set when outcome is ok or deleted; good until the next change of the engine.
  const KvVersion* version = nullptr;
  const KvKey* key = nullptr;
  // The version's deletion time as the node that was read from knows it; it may lie in the future.
  ports::WallTime deletion = no_time;
};

// Whether a write may go on: required = none was given, though it must be.
enum class CasVerdict { pass, required, mismatch };

class KvEngine {
 public:
  // Null for a path that has neither versions nor metadata. Paths are taken as they come: no slash
  // is added or cut. The pointer is good until the key is erased.
  const KvKey* find(std::string_view path) const;

  // ok, deleted (soft-deleted or destroyed, with the version's metadata) or missing. With a lag:
  // what a standby that far behind knows of, neither later versions nor later deletions.
  ReadResult read(std::string_view path, const ReadOptions& options, ports::WallTime now) const;

  // Would a write with this check-and-set value pass? Compares with the current number, whether
  // that version is deleted or not; 0 = never written.
  CasVerdict check(std::string_view path, std::optional<std::int64_t> cas) const;

  // Adds a version and moves the window (max(mount, key), default 10). The caller has asked
  // check(). The reference is good until the next change of the engine.
  const KvVersion& write(std::string_view path, std::string data, ports::WallTime now,
                         std::uint64_t secret = 0);

  // Soft-deletes the current version, or these versions; what is not there is ignored. True when
  // something changed.
  bool remove_current(std::string_view path, ports::WallTime now);
  bool remove(std::string_view path, const std::vector<std::int64_t>& numbers, ports::WallTime now);
  // Takes a deletion back, also one that lies in the future; not from what was destroyed.
  bool restore(std::string_view path, const std::vector<std::int64_t>& numbers);
  // For good: wipes the data of these versions.
  bool destroy(std::string_view path, const std::vector<std::int64_t>& numbers);
  // All versions and the metadata, for good; the next write begins with version 1.
  bool erase(std::string_view path);

  // Creates the key (metadata only) when it is not there.
  void change_metadata(std::string_view path, const KvMetadataChange& change, ports::WallTime now);

  // Names directly below `prefix` ("" or ending in '/'); folders end in '/'. Sorted, each once;
  // also keys whose versions are all deleted.
  std::vector<std::string> list(std::string_view prefix) const;

  // Changes count from the next write on: nothing is pruned or given a deletion time before.
  KvConfig& config() { return config_; }
  const KvConfig& config() const { return config_; }

 private:
  KvVersion* version(std::string_view path, std::int64_t number);
  void prune(KvKey& key) const;
  ports::Duration deletion_delay(const KvKey& key) const;

  std::map<std::string, KvKey, std::less<>> keys_;
  KvConfig config_;
};

// The string field `name` at the top of canonical JSON text, unescaped; nothing when absent or not
// a string.
std::optional<std::string> string_field(std::string_view canonical, std::string_view name);

// The canonical text of an object with one string field.
std::string object_with(std::string_view name, std::string_view value);

}  // namespace mocks::vault
