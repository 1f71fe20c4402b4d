// OktaConsole: the guide's own lines for Okta, which administer secrets below
// /oauth2/v1/clients/{clientId}, with "Authorization: SSWS <API token>".
// https://developer.okta.com/docs/guides/client-secret-rotation-key/main/
//
// Stateless: each command is a request or two through the session, and what comes back is copied
// out of the answer as `jq -r` would.
#pragma once

#include "mocks/idp/console.h"

namespace mocks::idp {

class OktaConsole final : public Console {
 public:
  ports::Result<std::string> look_up(const Session& session) const override;
  ports::Result<Shown> create(const Session& session,
                              std::optional<std::string> value) const override;
  ports::Result<Shown> replace(const Session& session) const override;
  ports::Status remove(const Session& session, const std::string& id) const override;
};

}  // namespace mocks::idp
