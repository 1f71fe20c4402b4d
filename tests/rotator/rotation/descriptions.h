// Descriptions of providers that have an adapter too, as their vendors' references have them.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "rotator/idp/description.h"
#include "rotator/idp/identity_provider.h"

namespace testing::descriptions {

inline rotator::HttpDescription okta() {
  using Operation = rotator::HttpOperation;
  const std::string app = "/api/v1/apps/{application_id}";
  const std::string secrets = app + "/credentials/secrets";
  const std::string one = secrets + "/{secret_id}";
  rotator::HttpDescription it;
  it.authorization.scheme = "SSWS";
  it.client = Operation{.method = "GET", .path = app};
  it.client_shape = {.client_id = "/credentials/oauthClient/client_id",
                     .authentication_method = "/credentials/oauthClient/token_endpoint_auth_method",
                     .grant_types = "/settings/oauthClient/grant_types",
                     .redirect_uris = "/settings/oauthClient/redirect_uris"};
  it.secret = {.id = "/id",
               .value = "/client_secret",
               .status = "/status",
               .active = "ACTIVE",
               .created = "/created"};
  it.list = Operation{.method = "GET", .path = secrets};
  it.create =
      Operation{.method = "POST", .path = secrets, .body = R"({"client_secret":"{secret}"})"};
  it.read = Operation{.method = "GET", .path = one};
  it.disable = Operation{.method = "POST", .path = one + "/lifecycle/deactivate"};
  it.enable = Operation{.method = "POST", .path = one + "/lifecycle/activate"};
  it.remove = Operation{.method = "DELETE", .path = one};
  return it;
}

// Of the tenant whose issuer path is "/TENANT/v2.0".
inline rotator::HttpDescription entra(const std::string& issuer_path) {
  using Operation = rotator::HttpOperation;
  const std::string app = "/v1.0/applications(appId='{client_id}')";
  rotator::HttpDescription it;
  it.max_secrets = 0;
  it.lists_lag = true;
  it.authorization.token_path =
      issuer_path.substr(0, issuer_path.rfind('/')) + "/oauth2/v2.0/token";
  it.authorization.scope = "https://graph.microsoft.com/.default";
  it.client = Operation{.method = "GET", .path = app + "?$select=appId,web"};
  it.client_shape = {.client_id = "/appId", .redirect_uris = "/web/redirectUris"};
  it.secret = {.list = "/passwordCredentials",
               .id = "/keyId",
               .value = "/secretText",
               .created = "/startDateTime",
               .expires = "/endDateTime",
               .label = "/displayName"};
  it.list = Operation{.method = "GET", .path = app + "?$select=passwordCredentials"};
  it.create = Operation{.method = "POST",
                        .path = app + "/addPassword",
                        .body = R"({"passwordCredential":{"displayName":"{label}"}})",
                        .retry = {"409"}};
  it.remove = Operation{.method = "POST",
                        .path = app + "/removePassword",
                        .body = R"({"keyId":"{secret_id}"})",
                        .gone = {"400", "404"},
                        .retry = {"409"}};
  return it;
}

inline rotator::HttpDescription auth0(const std::string& origin) {
  using Operation = rotator::HttpOperation;
  const std::string client = "/api/v2/clients/{client_id}";
  rotator::HttpDescription it;
  it.secrets = rotator::HttpDescription::Secrets::single;
  it.propagation = std::chrono::seconds(30);
  it.authorization.token_path = "/oauth/token";
  it.authorization.audience = origin + "/api/v2/";
  it.client = Operation{.method = "GET", .path = client};
  it.client_shape = {.client_id = "/client_id",
                     .authentication_method = "/token_endpoint_auth_method",
                     .grant_types = "/grant_types",
                     .redirect_uris = "/callbacks"};
  it.secret = {.value = "/client_secret"};
  it.replace =
      Operation{.method = "PATCH", .path = client, .body = R"({"client_secret":"{secret}"})"};
  it.read = Operation{.method = "GET", .path = client};
  return it;
}

}  // namespace testing::descriptions
