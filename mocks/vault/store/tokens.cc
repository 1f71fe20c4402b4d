#include "mocks/vault/store/tokens.h"

#include <algorithm>

#include "mocks/vault/store/json_text.h"

namespace mocks::vault {
namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
// Service tokens of 1.10 and later: "hvs.CAES" and 87 characters more.
constexpr std::string_view service_prefix = "hvs.CAES";
constexpr std::string_view batch_prefix = "hvb.";
constexpr std::size_t token_length = 95;

}  // namespace

TokenStore::TokenStore(sim::Draws draws) : draws_(draws) {}

std::string TokenStore::letters(std::size_t length) {
  // Ten characters of six bits from each draw.
  std::string out;
  out.reserve(length);
  const std::uint64_t entity = next_draw_++;
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < length; ++i) {
    if (i % 10 == 0) bits = draws_.bits(sim::Stream::identifiers, entity, i / 10);
    out += alphabet[bits & 63U];
    bits >>= 6U;
  }
  return out;
}

std::string TokenStore::uuid() { return uuid_of(next_draw_++); }

std::string TokenStore::uuid_of(std::uint64_t entity) const {
  std::uint64_t high = draws_.bits(sim::Stream::identifiers, entity, 0);
  std::uint64_t low = draws_.bits(sim::Stream::identifiers, entity, 1);
  std::string out(36, '-');
  for (std::size_t i = 0; i < 36; ++i) {
    if (i == 8 || i == 13 || i == 18 || i == 23) continue;
    std::uint64_t& half = i < 18 ? high : low;
    out[i] = "0123456789abcdef"[half & 15U];
    half >>= 4U;
  }
  return out;
}

void TokenStore::set_policy(std::string name, std::shared_ptr<const Policy> policy) {
  policies_[std::move(name)] = std::move(policy);
  ++generation_;
}

bool TokenStore::remove_policy(const std::string& name) {
  ++generation_;
  return policies_.erase(name) > 0;
}

std::shared_ptr<const Policy> TokenStore::policy(std::string_view name) const {
  const auto it = policies_.find(name);
  if (it != policies_.end()) return it->second;
  return name == "default" ? Policy::default_policy() : nullptr;
}

std::vector<std::string> TokenStore::policy_names() const {
  std::vector<std::string> names{"default", "root"};
  for (const auto& [name, policy] : policies_)
    if (name != "default") names.push_back(name);
  std::sort(names.begin(), names.end());
  return names;
}

PolicySet* TokenStore::intern(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  auto& slot = sets_[names];
  if (slot) return slot.get();
  slot = std::make_unique<PolicySet>();
  slot->root = std::find(names.begin(), names.end(), "root") != names.end();
  slot->names = std::move(names);
  return slot.get();
}

void TokenStore::compile(PolicySet& set) const {
  set.acl = {};
  for (const auto& name : set.names)
    if (auto found = policy(name)) set.acl.add(std::move(found));
  set.generation = generation_;
}

const PolicySet& TokenStore::rights(Token& token) {
  if (token.policies->generation != generation_) compile(*token.policies);
  return *token.policies;
}

Token& TokenStore::create(TokenRequest request, ports::WallTime now) {
  if (tokens_.size() >= sweep_at_) sweep(now);
  std::vector<std::string> names = std::move(request.policies);
  const bool root = std::find(names.begin(), names.end(), "root") != names.end();
  if (request.default_policy && !root) names.emplace_back("default");
  const TokenHandle handle = next_++;
  Token token{.handle = handle,
              .id = std::move(request.id),
              .policies = intern(std::move(names)),
              .bearer = std::move(request.bearer),
              .parent = request.parent,
              .created = now,
              .max_ttl = request.max_ttl,
              .explicit_max_ttl = request.explicit_max_ttl,
              .period = request.period,
              .uses_left = request.uses,
              .renewable = request.renewable && !request.never_expires && !request.batch,
              .orphan = request.parent == 0,
              .batch = request.batch};
  if (!token.id.empty()) by_id_[token.id] = handle;
  if (const auto parent = tokens_.find(request.parent); parent != tokens_.end())
    parent->second.has_children = true;
  if (!request.never_expires) {
    ports::Duration ttl = request.ttl > ports::Duration::zero() ? request.ttl : system_ttl;
    if (request.period > ports::Duration::zero()) ttl = request.period;
    for (const auto limit : {request.max_ttl, request.explicit_max_ttl, system_ttl})
      if (limit > ports::Duration::zero() && request.period == ports::Duration::zero())
        ttl = std::min(ttl, limit);
    token.ttl = token.creation_ttl = ttl;
    token.expires = now + ttl;
  }
  return tokens_.emplace(handle, std::move(token)).first->second;
}

