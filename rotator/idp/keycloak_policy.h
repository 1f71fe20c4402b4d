// What a Keycloak server says of a client secret that is replaced: whether it lives on, and for how
// long.
//
// It does where the feature client-secret-rotation is on and a client policy of the realm has a
// profile with the executor "secret-rotation" and conditions that all hold for the client; it lives
// on for that executor's "rotated-expiration-period".
// https://www.keycloak.org/docs/latest/server_admin/#_client_policies
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rotator/calls/json_view.h"
#include "rotator/idp/admin_api.h"
#include "rotator/idp/identity_provider.h"

namespace rotator {

struct KeycloakPolicy {
  enum class Kind {
    none,      // a new secret ends the one before at once
    lives_on,  // it works beside it for `for_so_long`
    unclear,   // what the policies ask of the client cannot be told from here
  };
  Kind kind = Kind::none;
  ports::Duration for_so_long{0};
  std::string why = {};  // one clause, for people; empty with lives_on
};

// For a confidential client, by the answers of client-policies/policies and client-policies/
// profiles. Of several policies that apply, the shortest time.
KeycloakPolicy judge_keycloak_policies(JsonView policies, JsonView profiles);

struct KeycloakRule {
  std::optional<ports::Duration> lives_on = {};  // nothing: it must be taken for ended at once
  std::vector<Restriction> says = {};
};

struct KeycloakQuestion {
  std::string client = {};       // for messages
  std::string base = {};         // "/admin/realms/portal"
  std::string server_info = {};  // "/admin/serverinfo"
  bool may_manage = true;        // the credential may regenerate the client's secret
  ports::Duration told{0};       // what the operator says where it cannot be read; zero = nothing
};

// Reads feature and policies, as far as the credential may. An Error only when the server could not
// be asked.
ports::Result<KeycloakRule> read_keycloak_rule(AdminApi& admin, const KeycloakQuestion& question);

}  // namespace rotator
