#include "rotator/rotation/failure_query.h"

#include <cmath>
#include <cstdlib>
#include <string>

#include "rotator/calls/encoding.h"
#include "rotator/calls/json_view.h"

namespace rotator {
namespace {

using ports::ErrorCode;

// Largest count that a double holds exactly.
constexpr double max_count = 9'007'199'254'740'992.0;

// The sample's text of a vector with one element or of a scalar; empty vector = "0".
std::optional<std::string> single_value(JsonView answer) {
  const auto type = answer.member({"data", "resultType"});
  const auto result = answer.member({"data", "result"});
  if (!result.is_array()) return std::nullopt;
  JsonView sample;
  if (type.says("scalar")) sample = result;
  if (type.says("vector")) {
    if (result.empty()) return "0";
    if (result.size() != 1) return std::nullopt;
    sample = result.front().member("value");
  }
  if (!sample.is_array() || sample.size() != 2) return std::nullopt;
  return (*++sample.begin()).text();
}

}  // namespace

FailureQuery::FailureQuery(ports::HttpClient& http, ports::Clock& clock, FailureSignal signal)
    : http_(http), clock_(clock), signal_(std::move(signal)) {
  const auto path_at = signal_.url.find('/', signal_.url.find("://") + 3);
  question_.origin = signal_.url.substr(0, path_at);
  std::string prefix = path_at == std::string::npos ? "" : signal_.url.substr(path_at);
  while (!prefix.empty() && prefix.back() == '/') prefix.pop_back();
  question_.target = prefix + "/api/v1/query?query=" + percent_encode(signal_.query);
  question_.headers = {{.name = "Accept", .value = "application/json"}};
}

ports::Result<std::int64_t> FailureQuery::count() {
  const auto response = http_.send(question_, clock_.now() + signal_.timeout);
  if (!response)
    return ports::fail(response.error().code, "the failure signal at " + signal_.url +
                                                  " did not answer: " + response.error().message);
  const auto answer = JsonDocument::parse_or_null(response->body);
  if (response->status != 200 || !answer.root().member("status").says("success")) {
    std::string said;
    if (const auto error = answer.root().member("error").text())
      said = ": " + error->substr(0, 200);
    return ports::fail(
        response->status >= 500 || response->status == 429 ? ErrorCode::busy : ErrorCode::refused,
        "the failure signal at " + signal_.url + " answered " + std::to_string(response->status) +
            said + "; check rotation.failure_signal.query");
  }
  const auto text = single_value(answer);
  char* end = nullptr;
  const double value = text ? std::strtod(text->c_str(), &end) : 0;
  if (!text || end != text->c_str() + text->size() || !std::isfinite(value) || value < 0 ||
      value > max_count)
    return ports::fail(ErrorCode::malformed,
                       "the failure signal at " + signal_.url +
                           " did not give one number that counts; wrap the query in sum(...)");
  return static_cast<std::int64_t>(value);
}

}  // namespace rotator
