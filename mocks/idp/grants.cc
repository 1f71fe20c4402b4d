#include "mocks/idp/grants.h"

#include <utility>

#include "mocks/facts.h"

namespace mocks::idp {
namespace {

// A grant's text: the handle under a mask (11 characters of 6 bits), then 27 drawn characters.
constexpr std::string_view grant_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::size_t handle_length = 11;
constexpr std::size_t drawn_length = 27;

std::uint64_t kind_name(Grants::Kind kind) {
  return kind == Grants::Kind::code ? name_of("idp/code") : name_of("idp/refresh_token");
}

}  // namespace

GrantHandle Grants::issue(Kind kind, std::uint64_t client, std::uint64_t redirect_uri,
                          std::uint64_t user, ports::Instant now) {
  forget_expired(kind, now);
  auto& [first, grants] = table(kind);
  const auto lifetime =
      kind == Kind::code ? options_.code_lifetime : options_.refresh_token_lifetime;
  grants.push_back(Grant{.client = client,
                         .redirect_uri = redirect_uri,
                         .user = user,
                         .issued = now,
                         .expires = now + lifetime,
                         .spent = false});
  return first + grants.size() - 1;
}

const Grant* Grants::find(Kind kind, GrantHandle handle) const {
  const auto& [first, grants] = table(kind);
  if (handle < first || handle - first >= grants.size()) return nullptr;
  return &grants[handle - first];
}

void Grants::spend(Kind kind, GrantHandle handle) {
  auto& [first, grants] = table(kind);
  if (handle >= first && handle - first < grants.size()) grants[handle - first].spent = true;
}

void Grants::revoke_client(std::uint64_t client) {
  for (auto* one : {&codes_, &refresh_tokens_})
    for (auto& grant : one->grants)
      if (grant.client == client) grant.spent = true;
}

void Grants::forget_expired(Kind kind, ports::Instant now) {
  auto& [first, grants] = table(kind);
  while (!grants.empty() && (grants.front().expires <= now || grants.size() >= max_grants)) {
    if (!details_.empty()) details_.erase({kind, first});
    grants.pop_front();
    ++first;
  }
}

void Grants::describe(Kind kind, GrantHandle handle, GrantDetails details) {
  if (find(kind, handle) != nullptr) details_[{kind, handle}] = std::move(details);
}

const GrantDetails& Grants::details(Kind kind, GrantHandle handle) const {
  static const GrantDetails nothing;
  const auto found = details_.find({kind, handle});
  return found == details_.end() ? nothing : found->second;
}

std::string Grants::text_of(Kind kind, GrantHandle handle) const {
  std::string text;
  text.reserve(handle_length + drawn_length);
  const auto name = kind_name(kind);
  auto masked = handle ^ draws_.bits(sim::Stream::identifiers, name, 0);
  for (std::size_t i = 0; i < handle_length; ++i) {
    text += grant_alphabet[masked & 63U];
    masked >>= 6U;
  }
  return text + draws_.text(drawn_length, grant_alphabet, sim::Stream::identifiers, name + handle);
}

GrantHandle Grants::handle_of(Kind kind, std::string_view text) const {
  if (text.size() != handle_length + drawn_length) return no_grant;
  std::uint64_t masked = 0;
  for (std::size_t i = handle_length; i-- > 0;) {
    const auto digit = grant_alphabet.find(text[i]);
    if (digit == std::string_view::npos) return no_grant;
    masked = (masked << 6U) | digit;
  }
  const auto handle = masked ^ draws_.bits(sim::Stream::identifiers, kind_name(kind), 0);
  if (find(kind, handle) == nullptr || text_of(kind, handle) != text) return no_grant;
  return handle;
}

}  // namespace mocks::idp
