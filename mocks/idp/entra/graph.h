// EntraGraph: the administration API, Microsoft Graph v1.0: an application, its passwords, and the
// policies that rule them.
// https://learn.microsoft.com/graph/api/application-addpassword
// https://learn.microsoft.com/graph/api/application-removepassword
// https://learn.microsoft.com/graph/api/resources/tenantappmanagementpolicy
//
// A value is told once, by addPassword; a hint of three characters stays. What a read shows may be
// older than the last write (CoreOptions::read_lag), and a removal asks such a view as well. A
// startDateTime later than now is refused: secrets that begin later are not imitated.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "mocks/idp/core.h"
#include "mocks/idp/entra/options.h"
#include "mocks/idp/entra/reply.h"

namespace mocks::idp::entra {

class EntraGraph {
 public:
  // What a bearer token lets its holder do; nothing when it is no good token for Graph.
  using RightOf = std::function<std::optional<GraphRight>(std::string_view token)>;

  // Both must outlive it; the options are read at each request.
  EntraGraph(Core& core, const EntraOptions& options, RightOf right_of)
      : core_(core), options_(options), right_of_(std::move(right_of)) {}

  // For paths under /v1.0. Checks in order: token (401), rate (429), permission (403), existence
  // (404), policy and limit (400), concurrency (409).
  ports::Response handle(const ApiRequest& request);

  // A fresh secret's keyId and, unless `value` is chosen, its value; it lasts two years.
  Core::NewSecret make_secret(std::string value) const;

 private:
  ports::Response route(const ApiRequest& request);
  ports::Response application(const ApiRequest& request, const Registration& client);
  ports::Response add_password(const ApiRequest& request, const Registration& client);
  ports::Response remove_password(const ApiRequest& request, const Registration& client);
  // What the policy that holds for the application says of a new secret with this life.
  std::optional<GraphRefusal> forbidden(ports::Duration life) const;
  // The application was changed a moment ago; else this is its last change.
  bool collides(const Registration& client);
  bool over_limit();

  ports::Response refuse(const ApiRequest& request, const GraphRefusal& refusal) const;
  ports::WallTime now() const { return core_.scheduler().wall_now(); }

  Core& core_;
  const EntraOptions& options_;
  RightOf right_of_;
  std::map<std::string, ports::Instant, std::less<>> changed_;  // by client_id
  std::int64_t window_ = -1;                                    // the ten seconds that are counted
  int window_requests_ = 0;
};

}  // namespace mocks::idp::entra
