#include "mocks/idp/entra/entra.h"

#include <utility>

#include "mocks/facts.h"
#include "mocks/idp/encoding.h"
#include "mocks/idp/entra/graph.h"
#include "mocks/idp/entra/oauth.h"

namespace mocks::idp::entra {
namespace {

CoreOptions core_options(const EntraOptions& options) {
  auto core = options.core;
  core.max_secrets = core.personal_accounts ? 2 : 0;
  core.either_secret_method = true;
  return core;
}

}  // namespace

Entra::Entra(Scheduler& scheduler, Observer& observer, sim::Draws draws, EntraOptions options)
    : Provider(scheduler, observer, draws, core_options(options)),
      options_(std::move(options)),
      oauth_(std::make_unique<EntraOAuth>(core(), options_)),
      graph_(std::make_unique<EntraGraph>(
          core(), options_, [this](std::string_view token) { return oauth_->graph_right(token); })),
      console_(options_.tenant) {}

Entra::~Entra() = default;

EndpointPaths Entra::endpoint_paths() const {
  return {.authorize = "/" + options_.tenant + "/oauth2/v2.0/authorize",
          .token = "/" + options_.tenant + "/oauth2/v2.0/token"};
}

Core::NewSecret Entra::make_secret(std::string value) const {
  return graph_->make_secret(std::move(value));
}

std::string Entra::admin_token() const {
  const auto& administrator = options_.administrators.front();
  return "{\"client_id\":" + json_text(administrator.client_id) +
         ",\"client_secret\":" + json_text(administrator.client_secret) + '}';
}

Answer Entra::handle(const ports::Request& http) {
  const auto request =
      take_apart(http, core().draws(), {.number = ++requests_, .origin = options_.origin});
  Answer answer;
  const auto& segments = request.segments;
  answer.response = !segments.empty() && segments[0] == "v1.0" ? graph_->handle(request)
                                                               : oauth_->handle(request);
  answer.delay = core().answer_time(name_of(request.path));
  answer.response.headers.push_back(
      {.name = segments.empty() || segments[0] == "v1.0" ? "request-id" : "x-ms-request-id",
       .value = guid(request.draws, name_of("entra/request"), request.number)});
  return answer;
}

std::unique_ptr<Provider> make_entra(ProviderSetup setup) {
  EntraOptions options{.core = setup.core};
  options.administrators = {{.client_id = "5e3ce6c0-2b1f-4285-8d4b-75ee78787346",
                             .client_secret = "adm8Q~" + setup.admin_text.substr(0, 34),
                             .right = GraphRight::write}};
  return std::make_unique<Entra>(setup.scheduler, setup.observer, setup.draws, std::move(options));
}

}  // namespace mocks::idp::entra
