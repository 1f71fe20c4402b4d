// AppRole and Kubernetes auth (https://developer.hashicorp.com/vault/api-docs/auth/approle and
// .../auth/kubernetes; texts measured on Vault 1.14).
#include <algorithm>
#include <array>

#include "mocks/vault/state.h"
#include "mocks/vault/store/json_text.h"

namespace mocks::vault {
namespace {

struct RolePath {
  std::string_view role = {};  // of role/ROLE/VERB
  std::string_view verb = {};
};

RolePath role_path(std::string_view rest) {
  rest.remove_prefix(std::min<std::size_t>(rest.size(), 5));  // "role/"
  const std::size_t slash = rest.find('/');
  return {.role = rest.substr(0, slash),
          .verb = slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1)};
}

std::vector<std::string> role_names(const AuthMethod& method) {
  std::vector<std::string> names;
  for (const auto& [name, role] : method.roles) names.push_back(name);
  return names;
}

// The members that all roles have, in their place in the sorted object.
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

std::string kubernetes_role_text(const AuthRole& role) {
  std::string out;
  {
    ObjectText object(out);
    object.string("alias_name_source", role.alias_name_source);
    if (!role.audience.empty()) object.string("audience", role.audience);
    object.strings("bound_service_account_names", role.names)
        .strings("bound_service_account_namespaces", role.namespaces);
    append_token_fields(object, role);
  }
  return out;
}

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

std::string_view problem_text(TokenReview::Problem problem) {
  switch (problem) {
    case TokenReview::Problem::expired:
      return "invalid expiration time (exp) claim: token is expired";
    case TokenReview::Problem::audience:
      return "invalid audience (aud) claim: audience claim does not match any expected audience";
    case TokenReview::Problem::issuer: return "invalid issuer (iss) claim";
    case TokenReview::Problem::none: break;
  }
  return "permission denied";
}

}  // namespace

