#include "mocks/vault/http/kubernetes_auth.h"

#include "mocks/vault/http/roles.h"
#include "mocks/vault/store/json_text.h"

namespace mocks::vault {
namespace {

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

std::optional<ports::Response> change_kubernetes_role(const Call& call, AuthRole& role) {
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
  return std::nullopt;
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

ports::Response KubernetesAuthRoutes::handle(Call& call, Mount& mount, std::string_view rest) {
  AuthMethod& method = mount.auth;
  if (rest == "login" && call.operation == Operation::write) return login(call, mount);
  if (rest == "config") return config(call, method);
  if (rest == "role/" && call.operation == Operation::list) return role_list(envelopes_, method);
  const auto [name, verb] = role_path(rest);
  if (!rest.starts_with("role/") || !verb.empty()) return unsupported_path();
  return role_answer(call, envelopes_, method, name,
                     {.text = kubernetes_role_text, .change = change_kubernetes_role});
}

ports::Response KubernetesAuthRoutes::config(Call& call, AuthMethod& method) {
  if (call.operation == Operation::read) {
    if (!method.kubernetes) return not_found();
    const KubernetesConfig& config = *method.kubernetes;
    std::string data;
    ObjectText(data)
        .boolean("disable_iss_validation", config.disable_iss_validation)
        .boolean("disable_local_ca_jwt", config.disable_local_ca_jwt)
        .string("issuer", config.issuer)
        .string("kubernetes_ca_cert", config.ca_cert)
        .string("kubernetes_host", config.host)
        .strings("pem_keys", config.pem_keys);
    return envelopes_.with_data("", std::move(data));
  }
  if (call.operation != Operation::write) return unsupported_operation();
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

ports::Response KubernetesAuthRoutes::login(Call& call, Mount& mount) {
  const std::string role = call.text("role");
  const std::string jwt = call.text("jwt");
  if (role.empty()) return error(400, "missing role");
  if (jwt.empty()) return error(400, "missing jwt");
  if (!mount.auth.roles.contains(role)) return error(400, "invalid role name \"" + role + "\"");
  if (!mount.auth.kubernetes) return error(500, "could not load backend configuration");
  const TokenReview review = reviewer_ ? reviewer_(jwt) : TokenReview{};
  if (!review.authenticated) return error(403, problem_text(review.problem));
  const LoginResult result =
      issuer_.log_in_kubernetes(&mount, role,
                                {.service_account_namespace = review.service_account_namespace,
                                 .name = review.service_account,
                                 .uid = review.uid});
  if (result.why == Denial::name) return error(403, "service account name not authorized");
  if (result.why == Denial::service_account_namespace)
    return error(403, "namespace not authorized");
  return login_response(call, envelopes_, tokens_,
                        *tokens_.find(result.token, scheduler_.wall_now()));
}

}  // namespace mocks::vault
