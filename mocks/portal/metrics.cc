#include "mocks/portal/metrics.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "mocks/portal/credentials.h"

namespace mocks::portal {
namespace {

using Json = nlohmann::ordered_json;
using Labels = std::vector<std::pair<std::string, std::string>>;

// What is asked for: the series of that name and labels, or their sum.
struct Query {
  std::string name = {};
  Labels labels = {};
  bool sum = false;
};

// A cursor over the expression; every read skips the blanks before it.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool take(char c) {
    skip_blanks();
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }

  bool at_end() {
    skip_blanks();
    return text_.empty();
  }

  // A metric or label name; empty when there is none.
  std::string word() {
    skip_blanks();
    std::size_t length = 0;
    while (length < text_.size() && is_word(text_[length], length == 0)) ++length;
    std::string out(text_.substr(0, length));
    text_.remove_prefix(length);
    return out;
  }

  std::optional<std::string> quoted() {
    if (!take('"')) return std::nullopt;
    const auto end = text_.find('"');
    if (end == std::string_view::npos) return std::nullopt;
    std::string out(text_.substr(0, end));
    text_.remove_prefix(end + 1);
    if (out.find('\\') != std::string::npos) return std::nullopt;
    return out;
  }

 private:
  static bool is_word(char c, bool first) {
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':') return true;
    return !first && c >= '0' && c <= '9';
  }
  void skip_blanks() {
    while (!text_.empty() && (text_.front() == ' ' || text_.front() == '\n'))
      text_.remove_prefix(1);
  }

  std::string_view text_;
};

std::optional<Query> parse_selector(Reader& reader, std::string name) {
  Query query{.name = std::move(name)};
  if (query.name.empty()) return std::nullopt;
  if (!reader.take('{')) return query;
  while (!reader.take('}')) {
    auto label = reader.word();
    if (label.empty() || !reader.take('=')) return std::nullopt;
    auto value = reader.quoted();
    if (!value) return std::nullopt;
    query.labels.emplace_back(std::move(label), *std::move(value));
    if (reader.take(',')) continue;
    if (!reader.take('}')) return std::nullopt;
    break;
  }
  return query;
}

std::optional<Query> parse(std::string_view expression) {
  Reader reader(expression);
  auto name = reader.word();
  std::optional<Query> query;
  if (name == "sum" && reader.take('(')) {
    query = parse_selector(reader, reader.word());
    if (!query || !reader.take(')')) return std::nullopt;
    query->sum = true;
  } else {
    query = parse_selector(reader, std::move(name));
  }
  if (!query || !reader.at_end()) return std::nullopt;
  return query;
}

// A matcher on a label that the series lacks matches the empty string.
bool matches(const Labels& series, const Labels& wanted) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const auto& matcher) {
    const auto found = std::find_if(series.begin(), series.end(), [&](const auto& label) {
      return label.first == matcher.first;
    });
    return found == series.end() ? matcher.second.empty() : found->second == matcher.second;
  });
}

ports::Response json_response(int status, const Json& body) {
  return {.status = status,
          .headers = {{"Content-Type", "application/json"}},
          .body = body.dump(-1, ' ', false, Json::error_handler_t::replace)};
}

// As Prometheus writes an instant: seconds, and three digits of a fraction where there is one
// (util/jsonutil).
std::string timestamp(ports::WallTime at) {
  const auto ms = std::chrono::floor<std::chrono::milliseconds>(at).time_since_epoch().count();
  const std::string digits = std::to_string(ms);
  const auto whole = digits.size() - 3;
  return digits.substr(0, whole) + (ms % 1000 == 0 ? "" : "." + digits.substr(whole));
}

ports::Response bad_data(const std::string& what) {
  return json_response(400, {{"status", "error"},
                             {"errorType", "bad_data"},
                             {"error", "invalid parameter \"query\": " + what}});
}

ports::Response plain(int status, std::string body) {
  return {.status = status,
          .headers = {{"Content-Type", "text/plain; charset=utf-8"}},
          .body = std::move(body)};
}

}  // namespace

Metrics::Metrics(Scheduler& scheduler, std::function<std::uint64_t()> failures,
                 MetricsOptions options)
    : scheduler_(scheduler), failures_(std::move(failures)), options_(std::move(options)) {}

Answer Metrics::handle(const ports::Request& request) {
  const std::string_view target = request.target;
  if (target.substr(0, target.find('?')) != "/api/v1/query")
    return {.response = plain(404, "404 page not found\n")};
  if (request.method != "GET" && request.method != "POST")
    return {.response = plain(405, "Method Not Allowed\n")};
  auto expression = query_value(target, "query");
  if (!expression && request.method == "POST")
    expression = query_value("?" + request.body, "query");
  return {.response = answer(expression.value_or(""))};
}

ports::Response Metrics::answer(const std::string& expression) {
  if (Reader(expression).at_end())
    return bad_data("unknown position: parse error: no expression found in input");
  const auto query = parse(expression);
  if (!query) return bad_data("1:1: parse error: unexpected expression");
  std::string body = R"({"status":"success","data":{"resultType":"vector","result":[)";
  if (!options_.empty && query->name == options_.name && matches(options_.labels, query->labels)) {
    Json metric = Json::object();
    if (!query->sum) {
      metric["__name__"] = options_.name;
      for (const auto& [name, value] : options_.labels) metric[name] = value;
    }
    body += R"({"metric":)" + (query->sum ? "{}" : metric.dump()) + R"(,"value":[)" +
            timestamp(scheduler_.wall_now()) + ",\"" + std::to_string(failures_()) + "\"]}";
  }
  return {.status = 200, .headers = {{"Content-Type", "application/json"}}, .body = body + "]}}"};
}

}  // namespace mocks::portal
