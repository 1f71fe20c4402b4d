#include "mocks/vault/store/kv_changes.h"

#include "mocks/vault/store/json_text.h"

namespace mocks::vault {

const KvVersion& KvChanges::write(Mount& mount, std::string_view path, JsonView data,
                                  std::size_t expected) {
  const auto secret = data.find(secret_field_name);
  const bool there = secret && secret->is_string();
  return write(mount, path, canonical(data, expected), there ? name_of(secret->text()) : 0);
}

const KvVersion& KvChanges::write(Mount& mount, std::string_view path, std::string data,
                                  std::uint64_t secret) {
  const KvVersion& version = mount.kv.write(path, std::move(data), scheduler_.wall_now(), secret);
  written(mount, path, version);
  return version;
}

void KvChanges::written(const Mount& mount, std::string_view path, const KvVersion& version) {
  observer_.observe(scheduler_.now(), {.kind = FactKind::kv_written,
                                       .subject = name_of(mount.path + std::string(path)),
                                       .object = version.secret,
                                       .number = version.number});
}

void KvChanges::deleted(const Mount& mount, std::string_view path, std::int64_t number) {
  observer_.observe(scheduler_.now(), {.kind = FactKind::kv_deleted,
                                       .subject = name_of(mount.path + std::string(path)),
                                       .number = number});
}

}  // namespace mocks::vault
