#include "mocks/portal/environment.h"

#include <algorithm>

#include "mocks/facts.h"
#include "mocks/sim/draws.h"

namespace mocks::portal {

Environment make_environment(const PortalConfiguration& configuration, std::uint64_t secret,
                             std::uint64_t fallback) {
  Environment environment{
      .client = name_of(configuration.client_id),
      .redirect_uri = configuration.redirect_uri.empty() ? 0 : name_of(configuration.redirect_uri),
      .secret = secret,
      .fallback = configuration.tries_fallback ? fallback : 0,
      .method = configuration.method,
      .cookie_keys = {},
      .configuration = 0,
      .session_bound = configuration.session_bound,
      .keeps_stale_cookie = configuration.keeps_stale_cookie,
      .session_max_age = configuration.session_max_age,
  };
  environment.configuration = sim::Draws::mix(environment.client ^ sim::Draws::mix(secret));
  for (const auto& key : configuration.cookie_keys) environment.cookie_keys.push_back(name_of(key));
  return environment;
}

CookieVerdict examine(const Environment& environment, const Cookie& cookie, ports::Instant now) {
  if (!cookie.present || now - cookie.issued >= environment.session_max_age)
    return CookieVerdict::none;
  const auto& keys = environment.cookie_keys;
  if (std::find(keys.begin(), keys.end(), cookie.key) == keys.end())
    return CookieVerdict::unverifiable;
  if (environment.session_bound && cookie.configuration != environment.configuration)
    return CookieVerdict::stale;
  return CookieVerdict::good;
}

Cookie issue_cookie(const Environment& environment, const Cookie& brought, ports::Instant now) {
  if (environment.keeps_stale_cookie && examine(environment, brought, now) == CookieVerdict::stale)
    return brought;
  return Cookie{.present = true,
                .key = environment.cookie_keys.empty() ? 0 : environment.cookie_keys.front(),
                .configuration = environment.configuration,
                .issued = now};
}

}  // namespace mocks::portal
