#include "rotator/kubernetes/cluster.h"

#include <algorithm>
#include <utility>

#include "rotator/calls/answer_json.h"
#include "rotator/calls/encoding.h"
#include "rotator/calls/patience.h"
#include "rotator/kubernetes/watches.h"

namespace rotator {

using ports::ErrorCode;

ports::Error kubernetes_error(const std::string& tried, const ports::Response& response) {
  const auto body = JsonDocument::parse_or_null(response.body);
  const auto message = quotable(text_member(body, {"message"}));
  const std::string said = tried + " answered " + std::to_string(response.status) +
                           (message.empty() ? std::string() : ": " + message);
  switch (response.status) {
    case 401:
      return {ErrorCode::refused,
              said + " (the API server does not accept this credential: renew it)"};
    case 404: return {ErrorCode::missing, said};
    case 409: return {ErrorCode::conflict, said};
    default: return {ErrorCode::refused, said};
  }
}

Cluster::Cluster(ports::HttpClient& http, ports::Clock& clock, ports::CredentialFiles& files,
                 ClusterOptions options, ports::Secret token)
    : http_(http),
      clock_(clock),
      files_(files),
      options_(std::move(options)),
      token_(std::move(token)),
      server_(split_https_url(options_.server, "the API server's address")),
      namespace_path_("namespaces/" + percent_encode(options_.kubernetes_namespace)),
      core_path_("/api/v1/" + namespace_path_),
      watches_(std::make_unique<Watches>()) {}

Cluster::~Cluster() = default;

ports::Result<ports::Request> Cluster::request(const std::string& method, const std::string& target,
                                               const char* accept) {
  if (!server_) return ports::fail(server_.error());
  ports::Request request{
      .method = method, .origin = server_->origin, .target = server_->path + target};
  request.headers.reserve(4);
  request.headers.push_back({"Accept", accept});
  request.headers.push_back({"User-Agent", "rotator"});
  const ports::Secret* token = &token_;
  ports::Result<ports::Secret> read;
  if (!options_.token_file.empty()) {
    read = files_.read(options_.token_file);
    if (!read) return ports::fail(read.error());
    token = &*read;
  }
  if (token->empty()) return request;
  if (!fits_in_header(token->reveal_to_wire()))
    return ports::fail(
        ErrorCode::configuration,
        "the Kubernetes token" +
            (options_.token_file.empty() ? std::string() : " in " + options_.token_file) +
            " holds a line break or a character outside ASCII");
  request.headers.push_back({"Authorization", "Bearer " + std::string(token->reveal_to_wire())});
  return request;
}

ports::Result<ports::Response> Cluster::call(const std::string& method, const std::string& target,
                                             const std::string& content_type,
                                             const std::string& body, Repeat repeat,
                                             std::optional<ports::Instant> until,
                                             const char* accept) {
  const auto tried = [&] { return "Kubernetes " + method + " " + options_.server + target; };
  bool token_renewed = options_.token_file.empty();
  Patience patience(clock_, until.value_or(clock_.now() + options_.patience), options_.told);
  for (;;) {
    auto sent = request(method, target, accept);
    if (!sent) return ports::fail(sent.error());
    if (!content_type.empty()) sent->headers.push_back({"Content-Type", content_type});
    sent->body = body;
    auto response = http_.send(*sent, patience.attempt_deadline(options_.call_timeout));
    for (auto& header : sent->headers)
      if (header.name == "Authorization") ports::wipe(header.value);
    ports::Error trouble;
    std::optional<ports::Duration> asked;
    if (!response) {
      trouble = {response.error().code, tried() + ": " + response.error().message};
      const bool again = trouble.code == ErrorCode::unreachable ||
                         (trouble.code == ErrorCode::ambiguous && repeat == Repeat::safe);
      if (!again) return ports::fail(std::move(trouble));
    } else if (response->status == 401 && !token_renewed) {
      token_renewed = true;  // the kubelet may just have replaced it
      continue;
    } else {
      if (response->status != 429 && response->status < 500) return response;
      trouble = kubernetes_error(tried(), *response);
      // Flow control turns a 429 away at the door; a 5xx may have been applied (a 504 of the
      // storage was).
      if (response->status != 429 && repeat == Repeat::never)
        return ports::fail(ErrorCode::ambiguous, std::move(trouble.message));
      trouble.code = ErrorCode::busy;
      asked = retry_after(*response);
    }
    if (auto waited = patience.wait(std::move(trouble), asked); !waited)
      return ports::fail(waited.error());
  }
}

ports::Result<std::string> Cluster::version() {
  auto response = call("GET", "/version", {}, {}, Repeat::safe);
  if (!response) return ports::fail(response.error());
  const std::string tried = "asking " + options_.server + " for its version";
  if (response->status != 200) return ports::fail(kubernetes_error(tried, *response));
  const auto parsed = parse_object(response->body, tried);
  if (!parsed) return ports::fail(parsed.error());
  auto version = text_member(*parsed, {"gitVersion"});
  if (version.empty())
    return ports::fail(ErrorCode::malformed, tried + ": the answer holds no gitVersion");
  return version;
}

}  // namespace rotator
