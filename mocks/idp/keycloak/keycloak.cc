#include "mocks/idp/keycloak/keycloak.h"

#include <utility>

#include "mocks/facts.h"
#include "mocks/idp/keycloak/reply.h"

namespace mocks::idp::keycloak {
Keycloak::Keycloak(Scheduler& scheduler, Observer& observer, sim::Draws draws, Options options)
    : Provider(scheduler, observer, draws, options.core),
      options_(std::move(options)),
      secrets_(core()),
      admin_(core(), secrets_, tokens_, options_),
      oauth_(core(), tokens_, options_) {}

EndpointPaths Keycloak::endpoint_paths() const {
  const std::string base = std::string(issuer_path) + "/protocol/openid-connect/";
  return {.authorize = base + "auth", .token = base + "token"};
}

std::string Keycloak::admin_token() const {
  const auto& first = options_.administrators.front();
  return "{\"client_id\":\"" + first.client_id + "\",\"client_secret\":\"" + first.client_secret +
         "\"}";
}

Answer Keycloak::handle(const ports::Request& http) {
  const auto request =
      take_apart(http, core().draws(), {.number = ++requests_, .origin = options_.origin});
  const auto first = request.segments.empty() ? std::string_view() : request.segments[0];
  Answer answer;
  if (first == "admin")
    answer.response = admin_.handle(request);
  else if (first == "realms")
    answer.response = oauth_.handle(request);
  else
    answer.response = error(404, "Unable to find matching target resource method");
  answer.delay = core().answer_time(name_of(request.path));
  return answer;
}

CoreOptions keycloak_core(CoreOptions variant) {
  variant.either_secret_method = true;
  // Two places, whose times are Secrets' business.
  variant.max_secrets = 2;
  return variant;
}

std::unique_ptr<Provider> make_keycloak(ProviderSetup setup) {
  Options options{.core = setup.core};
  options.administrators = {{.client_id = "rotator", .client_secret = setup.admin_text}};
  return std::make_unique<Keycloak>(setup.scheduler, setup.observer, setup.draws,
                                    std::move(options));
}

}  // namespace mocks::idp::keycloak
