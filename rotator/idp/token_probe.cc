#include "rotator/idp/token_probe.h"

#include <utility>

#include "rotator/calls/answer_json.h"
#include "rotator/calls/encoding.h"

namespace rotator {
namespace {

using ports::ErrorCode;

inline constexpr std::size_t longest_description = 200;

// Reads the answer by RFC 6749 section 5 and by what providers really send: status first (Okta
// answers a throttled user with 429 and error invalid_grant), the error code second. Auth0 says 403
// where others say 400.
Acceptance read_answer(ProbeGrant grant, int status, const std::string& error, bool has_token) {
  if (status == 200 && has_token) return Acceptance::accepted;
  if (status == 401) return Acceptance::refused;
  if (status != 400 && status != 403) return Acceptance::unknown;
  if (error == "invalid_client") return Acceptance::refused;
  const bool past_authentication =
      grant == ProbeGrant::authorization_code && error == "invalid_grant";
  return past_authentication ? Acceptance::accepted : Acceptance::unknown;
}

std::string describe(const ProbeAnswer& answer) {
  return std::to_string(answer.status) + (answer.error.empty() ? "" : " " + answer.error) +
         (answer.description.empty() ? "" : " (" + answer.description + ")");
}

// Codes that say "later": nothing is wrong with the secret or the registration.
bool will_pass(int status) { return status == 429 || status >= 500; }

}  // namespace

const char* to_string(ProbeGrant grant) {
  switch (grant) {
    case ProbeGrant::client_credentials: return "client_credentials";
    case ProbeGrant::authorization_code: return "authorization_code";
  }
  return "unknown";
}

const char* to_string(Acceptance acceptance) {
  switch (acceptance) {
    case Acceptance::accepted: return "accepted";
    case Acceptance::refused: return "refused";
    case Acceptance::unknown: return "unknown";
  }
  return "unknown";
}

TokenProbe::TokenProbe(ports::HttpClient& http, ports::Clock& clock, ProbeOptions options)
    : http_(http),
      clock_(clock),
      options_(std::move(options)),
      endpoint_(split_https_url(options_.token_endpoint, "the token endpoint")) {}

ports::Result<ProbeAnswer> TokenProbe::ask(const ports::Secret& secret) {
  if (!endpoint_) return ports::fail(endpoint_.error());

  std::string form;
  if (options_.grant == ProbeGrant::client_credentials) {
    form = "grant_type=client_credentials";
    if (!options_.scope.empty()) form += "&scope=" + form_encode(options_.scope);
  } else {
    form = "grant_type=authorization_code&code=probe-of-a-client-secret&redirect_uri=" +
           form_encode(options_.redirect_uri);
  }
  ports::Request request{
      .method = "POST",
      .origin = endpoint_->origin,
      .target = endpoint_->path.empty() ? "/" : endpoint_->path,
      .headers = ports::make_headers(
          {{"Content-Type", "application/x-www-form-urlencoded"}, {"Accept", "application/json"}}),
      .own_connection = true};
  std::string encoded_secret = form_encode(secret.reveal_to_wire());
  if (options_.method == AuthenticationMethod::client_secret_basic) {
    // RFC 6749 section 2.3.1: both halves are form-encoded before they are joined.
    std::string pair = form_encode(options_.client_id) + ":" + encoded_secret;
    request.headers.push_back({"Authorization", "Basic " + base64_encode(pair)});
    ports::wipe(pair);
  } else {
    form.reserve(form.size() + options_.client_id.size() * 3 + encoded_secret.size() + 32);
    form += "&client_id=" + form_encode(options_.client_id) + "&client_secret=";
    form += encoded_secret;
  }
  request.body = std::move(form);

  const auto sent = clock_.now();
  auto response = http_.send(request, sent + options_.timeout);
  ports::wipe(request.body);
  for (auto& header : request.headers)
    if (header.name == "Authorization") ports::wipe(header.value);
  if (!response) {
    ports::wipe(encoded_secret);
    return ports::fail(response.error().code,
                       "probing " + options_.token_endpoint + ": " + response.error().message);
  }

  const ports::Secret received(std::move(response->body));  // it may hold an access token
  const auto body = JsonDocument::parse_or_null(received.reveal_to_wire());
  ProbeAnswer answer{.status = response->status, .took = clock_.now() - sent};
  answer.error =
      quotable(text_member(body, {"error"}), secret.reveal_to_wire(), longest_description);
  answer.description = quotable(text_member(body, {"error_description"}), secret.reveal_to_wire(),
                                longest_description);
  answer.description = quotable(answer.description, encoded_secret, longest_description);
  const auto token = body.root().member("access_token");
  const bool has_token = token.is_text() && !token.says("");
  answer.acceptance = read_answer(options_.grant, answer.status, answer.error, has_token);
  ports::wipe(encoded_secret);
  return answer;
}

ports::Status TokenProbe::calibrate(const ports::Secret& good, ports::Random& random) {
  const std::string where = "the probe of client " + options_.client_id + " at " +
                            options_.token_endpoint + " by " + to_string(options_.method);
  const auto accepted = ask(good);
  if (!accepted) return ports::fail(accepted.error());
  if (accepted->acceptance == Acceptance::unknown && will_pass(accepted->status))
    return ports::fail(ErrorCode::busy,
                       where + ": the secret in use was answered with " + describe(*accepted));
  if (accepted->acceptance != Acceptance::accepted)
    return ports::fail(ErrorCode::refused,
                       where + ": the secret in use was not accepted but answered with " +
                           describe(*accepted) +
                           "; check the registered authentication method, the grant to probe with, "
                           "and the secret in Vault");
  const ports::Secret wrong(ports::random_hex(random, 20));
  const auto refused = ask(wrong);
  if (!refused) return ports::fail(refused.error());
  if (refused->acceptance == Acceptance::unknown && will_pass(refused->status))
    return ports::fail(ErrorCode::busy,
                       where + ": a random secret was answered with " + describe(*refused));
  if (refused->acceptance != Acceptance::refused)
    return ports::fail(
        ErrorCode::refused,
        where + ": a random secret was not refused but answered with " + describe(*refused) +
            "; this probe cannot tell a good secret from a bad one, so probe with the "
            "other grant");
  return {};
}

}  // namespace rotator
