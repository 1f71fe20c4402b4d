#include "mocks/idp/provider.h"

#include <utility>

namespace mocks::idp {

std::string Provider::add_client(Registration registration, std::string secret_value) {
  const auto client_id = registration.client_id;
  core_.add_client(std::move(registration));
  auto secret = make_secret(std::move(secret_value));
  secret.settled = true;
  auto id = secret.id;
  core_.create_secret(client_id, std::move(secret));
  return id;
}

}  // namespace mocks::idp
