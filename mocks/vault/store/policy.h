// Policies: the HCL that operators write
// (https://developer.hashicorp.com/vault/docs/concepts/policies), and the access control list that
// several of them make together.
//
// Understood: path "p" { capabilities = ["read", ...] }, the older policy = "read", "#", "//" and
// "/* */" comments, the globs "*" (at the end) and "+" (one segment), and the same as JSON. What
// would narrow a rule (allowed_parameters, required_parameters, wrapping TTLs, control groups) is
// refused rather than ignored.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rotator/ports/result.h"

namespace mocks::vault {

// Bounds of one policy.
inline constexpr std::size_t max_policy_text = std::size_t{1} << 20;  // bytes
inline constexpr std::size_t max_policy_rules = 10'000;
// Bound: parsed texts that a thread remembers.
inline constexpr std::size_t max_remembered_policies = 64;

// A set of them, as bits
// (https://developer.hashicorp.com/vault/docs/concepts/policies#capabilities).
using Capabilities = std::uint16_t;
namespace capability {
inline constexpr Capabilities create = 1;
inline constexpr Capabilities read = 2;
inline constexpr Capabilities update = 4;
inline constexpr Capabilities patch = 8;
inline constexpr Capabilities remove = 16;  // "delete"
inline constexpr Capabilities list = 32;
inline constexpr Capabilities sudo = 64;
inline constexpr Capabilities deny = 128;
}  // namespace capability

// One path "..." { } of a policy.
struct PolicyRule {
  std::string pattern = {};  // without a leading '/'
  Capabilities capabilities = 0;
};

// Parsed once, it is shared by all that hold it: one world after the other is given the same texts.
struct Policy {
  std::string text = {};
  std::vector<PolicyRule> rules = {};

  // Error of code configuration whose message is Vault's, without "failed to parse policy: ".
  static ports::Result<std::shared_ptr<const Policy>> parse(std::string_view text);
  // The policy that every token has unless told otherwise, as Vault 1.14 ships it.
  static const std::shared_ptr<const Policy>& default_policy();
};

// What several policies allow together. Nothing is allowed that no rule names.
class Acl {
 public:
  // Keeps the policy alive. Rules of one pattern join their capabilities; deny beats all.
  void add(std::shared_ptr<const Policy> policy);

  // What may be done on `path`, a request path without /v1/: an exact rule wins, else the one with
  // the latest wildcard
  // (https://developer.hashicorp.com/vault/docs/concepts/policies#priority-matching).
  Capabilities at(std::string_view path) const;
  // As `at`, for listing: an exact rule on the folder without its slash counts too.
  Capabilities at_folder(std::string_view path) const;
  // May anything below `prefix` be done at all? What sys/internal/ui/mounts asks of a mount.
  bool any_below(std::string_view prefix) const;

 private:
  struct Rule {
    std::string_view pattern = {};  // in one of policies_
    Capabilities capabilities = 0;
  };
  const Rule* exact(std::string_view path) const;

  std::vector<std::shared_ptr<const Policy>> policies_;
  std::vector<Rule> rules_;  // sorted by pattern
};

// Sorted names as sys/capabilities shows them; {"deny"} for none.
std::vector<std::string> capability_names(Capabilities capabilities);

}  // namespace mocks::vault
