// What every Okta endpoint shares: the request taken apart once, and the two shapes of a refusal
// (the administration API's envelope, and OAuth's error object).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mocks/sim/draws.h"
#include "rotator/ports/clock.h"
#include "rotator/ports/http.h"

namespace mocks::idp {

// Lives as long as one handle(): its views point into the request.
struct OktaRequest {
  const ports::Request& http;
  const sim::Draws& draws;
  std::uint64_t number = 0;  // of this request, from 1: what its ids are drawn by
  std::string origin = {};   // "https://org.okta.example"
  std::string_view path = {};
  std::string_view query = {};
  std::vector<std::string_view> segments = {};  // of the path, empty ones left out

  bool is(std::string_view method) const { return http.method == method; }
};

// With Content-Type; `body` is JSON text.
ports::Response json_response(int status, std::string body);
// The same with the headers that keep caches from storing it (RFC 6749 section 5.1).
ports::Response no_store(ports::Response response);
// A page for people: the sign-in page, and errors that may not be sent back to a redirect URI (RFC
// 6749 section 4.1.2.1).
ports::Response html_response(int status, std::string_view title, std::string_view text);

// {"errorCode","errorSummary","errorLink","errorId","errorCauses"}; `cause` empty for none.
// https://developer.okta.com/docs/reference/error-codes/
ports::Response api_error(const OktaRequest& request, int status, std::string_view code,
                          std::string_view summary, std::string_view cause = {});
// 404 E0000007, 405 E0000022, and 404 E0000022 for a path that Okta does not have.
ports::Response not_found(const OktaRequest& request, std::string_view id, std::string_view type);
ports::Response wrong_method(const OktaRequest& request);
ports::Response no_such_path(const OktaRequest& request);

// {"error","error_description"} (RFC 6749 section 5.2), never stored by caches.
ports::Response oauth_error(int status, std::string_view error, std::string_view description);

// 2026-02-02T11:11:04.000Z: UTC, cut to the second, as the administration API writes it.
std::string timestamp(ports::WallTime at);

// ["a","b"]
template <typename Texts, typename ToText>
std::string json_list(const Texts& texts, ToText to_text) {
  std::string out = "[";
  for (const auto& text : texts) {
    if (out.size() > 1) out += ',';
    out += '"';
    out += to_text(text);
    out += '"';
  }
  return out + ']';
}

}  // namespace mocks::idp
