// Auth0Management: the Management API v2, as far as one application's secret goes: GET and PATCH
// /api/v2/clients/{id}, POST /api/v2/clients/{id}/rotate-secret.
// https://auth0.com/docs/api/management/v2/clients/get-clients-by-id
// https://auth0.com/docs/get-started/applications/rotate-client-secret
//
// An application has one secret; a PATCH with a value of the caller's own, or rotate-secret,
// replaces it. It is shown to those who may read keys (read:client_keys). Every answer tells the
// rate limit (x-ratelimit-limit, -remaining, -reset, the last in UNIX seconds).
#pragma once

#include <string>
#include <string_view>

#include "mocks/idp/auth0/options.h"
#include "mocks/idp/core.h"
#include "mocks/idp/request.h"
#include "mocks/idp/tokens.h"
#include "rotator/ports/http.h"

namespace mocks::idp {

class Auth0Management {
 public:
  // All must outlive it; the options are read at each request.
  Auth0Management(Core& core, const Auth0Options& options, const Tokens& tokens)
      : core_(core), options_(options), tokens_(tokens) {}

  // For paths under /api/v2. Checks in order: token (401), rate (429), path and application (404),
  // scope (403), body (400).
  ports::Response handle(const ApiRequest& request);

  // A fresh value unless `value` is chosen; Auth0 gives secrets no id.
  Core::NewSecret make_secret(std::string value) const;

 private:
  ports::Response route(const ApiRequest& request, std::string_view scope);
  ports::Response read(const ApiRequest& request, const Registration& client,
                       std::string_view scope) const;
  ports::Response update(const ApiRequest& request, const Registration& client,
                         std::string_view scope);
  ports::Response rotate(const Registration& client, std::string_view scope);
  std::string client_json(const Registration& client, bool with_secret) const;

  void refill();
  void add_rate_headers(ports::Response& response) const;

  Core& core_;
  const Auth0Options& options_;
  const Tokens& tokens_;
  // The bucket of calls: how many are left, in fractions of one, and as of when.
  double left_ = -1;  // below 0: not filled yet
  ports::Instant filled_ = {};
};

}  // namespace mocks::idp
