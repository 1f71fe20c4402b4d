#include "mocks/vault/store/kv.h"

#include <algorithm>
#include <cstdlib>

#include "mocks/vault/store/json_text.h"

namespace mocks::vault {
namespace {

// The text between the quotes of the JSON string that starts at text[at]; moves `at` past it.
std::string_view skip_string(std::string_view text, std::size_t& at) {
  const std::size_t from = ++at;
  for (;; ++at) {
    at = std::min(text.find('"', at), text.size());
    // An even number of backslashes before a quote are characters of their own.
    std::size_t escapes = 0;
    while (at - escapes > from && text[at - escapes - 1] == '\\') ++escapes;
    if (escapes % 2 == 0 || at == text.size()) break;
  }
  const std::string_view inner = text.substr(from, at - from);
  ++at;
  return inner;
}

// Moves `at` past one value of canonical text.
void skip_value(std::string_view text, std::size_t& at) {
  int depth = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '"') {
      skip_string(text, at);
      if (depth == 0) return;
      continue;
    }
    if (depth == 0 && (c == ',' || c == '}')) return;
    if (c == '{' || c == '[') ++depth;
    if ((c == '}' || c == ']') && --depth == 0) {
      ++at;
      return;
    }
    ++at;
  }
}

void append_utf8(std::string& out, std::uint32_t code) {
  const auto byte = [&out](std::uint32_t value) { out += static_cast<char>(value); };
  if (code < 0x80) return byte(code);
  if (code < 0x800) {
    byte(0xC0U | code >> 6U);
    return byte(0x80U | (code & 0x3FU));
  }
  byte(0xE0U | code >> 12U);
  byte(0x80U | (code >> 6U & 0x3FU));
  byte(0x80U | (code & 0x3FU));
}

// Undoes append_string: those escapes and no others occur in canonical text.
std::string unescape(std::string_view inner) {
  std::string out;
  out.reserve(inner.size());
  while (true) {
    const std::size_t run = std::min(inner.find('\\'), inner.size());
    out.append(inner, 0, run);
    if (run == inner.size()) return out;
    const char c = inner[run + 1];
    inner.remove_prefix(run + 2);
    switch (c) {
      case 'n': out += '\n'; break;
      case 'r': out += '\r'; break;
      case 't': out += '\t'; break;
      case 'u': {
        const std::string digits(inner.substr(0, 4));
        append_utf8(out, static_cast<std::uint32_t>(std::strtoul(digits.c_str(), nullptr, 16)));
        inner.remove_prefix(4);
        break;
      }
      default: out += c; break;
    }
  }
}

}  // namespace

const KvVersion* KvKey::version(std::int64_t number) const {
  if (number <= 0) number = current;
  if (versions.empty() || number < versions.front().number || number > current) return nullptr;
  return &versions[static_cast<std::size_t>(number - versions.front().number)];
}

const KvKey* KvEngine::find(std::string_view path) const {
  const auto it = keys_.find(path);
  return it == keys_.end() ? nullptr : &it->second;
}

ReadResult KvEngine::read(std::string_view path, const ReadOptions& options,
                          ports::WallTime now) const {
  const KvKey* key = find(path);
  if (key == nullptr) return {};
  const ports::WallTime then = now - options.lag;
  const KvVersion* found = key->version(options.version);
  if (options.version <= 0)
    while (found != nullptr && found->created > then)
      found = found->number > 1 ? key->version(found->number - 1) : nullptr;
  if (found == nullptr || found->created > then) return {};
  const bool gone = found->destroyed || found->deleted_at(then);
  return {.outcome = gone ? Outcome::deleted : Outcome::ok,
          .version = found,
          .key = key,
          .deletion = found->deletion_since <= then ? found->deletion : no_time};
}

CasVerdict KvEngine::check(std::string_view path, std::optional<std::int64_t> cas) const {
  const KvKey* key = find(path);
  if (!cas) {
    const bool required = config_.cas_required || (key != nullptr && key->cas_required);
    return required ? CasVerdict::required : CasVerdict::pass;
  }
  const std::int64_t current = key == nullptr ? 0 : key->current;
  return *cas == current ? CasVerdict::pass : CasVerdict::mismatch;
}

ports::Duration KvEngine::deletion_delay(const KvKey& key) const {
  if (config_.delete_version_after < ports::Duration::zero()) return ports::Duration{0};
  const auto mount = config_.delete_version_after;
  const auto own = key.delete_version_after;
  if (mount == ports::Duration::zero()) return own;
  return own == ports::Duration::zero() ? mount : std::min(mount, own);
}

