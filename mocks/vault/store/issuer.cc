#include "mocks/vault/store/issuer.h"

#include <algorithm>

namespace mocks::vault {
namespace {

bool glob_matches(std::string_view pattern, std::string_view text) {
  const std::size_t star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == text;
  const std::string_view head = pattern.substr(0, star);
  std::string_view rest = pattern.substr(star + 1);
  if (!text.starts_with(head)) return false;
  text.remove_prefix(head.size());
  if (rest.empty()) return true;
  for (std::size_t skip = 0; skip <= text.size(); ++skip)
    if (glob_matches(rest, text.substr(skip))) return true;
  return false;
}

bool bound(const std::vector<std::string>& patterns, std::string_view text) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [text](const auto& pattern) { return glob_matches(pattern, text); });
}

bool is_last(const AuthRole& role, const ServiceAccount& who) {
  return role.last_bearer && role.last_name == who.name &&
         role.last_namespace == who.service_account_namespace && role.last_uid == who.uid;
}

}  // namespace

Token& Issuer::issue(TokenRequest request) {
  Token& token = tokens_.create(std::move(request), scheduler_.wall_now());
  observer_.observe(scheduler_.now(), {.kind = FactKind::token_issued,
                                       .subject = name_of(token.bearer->display_name)});
  return token;
}

Token& Issuer::issue(const AuthRole& role, std::shared_ptr<const Bearer> bearer) {
  return issue({.policies = role.policies,
                .bearer = std::move(bearer),
                .ttl = role.ttl,
                .max_ttl = role.max_ttl,
                .explicit_max_ttl = role.explicit_max_ttl,
                .period = role.period,
                .uses = role.token_uses,
                .default_policy = role.default_policy});
}

LoginResult Issuer::log_in_kubernetes(Mount* mount, std::string_view role_name,
                                      const ServiceAccount& who) {
  if (mount == nullptr) return {.outcome = Outcome::denied};
  const auto it = mount->auth.roles.find(role_name);
  if (it == mount->auth.roles.end()) return {.outcome = Outcome::refused};
  AuthRole& role = it->second;
  if (!bound(role.names, who.name)) return {.outcome = Outcome::denied, .why = Denial::name};
  if (!bound(role.namespaces, who.service_account_namespace))
    return {.outcome = Outcome::denied, .why = Denial::service_account_namespace};
  if (!is_last(role, who)) {
    const std::string& name = role.last_name = who.name;
    const std::string& space = role.last_namespace = who.service_account_namespace;
    role.last_uid = who.uid;
    const std::string method_name(mount->path.substr(5, mount->path.size() - 6));
    role.last_bearer = std::make_shared<const Bearer>(
        Bearer{.display_name = method_name + "-" + space + "-" + name,
               .path = mount->path + "login",
               .metadata = {{{"role", std::string(role_name)},
                             {"service_account_name", name},
                             {"service_account_namespace", space},
                             {"service_account_secret_name", ""},
                             {"service_account_uid", std::string(who.uid)}}},
               .entity_id = identifiers_.uuid()});
  }
  const Token& token = issue(role, role.last_bearer);
  return {.outcome = Outcome::ok,
          .token = token.handle,
          .ttl = token.ttl,
          .renewable = token.renewable};
}

}  // namespace mocks::vault
