#include "rotator/vault/session.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "rotator/calls/answer_json.h"
#include "rotator/calls/encoding.h"
#include "rotator/calls/json_writer.h"
#include "rotator/calls/patience.h"

namespace rotator {
namespace {

using ports::ErrorCode;

// What an answer means for a repetition.
enum class Standing {
  answered,  // the caller's business
  refused,   // 403
  busy,      // certainly without effect, and will pass
  unsure,    // a 5xx: may have had its effect, and may pass
};

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

Standing judge(const ports::Response& response, std::string_view errors) {
  switch (response.status) {
    case 403: return Standing::refused;
    case 412:  // this node lacks the state that the request asks for (performance standby)
    case 429:  // quota, counted before anything is done
    case 503:  // sealed, or no active node
      return Standing::busy;
    default: break;
  }
  // 400s that pass: a KV mount being upgraded, a standby that cannot store the token's lease.
  if (response.status == 400 && (contains(errors, "from non-versioned to versioned data") ||
                                 contains(errors, "error performing token check")))
    return Standing::busy;
  if (response.status == 500 && contains(errors, "active cluster node not found"))
    return Standing::busy;
  return response.status >= 500 ? Standing::unsure : Standing::answered;
}

// A standby that may not forward answers 307 with the active node's address. One hop, https only.
std::optional<Url> redirected_to(const ports::Response& response) {
  if (response.status != 307) return std::nullopt;
  const auto location = ports::find_header(response.headers, "Location");
  if (!location) return std::nullopt;
  auto url = split_https_url(*location, "Location");
  if (!url || url->path.empty()) return std::nullopt;
  return std::move(*url);
}

}  // namespace

// Vault up to 1.16 says just "permission denied" of a token that it does not know; of one that a
// policy stops it says "1 error occurred: * permission denied".
VaultSession::Blame VaultSession::blamed_by(std::string_view errors) {
  const bool token = errors.empty() || contains(errors, "invalid token") ||
                     errors == "permission denied" || contains(errors, "missing client token");
  return token ? Blame::token : Blame::policy;
}

const char* to_string(VaultOptions::Login login) {
  switch (login) {
    case VaultOptions::Login::token: return "token";
    case VaultOptions::Login::kubernetes: return "kubernetes";
  }
  return "unknown";
}

std::string vault_errors(const ports::Response& response, std::string_view secret) {
  const auto body = JsonDocument::parse_or_null(response.body);
  std::string joined;
  for (const auto error : array_member(body, {"errors"})) {
    if (!error.is_text()) continue;
    if (!joined.empty()) joined += "; ";
    joined += *error.text();
  }
  return quotable(joined, secret);
}

VaultSession::VaultSession(ports::HttpClient& http, ports::Clock& clock,
                           ports::CredentialFiles& files, VaultOptions options, ports::Secret token)
    : http_(http),
      clock_(clock),
      files_(files),
      options_(std::move(options)),
      address_(split_https_url(options_.address, "the address of Vault")),
      token_(options_.login == VaultOptions::Login::token ? std::move(token) : ports::Secret()) {}

VaultSession::Exchange VaultSession::exchange(const std::string& method, const std::string& path,
                                              std::string_view json_body, Repeat repeat,
                                              bool authenticated, ports::Instant until) {
  if (!address_) return {ports::fail(address_.error())};
  if (authenticated && !fits_in_header(token_.reveal_to_wire()))
    return {ports::fail(ErrorCode::configuration,
                        "the Vault token holds a line break or a character outside ASCII")};
  ports::Request request{.method = method,
                         .origin = address_->origin,
                         .target = address_->path + "/v1/" + path,
                         .body = std::string(json_body)};
  request.headers.reserve(5);
  request.headers.push_back({"X-Vault-Request", "true"});
  request.headers.push_back({"Accept", "application/json"});
  if (!options_.vault_namespace.empty())
    request.headers.push_back({"X-Vault-Namespace", options_.vault_namespace});
  if (!json_body.empty()) request.headers.push_back({"Content-Type", "application/json"});
  if (authenticated && !token_.empty())
    request.headers.push_back({"X-Vault-Token", std::string(token_.reveal_to_wire())});
  const auto wiped = [&](ports::Result<ports::Response> result, Blame blame = Blame::nobody) {
    ports::wipe(request.body);
    for (auto& header : request.headers)
      if (header.name == "X-Vault-Token") ports::wipe(header.value);
    return Exchange{std::move(result), blame};
  };

  const auto tried = [&] { return "Vault " + method + " " + options_.address + "/v1/" + path; };
  bool followed = false;
  for (Patience patience(clock_, until, options_.told);;) {
    auto response = http_.send(request, patience.attempt_deadline(options_.call_timeout));
    ports::Error trouble;
    std::optional<ports::Duration> asked;
    if (!response) {
      trouble = {response.error().code, tried() + ": " + response.error().message};
      const bool again = trouble.code == ErrorCode::unreachable ||
                         (trouble.code == ErrorCode::ambiguous && repeat == Repeat::safe);
      if (!again) return wiped(ports::fail(std::move(trouble)));
    } else if (auto other = followed ? std::nullopt : redirected_to(*response)) {
      followed = true;
      request.origin = other->origin;
      request.target = other->path;
      continue;
    } else {
      const auto errors =
          response->status < 400 ? std::string() : vault_errors(*response, token_.reveal_to_wire());
      const auto verdict = judge(*response, errors);
      if (verdict == Standing::answered) return wiped(std::move(response));
      const auto said = tried() + " answered " + std::to_string(response->status) +
                        (errors.empty() ? std::string() : ": " + errors);
      if (verdict == Standing::refused)
        return wiped(ports::fail(ErrorCode::refused, said), blamed_by(errors));
      if (verdict == Standing::unsure && repeat == Repeat::never)
        return wiped(ports::fail(ErrorCode::ambiguous, said));
      trouble = {ErrorCode::busy, said};
      asked = retry_after(*response);
    }
    if (auto waited = patience.wait(std::move(trouble), asked); !waited)
      return wiped(ports::fail(waited.error()));
  }
}

ports::Result<ports::Response> VaultSession::call(const std::string& method,
                                                  const std::string& path,
                                                  std::string_view json_body, Repeat repeat) {
  const auto until = clock_.now() + options_.patience;
  if (auto ready = ensure_token(until); !ready) return ports::fail(ready.error());
  auto [response, blame] = exchange(method, path, json_body, repeat, true, until);
  if (blame == Blame::nobody) return std::move(response);
  const auto& said = response.error().message;
  if (blame == Blame::policy)
    return ports::fail(ErrorCode::refused, said + " (give this token's policy that capability)");
  if (options_.login == VaultOptions::Login::token)
    return ports::fail(ErrorCode::refused,
                       said + " (the token is unknown, expired or revoked: provide a new one)");
  // A refused token had no effect, so that even a write may be sent again. Once.
  if (auto logged_in = log_in(until); !logged_in) return ports::fail(logged_in.error());
  return exchange(method, path, json_body, repeat, true, until).response;
}

ports::Status VaultSession::ensure_token(ports::Instant until) {
  const auto now = clock_.now();
  const bool can_log_in = options_.login == VaultOptions::Login::kubernetes;
  if (token_.empty() && !can_log_in)
    return ports::fail(ErrorCode::configuration, "no Vault token was given (VAULT_TOKEN)");
  if (token_.empty() || (can_log_in && now >= expires_)) return log_in(until);
  if (now < renew_at_) return {};
  if (!renewable_) return can_log_in ? log_in(until) : ports::Status{};
  auto renewed = renew(until);
  if (renewed) return {};
  if (can_log_in) return log_in(until);
  // The old token still serves until it expires; then Vault itself says no.
  renew_at_ = now + std::max<ports::Duration>((expires_ - now) / 2, std::chrono::seconds(1));
  return {};
}

ports::Status VaultSession::keep() { return ensure_token(clock_.now() + options_.patience); }

void VaultSession::note_lifetime(ports::Duration ttl, bool renewable) {
  renewable_ = renewable;
  if (ttl <= ports::Duration{0}) {
    renew_at_ = expires_ = ports::Instant::max();
    return;
  }
  const auto now = clock_.now();
  expires_ = now + ttl;
  // Two thirds of its life, as Vault's own lifetime watcher; a token that cannot be renewed is
  // replaced then.
  const bool can_act = renewable || options_.login == VaultOptions::Login::kubernetes;
  renew_at_ = can_act ? now + ttl * 2 / 3 : ports::Instant::max();
}

ports::Status VaultSession::log_in(ports::Instant until) {
  auto jwt = files_.read(options_.jwt_file);
  if (!jwt) return ports::fail(jwt.error());
  const auto longest = options_.role.size() + jwt->reveal_to_wire().size();
  auto login = JsonWriter(6 * longest + 64)
                   .open_object()
                   .member("role", options_.role)
                   .member("jwt", jwt->reveal_to_wire())
                   .close_object()
                   .take();
  const std::string path = "auth/" + percent_encode_path(options_.login_mount) + "/login";
  auto response = exchange("POST", path, login, Repeat::safe, false, until).response;
  ports::wipe(login);
  const std::string tried = "Kubernetes login at Vault as role " + options_.role;
  if (!response) return ports::fail(response.error().code, tried + ": " + response.error().message);
  if (response->status != 200)
    return ports::fail(ErrorCode::refused, tried + " answered " + std::to_string(response->status) +
                                               ": " +
                                               vault_errors(*response, jwt->reveal_to_wire()));
  const ports::Secret body(std::move(response->body));
  const auto parsed = parse_object(body.reveal_to_wire(), tried);
  if (!parsed) return ports::fail(parsed.error());
  std::string token = text_member(*parsed, {"auth", "client_token"});
  const auto ttl = std::chrono::seconds(integer_member(*parsed, {"auth", "lease_duration"}));
  const bool renewable = flag_member(*parsed, {"auth", "renewable"});
  if (token.empty())
    return ports::fail(ErrorCode::malformed, tried + ": the answer holds no auth.client_token");
  token_ = ports::Secret(std::move(token));
  note_lifetime(ttl, renewable);
  return {};
}

ports::Status VaultSession::renew(ports::Instant until) {
  auto response =
      exchange("POST", "auth/token/renew-self", "{}", Repeat::safe, true, until).response;
  if (!response) return ports::fail(response.error());
  if (response->status != 200)
    return ports::fail(ErrorCode::refused, "renewing the Vault token answered " +
                                               std::to_string(response->status) + ": " +
                                               vault_errors(*response));
  const ports::Secret body(std::move(response->body));
  const auto parsed = parse_object(body.reveal_to_wire(), "renewing the Vault token");
  if (!parsed) return ports::fail(parsed.error());
  const auto ttl = std::chrono::seconds(integer_member(*parsed, {"auth", "lease_duration"}));
  const bool renewable = flag_member(*parsed, {"auth", "renewable"});
  note_lifetime(ttl, renewable);
  return {};
}

ports::Result<ports::Duration> VaultSession::token_ttl() {
  auto response = get("auth/token/lookup-self");
  if (!response) return ports::fail(response.error());
  const std::string tried = "looking up the Vault token";
  if (response->status != 200)
    return ports::fail(ErrorCode::refused, tried + " answered " + std::to_string(response->status) +
                                               ": " + vault_errors(*response));
  const ports::Secret body(std::move(response->body));
  const auto parsed = parse_object(body.reveal_to_wire(), tried);
  if (!parsed) return ports::fail(parsed.error());
  // The body holds the token itself.
  const auto seconds = integer_member(*parsed, {"data", "ttl"}, -1);
  const bool renewable = flag_member(*parsed, {"data", "renewable"});
  if (seconds < 0)
    return ports::fail(ErrorCode::malformed, tried + ": the answer holds no data.ttl");
  // Looking does not postpone: two thirds of what remains would never come for one who looks often.
  const auto due = renew_at_;
  note_lifetime(std::chrono::seconds(seconds), renewable);
  renew_at_ = std::min(renew_at_, due);
  return ports::Duration(std::chrono::seconds(seconds));
}

}  // namespace rotator
