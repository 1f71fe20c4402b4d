// EntraConsole: curl against Microsoft Graph, as its reference documents it, with a token that is
// fetched by client_credentials first.
// https://learn.microsoft.com/graph/api/application-addpassword
//
// Stateless: each command asks for a token and then makes a request or more; what comes back is
// copied out of the answer as `jq -r` would.
#pragma once

#include "mocks/idp/console.h"

namespace mocks::idp::entra {

class EntraConsole final : public Console {
 public:
  // `tenant` is a GUID or a domain.
  explicit EntraConsole(std::string tenant) : tenant_(std::move(tenant)) {}

  ports::Result<std::string> look_up(const Session& session) const override;
  // Error refused for a chosen value: Graph generates every value itself.
  ports::Result<Shown> create(const Session& session,
                              std::optional<std::string> value) const override;
  // `az ad app credential reset`: a new secret, then every earlier one is removed.
  ports::Result<Shown> replace(const Session& session) const override;
  ports::Status remove(const Session& session, const std::string& id) const override;

 private:
  std::string tenant_;
};

}  // namespace mocks::idp::entra
