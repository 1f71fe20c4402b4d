// KeycloakOptions: which Keycloak a world has: its realm, its administrators, and whether a secret
// that is replaced lives on for a while.
#pragma once

#include <string>
#include <vector>

#include "mocks/idp/core.h"

namespace mocks::idp::keycloak {

inline constexpr const char* realm = "portal";
inline constexpr const char* issuer_path = "/realms/portal";

// A service account of the realm that administers it: client_credentials at the realm's own token
// endpoint, for tokens of 60 s.
struct Administrator {
  std::string client_id = {};
  std::string client_secret = {};
  bool may_manage = true;         // manage-clients; else view-clients, which reads secrets too
  bool may_read_policies = true;  // view-realm
};

struct Options {
  CoreOptions core = {};
  // "https://keycloak.example", as others reach it. Empty: from each request's Host.
  std::string origin = {};
  std::vector<Administrator> administrators = {};
};

}  // namespace mocks::idp::keycloak