Token* TokenStore::find(TokenHandle handle, ports::WallTime now) {
  const auto it = tokens_.find(handle);
  if (it == tokens_.end() || it->second.expired_at(now)) return nullptr;
  return &it->second;
}

Token* TokenStore::find(std::string_view id, ports::WallTime now) {
  const auto it = by_id_.find(std::string(id));
  return it == by_id_.end() ? nullptr : find(it->second, now);
}

Token* TokenStore::find_accessor(std::string_view accessor, ports::WallTime now) {
  // Accessors are looked up by operators only: a scan, and the match is unique.
  for (auto& [handle, token] : tokens_)
    if (!token.accessor.empty() && token.accessor == accessor && !token.expired_at(now))
      return &token;
  return nullptr;
}

void TokenStore::spend(Token& token) {
  if (token.uses_left == 0) return;
  if (--token.uses_left == 0) revoke(token.handle);
}

std::optional<Renewal> TokenStore::renew(Token& token, ports::Duration increment,
                                         ports::WallTime now) {
  if (!token.renewable) return std::nullopt;
  Renewal renewal{.granted = increment > ports::Duration::zero() ? increment : token.ttl};
  if (token.period > ports::Duration::zero()) renewal.granted = token.period;
  ports::Duration limit = token.explicit_max_ttl;
  if (token.period == ports::Duration::zero())
    for (const auto other : {token.max_ttl, system_ttl})
      if (other > ports::Duration::zero() && (limit == ports::Duration::zero() || other < limit))
        limit = other;
  if (limit > ports::Duration::zero()) {
    const ports::Duration left = std::max(token.created + limit - now, ports::Duration::zero());
    if (renewal.granted > left) {
      renewal.warning = "TTL of \"" + go_duration(renewal.granted) +
                        "\" exceeded the effective max_ttl of \"" +
                        go_duration(std::chrono::seconds(whole_seconds(left))) +
                        "\"; TTL value is capped accordingly";
      renewal.granted = left;
    }
  }
  token.expires = now + renewal.granted;
  token.last_renewal = now;
  // An increment becomes the lease's own TTL, as measured: the next renewal without one grants it
  // again. Logins are granted their role's TTL each time.
  if (token.bearer->metadata == std::nullopt) token.ttl = renewal.granted;
  return renewal;
}

bool TokenStore::revoke(TokenHandle handle) {
  const auto it = tokens_.find(handle);
  if (it == tokens_.end()) return false;
  if (!it->second.id.empty()) by_id_.erase(it->second.id);
  const bool has_children = it->second.has_children;
  tokens_.erase(it);
  if (!has_children) return true;
  std::vector<TokenHandle> children;
  for (const auto& [child, token] : tokens_)
    if (token.parent == handle) children.push_back(child);
  for (const auto child : children) revoke(child);
  return true;
}

void TokenStore::revoke_path(std::string_view prefix) {
  std::vector<TokenHandle> found;
  for (const auto& [handle, token] : tokens_)
    if (token.bearer->path.starts_with(prefix)) found.push_back(handle);
  for (const auto handle : found) revoke(handle);
}

void TokenStore::sweep(ports::WallTime now) {
  std::vector<TokenHandle> expired;
  for (const auto& [handle, token] : tokens_)
    if (token.expired_at(now)) expired.push_back(handle);
  for (const auto handle : expired) revoke(handle);
  sweep_at_ = std::max<std::size_t>(1024, 2 * tokens_.size());
}

const std::string& TokenStore::id(Token& token) {
  if (token.id.empty()) {
    const std::string_view prefix = token.batch ? batch_prefix : service_prefix;
    token.id = std::string(prefix) + letters(token_length - prefix.size());
    by_id_[token.id] = token.handle;
  }
  return token.id;
}

const std::string& TokenStore::accessor(Token& token) {
  if (token.accessor.empty()) token.accessor = letters(24);
  return token.accessor;
}

std::size_t TokenStore::live(ports::WallTime now) const {
  return static_cast<std::size_t>(
      std::count_if(tokens_.begin(), tokens_.end(),
                    [now](const auto& entry) { return !entry.second.expired_at(now); }));
}

}  // namespace mocks::vault
