// The dialects: a line each.
#include <algorithm>

#include "mocks/idp/auth0/auth0.h"
#include "mocks/idp/entra/entra.h"
#include "mocks/idp/keycloak/keycloak.h"
#include "mocks/idp/okta/okta.h"
#include "mocks/idp/provider.h"

namespace mocks::idp {
namespace {

constexpr std::string_view okta_keys[] = {"machine_administrator", "administrator_role"};
constexpr std::string_view entra_keys[] = {"read_lag", "policy", "personal_accounts"};
constexpr std::string_view keycloak_keys[] = {"succession"};

constexpr Dialect all[] = {
    {.name = "okta", .make = &make_okta, .own_keys = okta_keys},
    {.name = "auth0", .make = &make_auth0, .core = &auth0_core},
    {.name = "entra",
     .make = &entra::make_entra,
     .issuer_path = entra::issuer_path,
     .separate_admin = true,
     .own_keys = entra_keys},
    {.name = "keycloak",
     .make = &keycloak::make_keycloak,
     .core = &keycloak::keycloak_core,
     .issuer_path = keycloak::issuer_path,
     .own_keys = keycloak_keys},
};

}  // namespace

std::span<const Dialect> dialects() { return all; }

const Dialect* find_dialect(std::string_view name) {
  const auto* const found = std::find_if(
      std::begin(all), std::end(all), [&](const Dialect& dialect) { return dialect.name == name; });
  return found == std::end(all) ? nullptr : found;
}

}  // namespace mocks::idp
