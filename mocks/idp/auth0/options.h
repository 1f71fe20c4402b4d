// Auth0Options: which tenant a world has: its administrators, its APIs, and its limits.
#pragma once

#include <string>
#include <vector>

#include "mocks/idp/core.h"

namespace mocks::idp {

// A machine-to-machine application that may fetch tokens of the Management API.
struct Auth0Administrator {
  std::string client_id = {};
  std::string client_secret = {};
  std::vector<std::string> scopes = {"read:clients", "read:client_keys", "update:clients",
                                     "update:client_keys"};
};

struct Auth0Options {
  CoreOptions core = {};
  // "https://tenant.eu.auth0.example", as others reach it. Empty: from each request's Host.
  std::string origin = {};
  std::vector<Auth0Administrator> administrators = {};
  // What client_credentials without an audience is for (a tenant setting). Empty: such a request is
  // refused, with 403 access_denied.
  std::string default_audience = {};
  // The identifiers of the tenant's own APIs; the client may ask for any of them.
  std::vector<std::string> apis = {"https://api.portal.example"};
  // The user of the browser is signed in already. Off: the login page, or login_required for
  // prompt=none.
  bool user_signed_in = true;
  // Calls to the Management API: as many at once, and so many a second in the long run.
  int burst = 50;
  int per_second = 15;
};

}  // namespace mocks::idp
