// Auth0Console: what an administrator types at Auth0: a token of the Management API first, then
// rotate-secret, or a PATCH with a value.
// https://auth0.com/docs/get-started/applications/rotate-client-secret
#pragma once

#include "mocks/idp/console.h"

namespace mocks::idp {

class Auth0Console final : public Console {
 public:
  // Secrets have no id here, and there is nothing to look up.
  ports::Result<std::string> look_up(const Session& session) const override;
  ports::Result<Shown> create(const Session& session,
                              std::optional<std::string> value) const override;
  ports::Result<Shown> replace(const Session& session) const override;
  // Nothing is left to remove: the replacement did it.
  ports::Status remove(const Session& session, const std::string& id) const override;
};

}  // namespace mocks::idp
