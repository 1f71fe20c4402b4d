// EntraOptions: which tenant a world has: who administers it, and what it forbids.
#pragma once

#include <string>
#include <vector>

#include "mocks/idp/core.h"

namespace mocks::idp::entra {

// What an application permission of Microsoft Graph lets its holder do: none, Application.Read.All
// with Policy.Read.All, or Application.ReadWrite.All with it.
enum class GraphRight { none, read, write };

// An application that administers by client_credentials.
struct EntraAdministrator {
  std::string client_id = {};
  std::string client_secret = {};
  GraphRight right = GraphRight::write;
};

struct EntraOptions {
  // With personal_accounts signInAudience is AzureADandPersonalMicrosoftAccount: two secrets at the
  // most, any number otherwise, whatever max_secrets says. either_secret_method always holds.
  CoreOptions core = {};
  std::string tenant = "8f2c1d34-5a6b-4c7d-8e9f-0a1b2c3d4e5f";
  // "https://login.example", as others reach it: issuer and endpoints. Empty: from each request's
  // Host. One origin answers for login.microsoftonline.com and graph.microsoft.com.
  std::string origin = {};
  std::vector<EntraAdministrator> administrators = {};
  // The application has an appManagementPolicy of its own, which stands before the tenant's
  // (core.policy); this one restricts nothing.
  bool exempted = false;
  // A second change of one application that comes sooner than this after another is answered with
  // 409 Directory_ConcurrencyViolation. Seen in production, without a figure.
  ports::Duration change_gap = std::chrono::milliseconds(500);
  // A code without the shape of one is refused before the client's secret is looked at.
  bool code_shape_first = true;
  // Requests of one application in 10 s before 429.
  int requests_per_window = 3500;
};

}  // namespace mocks::idp::entra
