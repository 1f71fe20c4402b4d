#include "mocks/vault/store/policies.h"

#include <algorithm>

namespace mocks::vault {

void Policies::set(std::string name, std::shared_ptr<const Policy> policy) {
  policies_[std::move(name)] = std::move(policy);
  ++generation_;
}

bool Policies::remove(const std::string& name) {
  ++generation_;
  return policies_.erase(name) > 0;
}

std::shared_ptr<const Policy> Policies::find(std::string_view name) const {
  const auto it = policies_.find(name);
  if (it != policies_.end()) return it->second;
  return name == "default" ? Policy::default_policy() : nullptr;
}

std::vector<std::string> Policies::names() const {
  std::vector<std::string> names{"default", "root"};
  for (const auto& [name, policy] : policies_)
    if (name != "default") names.push_back(name);
  std::sort(names.begin(), names.end());
  return names;
}

PolicySet* Policies::intern(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  auto& slot = sets_[names];
  if (slot) return slot.get();
  slot = std::make_unique<PolicySet>();
  slot->root = std::find(names.begin(), names.end(), "root") != names.end();
  slot->names = std::move(names);
  return slot.get();
}

void Policies::compile(PolicySet& set) const {
  set.acl = {};
  for (const auto& name : set.names)
    if (auto found = find(name)) set.acl.add(std::move(found));
  set.generation = generation_;
}

const PolicySet& Policies::compiled(PolicySet& set) const {
  if (set.generation != generation_) compile(set);
  return set;
}

}  // namespace mocks::vault
