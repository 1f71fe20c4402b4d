// The adapters: a line each.
#include <algorithm>
#include <utility>

#include "rotator/calls/encoding.h"
#include "rotator/idp/auth0.h"
#include "rotator/idp/described.h"
#include "rotator/idp/entra.h"
#include "rotator/idp/identity_provider.h"
#include "rotator/idp/keycloak.h"
#include "rotator/idp/okta.h"

namespace rotator {
namespace {

using ports::ErrorCode;
using ports::fail;

struct Adapter {
  std::string_view type;
  // `url` is options.url taken apart, and `options` have been looked at.
  ports::Result<std::unique_ptr<IdentityProvider>> (*make)(ports::HttpClient& http,
                                                           ports::Clock& clock,
                                                           IdentityProviderOptions options, Url url,
                                                           ports::Secret admin_credential);
};

constexpr Adapter adapters[] = {
    {"entra", &new_entra},       {"okta", &new_okta},      {"auth0", &new_auth0},
    {"keycloak", &new_keycloak}, {"http", &new_described},
};

std::string known_types() {
  std::string all;
  for (const auto& adapter : adapters) all += (all.empty() ? "" : ", ") + std::string(adapter.type);
  return all;
}

}  // namespace

std::vector<std::string> identity_provider_types() {
  std::vector<std::string> types;
  for (const auto& adapter : adapters) types.emplace_back(adapter.type);
  return types;
}

ports::Result<std::unique_ptr<IdentityProvider>> new_identity_provider(
    ports::HttpClient& http, ports::Clock& clock, IdentityProviderOptions options,
    ports::Secret admin_credential) {
  const auto* const adapter =
      std::find_if(std::begin(adapters), std::end(adapters),
                   [&](const Adapter& one) { return one.type == options.type; });
  if (adapter == std::end(adapters))
    return fail(ErrorCode::configuration,
                "unknown identity provider type \"" + options.type + "\"; known: " + known_types());
  auto url = split_https_url(options.url, "the identity provider's url");
  if (!url) return fail(url.error());
  if (url->path.find('?') != std::string::npos)
    return fail(ErrorCode::configuration, "the identity provider's url must not have a query");
  if (options.client_id.empty())
    return fail(ErrorCode::configuration, "the identity provider's client_id is empty");
  return adapter->make(http, clock, std::move(options), std::move(*url),
                       std::move(admin_credential));
}

}  // namespace rotator
