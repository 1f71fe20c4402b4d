#include "mocks/idp/okta/okta.h"

#include <utility>

#include "mocks/idp/encoding.h"
#include "mocks/idp/okta/admin.h"
#include "mocks/idp/okta/oauth.h"
#include "mocks/idp/okta/reply.h"
#include "mocks/idp/signing.h"

namespace mocks::idp {
namespace {

constexpr std::string_view registration_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

}  // namespace

Okta::Okta(Scheduler& scheduler, Observer& observer, sim::Draws draws, OktaOptions options)
    : Provider(scheduler, observer, draws, options.core),
      options_(std::move(options)),
      service_apps_(options_, tokens_),
      admin_(std::make_unique<OktaAdmin>(core(), options_, service_apps_)),
      oauth_(std::make_unique<OktaOAuth>(core(), options_, tokens_, service_apps_)) {}

Okta::~Okta() = default;

EndpointPaths Okta::endpoint_paths() const {
  return {.authorize = "/oauth2/default/v1/authorize", .token = "/oauth2/default/v1/token"};
}

Core::NewSecret Okta::make_secret(std::string value) const {
  return admin_->make_secret(std::move(value));
}

std::string Okta::admin_token() const {
  if (options_.service_applications.empty()) return options_.administrators.front().token;
  std::string credential =
      "{\"client_id\":" + json_text(options_.service_applications.front().client_id) +
      ",\"key_id\":" + json_text(signing_key_id()) + ",\"private_key\":";
  append_json(credential, signing_key_pem());
  return credential + '}';
}

std::unique_ptr<Provider> make_okta(ProviderSetup setup) {
  OktaOptions options{.core = setup.core};
  options.administrators = {{.scheme = AdminCredential::Scheme::ssws,
                             .token = "00" + setup.admin_text,
                             .right = AdminRight::manage}};
  if (setup.core.machine_administrator)
    options.service_applications = {
        {.client_id = "0oaservice", .scopes = {"okta.apps.read", "okta.apps.manage"}}};
  return std::make_unique<Okta>(setup.scheduler, setup.observer, setup.draws, std::move(options));
}

Answer Okta::handle(const ports::Request& http) {
  const auto request =
      take_apart(http, core().draws(), {.number = ++requests_, .origin = options_.origin});
  const auto& segments = request.segments;
  const auto starts = [&](std::string_view first, std::string_view second) {
    return segments.size() >= 2 && segments[0] == first && segments[1] == second;
  };
  Answer answer;
  const bool apps = starts("api", "v1") && segments.size() >= 3 && segments[2] == "apps";
  const bool clients = starts("oauth2", "v1") && segments.size() >= 3 && segments[2] == "clients";
  if (apps || clients) {
    answer.response = admin_->handle(request);
  } else if (!segments.empty() && (segments[0] == "oauth2" || segments[0] == ".well-known")) {
    answer = oauth_->handle(request);
  } else {
    answer.response = no_such_path(request);
  }
  answer.delay = core().answer_time(name_of(request.path));
  answer.response.headers.push_back(
      {.name = "X-Okta-Request-Id",
       .value = request.draws.text(27, registration_alphabet, sim::Stream::identifiers,
                                   name_of("idp/request") + request.number)});
  return answer;
}

}  // namespace mocks::idp
