#include "rotator/rotation/context/systems.h"

#include <algorithm>
#include <utility>

namespace rotator {

using ports::ErrorCode;

namespace {

template <typename Options>
Options telling(Options options, RepeatListener& told) {
  options.told = &told;
  return options;
}

}  // namespace

Systems::Systems(const RotationPorts& ports, const Configuration& configuration,
                 Credentials credentials, RepeatListener& told)
    : clock_(ports.clock),
      new_provider_(ports.new_provider),
      configuration_(configuration),
      told_(told),
      http_(ports.http),
      vault_(http_, ports.clock, ports.files, telling(configuration.vault.session, told),
             std::move(credentials.vault_token)),
      secret_path_(vault_, configuration.vault.mount, configuration.vault.path),
      admin_path_(vault_, configuration.vault.mount, configuration.identity_provider.admin_path),
      journal_path_(vault_, configuration.vault.mount, configuration.journal_path()),
      cluster_(http_, ports.clock, ports.files, telling(configuration.kubernetes.cluster, told),
               std::move(credentials.cluster_token)) {}

ports::Status Systems::connect_provider() {
  if (provider_) return {};
  const auto& wanted = configuration_.identity_provider;
  const auto admin = admin_path_.read();
  if (!admin)
    return ports::fail(admin.error().code,
                       "the administration credential of the identity provider "
                       "cannot be had: " +
                           admin.error().message);
  auto credential = admin->data.secret(wanted.admin_field);
  if (!credential || credential->empty())
    return ports::fail(ErrorCode::configuration,
                       admin_path_.full_path() + " in Vault has no field \"" + wanted.admin_field +
                           "\"; set identity_provider.admin_field");
  auto provider = new_provider_(
      http_, clock_,
      {.type = wanted.type,
       .url = wanted.url,
       .client_id = wanted.client_id,
       .application_id = wanted.application_id,
       .admin_url = wanted.admin_url,
       .description = wanted.http ? std::make_shared<HttpDescription>(*wanted.http) : nullptr,
       .secret_lifetime = wanted.secret_lifetime,
       .rotated_secret_life = wanted.rotated_secret_life,
       .absent_for = wanted.absent_for,
       .patience = configuration_.vault.session.patience,
       .told = &told_},
      std::move(*credential));
  if (!provider) return ports::fail(provider.error());
  provider_ = std::move(*provider);
  capability_ = provider_->capability();
  limit_secrets(wanted.max_secrets);
  return {};
}

void Systems::limit_secrets(int most) {
  auto& now = capability_.max_secrets;
  if (most > 0) now = now == 0 ? most : std::min(now, most);
  if (now == 1) capability_.slots = Capability::Slots::single;
}

ports::Status Systems::connect_probe(const Registration& registration) {
  const auto& wanted = configuration_.identity_provider;
  const auto endpoint =
      wanted.token_endpoint.empty() ? registration.token_endpoint : wanted.token_endpoint;
  if (endpoint.empty())
    return ports::fail(ErrorCode::configuration,
                       "no token endpoint is known; set identity_provider.token_endpoint");
  probe_.emplace(
      http_, clock_,
      ProbeOptions{
          .token_endpoint = endpoint,
          .client_id = wanted.client_id,
          .method = wanted.authentication_method,
          .grant = wanted.probe_grant,
          .scope = wanted.probe_scope.empty() ? registration.probe_scope : wanted.probe_scope,
          .redirect_uri =
              registration.redirect_uris.empty() ? "" : registration.redirect_uris.front()});
  return {};
}

}  // namespace rotator
