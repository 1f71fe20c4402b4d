// Admin: the administration API of one realm, below /admin/realms/{realm} and /admin/serverinfo:
// clients, their secrets, client policies. https://www.keycloak.org/docs-api/latest/rest-api/
//
// Statuses and bodies are as measured on 26.7; permission is checked before existence. The client's
// id is a UUID that follows from its client_id.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>

#include "mocks/idp/core.h"
#include "mocks/idp/keycloak/options.h"
#include "mocks/idp/keycloak/secrets.h"
#include "mocks/idp/request.h"
#include "mocks/idp/tokens.h"

namespace mocks::idp::keycloak {

std::string uuid_of(std::string_view client_id);

class Admin {
 public:
  // All must outlive it; the options are read at each request.
  Admin(Core& core, Secrets& secrets, const Tokens& tokens, const Options& options)
      : core_(core), secrets_(secrets), tokens_(tokens), options_(options) {}

  ports::Response handle(const ApiRequest& request);

 private:
  // Who asks, by the bearer token; null when it is none of ours or over.
  const Administrator* who(const ports::Request& http) const;
  const Registration* client_by(std::string_view uuid) const;
  ports::Response clients(const ApiRequest& request, const Administrator& who);
  ports::Response client(const ApiRequest& request, const Administrator& who,
                         const Registration& client);
  ports::Response client_secret(const ApiRequest& request, const Administrator& who,
                                const Registration& client);
  ports::Response rotated(const ApiRequest& request, const Administrator& who,
                          const Registration& client);
  ports::Response put(const ApiRequest& request, const Registration& client);
  ports::Response policies(const ApiRequest& request, const Administrator& who) const;
  ports::Response server_info() const;
  nlohmann::ordered_json representation(const Registration& client, const Administrator& who) const;

  Core& core_;
  Secrets& secrets_;
  const Tokens& tokens_;
  const Options& options_;
};

}  // namespace mocks::idp::keycloak
