#include "mocks/vault/http/approle.h"

#include <algorithm>

#include "mocks/vault/http/roles.h"
#include "mocks/vault/store/json_text.h"

namespace mocks::vault {
namespace {

std::string approle_text(const AuthRole& role) {
  std::string out;
  {
    ObjectText object(out);
    object.boolean("bind_secret_id", role.bind_secret_id)
        .boolean("local_secret_ids", false)
        .raw("secret_id_bound_cidrs", "null")
        .number("secret_id_num_uses", role.secret_id_uses)
        .number("secret_id_ttl", whole_seconds(role.secret_id_ttl));
    append_token_fields(object, role);
  }
  return out;
}

std::string secret_id_text(const AuthRole::SecretId& secret) {
  std::string out;
  ObjectText(out)
      .raw("cidr_list", "[]")
      .string("creation_time", rfc3339(secret.created))
      .string("expiration_time",
              secret.expires == no_time ? "0001-01-01T00:00:00Z" : rfc3339(secret.expires))
      .string("last_updated_time", rfc3339(secret.created))
      .map("metadata", &secret.metadata)
      .string("secret_id_accessor", secret.accessor)
      .number("secret_id_num_uses", secret.uses_left)
      .number("secret_id_ttl", whole_seconds(secret.ttl))
      .raw("token_bound_cidrs", "[]");
  return out;
}

}  // namespace

ports::Response AppRoleRoutes::handle(Call& call, AuthMethod& method, std::string_view rest) {
  if (rest == "login" && call.operation == Operation::write) return login(call, method);
  if (rest == "role/" && call.operation == Operation::list) return role_list(envelopes_, method);
  if (!rest.starts_with("role/")) return unsupported_path();
  const auto [name, verb] = role_path(rest);
  if (verb.empty())
    return role_answer(call, envelopes_, method, name,
                       {.text = approle_text, .change = [this](const Call& body, AuthRole& role) {
                          return change(body, role);
                        }});
  const auto it = method.roles.find(name);
  if (it == method.roles.end()) {
    if (call.operation == Operation::read) return not_found();
    return error(400, "role \"" + std::string(name) + "\" does not exist");
  }
  if (verb == "role-id") return role_id(call, it->second);
  return secret_id(call, it->second, verb);
}

std::optional<ports::Response> AppRoleRoutes::change(const Call& call, AuthRole& role) {
  role.bind_secret_id = call.boolean("bind_secret_id").value_or(role.bind_secret_id);
  role.secret_id_uses = call.integer("secret_id_num_uses").value_or(role.secret_id_uses);
  if (role.role_id.empty()) role.role_id = identifiers_.uuid();
  if (!role.bind_secret_id)
    return error(400, "at least one constraint should be enabled on the role");
  return std::nullopt;
}

ports::Response AppRoleRoutes::role_id(Call& call, AuthRole& role) {
  if (call.operation == Operation::write) {
    const std::string id = call.text("role_id");
    if (id.empty()) return error(400, "missing role_id");
    role.role_id = id;
    return no_content();
  }
  std::string data;
  ObjectText(data).string("role_id", role.role_id);
  return envelopes_.with_data("", std::move(data));
}

ports::Response AppRoleRoutes::secret_id(Call& call, AuthRole& role, std::string_view verb) {
  if (verb == "secret-id" && call.operation == Operation::write) return make_secret_id(call, role);
  if (verb == "secret-id/" && call.operation == Operation::list) {
    if (role.secret_ids.empty()) return not_found();
    std::vector<std::string> accessors;
    for (const auto& [id, secret] : role.secret_ids) accessors.push_back(secret.accessor);
    return envelopes_.with_data("", keys_text(accessors));
  }
  const bool lookup = verb == "secret-id/lookup";
  if (!lookup && verb != "secret-id/destroy") return unsupported_path();
  const std::string id = call.text("secret_id");
  if (id.empty()) return error(400, "missing secret_id");
  const auto it = role.secret_ids.find(id);
  if (lookup) {
    if (it == role.secret_ids.end()) return no_content();
    return envelopes_.with_data("", secret_id_text(it->second));
  }
  if (it == role.secret_ids.end()) return error(500, "invalid secret id");
  role.secret_ids.erase(it);
  return no_content();
}

ports::Response AppRoleRoutes::make_secret_id(Call& call, AuthRole& role) {
  const ports::WallTime now = scheduler_.wall_now();
  AuthRole::SecretId secret{.accessor = identifiers_.uuid(),
                            .uses_left = role.secret_id_uses,
                            .uses = role.secret_id_uses,
                            .ttl = role.secret_id_ttl,
                            .created = now};
  if (secret.ttl > ports::Duration::zero()) secret.expires = now + secret.ttl;
  const std::string metadata = call.text("metadata");
  const auto parsed = JsonDocument::parse(metadata.empty() ? "{}" : metadata);
  if (!parsed || !parsed->root().is_object())
    return error(400, "failed to parse metadata: metadata is not a map of strings");
  for (const auto& [key, value] : parsed->root().members())
    secret.metadata.emplace(key, text_of(value));
  const std::string id = identifiers_.uuid();
  std::string data;
  ObjectText(data)
      .string("secret_id", id)
      .string("secret_id_accessor", secret.accessor)
      .number("secret_id_num_uses", secret.uses)
      .number("secret_id_ttl", whole_seconds(secret.ttl));
  role.secret_ids[id] = std::move(secret);
  return envelopes_.with_data("", std::move(data));
}

ports::Response AppRoleRoutes::login(Call& call, AuthMethod& method) {
  const std::string role_id = call.text("role_id");
  if (role_id.empty()) return error(500, "failed to determine alias name from login request");
  const auto role_it =
      std::find_if(method.roles.begin(), method.roles.end(),
                   [&role_id](const auto& entry) { return entry.second.role_id == role_id; });
  if (role_it == method.roles.end()) return error(400, "invalid role ID");
  AuthRole& role = role_it->second;
  const std::string id = call.text("secret_id");
  if (id.empty()) return error(400, "missing secret_id");
  const auto secret = role.secret_ids.find(id);
  const bool known =
      secret != role.secret_ids.end() &&
      (secret->second.expires == no_time || secret->second.expires > scheduler_.wall_now());
  if (!known) return error(400, "invalid secret id");
  auto bearer = std::make_shared<Bearer>();
  bearer->display_name = "approle";
  bearer->path = call.path;
  bearer->metadata = secret->second.metadata;
  (*bearer->metadata)["role_name"] = role_it->first;
  // One entity a role: its alias is the role id.
  if (!role.last_bearer)
    role.last_bearer = std::make_shared<Bearer>(Bearer{.entity_id = identifiers_.uuid()});
  bearer->entity_id = role.last_bearer->entity_id;
  if (secret->second.uses_left > 0 && --secret->second.uses_left == 0)
    role.secret_ids.erase(secret);
  return login_response(call, envelopes_, tokens_, issuer_.issue(role, std::move(bearer)));
}

}  // namespace mocks::vault
