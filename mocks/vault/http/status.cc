#include "mocks/vault/http/status.h"

#include <charconv>

#include "mocks/facts.h"
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

ports::Response wrong_method() { return answer(405, "{\"errors\":[]}\n"); }

}  // namespace

std::optional<ports::Response> StatusRoutes::handle(Call& call) {
  const std::string_view path = call.path;
  if (!path.starts_with("sys/")) return std::nullopt;
  const std::string& method = call.request.method;
  const bool get = method == "GET" || method == "HEAD";
  const bool put = call.operation == Operation::write;
  if (path == "sys/health") {
    if (!get) return wrong_method();
    auto response = health(call);
    if (method == "HEAD") response.body.clear();
    return response;
  }
  if (path == "sys/seal-status") return get ? seal_status() : wrong_method();
  if (path == "sys/leader") return get ? leader(call) : wrong_method();
  if (path == "sys/seal" && put && seal_.sealed()) return no_content();
  if (path != "sys/init" && path != "sys/unseal") return std::nullopt;
  if (path == "sys/init" && get) {
    std::string body;
    ObjectText(body).boolean("initialized", seal_.initialised());
    return answer(200, body + "\n");
  }
  if (!put) return wrong_method();
  if (auto bad = call.parse_body()) return bad;
  return path == "sys/init" ? init(call) : unseal(call);
}

ports::Response StatusRoutes::health(const Call& call) const {
  const bool sealed = seal_.sealed();
  const bool standby = call.node == Node::standby || seal_.leaderless();
  int status = code_or(call, "activecode", 200);
  if (standby && !asked(call, "standbyok")) status = code_or(call, "standbycode", 429);
  if (sealed) status = code_or(call, "sealedcode", 503);
  if (!seal_.initialised()) status = code_or(call, "uninitcode", 501);
  std::string body;
  {
    const std::string_view mode = sealed ? "unknown" : "disabled";
    ObjectText object(body);
    object.boolean("initialized", seal_.initialised())
        .boolean("sealed", sealed)
        .boolean("standby", standby || sealed)
        .boolean("performance_standby", false)
        .string("replication_performance_mode", mode)
        .string("replication_dr_mode", mode)
        .number("server_time_utc", unix_seconds(scheduler_.wall_now()))
        .string("version", options_.version);
    if (!sealed)
      object.string("cluster_name", "vault-cluster-overlap").string("cluster_id", cluster_id());
  }
  return answer(status, body + "\n");
}

ports::Response StatusRoutes::seal_status() const {
  const bool initialised = seal_.initialised();
  std::string body;
  {
    ObjectText object(body);
    object.string("type", "shamir")
        .boolean("initialized", initialised)
        .boolean("sealed", seal_.sealed())
        .number("t", initialised ? seal_.threshold() : 0)
        .number("n", initialised ? seal_.shares() : 0)
        .number("progress", static_cast<std::int64_t>(seal_.progress()))
        .string("nonce", seal_.nonce())
        .string("version", options_.version)
        .string("build_date", "")
        .boolean("migration", false);
    if (!seal_.sealed())
      object.string("cluster_name", "vault-cluster-overlap").string("cluster_id", cluster_id());
    object.boolean("recovery_seal", false).string("storage_type", "inmem");
  }
  return answer(200, body + "\n");
}

ports::Response StatusRoutes::leader(const Call& call) const {
  const bool ha = options_.high_availability;
  const bool active = ha && seal_.gate() == Outcome::ok;
  const bool self = active && call.node == Node::active;
  std::string body;
  ObjectText(body)
      .boolean("ha_enabled", ha)
      .boolean("is_self", self)
      .string("active_time", self ? rfc3339(seal_.active_since()) : "0001-01-01T00:00:00Z")
      .string("leader_address", active ? options_.address : "")
      .string("leader_cluster_address", active ? options_.address : "")
      .boolean("performance_standby", false)
      .number("performance_standby_last_remote_wal", 0);
  return answer(200, body + "\n");
}

std::string StatusRoutes::cluster_id() const { return identifiers_.uuid_of(name_of("cluster")); }

ports::Response StatusRoutes::init(const Call& call) {
  if (seal_.initialised()) return error(400, "Vault is already initialized");
  const auto shares = static_cast<int>(call.integer("secret_shares").value_or(0));
  const auto threshold = static_cast<int>(call.integer("secret_threshold").value_or(0));
  if (!Seal::allows({.shares = shares, .threshold = threshold}))
    return error(400,
                 "invalid seal configuration: shares must be at least one, at most 255, and "
                 "not below the threshold");
  seal_.initialise({.shares = shares, .threshold = threshold});
  auto bearer = std::make_shared<Bearer>();
  bearer->display_name = "root";
  bearer->path = "auth/token/root";
  const Token& root = tokens_.create_root("hvs." + identifiers_.letters(24), std::move(bearer),
                                          scheduler_.wall_now());
  std::vector<std::string> base64;
  for (const auto& key : seal_.keys()) base64.push_back(base64_of_hex(key));
  std::string body;
  ObjectText(body)
      .strings("keys", seal_.keys())
      .strings("keys_base64", base64)
      .string("root_token", root.id);
  return answer(200, body + "\n");
}

ports::Response StatusRoutes::unseal(const Call& call) {
  if (!seal_.initialised()) return error(400, "Vault is not initialized");
  if (call.boolean("reset").value_or(false)) {
    seal_.restart();
    return seal_status();
  }
  const std::string key = call.text("key");
  if (key.empty())
    return error(400, "'key' must be specified in request body as JSON, or 'reset' set to true");
  if (!all_hex(key)) return error(400, "'key' must be a valid hex or base64 string");
  if (!seal_.sealed()) return seal_status();
  if (key.size() != seal_.keys().front().size())
    return error(400, "invalid key: failed to setup unseal key: crypto/aes: invalid key size " +
                          std::to_string(key.size() / 2));
  if (seal_.give(key) == ShareResult::wrong_key)
    return error(500,
                 "unable to retrieve stored keys: failed to decrypt encrypted stored keys: "
                 "cipher: message authentication failed");
  return seal_status();
}

}  // namespace mocks::vault
