#include "rotator/rotation/failure_signal.h"

#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>

#include "rotator/calls/encoding.h"

namespace rotator {
namespace {

using nlohmann::json;
using ports::ErrorCode;

// Largest count that a double holds exactly.
constexpr double max_count = 9'007'199'254'740'992.0;

// The sample's text of a vector with one element or of a scalar; empty vector = "0".
std::optional<std::string> single_value(const json& answer) {
  const auto data = answer.find("data");
  if (data == answer.end() || !data->is_object()) return std::nullopt;
  const auto result = data->find("result");
  if (result == data->end() || !result->is_array()) return std::nullopt;
  const auto type = data->value("resultType", json());
  const json* sample = nullptr;
  if (type == "scalar") sample = &*result;
  if (type == "vector") {
    if (result->empty()) return "0";
    if (result->size() != 1 || !result->front().is_object()) return std::nullopt;
    const auto value = result->front().find("value");
    if (value == result->front().end()) return std::nullopt;
    sample = &*value;
  }
  if (sample == nullptr || !sample->is_array() || sample->size() != 2 || !(*sample)[1].is_string())
    return std::nullopt;
  return (*sample)[1].get<std::string>();
}

}  // namespace

FailureWatch::FailureWatch(ports::HttpClient& http, ports::Clock& clock, FailureSignal signal)
    : http_(http), clock_(clock), signal_(std::move(signal)) {}

ports::Result<std::int64_t> FailureWatch::count() {
  ports::Request request;
  const auto path_at = signal_.url.find('/', signal_.url.find("://") + 3);
  request.origin = signal_.url.substr(0, path_at);
  std::string prefix = path_at == std::string::npos ? "" : signal_.url.substr(path_at);
  while (!prefix.empty() && prefix.back() == '/') prefix.pop_back();
  request.target = prefix + "/api/v1/query?query=" + percent_encode(signal_.query);
  request.headers = {{.name = "Accept", .value = "application/json"}};
  const auto response = http_.send(request, clock_.now() + signal_.timeout);
  if (!response)
    return ports::fail(response.error().code, "the failure signal at " + signal_.url +
                                                  " did not answer: " + response.error().message);
  const auto answer = json::parse(response->body, nullptr, false);
  if (response->status != 200 || !answer.is_object() ||
      answer.value("status", json()) != "success") {
    std::string said;
    if (answer.is_object() && answer.value("error", json()).is_string())
      said = ": " + answer.value("error", std::string()).substr(0, 200);
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
