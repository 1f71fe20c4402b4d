#include "mocks/kubernetes/api/authorizer.h"

#include <algorithm>
#include <array>
#include <utility>

#include "mocks/kubernetes/json/json_text.h"

namespace mocks::kubernetes {
namespace {

using namespace std::string_view_literals;

bool listed(const std::vector<std::string>& list, std::string_view what) {
  return std::any_of(list.begin(), list.end(),
                     [&](const std::string& one) { return one == "*"sv || one == what; });
}

// Whether a rule's word for a resource, "pods/exec", means what is asked for.
bool names_resource(std::string_view word, const Access& access) {
  if (access.subresource.empty()) return word == access.resource;
  const std::size_t slash = access.resource.size();
  return word.size() == slash + 1 + access.subresource.size() && word[slash] == '/' &&
         word.starts_with(access.resource) && word.ends_with(access.subresource);
}

bool allows(const Rule& rule, const Access& access) {
  if (!listed(rule.verbs, access.verb) || !listed(rule.groups, access.group)) return false;
  const bool meant = std::any_of(
      rule.resources.begin(), rule.resources.end(),
      [&](const std::string& word) { return word == "*"sv || names_resource(word, access); });
  if (!meant) return false;
  if (rule.resource_names.empty()) return true;
  // A rule about names says nothing about requests that carry none (create, plain list).
  return !access.name.empty() && std::find(rule.resource_names.begin(), rule.resource_names.end(),
                                           access.name) != rule.resource_names.end();
}

// What every logged-in user may do beside their rules (system:basic-user).
bool basic(const Access& access) {
  if (access.verb != "create" || !access.subresource.empty()) return false;
  return (access.group == "authorization.k8s.io" &&
          (access.resource == "selfsubjectaccessreviews" ||
           access.resource == "selfsubjectrulesreviews")) ||
         (access.group == "authentication.k8s.io" && access.resource == "selfsubjectreviews");
}

constexpr std::string_view service_account_prefix = "system:serviceaccount:";

std::string base64url(std::string_view text) {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string out;
  std::uint32_t buffer = 0;
  int bits = 0;
  for (const char c : text) {
    buffer = (buffer << 8U) | static_cast<unsigned char>(c);
    for (bits += 8; bits >= 6; bits -= 6) {
      out += alphabet[(buffer >> static_cast<unsigned>(bits - 6)) & 63U];
    }
  }
  if (bits > 0) out += alphabet[(buffer << static_cast<unsigned>(6 - bits)) & 63U];
  return out;
}

}  // namespace

std::string Access::full_resource() const {
  std::string text(resource);
  if (!subresource.empty()) text.append("/").append(subresource);
  return text;
}

std::vector<std::string> Account::groups() const {
  std::vector<std::string> groups = user == nullptr ? std::vector<std::string>() : user->groups;
  if (!service_account_name().empty()) {
    groups.emplace_back("system:serviceaccounts");
    groups.push_back(std::string("system:serviceaccounts:").append(service_account_namespace()));
  }
  groups.emplace_back(authenticated() ? "system:authenticated" : "system:unauthenticated");
  return groups;
}

std::string_view Account::service_account_namespace() const {
  std::string_view rest = name;
  if (!rest.starts_with(service_account_prefix)) return {};
  rest.remove_prefix(service_account_prefix.size());
  return rest.substr(0, rest.find(':'));
}

std::string_view Account::service_account_name() const {
  const std::string_view whole = name;
  if (!whole.starts_with(service_account_prefix)) return {};
  return whole.substr(whole.rfind(':') + 1);
}

Authorizer::Authorizer(Registry& registry) : registry_(registry) {
  for (const User& user : registry.options().users) {
    if (user.token.empty()) continue;
    Account account{.user = &user, .name = user.name};
    if (!account.service_account_name().empty()) {
      account.uid = registry.uid();
      account.token_id = registry.uid();
      uids_.emplace(user.name, account.uid);
    }
    tokens_.emplace(user.token, Token{.account = std::move(account)});
  }
}

const User* Authorizer::user(std::string_view name) const {
  for (const User& user : registry_.options().users) {
    if (user.name == name) return &user;
  }
  return nullptr;
}

const Account* Authorizer::find(std::string_view token) const {
  const auto found = tokens_.find(token);
  if (found == tokens_.end() || found->second.expires <= registry_.now()) return nullptr;
  return &found->second.account;
}

bool Authorizer::may(const Account& account, const Access& access) const {
  if (account.authenticated() && basic(access)) return true;
  if (account.user == nullptr) return false;
  const std::string& where = account.user->kubernetes_namespace;
  if (!where.empty() && where != access.kubernetes_namespace) return false;
  return std::any_of(account.user->rules.begin(), account.user->rules.end(),
                     [&](const Rule& rule) { return allows(rule, access); });
}

std::string Authorizer::reason(const Account& account) const {
  const std::string_view name = account.service_account_name();
  if (name.empty()) return {};
  const std::string full =
      in_quotes(std::string(name).append("/").append(account.service_account_namespace()));
  return "RBAC: allowed by RoleBinding " + full + " of Role " + in_quotes(name) +
         " to ServiceAccount " + full;
}

bool Authorizer::may_see(const Account& account, std::string_view path) const {
  constexpr std::array<std::string_view, 4> open = {"/healthz", "/livez", "/readyz", "/version"};
  const bool health = std::any_of(open.begin(), open.end(), [&](std::string_view one) {
    return path == one || (path.starts_with(one) && path[one.size()] == '/');
  });
  if (health) return true;
  if (!account.authenticated()) return false;
  if (path == "/api" || path == "/apis" || path.starts_with("/api/") ||
      path.starts_with("/apis/") || path.starts_with("/openapi")) {
    return true;
  }
  return account.user != nullptr &&
         std::any_of(account.user->rules.begin(), account.user->rules.end(), [](const Rule& rule) {
           return listed(rule.verbs, "get") && listed(rule.resources, "*");
         });
}

std::string Authorizer::issue(const std::string& name, ports::Duration lifetime) {
  const User* known = user(name);
  if (known == nullptr) return {};
  std::erase_if(tokens_,
                [&](const auto& entry) { return entry.second.expires <= registry_.now(); });
  if (tokens_.size() >= max_tokens) return {};
  Account account{.user = known, .name = name};
  std::string& uid = uids_[name];
  if (uid.empty()) uid = registry_.uid();
  account.uid = uid;
  account.token_id = registry_.uid();
  // Shaped like a JWT (RFC 7519), so that nobody mistakes its form; who it is, only this server
  // knows.
  JsonText claims;
  claims.open('{').member("iss", "https://kubernetes.default.svc").member("sub", name);
  claims.member("jti", account.token_id).close('}');
  std::string token = base64url(R"({"alg":"RS256"})") + "." + base64url(claims.take()) + "." +
                      base64url(account.token_id + registry_.uid());
  tokens_.emplace(token,
                  Token{.account = std::move(account), .expires = registry_.now() + lifetime});
  return token;
}

void Authorizer::revoke(const std::string& name) {
  std::erase_if(tokens_, [&](const auto& entry) { return entry.second.account.name == name; });
}

}  // namespace mocks::kubernetes
