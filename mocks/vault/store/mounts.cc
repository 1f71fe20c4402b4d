#include "mocks/vault/store/mounts.h"

#include <algorithm>

namespace mocks::vault {
namespace {

Mount* longest(const std::vector<std::unique_ptr<Mount>>& mounts, std::string_view path) {
  Mount* best = nullptr;
  for (const auto& mount : mounts)
    if (path.starts_with(mount->path) &&
        (best == nullptr || mount->path.size() > best->path.size()))
      best = mount.get();
  return best;
}

Mount* exactly(const std::vector<std::unique_ptr<Mount>>& mounts, std::string_view path) {
  for (const auto& mount : mounts)
    if (mount->path == path) return mount.get();
  return nullptr;
}

}  // namespace

const char* to_string(MountType type) {
  switch (type) {
    case MountType::kv: return "kv";
    case MountType::system: return "system";
    case MountType::identity: return "identity";
    case MountType::cubbyhole: return "cubbyhole";
    case MountType::token: return "token";
    case MountType::approle: return "approle";
    case MountType::kubernetes: break;
  }
  return "kubernetes";
}

Mount* Mounts::of(std::string_view path) { return longest(mounts_, path); }
const Mount* Mounts::of(std::string_view path) const { return longest(mounts_, path); }

Mount* Mounts::at(std::string_view path) { return exactly(mounts_, path); }
const Mount* Mounts::at(std::string_view path) const { return exactly(mounts_, path); }

Mount& Mounts::add(std::string path, MountType type, int version) {
  auto mount = std::make_unique<Mount>();
  mount->path = std::move(path);
  mount->type = type;
  mount->version = version;
  if (mount->is_kv2()) mount->ready_at = scheduler_.now() + upgrade_window_;
  const auto at =
      std::lower_bound(mounts_.begin(), mounts_.end(), mount->path,
                       [](const auto& a, const std::string& wanted) { return a->path < wanted; });
  return **mounts_.insert(at, std::move(mount));
}

bool Mounts::remove(std::string_view path) {
  return std::erase_if(mounts_, [path](const auto& mount) { return mount->path == path; }) > 0;
}

void Mounts::upgrade(Mount& mount) const {
  mount.version = 2;
  mount.ready_at = scheduler_.now() + upgrade_window_;
}

}  // namespace mocks::vault
