// The two shapes of a refusal: Microsoft Graph's envelope, and the token endpoint's error object
// with its AADSTS number.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "mocks/idp/reply.h"
#include "mocks/idp/request.h"
#include "rotator/ports/clock.h"
#include "rotator/ports/http.h"

namespace mocks::idp::entra {

// {"error":{"code","message","innerError":{"date","request-id","client-request-id"}}}
// https://learn.microsoft.com/graph/errors
struct GraphRefusal {
  int status = 400;
  std::string_view code = {};
  std::string message = {};
};
ports::Response graph_error(const ApiRequest& request, ports::WallTime now,
                            const GraphRefusal& refusal);

// {"error","error_description","error_codes","timestamp","trace_id","correlation_id","error_uri"}
// https://learn.microsoft.com/entra/identity-platform/reference-error-codes
struct StsRefusal {
  int status = 400;
  std::string_view error = {};
  std::int64_t number = 0;  // 7000215
  std::string text = {};    // without the number
};
ports::Response sts_error(const ApiRequest& request, ports::WallTime now,
                          const StsRefusal& refusal);
// The same for people, as a page.
ports::Response sts_page(const StsRefusal& refusal);

// A GUID that follows from the draws and these two.
std::string guid(const sim::Draws& draws, std::uint64_t entity, std::uint64_t index);

// 2026-09-09T19:50:29.3086381Z: seven digits of a second, as Graph writes its times.
std::string graph_time(ports::WallTime at);

}  // namespace mocks::idp::entra