const KvVersion& KvEngine::write(std::string_view path, std::string data, ports::WallTime now,
                                 std::uint64_t secret) {
  auto it = keys_.find(path);
  if (it == keys_.end()) it = keys_.emplace(std::string(path), KvKey{.created = now}).first;
  KvKey& key = it->second;
  ++key.current;
  key.updated = now;
  const auto delay = deletion_delay(key);
  key.versions.push_back({.number = key.current,
                          .created = now,
                          .deletion = delay > ports::Duration::zero() ? now + delay : no_time,
                          .deletion_since = delay > ports::Duration::zero() ? now : no_time,
                          .data = std::move(data),
                          .secret = secret});
  prune(key);
  return key.versions.back();
}

void KvEngine::prune(KvKey& key) const {
  std::int64_t window = std::max(config_.max_versions, key.max_versions);
  if (window <= 0) window = default_max_versions;
  if (key.current - key.oldest < window) return;
  key.oldest = key.current - window + 1;
  const auto kept = std::find_if(key.versions.begin(), key.versions.end(),
                                 [&key](const auto& v) { return v.number >= key.oldest; });
  key.versions.erase(key.versions.begin(), kept);
}

KvVersion* KvEngine::version(std::string_view path, std::int64_t number) {
  const auto it = keys_.find(path);
  if (it == keys_.end() || number <= 0) return nullptr;
  // The key is ours: shedding const here saves a second copy of the arithmetic.
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast)
  return const_cast<KvVersion*>(it->second.version(number));
}

bool KvEngine::remove_current(std::string_view path, ports::WallTime now) {
  const auto it = keys_.find(path);
  if (it == keys_.end()) return false;
  return remove(path, {it->second.current}, now);
}

bool KvEngine::remove(std::string_view path, const std::vector<std::int64_t>& numbers,
                      ports::WallTime now) {
  bool changed = false;
  for (const auto number : numbers) {
    KvVersion* found = version(path, number);
    if (found == nullptr || found->destroyed || found->deleted_at(now)) continue;
    found->deletion = found->deletion_since = now;
    changed = true;
  }
  return changed;
}

bool KvEngine::restore(std::string_view path, const std::vector<std::int64_t>& numbers) {
  bool changed = false;
  for (const auto number : numbers) {
    KvVersion* found = version(path, number);
    if (found == nullptr || found->destroyed || found->deletion == no_time) continue;
    found->deletion = found->deletion_since = no_time;
    changed = true;
  }
  return changed;
}

bool KvEngine::destroy(std::string_view path, const std::vector<std::int64_t>& numbers) {
  bool changed = false;
  for (const auto number : numbers) {
    KvVersion* found = version(path, number);
    if (found == nullptr || found->destroyed) continue;
    found->destroyed = true;
    found->data.clear();
    changed = true;
  }
  return changed;
}

bool KvEngine::erase(std::string_view path) {
  const auto it = keys_.find(path);
  if (it == keys_.end()) return false;
  keys_.erase(it);
  return true;
}

void KvEngine::change_metadata(std::string_view path, const KvMetadataChange& change,
                               ports::WallTime now) {
  if (change.empty()) return;
  auto it = keys_.find(path);
  if (it == keys_.end())
    it = keys_.emplace(std::string(path), KvKey{.created = now, .updated = now}).first;
  KvKey& key = it->second;
  if (change.max_versions) key.max_versions = *change.max_versions;
  if (change.cas_required) key.cas_required = *change.cas_required;
  if (change.delete_version_after) key.delete_version_after = *change.delete_version_after;
  if (change.custom) key.custom = change.custom;
}

std::vector<std::string> KvEngine::list(std::string_view prefix) const {
  std::vector<std::string> names;
  for (auto it = keys_.lower_bound(prefix); it != keys_.end(); ++it) {
    if (!it->first.starts_with(prefix)) break;
    const std::string_view rest = std::string_view(it->first).substr(prefix.size());
    const std::string_view name = rest.substr(0, rest.find('/'));
    std::string entry(rest.substr(0, name.size() == rest.size() ? name.size() : name.size() + 1));
    if (names.empty() || names.back() != entry) names.push_back(std::move(entry));
  }
  // A folder and a key of one name ("a/" and "a") may stand apart in the map's order ("a", "a-b",
  // "a/").
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

std::optional<std::string> string_field(std::string_view canonical, std::string_view name) {
  if (!canonical.starts_with('{')) return std::nullopt;
  std::size_t at = 1;
  while (at < canonical.size() && canonical[at] == '"') {
    const std::string_view key = skip_string(canonical, at);
    ++at;  // the colon
    const bool plain = key.find('\\') == std::string_view::npos;
    const bool same = plain ? key == name : unescape(key) == name;
    if (same) {
      if (at >= canonical.size() || canonical[at] != '"') return std::nullopt;
      return unescape(skip_string(canonical, at));
    }
    skip_value(canonical, at);
    ++at;  // the comma or the closing brace
  }
  return std::nullopt;
}

std::string object_with(std::string_view name, std::string_view value) {
  std::string out;
  ObjectText(out).string(name, value);
  return out;
}

}  // namespace mocks::vault
