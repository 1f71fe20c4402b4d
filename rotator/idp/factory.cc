#include <utility>

#include "rotator/calls/encoding.h"
#include "rotator/idp/identity_provider.h"
#include "rotator/idp/okta.h"

namespace rotator {

ports::Result<std::unique_ptr<IdentityProvider>> new_identity_provider(
    ports::HttpClient& http, ports::Clock& clock, IdentityProviderOptions options,
    ports::Secret admin_credential) {
  using ports::ErrorCode;
  if (options.type != "okta")
    return ports::fail(ErrorCode::configuration,
                       "unknown identity provider type \"" + options.type + "\"; known: okta");
  auto url = split_https_url(options.url, "the identity provider's url");
  if (!url) return ports::fail(url.error());
  if (url->path.find('?') != std::string::npos)
    return ports::fail(ErrorCode::configuration,
                       "the identity provider's url must not have a query");
  if (options.client_id.empty())
    return ports::fail(ErrorCode::configuration, "the identity provider's client_id is empty");
  const auto credential = admin_credential.reveal_to_wire();
  if (credential.empty() || !fits_in_header(credential))
    return ports::fail(
        ErrorCode::configuration,
        "the identity provider's administration credential is empty, or holds a line break or a "
        "character outside ASCII");
  const bool has_scheme =
      credential.substr(0, 7) == "Bearer " || credential.substr(0, 5) == "SSWS ";
  ports::Secret authorization =
      has_scheme ? std::move(admin_credential) : ports::Secret("SSWS " + std::string(credential));
  return std::unique_ptr<IdentityProvider>(std::make_unique<Okta>(
      http, clock, std::move(options), std::move(*url), std::move(authorization)));
}

}  // namespace rotator
