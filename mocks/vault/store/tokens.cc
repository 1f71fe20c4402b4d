#include "mocks/vault/store/tokens.h"

#include <algorithm>

#include "mocks/vault/store/json_text.h"

namespace mocks::vault {
namespace {

// Service tokens of 1.10 and later: "hvs.CAES" and 87 characters more.
constexpr std::string_view service_prefix = "hvs.CAES";
constexpr std::string_view batch_prefix = "hvb.";
constexpr std::size_t token_length = 95;

}  // namespace

Token& TokenStore::create(TokenRequest request, ports::WallTime now) {
  if (tokens_.size() >= sweep_at_) sweep(now);
  std::vector<std::string> names = std::move(request.policies);
  const bool root = std::find(names.begin(), names.end(), "root") != names.end();
  if (request.default_policy && !root) names.emplace_back("default");
  const TokenHandle handle = next_++;
  Token token{.handle = handle,
              .id = std::move(request.id),
              .policies = policies_.intern(std::move(names)),
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

Token& TokenStore::create_root(std::string id, std::shared_ptr<const Bearer> bearer,
                               ports::WallTime now) {
  Token& token = create({.policies = {"root"},
                         .bearer = std::move(bearer),
                         .id = std::move(id),
                         .never_expires = true},
                        now);
  root_ = token.handle;
  return token;
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

std::size_t TokenStore::revoke_path(std::string_view prefix) {
  std::vector<TokenHandle> found;
  for (const auto& [handle, token] : tokens_)
    if (token.bearer->path.starts_with(prefix)) found.push_back(handle);
  for (const auto handle : found) revoke(handle);
  return found.size();
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
    token.id = std::string(prefix) + identifiers_.letters(token_length - prefix.size());
    by_id_[token.id] = token.handle;
  }
  return token.id;
}

const std::string& TokenStore::accessor(Token& token) {
  if (token.accessor.empty()) token.accessor = identifiers_.letters(24);
  return token.accessor;
}

std::size_t TokenStore::live(ports::WallTime now) const {
  return static_cast<std::size_t>(
      std::count_if(tokens_.begin(), tokens_.end(),
                    [now](const auto& entry) { return !entry.second.expired_at(now); }));
}

}  // namespace mocks::vault
