// sys/: what is open to all (health, seal, leader, init, unseal), leases, capabilities, policies,
// quotas, wrapping (https://developer.hashicorp.com/vault/api-docs/system). Mounts: mounts.cc.
#include <algorithm>
#include <array>
#include <charconv>

#include "mocks/vault/state.h"
#include "mocks/vault/store/json_text.h"

namespace mocks::vault {
namespace {

// Names the statuses by query: ?activecode=299. Nothing usable keeps the default.
int code_or(const Call& call, std::string_view name, int standard) {
  const auto given = call.parameter(name).value_or("");
  int code = 0;
  const auto [end, failure] = std::from_chars(given.data(), given.data() + given.size(), code);
  const bool whole = failure == std::errc{} && end == given.data() + given.size();
  return whole && code >= 100 && code <= 999 ? code : standard;
}

bool asked(const Call& call, std::string_view name) {
  const auto given = call.parameter(name);
  return given && *given != "false" && *given != "0";
}

bool all_hex(std::string_view text) {
  return !text.empty() && text.size() % 2 == 0 &&
         text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

std::string base64_of_hex(std::string_view hex) {
  static constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : hex) {
    const auto nibble = static_cast<std::uint32_t>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    bits = bits << 4U | nibble;
    held += 4;
    if (held < 6) continue;
    held -= 6;
    out += digits[bits >> static_cast<unsigned>(held) & 63U];
  }
  if (held > 0) out += digits[bits << static_cast<unsigned>(6 - held) & 63U];
  while (out.size() % 4 != 0) out += '=';
  return out;
}

std::string object_of(std::string_view key, const std::vector<std::string>& list) {
  std::string out;
  ObjectText(out).strings(key, list);
  return out;
}

}  // namespace

// --- Open to all, sealed or not

std::optional<ports::Response> Vault::State::sys_open(Call& call) {
  const std::string_view path = call.path;
  if (!path.starts_with("sys/")) return std::nullopt;
  const std::string& method = call.request.method;
  const bool get = method == "GET" || method == "HEAD";
  const bool put = call.operation == Operation::write;
  const auto wrong_method = [] { return answer(405, "{\"errors\":[]}\n"); };
  if (path == "sys/health") {
    if (!get) return wrong_method();
    auto response = health(call);
    if (method == "HEAD") response.body.clear();
    return response;
  }
  if (path == "sys/seal-status") return get ? seal_status() : wrong_method();
  if (path == "sys/leader") return get ? leader(call.standby) : wrong_method();
  if (path == "sys/seal" && put && sealed_) return no_content();
  if (path != "sys/init" && path != "sys/unseal") return std::nullopt;
  if (path == "sys/init" && get) {
    std::string body;
    ObjectText(body).boolean("initialized", initialised_);
    return answer(200, body + "\n");
  }
  if (!put) return wrong_method();
  if (auto bad = call.parse_body()) return bad;
  return path == "sys/init" ? init(call) : unseal_http(call);
}

ports::Response Vault::State::health(const Call& call) const {
  const bool standby = call.standby || leaderless();
  int status = code_or(call, "activecode", 200);
  if (standby && !asked(call, "standbyok")) status = code_or(call, "standbycode", 429);
  if (sealed_) status = code_or(call, "sealedcode", 503);
  if (!initialised_) status = code_or(call, "uninitcode", 501);
  std::string body;
  {
    const std::string_view mode = sealed_ ? "unknown" : "disabled";
    ObjectText object(body);
    object.boolean("initialized", initialised_)
        .boolean("sealed", sealed_)
        .boolean("standby", standby || sealed_)
        .boolean("performance_standby", false)
        .string("replication_performance_mode", mode)
        .string("replication_dr_mode", mode)
        .number("server_time_utc", unix_seconds(wall_now()))
        .string("version", options_.version);
    if (!sealed_)
      object.string("cluster_name", "vault-cluster-overlap").string("cluster_id", cluster_id());
  }
  return answer(status, body + "\n");
}

ports::Response Vault::State::seal_status() const {
  std::string body;
  {
    ObjectText object(body);
    object.string("type", "shamir")
        .boolean("initialized", initialised_)
        .boolean("sealed", sealed_)
        .number("t", initialised_ ? options_.unseal_threshold : 0)
        .number("n", initialised_ ? options_.unseal_shares : 0)
        .number("progress", static_cast<std::int64_t>(unseal_given_.size()))
        .string("nonce", unseal_nonce_)
        .string("version", options_.version)
        .string("build_date", "")
        .boolean("migration", false);
    if (!sealed_)
      object.string("cluster_name", "vault-cluster-overlap").string("cluster_id", cluster_id());
    object.boolean("recovery_seal", false).string("storage_type", "inmem");
  }
  return answer(200, body + "\n");
}

ports::Response Vault::State::leader(bool standby) const {
  const bool ha = options_.high_availability;
  const bool active = ha && !sealed_ && !leaderless();
  std::string body;
  ObjectText(body)
      .boolean("ha_enabled", ha)
      .boolean("is_self", active && !standby)
      .string("active_time", active && !standby ? rfc3339(active_since_) : "0001-01-01T00:00:00Z")
      .string("leader_address", active ? options_.address : "")
      .string("leader_cluster_address", active ? options_.address : "")
      .boolean("performance_standby", false)
      .number("performance_standby_last_remote_wal", 0);
  return answer(200, body + "\n");
}

std::string Vault::State::cluster_id() const { return tokens_.uuid_of(name_of("cluster")); }

const std::vector<std::string>& Vault::State::unseal_keys() {
  if (!unseal_keys_.empty()) return unseal_keys_;
  // A sole share is the key itself, 32 bytes; shares of several have one byte more.
  const bool sole = options_.unseal_shares == 1;
  for (int share = 0; share < options_.unseal_shares; ++share) {
    std::string key;
    while (key.size() < 64)
      for (const char c : tokens_.uuid())
        if (c != '-' && key.size() < 64) key += c;
    if (!sole) {
      key += "0123456789abcdef"[share / 16 % 16];
      key += "0123456789abcdef"[share % 16];
    }
    unseal_keys_.push_back(std::move(key));
  }
  return unseal_keys_;
}

ports::Response Vault::State::init(const Call& call) {
  if (initialised_) return error(400, "Vault is already initialized");
  options_.unseal_shares = static_cast<int>(call.integer("secret_shares").value_or(0));
  options_.unseal_threshold = static_cast<int>(call.integer("secret_threshold").value_or(0));
  if (options_.unseal_shares < 1 || options_.unseal_shares > 255 || options_.unseal_threshold < 1 ||
      options_.unseal_threshold > options_.unseal_shares)
    return error(400,
                 "invalid seal configuration: shares must be at least one, at most 255, and "
                 "not below the threshold");
  initialised_ = true;
  unseal_keys_.clear();
  auto bearer = std::make_shared<Bearer>();
  bearer->display_name = "root";
  bearer->path = "auth/token/root";
  Token& root = tokens_.create({.policies = {"root"},
                                .bearer = std::move(bearer),
                                .id = "hvs." + tokens_.letters(24),
                                .never_expires = true},
                               wall_now());
  root_ = root.handle;
  std::vector<std::string> base64;
  for (const auto& key : unseal_keys()) base64.push_back(base64_of_hex(key));
  std::string body;
  ObjectText(body)
      .strings("keys", unseal_keys())
      .strings("keys_base64", base64)
      .string("root_token", root.id);
  return answer(200, body + "\n");
}

ports::Response Vault::State::unseal_http(const Call& call) {
  if (!initialised_) return error(400, "Vault is not initialized");
  if (call.boolean("reset").value_or(false)) {
    unseal_given_.clear();
    unseal_nonce_.clear();
    return seal_status();
  }
  const std::string key = call.text("key");
  if (key.empty())
    return error(400, "'key' must be specified in request body as JSON, or 'reset' set to true");
  if (!all_hex(key)) return error(400, "'key' must be a valid hex or base64 string");
  if (!sealed_) return seal_status();
  const auto& keys = unseal_keys();
  if (key.size() != keys.front().size())
    return error(400, "invalid key: failed to setup unseal key: crypto/aes: invalid key size " +
                          std::to_string(key.size() / 2));
  if (std::find(unseal_given_.begin(), unseal_given_.end(), key) == unseal_given_.end())
    unseal_given_.push_back(key);
  if (unseal_nonce_.empty()) unseal_nonce_ = tokens_.uuid();
  if (static_cast<int>(unseal_given_.size()) < options_.unseal_threshold) return seal_status();
  const bool right = std::all_of(unseal_given_.begin(), unseal_given_.end(), [&](const auto& one) {
    return std::find(keys.begin(), keys.end(), one) != keys.end();
  });
  unseal_given_.clear();
  unseal_nonce_.clear();
  if (!right)
    return error(500,
                 "unable to retrieve stored keys: failed to decrypt encrypted stored keys: "
                 "cipher: message authentication failed");
  unseal();
  return seal_status();
}

// --- With a token

ports::Response Vault::State::sys_http(Call& call, std::string_view rest) {
  const bool write = call.operation == Operation::write;
  if (rest == "seal" && write) {
    seal();
    return no_content();
  }
  if (rest == "step-down" && write) {
    if (options_.high_availability) step_down();
    return no_content();
  }
  if (rest == "mounts" || rest.starts_with("mounts/"))
    return mounts_http(call, rest.substr(std::min<std::size_t>(rest.size(), 7)), false);
  if (rest == "auth" || rest.starts_with("auth/"))
    return mounts_http(call, rest.substr(std::min<std::size_t>(rest.size(), 5)), true);
  if (rest.starts_with("internal/ui/mounts")) return preflight_http(call, rest.substr(18));
  if (rest.starts_with("policies/acl/")) return policies_http(call, rest.substr(13), false);
  if (rest.starts_with("policy/")) return policies_http(call, rest.substr(7), true);
  if (rest == "policy") return policies_http(call, "", true);
  if (rest.starts_with("capabilities") && write) return capabilities_http(call, rest);
  if (rest.starts_with("quotas/")) return quotas_http(call, rest.substr(7));
  if (rest.starts_with("leases/")) return leases_http(call, rest.substr(7));
  if (rest.starts_with("wrapping/")) return wrapping_http(call, rest.substr(9));
  return one_error(404, "unsupported path");
}

ports::Response Vault::State::policies_http(Call& call, std::string_view asked_name, bool older) {
  std::string name(asked_name);
  std::transform(name.begin(), name.end(), name.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  Envelope out = envelope("system");
  out.data_on_top = older;
  const bool listing = name.empty() && (call.operation == Operation::list ||
                                        (older && call.operation == Operation::read));
  if (listing) {
    const auto names = tokens_.policy_names();
    out.data = object_of("keys", names);
    if (older) {
      out.data.clear();
      ObjectText(out.data).strings("keys", names).strings("policies", names);
    }
    return out.response();
  }
  if (name.empty()) return one_error(405, "unsupported operation");
  if (call.operation == Operation::read) {
    const auto policy = tokens_.policy(name);
    if (policy == nullptr && name != "root") return not_found();
    out.data.clear();
    ObjectText(out.data)
        .string("name", name)
        .string(older ? "rules" : "policy", policy == nullptr ? std::string_view() : policy->text);
    return out.response();
  }
  if (call.operation == Operation::remove) {
    if (name == "root" || name == "default")
      return error(400, "cannot delete \"" + name + "\" policy");
    tokens_.remove_policy(name);
    return no_content();
  }
  if (call.operation != Operation::write) return one_error(405, "unsupported operation");
  if (name == "root") return error(400, "cannot update \"root\" policy");
  std::string text = call.text("policy");
  if (text.empty()) text = call.text("rules");
  if (text.empty()) return error(400, "'policy' parameter not supplied or empty");
  auto policy = Policy::parse(text);
  if (!policy) return error(400, "failed to parse policy: " + policy.error().message);
  tokens_.set_policy(name, std::move(*policy));
  return no_content();
}

ports::Response Vault::State::capabilities_http(Call& call, std::string_view whose) {
  Token* token = call.token;
  if (whose == "capabilities") token = tokens_.find(call.text("token"), wall_now());
  if (whose == "capabilities-accessor")
    token = tokens_.find_accessor(call.text("accessor"), wall_now());
  if (token == nullptr) return error(400, "invalid token");
  auto paths = call.list("paths");
  if (paths.empty()) paths = call.list("path");
  if (paths.empty()) return error(400, "paths must be supplied");
  const PolicySet& rights = tokens_.rights(*token);
  std::map<std::string, std::vector<std::string>> found;
  for (const auto& path : paths) {
    const Capabilities bits =
        path.ends_with('/') ? rights.acl.at_folder(path) : rights.acl.at(path);
    found[path] = rights.root ? std::vector<std::string>{"root"} : capability_names(bits);
  }
  if (paths.size() == 1) found["capabilities"] = found[paths.front()];
  Envelope out = envelope("system");
  out.data_on_top = true;
  out.data.clear();
  {
    ObjectText data(out.data);
    for (const auto& [path, names] : found) data.strings(path, names);
  }
  return out.response();
}

ports::Response Vault::State::leases_http(Call& call, std::string_view rest) {
  // KV, tokens and logins make no leases that these paths would know.
  if (call.operation != Operation::write) return one_error(405, "unsupported operation");
  const std::string id = call.text("lease_id");
  if (rest == "lookup")
    return error(400, id.empty() ? "lease_id must be specified" : "invalid lease");
  if (rest == "renew")
    return error(400, id.empty() ? "lease_id must be specified" : "lease not found");
  if (rest == "revoke") return no_content();
  return one_error(404, "unsupported path");
}

ports::Response Vault::State::quotas_http(Call& call, std::string_view rest) {
  Envelope out = envelope("system");
  out.data.clear();
  if (rest == "config") {
    if (call.operation == Operation::write) {
      quotas_.headers =
          call.boolean("enable_rate_limit_response_headers").value_or(quotas_.headers);
      return no_content();
    }
    if (call.operation != Operation::read) return one_error(405, "unsupported operation");
    ObjectText(out.data)
        .boolean("enable_rate_limit_audit_logging", false)
        .boolean("enable_rate_limit_response_headers", quotas_.headers)
        .strings("rate_limit_exempt_paths", {});
    return out.response();
  }
  if (!rest.starts_with("rate-limit/")) return one_error(404, "unsupported path");
  const std::string name(rest.substr(11));
  if (name.empty() && call.operation == Operation::list) {
    std::vector<std::string> names;
    for (const auto& [key, quota] : quotas_.all()) names.push_back(key);
    if (names.empty()) return not_found();
    out.data = object_of("keys", names);
    return out.response();
  }
  if (call.operation == Operation::remove) {
    quotas_.remove(name);
    return no_content();
  }
  const auto it = quotas_.all().find(name);
  if (call.operation == Operation::read) {
    if (it == quotas_.all().end()) return not_found();
    const RateQuota& quota = it->second;
    std::string rate;
    append_float(rate, quota.rate);
    ObjectText(out.data)
        .number("block_interval", whole_seconds(quota.block))
        .number("interval", whole_seconds(quota.interval))
        .string("name", name)
        .string("path", quota.path)
        .raw("rate", rate)
        .string("role", "")
        .string("type", "rate-limit");
    return out.response();
  }
  if (call.operation != Operation::write) return one_error(405, "unsupported operation");
  RateQuota quota;
  quota.rate = call.field("rate").value_or(JsonView()).real();
  if (quota.rate <= 0) return error(400, "'rate' is invalid");
  for (const auto& [key, into] :
       {std::pair{"interval", &quota.interval}, std::pair{"block_interval", &quota.block}}) {
    const auto value = call.field(key);
    if (!value) continue;
    const auto parsed = duration_in(*value);
    if (!parsed || *parsed < ports::Duration::zero())
      return error(400, "'" + std::string(key) + "' is invalid");
    if (*parsed > ports::Duration::zero()) *into = *parsed;
  }
  quota.path = call.text("path");
  if (!quota.path.empty()) {
    const std::string slashed = quota.path.ends_with('/') ? quota.path : quota.path + "/";
    if (mount_at(slashed) != nullptr) quota.path = slashed;
    if (mount_of(slashed) == nullptr)
      return error(400, "invalid mount path \"" + quota.path + "\"");
  }
  quotas_.set(name, std::move(quota));
  return no_content();
}

ports::Response Vault::State::wrapping_http(Call& call, std::string_view rest) {
  if (rest == "wrap" && call.operation == Operation::write) {
    if (call.token == nullptr) return error(403, "permission denied");
    if (!ports::find_header(call.request.headers, "X-Vault-Wrap-TTL"))
      return error(400, "endpoint requires response wrapping to be used");
    Envelope out = envelope("system");
    out.data = canonical(call.whole());
    return out.response();
  }
  if ((rest != "unwrap" && rest != "lookup") || call.operation == Operation::list)
    return one_error(404, "unsupported path");
  std::string id = call.text("token");
  if (id.empty())
    id = std::string(ports::find_header(call.request.headers, "X-Vault-Token").value_or(""));
  const auto it = wrapped_.find(id);
  if (it == wrapped_.end() || it->second.created + it->second.ttl <= wall_now()) {
    if (it != wrapped_.end()) wrapped_.erase(it);
    return error(400, "wrapping token is not valid or does not exist");
  }
  if (rest == "unwrap") {
    ports::Response response = answer(200, std::move(it->second.body));
    wrapped_.erase(it);
    return response;
  }
  Envelope out = envelope("system");
  out.data.clear();
  ObjectText(out.data)
      .string("creation_path", it->second.creation_path)
      .string("creation_time", rfc3339(it->second.created))
      .number("creation_ttl", whole_seconds(it->second.ttl));
  return out.response();
}

}  // namespace mocks::vault
