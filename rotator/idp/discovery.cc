#include "rotator/idp/discovery.h"

#include "rotator/calls/answer_json.h"

namespace rotator {

using ports::ErrorCode;

ports::Result<std::string> discover_token_endpoint(AdminApi& api, const Url& issuer) {
  const std::string expected = issuer.origin + issuer.path;
  const AdminCall call{.tried = "reading the discovery document of " + expected,
                       .target = issuer.path + "/.well-known/openid-configuration",
                       .authenticated = false};
  const auto response = api.demand(call);
  if (!response) return ports::fail(response.error());
  const auto parsed = parse_object(response->body, call.tried);
  if (!parsed) return ports::fail(parsed.error());
  auto named = text_member(*parsed, {"issuer"});
  while (!named.empty() && named.back() == '/') named.pop_back();
  if (named != expected)
    return ports::fail(ErrorCode::configuration, call.tried + ": it names another issuer, " +
                                                     quotable(named) + "; configure that URL");
  const auto endpoint = text_member(*parsed, {"token_endpoint"});
  if (auto url = split_https_url(endpoint, "the token_endpoint of " + expected); !url)
    return ports::fail(ErrorCode::malformed, call.tried + ": " + url.error().message);
  return endpoint;
}

}  // namespace rotator
