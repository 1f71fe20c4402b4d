#include "rotator/idp/admin_api.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "rotator/calls/patience.h"

namespace rotator {

using ports::ErrorCode;

std::optional<ports::Duration> wait_for_reset(const ports::Response& response,
                                              std::string_view header, ports::WallTime now) {
  if (response.status != 429) return std::nullopt;
  const auto text = ports::find_header(response.headers, header);
  if (!text) return std::nullopt;
  std::int64_t reset = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), reset);
  constexpr std::int64_t last_sensible = 7'258'118'400;  // the year 2200
  if (error != std::errc() || end == text->data() || reset < 0 || reset > last_sensible)
    return std::nullopt;
  return std::max<ports::Duration>(ports::WallTime(std::chrono::seconds(reset)) - now,
                                   std::chrono::seconds(1));
}

AdminApi::AdminApi(ports::HttpClient& http, ports::Clock& clock, AdminApiOptions options,
                   AdminSession session, AdminManners manners)
    : http_(http),
      clock_(clock),
      options_(std::move(options)),
      session_(std::move(session)),
      manners_(std::move(manners)) {}

ports::Result<ports::Response> AdminApi::send(const AdminCall& call) {
  // A change ends within one call_timeout, waits included: its caller's lock must outlive it.
  Patience patience(clock_,
                    clock_.now() + (call.reads() ? options_.patience : options_.call_timeout),
                    options_.told);
  bool renewed = false;
  for (;;) {
    auto response = attempt(call, patience.attempt_deadline(options_.call_timeout));
    ports::Error trouble;
    std::optional<ports::Duration> asked;
    if (!response) {
      trouble = response.error();
      const bool again = trouble.code == ErrorCode::unreachable ||
                         trouble.code == ErrorCode::busy ||
                         (call.reads() && trouble.code == ErrorCode::ambiguous);
      if (!again) return ports::fail(std::move(trouble));
    } else {
      if (response->status == 401 && call.authenticated && session_.renewable() && !renewed) {
        renewed = true;
        session_.forget();
        continue;
      }
      if (response->status != 429 && response->status < 500) return response;
      // Only a 429 is certain to have changed nothing.
      trouble = error_of(call, *response);
      if (trouble.code == ErrorCode::ambiguous) return ports::fail(std::move(trouble));
      asked = retry_after(*response);
      if (!asked && manners_.asked_wait) asked = manners_.asked_wait(*response, clock_.wall_now());
    }
    if (auto waited = patience.wait(std::move(trouble), asked); !waited)
      return ports::fail(waited.error());
  }
}

ports::Result<ports::Response> AdminApi::attempt(const AdminCall& call, ports::Instant deadline) {
  ports::Request request{
      .method = call.method, .origin = options_.origin, .target = call.target, .body = call.body};
  request.headers.reserve(3 + call.headers.size());
  request.headers.push_back({"Accept", "application/json"});
  if (!call.body.empty()) request.headers.push_back({"Content-Type", call.content_type});
  request.headers.insert(request.headers.end(), call.headers.begin(), call.headers.end());
  if (call.authenticated) {
    auto authorization = session_.authorization(deadline);
    if (!authorization)
      return ports::fail(authorization.error().code,
                         call.tried + ": " + authorization.error().message);
    request.headers.push_back({options_.header, std::string(authorization->reveal_to_wire())});
    used_ = std::move(*authorization);
  }
  auto response = http_.send(request, deadline);
  ports::wipe(request.headers.back().value);
  ports::wipe(request.body);
  if (!response)
    return ports::fail(response.error().code, call.tried + ": " + response.error().message);
  return response;
}

ports::Result<ports::Response> AdminApi::demand(const AdminCall& call) {
  auto response = send(call);
  if (!response) return ports::fail(response.error());
  if (response->status < 200 || response->status > 299)
    return ports::fail(error_of(call, *response));
  return response;
}

ports::Error AdminApi::error_of(const AdminCall& call, const ports::Response& response) const {
  std::string_view token = used_.reveal_to_wire();
  token.remove_prefix(std::min(token.find(' ') + 1, token.size()));
  const auto words = manners_.words(response, token);
  const std::string said = call.tried + " answered " + std::to_string(response.status) +
                           (words.code.empty() ? "" : " " + words.code) +
                           (words.text.empty() ? "" : ": " + words.text);
  if (manners_.particular)
    if (const auto meaning = manners_.particular(call, response, words))
      return {meaning->code, said + " (" + meaning->message + ")"};
  if (response.status == 429) return {ErrorCode::busy, said + " (rate limit)"};
  if (response.status >= 500) return {call.reads() ? ErrorCode::busy : ErrorCode::ambiguous, said};
  if (response.status == 401)
    return {ErrorCode::refused,
            said + " (the administration credential is not accepted: renew it)"};
  if (response.status == 403)
    return {ErrorCode::refused, said + " (the administration credential lacks the permission: " +
                                    manners_.permission + ")"};
  if (response.status == 404) return {ErrorCode::missing, said};
  return {ErrorCode::refused, said};
}

}  // namespace rotator
