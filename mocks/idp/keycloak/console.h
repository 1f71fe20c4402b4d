// Console: what a person does to a Keycloak client's secret with curl: a token of the service
// account, the client's UUID, then "Regenerate".
// https://www.keycloak.org/docs/latest/server_admin/#_secret_rotation
#pragma once

#include "mocks/idp/console.h"

namespace mocks::idp::keycloak {

class Console final : public idp::Console {
 public:
  // Keycloak's secrets have no ids; the one before is always in the same place.
  ports::Result<std::string> look_up(const Session& session) const override;
  // Regenerates; a value is put with the whole client.
  ports::Result<Shown> create(const Session& session,
                              std::optional<std::string> value) const override;
  ports::Result<Shown> replace(const Session& session) const override;
  ports::Status remove(const Session& session, const std::string& id) const override;
};

}  // namespace mocks::idp::keycloak
