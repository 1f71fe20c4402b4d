#include "mocks/vault/http/token.h"

#include <algorithm>
#include <array>

#include "mocks/vault/store/json_text.h"

namespace mocks::vault {
namespace {

ports::Duration duration_of(const Call& call, std::string_view name, bool& bad) {
  const auto value = call.field(name);
  if (!value) return ports::Duration{0};
  const auto parsed = duration_in(*value);
  bad = bad || !parsed;
  return parsed.value_or(ports::Duration{0});
}

std::string metadata_text(const Bearer& bearer) {
  std::string out;
  append_map(out, bearer.metadata ? &*bearer.metadata : nullptr);
  return out;
}

std::int64_t rounded_seconds_left(ports::WallTime expires, ports::WallTime now) {
  if (expires == no_time) return 0;
  return whole_seconds(expires - std::chrono::round<std::chrono::seconds>(now));
}

}  // namespace

std::string auth_text(TokenStore& tokens, Token& token, ports::Duration lease) {
  std::string out;
  ObjectText(out)
      .string("client_token", tokens.id(token))
      .string("accessor", tokens.accessor(token))
      .strings("policies", token.policies->names)
      .strings("token_policies", token.policies->names)
      .raw("metadata", metadata_text(*token.bearer))
      .number("lease_duration", whole_seconds(lease))
      .boolean("renewable", token.renewable)
      .string("entity_id", token.bearer->entity_id)
      .string("token_type", token.batch ? "batch" : "service")
      .boolean("orphan", token.orphan)
      .raw("mfa_requirement", "null")
      .number("num_uses", token.uses_left);
  return out;
}

ports::Response TokenRoutes::handle(Call& call, std::string_view rest) {
  const bool write = call.operation == Operation::write;
  const bool read = call.operation == Operation::read;
  if (rest == "create" && write) return create(call, Ancestry::child);
  if (rest == "create-orphan" && write) return create(call, Ancestry::orphan);
  if (rest == "lookup-self" && (read || write)) return lookup(*call.token);
  if (rest == "renew-self" && write) return renew(call, *call.token);
  if (rest == "revoke-self" && write) {
    tokens_.revoke(call.token_handle);
    return no_content();
  }
  static constexpr std::array<std::string_view, 6> others{
      "lookup", "renew", "revoke", "lookup-accessor", "renew-accessor", "revoke-accessor"};
  if (std::find(others.begin(), others.end(), rest) == others.end()) return unsupported_path();
  const bool by_accessor = rest.ends_with("-accessor");
  if (!write && rest != "lookup") return unsupported_operation();
  const std::string name = call.text(by_accessor ? "accessor" : "token");
  Token* named = by_accessor ? tokens_.find_accessor(name, scheduler_.wall_now())
                             : tokens_.find(name, scheduler_.wall_now());
  if (rest == "lookup" && name.empty()) named = call.token;
  if (rest.starts_with("lookup")) {
    if (named == nullptr)
      return by_accessor ? error(403, "invalid accessor") : error(403, "bad token");
    return lookup(*named);
  }
  if (rest.starts_with("renew")) {
    if (named == nullptr) return error(400, by_accessor ? "invalid accessor" : "token not found");
    return renew(call, *named);
  }
  if (by_accessor && named == nullptr) return error(400, "invalid accessor");
  if (named != nullptr) tokens_.revoke(named->handle);
  return no_content();
}

ports::Response TokenRoutes::create(Call& call, Ancestry ancestry) {
  const bool orphan = ancestry == Ancestry::orphan;
  Token& parent = *call.token;
  const bool root = tokens_.rights(parent).root;
  if (parent.batch) return error(400, "batch tokens cannot create more tokens");
  auto bearer = std::make_shared<Bearer>();
  const std::string display = call.text("display_name");
  if (!display.empty()) bearer->display_name = "token-" + display;
  bearer->path = call.path;
  if (const auto meta = call.field("meta"); meta && meta->is_object()) {
    bearer->metadata.emplace();
    for (const auto& [key, value] : meta->members()) bearer->metadata->emplace(key, text_of(value));
  }
  bool bad = false;
  TokenRequest request{.policies = call.list("policies"),
                       .bearer = bearer,
                       .id = call.text("id"),
                       .ttl = duration_of(call, "ttl", bad),
                       .explicit_max_ttl = duration_of(call, "explicit_max_ttl", bad),
                       .period = duration_of(call, "period", bad),
                       .uses = call.integer("num_uses").value_or(0),
                       .renewable = call.boolean("renewable").value_or(true),
                       .default_policy = !call.boolean("no_default_policy").value_or(false),
                       .batch = call.text("type") == "batch"};
  if (bad) return error(400, "invalid duration");
  if (!request.id.empty() && !root)
    return error(400, "root or sudo privileges required to specify token id");
  if (!request.id.empty() && tokens_.find(request.id, scheduler_.wall_now()) != nullptr)
    return error(400, "cannot create a token with a duplicate ID");
  if (request.uses < 0) return error(400, "number of uses cannot be negative");
  if (request.period > ports::Duration::zero() && !root)
    return error(400, "root or sudo privileges required to create periodic token");
  const bool own = orphan || call.boolean("no_parent").value_or(false);
  if (own && !orphan && !root)
    return error(400, "root or sudo privileges required to create orphan token");
  request.parent = own ? TokenHandle{0} : parent.handle;
  const auto& allowed = parent.policies->names;
  if (request.policies.empty()) request.policies = allowed;
  Envelope out = envelopes_.make("token");
  for (const auto& name : request.policies) {
    if (!root && std::find(allowed.begin(), allowed.end(), name) == allowed.end())
      return error(400, "child policies must be subset of parent");
    if (name != "root" && policies_.find(name) == nullptr)
      out.warn("Policy \"" + name + "\" does not exist");
  }
  const bool makes_root =
      std::find(request.policies.begin(), request.policies.end(), "root") != request.policies.end();
  request.never_expires = makes_root && request.ttl == ports::Duration::zero() &&
                          request.period == ports::Duration::zero();
  Token& token = issuer_.issue(std::move(request));
  call.issued = &token;
  out.auth = auth_text(tokens_, token, token.ttl);
  out.warn(call.ignored({"id", "policies", "meta", "no_parent", "no_default_policy", "renewable",
                         "lease", "ttl", "type", "explicit_max_ttl", "display_name", "num_uses",
                         "period", "entity_alias"}));
  return out.response();
}

ports::Response TokenRoutes::lookup(Token& token) {
  Envelope out = envelopes_.make("token");
  out.data.clear();
  {
    ObjectText data(out.data);
    data.string("accessor", tokens_.accessor(token))
        .number("creation_time", unix_seconds(token.created))
        .number("creation_ttl", whole_seconds(token.creation_ttl))
        .string("display_name", token.bearer->display_name)
        .string("entity_id", token.bearer->entity_id);
    if (token.expires == no_time)
      data.raw("expire_time", "null");
    else
      data.string("expire_time", rfc3339(token.expires));
    data.number("explicit_max_ttl", whole_seconds(token.explicit_max_ttl))
        .string("id", tokens_.id(token))
        .string("issue_time", rfc3339(token.created));
    if (token.last_renewal != no_time)
      data.string("last_renewal", rfc3339(token.last_renewal))
          .number("last_renewal_time", unix_seconds(token.last_renewal));
    data.raw("meta", metadata_text(*token.bearer))
        .number("num_uses", token.uses_left)
        .boolean("orphan", token.orphan)
        .string("path", token.bearer->path);
    if (token.period > ports::Duration::zero()) data.number("period", whole_seconds(token.period));
    data.strings("policies", token.policies->names)
        .boolean("renewable", token.renewable)
        .number("ttl", rounded_seconds_left(token.expires, scheduler_.wall_now()))
        .string("type", token.batch ? "batch" : "service");
  }
  return out.response();
}

ports::Response TokenRoutes::renew(Call& call, Token& token) {
  if (token.batch) return error(400, "batch tokens cannot be renewed");
  bool bad = false;
  const ports::Duration increment = duration_of(call, "increment", bad);
  if (bad) return error(400, "invalid duration");
  const auto renewal = tokens_.renew(token, increment, scheduler_.wall_now());
  if (!renewal) return error(400, "lease is not renewable");
  Envelope out = envelopes_.make("token");
  out.auth = auth_text(tokens_, token, renewal->granted);
  out.warn(renewal->warning);
  return out.response();
}

}  // namespace mocks::vault
