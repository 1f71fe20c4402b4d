// The dialects: a line each.
#include <algorithm>

#include "mocks/idp/auth0/auth0.h"
#include "mocks/idp/entra/entra.h"
#include "mocks/idp/keycloak/keycloak.h"
#include "mocks/idp/okta/okta.h"
#include "mocks/idp/provider.h"

namespace mocks::idp {
namespace {

constexpr Dialect all[] = {
    {.name = "okta", .make = &make_okta},
    {.name = "auth0", .make = &make_auth0, .core = &auth0_core},
    {.name = "entra",
     .make = &entra::make_entra,
     .issuer_path = entra::issuer_path,
     .separate_admin = true},
    {.name = "keycloak",
     .make = &keycloak::make_keycloak,
     .core = &keycloak::keycloak_core,
     .issuer_path = keycloak::issuer_path},
};

}  // namespace

std::span<const Dialect> dialects() { return all; }

const Dialect* find_dialect(std::string_view name) {
  const auto* const found = std::find_if(
      std::begin(all), std::end(all), [&](const Dialect& dialect) { return dialect.name == name; });
  return found == std::end(all) ? nullptr : found;
}

}  // namespace mocks::idp
