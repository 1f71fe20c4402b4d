#include "mocks/idp/auth0/auth0.h"

#include <utility>

#include "mocks/facts.h"
#include "mocks/idp/encoding.h"

namespace mocks::idp {

Auth0::Auth0(Scheduler& scheduler, Observer& observer, sim::Draws draws, Auth0Options options)
    : Provider(scheduler, observer, draws, options.core),
      options_(std::move(options)),
      management_(core(), options_, tokens_),
      oauth_(core(), options_, tokens_) {}

Answer Auth0::handle(const ports::Request& http) {
  const auto request =
      take_apart(http, core().draws(), {.number = ++requests_, .origin = options_.origin});
  const auto& segments = request.segments;
  const bool management = segments.size() >= 2 && segments[0] == "api" && segments[1] == "v2";
  Answer answer;
  answer.response = management ? management_.handle(request) : oauth_.handle(request);
  answer.delay = core().answer_time(name_of(request.path));
  return answer;
}

EndpointPaths Auth0::endpoint_paths() const {
  return {.authorize = "/authorize", .token = "/oauth/token"};
}

Core::NewSecret Auth0::make_secret(std::string value) const {
  return management_.make_secret(std::move(value));
}

std::string Auth0::admin_token() const {
  const auto& administrator = options_.administrators.front();
  return "{\"client_id\":" + json_text(administrator.client_id) +
         ",\"client_secret\":" + json_text(administrator.client_secret) + "}";
}

CoreOptions auth0_core(CoreOptions variant) {
  variant.max_secrets = 1;
  variant.replacement_is_one_turn = true;
  variant.create_lag = {.low = ports::Duration(0), .high = std::chrono::seconds(30)};
  variant.retire_lag = variant.create_lag;
  variant.replicas = 3;
  return variant;
}

std::unique_ptr<Provider> make_auth0(ProviderSetup setup) {
  Auth0Options options{.core = setup.core};
  options.administrators = {
      {.client_id = "rotatorMachineClient", .client_secret = setup.admin_text}};
  // The tenant's default, so that the portal's own grant can be probed by client_credentials.
  options.default_audience = options.apis.front();
  return std::make_unique<Auth0>(setup.scheduler, setup.observer, setup.draws, std::move(options));
}

}  // namespace mocks::idp
