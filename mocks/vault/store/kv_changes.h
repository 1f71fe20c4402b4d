// KvChanges: writes to KV version 2 mounts, and tells every change of what a reader would see
// (Facts kv_written and kv_deleted: subject = name_of("mount/path"), number = KV version, object =
// name_of(value of client_secret), 0 without one).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "mocks/facts.h"
#include "mocks/json_view.h"
#include "mocks/scheduler.h"
#include "mocks/vault/store/kv.h"
#include "mocks/vault/store/mounts.h"

namespace mocks::vault {

class KvChanges {
 public:
  // Both must outlive it.
  KvChanges(const Scheduler& scheduler, Observer& observer)
      : scheduler_(scheduler), observer_(observer) {}

  // The caller has asked the engine's check(). `expected`: about how many bytes the data's text
  // has. The reference is good until the next change of the mount.
  const KvVersion& write(Mount& mount, std::string_view path, JsonView data,
                         std::size_t expected = 0);
  // `data` is canonical JSON text, `secret` the name_of the client secret in it, or 0.
  const KvVersion& write(Mount& mount, std::string_view path, std::string data,
                         std::uint64_t secret);

  // Only tell, for whoever has changed the engine: `version` is current again; version `number`
  // (0: the whole key) cannot be read any more.
  void written(const Mount& mount, std::string_view path, const KvVersion& version);
  void deleted(const Mount& mount, std::string_view path, std::int64_t number);

 private:
  const Scheduler& scheduler_;
  Observer& observer_;
};

}  // namespace mocks::vault