// The token_* members of a role's body, and their older names; the answer to a bad one.
std::optional<ports::Response> Vault::State::read_role(Call& call, AuthRole& role) {
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

ports::Response Vault::State::login_response(Call& call, Token& token) {
  call.issued = &token;
  Envelope out = envelope("");
  out.auth = auth_text(token, token.ttl);
  return out.response();
}

// --- AppRole

ports::Response Vault::State::approle_http(Call& call, Mount& mount, std::string_view rest) {
  AuthMethod& method = methods_[mount.path];
  if (rest == "login" && call.operation == Operation::write) return approle_login(call, method);
  Envelope out = envelope("");
  out.data.clear();
  if (rest == "role/" && call.operation == Operation::list) {
    if (method.roles.empty()) return not_found();
    ObjectText(out.data).strings("keys", role_names(method));
    return out.response();
  }
  if (!rest.starts_with("role/")) return one_error(404, "unsupported path");
  const auto [name, verb] = role_path(rest);
  const auto it = method.roles.find(name);
  if (verb.empty()) {
    if (call.operation == Operation::remove) {
      if (it != method.roles.end()) method.roles.erase(it);
      return no_content();
    }
    if (call.operation == Operation::read) {
      if (it == method.roles.end()) return not_found();
      out.data = approle_text(it->second);
      return out.response();
    }
    if (call.operation != Operation::write) return one_error(405, "unsupported operation");
    AuthRole role = it == method.roles.end() ? AuthRole{} : it->second;
    if (auto bad = read_role(call, role)) return std::move(*bad);
    role.bind_secret_id = call.boolean("bind_secret_id").value_or(role.bind_secret_id);
    role.secret_id_uses = call.integer("secret_id_num_uses").value_or(role.secret_id_uses);
    if (role.role_id.empty()) role.role_id = tokens_.uuid();
    if (!role.bind_secret_id)
      return error(400, "at least one constraint should be enabled on the role");
    method.roles.insert_or_assign(std::string(name), std::move(role));
    return no_content();
  }
  if (it == method.roles.end()) {
    if (call.operation == Operation::read) return not_found();
    return error(400, "role \"" + std::string(name) + "\" does not exist");
  }
  AuthRole& role = it->second;
  if (verb == "role-id") {
    if (call.operation == Operation::write) {
      const std::string id = call.text("role_id");
      if (id.empty()) return error(400, "missing role_id");
      role.role_id = id;
      return no_content();
    }
    ObjectText(out.data).string("role_id", role.role_id);
    return out.response();
  }
  return secret_id_http(call, role, verb);
}

ports::Response Vault::State::secret_id_http(Call& call, AuthRole& role, std::string_view verb) {
  Envelope out = envelope("");
  out.data.clear();
  if (verb == "secret-id" && call.operation == Operation::write) {
    AuthRole::SecretId secret{.accessor = tokens_.uuid(),
                              .uses = role.secret_id_uses,
                              .ttl = role.secret_id_ttl,
                              .created = wall_now()};
    secret.uses_left = secret.uses;
    if (secret.ttl > ports::Duration::zero()) secret.expires = wall_now() + secret.ttl;
    const std::string metadata = call.text("metadata");
    const auto parsed = JsonDocument::parse(metadata.empty() ? "{}" : metadata);
    if (!parsed || !parsed->root().is_object())
      return error(400, "failed to parse metadata: metadata is not a map of strings");
    for (const auto& [key, value] : parsed->root().members())
      secret.metadata.emplace(key, text_of(value));
    const std::string id = tokens_.uuid();
    ObjectText(out.data)
        .string("secret_id", id)
        .string("secret_id_accessor", secret.accessor)
        .number("secret_id_num_uses", secret.uses)
        .number("secret_id_ttl", whole_seconds(secret.ttl));
    role.secret_ids[id] = std::move(secret);
    return out.response();
  }
  if (verb == "secret-id/" && call.operation == Operation::list) {
    if (role.secret_ids.empty()) return not_found();
    std::vector<std::string> accessors;
    for (const auto& [id, secret] : role.secret_ids) accessors.push_back(secret.accessor);
    ObjectText(out.data).strings("keys", accessors);
    return out.response();
  }
  const bool lookup = verb == "secret-id/lookup";
  if (!lookup && verb != "secret-id/destroy") return one_error(404, "unsupported path");
  const std::string id = call.text("secret_id");
  if (id.empty()) return error(400, "missing secret_id");
  const auto it = role.secret_ids.find(id);
  if (!lookup) {
    if (it == role.secret_ids.end()) return error(500, "invalid secret id");
    role.secret_ids.erase(it);
    return no_content();
  }
  if (it == role.secret_ids.end()) return no_content();
  const auto& secret = it->second;
  ObjectText(out.data)
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
  return out.response();
}

ports::Response Vault::State::approle_login(Call& call, AuthMethod& method) {
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
  const bool known = secret != role.secret_ids.end() &&
                     (secret->second.expires == no_time || secret->second.expires > wall_now());
  if (!known) return error(400, "invalid secret id");
  auto bearer = std::make_shared<Bearer>();
  bearer->display_name = "approle";
  bearer->path = call.path;
  bearer->metadata = secret->second.metadata;
  (*bearer->metadata)["role_name"] = role_it->first;
  // One entity a role: its alias is the role id.
  if (!role.last_bearer)
    role.last_bearer = std::make_shared<Bearer>(Bearer{.entity_id = tokens_.uuid()});
  bearer->entity_id = role.last_bearer->entity_id;
  if (secret->second.uses_left > 0 && --secret->second.uses_left == 0)
    role.secret_ids.erase(secret);
  return login_response(call, issue(role, std::move(bearer)));
}

// --- Kubernetes

ports::Response Vault::State::kubernetes_http(Call& call, Mount& mount, std::string_view rest) {
  AuthMethod& method = methods_[mount.path];
  if (rest == "login" && call.operation == Operation::write) return kubernetes_login(call, mount);
  Envelope out = envelope("");
  out.data.clear();
  if (rest == "config") {
    if (call.operation == Operation::read) {
      if (!method.kubernetes) return not_found();
      const KubernetesConfig& config = *method.kubernetes;
      ObjectText(out.data)
          .boolean("disable_iss_validation", config.disable_iss_validation)
          .boolean("disable_local_ca_jwt", config.disable_local_ca_jwt)
          .string("issuer", config.issuer)
          .string("kubernetes_ca_cert", config.ca_cert)
          .string("kubernetes_host", config.host)
          .strings("pem_keys", config.pem_keys);
      return out.response();
    }
    if (call.operation != Operation::write) return one_error(405, "unsupported operation");
    if (call.text("kubernetes_host").empty()) return error(400, "no host provided");
    method.kubernetes = KubernetesConfig{
        .host = call.text("kubernetes_host"),
        .ca_cert = call.text("kubernetes_ca_cert"),
        .issuer = call.text("issuer"),
        .disable_local_ca_jwt = call.boolean("disable_local_ca_jwt").value_or(false),
        .disable_iss_validation = call.boolean("disable_iss_validation").value_or(true),
        .pem_keys = call.list("pem_keys")};
    return no_content();
  }
  if (rest == "role/" && call.operation == Operation::list) {
    if (method.roles.empty()) return not_found();
    ObjectText(out.data).strings("keys", role_names(method));
    return out.response();
  }
  const auto [name, verb] = role_path(rest);
  if (!rest.starts_with("role/") || !verb.empty()) return one_error(404, "unsupported path");
  const auto it = method.roles.find(name);
  if (call.operation == Operation::remove) {
    if (it != method.roles.end()) method.roles.erase(it);
    return no_content();
  }
  if (call.operation == Operation::read) {
    if (it == method.roles.end()) return not_found();
    out.data = kubernetes_role_text(it->second);
    return out.response();
  }
  if (call.operation != Operation::write) return one_error(405, "unsupported operation");
  AuthRole role = it == method.roles.end() ? AuthRole{} : it->second;
  if (auto bad = read_role(call, role)) return std::move(*bad);
  if (call.has("bound_service_account_names"))
    role.names = call.list("bound_service_account_names");
  if (call.has("bound_service_account_namespaces"))
    role.namespaces = call.list("bound_service_account_namespaces");
  if (call.has("audience")) role.audience = call.text("audience");
  if (call.has("alias_name_source")) role.alias_name_source = call.text("alias_name_source");
  if (role.names.empty()) return error(400, "\"bound_service_account_names\" can not be empty");
  if (role.namespaces.empty())
    return error(400, "\"bound_service_account_namespaces\" can not be empty");
  role.last_bearer.reset();
  method.roles.insert_or_assign(std::string(name), std::move(role));
  return no_content();
}

ports::Response Vault::State::kubernetes_login(Call& call, Mount& mount) {
  const AuthMethod& method = methods_[mount.path];
  const std::string role = call.text("role");
  const std::string jwt = call.text("jwt");
  if (role.empty()) return error(400, "missing role");
  if (jwt.empty()) return error(400, "missing jwt");
  if (!method.roles.contains(role)) return error(400, "invalid role name \"" + role + "\"");
  if (!method.kubernetes) return error(500, "could not load backend configuration");
  const TokenReview review = reviewer_ ? reviewer_(jwt) : TokenReview{};
  if (!review.authenticated) return error(403, problem_text(review.problem));
  const LoginResult result =
      log_in_kubernetes(mount.path, role,
                        {.service_account_namespace = review.service_account_namespace,
                         .name = review.service_account,
                         .uid = review.uid});
  if (result.why == Denial::name) return error(403, "service account name not authorized");
  if (result.why == Denial::service_account_namespace)
    return error(403, "namespace not authorized");
  return login_response(call, *tokens_.find(result.token, wall_now()));
}

}  // namespace mocks::vault
