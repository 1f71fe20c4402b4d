#include "mocks/vault/http/roles.h"

#include <algorithm>
#include <array>

#include "mocks/vault/http/token.h"

namespace mocks::vault {

RolePath role_path(std::string_view rest) {
  rest.remove_prefix(std::min<std::size_t>(rest.size(), 5));  // "role/"
  const std::size_t slash = rest.find('/');
  return {.role = rest.substr(0, slash),
          .verb = slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1)};
}

ports::Response role_answer(const Call& call, Envelopes& envelopes, AuthMethod& method,
                            std::string_view name, const RoleKind& kind) {
  const auto it = method.roles.find(name);
  if (call.operation == Operation::remove) {
    if (it != method.roles.end()) method.roles.erase(it);
    return no_content();
  }
  if (call.operation == Operation::read)
    return it == method.roles.end() ? not_found() : envelopes.with_data("", kind.text(it->second));
  if (call.operation != Operation::write) return unsupported_operation();
  AuthRole role = it == method.roles.end() ? AuthRole{} : it->second;
  if (auto bad = read_token_fields(call, role)) return std::move(*bad);
  if (auto bad = kind.change(call, role)) return std::move(*bad);
  method.roles.insert_or_assign(std::string(name), std::move(role));
  return no_content();
}

ports::Response role_list(Envelopes& envelopes, const AuthMethod& method) {
  if (method.roles.empty()) return not_found();
  std::vector<std::string> names;
  for (const auto& [name, role] : method.roles) names.push_back(name);
  return envelopes.with_data("", keys_text(names));
}

std::optional<ports::Response> read_token_fields(const Call& call, AuthRole& role) {
  if (call.has("token_policies"))
    role.policies = call.list("token_policies");
  else if (call.has("policies"))
    role.policies = call.list("policies");
  struct Field {
    const char* name;
    ports::Duration* into;
  };
  const std::array<Field, 8> durations{{{"ttl", &role.ttl},
                                        {"max_ttl", &role.max_ttl},
                                        {"period", &role.period},
                                        {"token_ttl", &role.ttl},
                                        {"token_max_ttl", &role.max_ttl},
                                        {"token_period", &role.period},
                                        {"token_explicit_max_ttl", &role.explicit_max_ttl},
                                        {"secret_id_ttl", &role.secret_id_ttl}}};
  for (const auto& [name, into] : durations) {
    const auto value = call.field(name);
    if (!value) continue;
    const auto parsed = duration_in(*value);
    if (!parsed)
      return error(400, "Field validation failed: error converting input " + go_value(*value) +
                            " for field \"" + name + "\": time: invalid duration \"" +
                            go_value(*value) + "\"");
    *into = *parsed;
  }
  if (role.max_ttl > ports::Duration::zero() && role.ttl > role.max_ttl)
    return error(400, "'token_ttl' cannot be greater than 'token_max_ttl'");
  role.token_uses = call.integer("token_num_uses").value_or(role.token_uses);
  role.default_policy = !call.boolean("token_no_default_policy").value_or(!role.default_policy);
  return std::nullopt;
}

void append_token_fields(ObjectText& out, const AuthRole& role) {
  out.strings("token_bound_cidrs", {})
      .number("token_explicit_max_ttl", whole_seconds(role.explicit_max_ttl))
      .number("token_max_ttl", whole_seconds(role.max_ttl))
      .boolean("token_no_default_policy", !role.default_policy)
      .number("token_num_uses", role.token_uses)
      .number("token_period", whole_seconds(role.period))
      .strings("token_policies", role.policies)
      .number("token_ttl", whole_seconds(role.ttl))
      .string("token_type", "default");
}

ports::Response login_response(Call& call, Envelopes& envelopes, TokenStore& tokens, Token& token) {
  call.issued = &token;
  Envelope out = envelopes.make("");
  out.auth = auth_text(tokens, token, token.ttl);
  return out.response();
}

}  // namespace mocks::vault
