// What a rotation asks of the world, and the credentials that it is given. `main` makes them from
// the system, the harness from its simulation.
#pragma once

#include "rotator/idp/identity_provider.h"
#include "rotator/ports/clock.h"
#include "rotator/ports/files.h"
#include "rotator/ports/http.h"
#include "rotator/ports/random.h"
#include "rotator/ports/secret.h"

namespace rotator {

// All must outlive the rotation.
struct RotationPorts {
  ports::HttpClient& http;
  ports::Clock& clock;
  ports::Random& random;
  ports::CredentialFiles& files;
  // Makes the adapter that identity_provider.type names.
  ProviderFactory& new_provider = new_identity_provider;
};

// Bearers of the rotator itself. Either may be empty (Kubernetes login; a token file or a client
// certificate).
struct Credentials {
  ports::Secret vault_token = {};
  ports::Secret cluster_token = {};
};

}  // namespace rotator
