// Policies: the policies of one Vault by name, and what several of them allow together
// (https://developer.hashicorp.com/vault/docs/concepts/policies). "root" is no policy: it allows
// everything and cannot be set. "default" is there from the start, as Vault ships it.
//
// Tokens name their policies and do not hold them: a policy that is written, changed or removed
// counts for every token at its next call. Sets are therefore compiled when they are asked for, and
// only when some policy has changed since.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mocks/vault/store/policy.h"

namespace mocks::vault {

// The policies of a token under their names, compiled once for all tokens that have the same.
struct PolicySet {
  std::vector<std::string> names = {};  // sorted, each once
  bool root = false;                    // "root" is among them: acl is not asked
  Acl acl = {};
  std::uint64_t generation = 0;  // of the policies it was compiled from
};

class Policies {
 public:
  // Replaces the one of that name. Takes effect on tokens that exist already.
  void set(std::string name, std::shared_ptr<const Policy> policy);
  // False when the name is not there.
  bool remove(const std::string& name);
  // Null when there is none of that name, as for "root".
  std::shared_ptr<const Policy> find(std::string_view name) const;
  // Sorted, "default" and "root" among them.
  std::vector<std::string> names() const;

  // The set of these names, without order and repetition; they need not exist. Lives as long as
  // this object.
  PolicySet* intern(std::vector<std::string> names);
  // What the set allows now: compiled anew when policies have changed.
  const PolicySet& compiled(PolicySet& set) const;

 private:
  void compile(PolicySet& set) const;

  std::uint64_t generation_ = 1;
  std::map<std::string, std::shared_ptr<const Policy>, std::less<>> policies_;
  std::map<std::vector<std::string>, std::unique_ptr<PolicySet>> sets_;
};

}  // namespace mocks::vault
