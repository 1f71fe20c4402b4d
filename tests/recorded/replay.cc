#include "tests/recorded/replay.h"

#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "tests/recorded/shape.h"

namespace recorded {
namespace {

using nlohmann::json;

std::string text_of(const json& object, const char* key) {
  const auto it = object.find(key);
  return it != object.end() && it->is_string() ? it->get<std::string>() : std::string();
}

// A recorded body that is text but means JSON; nothing when it is other text or was cut.
std::optional<json> json_in(std::string_view text) {
  if (!text.starts_with('{') && !text.starts_with('[')) return std::nullopt;
  json parsed = json::parse(text, nullptr, false);
  if (parsed.is_discarded()) return std::nullopt;
  return parsed;
}

class Player {
 public:
  Player(mocks::Handler& handler, const Options& options)
      : handler_(handler),
        options_(options),
        shape_({.literal = {options.literal_keys.begin(), options.literal_keys.end()},
                .exact = options.exact,
                .loose = {options.loose_keys.begin(), options.loose_keys.end()}}) {}

  void play(const std::string& line) {
    const json row = json::parse(line, nullptr, false);
    const bool whole = row.is_object() && row.contains("request") && row.contains("response") &&
                       row["request"].is_object() && row["response"].is_object();
    if (!whole) return differ("line", {"not an exchange: " + line.substr(0, 80)});
    const std::string name = text_of(row, "name");
    seen_.insert(name);
    if (const auto reason = skipped(name)) {
      outcome_.skipped.push_back(name + ": " + *reason);
      return;
    }
    bridge(name);
    ports::Request request = request_of(row["request"]);
    const double at_s =
        row.contains("at_s") && row["at_s"].is_number() ? row["at_s"].get<double>() : -1.0;
    if (options_.before) options_.before(name, at_s, text_of(row["request"], "as"), request);
    mocks::Answer answer = handler_.handle(request);
    const auto differences = compare(name, row["response"], answer);
    if (!differences.empty()) return differ(name, differences);
    ++outcome_.matched;
  }

  Outcome finish() {
    for (const auto& [name, reason] : options_.skip)
      if (!used_skips_.contains(name)) differ(name, {"skipped, but no row has this name"});
    for (const auto& [name, requests] : options_.bridges)
      if (!seen_.contains(name)) differ(name, {"bridged, but no row has this name"});
    return std::move(outcome_);
  }

 private:
  void differ(const std::string& name, const std::vector<std::string>& what) {
    ++outcome_.differing;
    for (const auto& one : what) outcome_.differences.push_back({.name = name, .what = one});
  }

  std::optional<std::string> skipped(const std::string& name) {
    for (const auto& [pattern, reason] : options_.skip) {
      const bool prefix = pattern.ends_with('*') &&
                          name.starts_with(std::string_view(pattern).substr(0, pattern.size() - 1));
      if (!prefix && pattern != name) continue;
      used_skips_.insert(pattern);
      return reason;
    }
    return std::nullopt;
  }

  void bridge(const std::string& name) {
    const auto it = options_.bridges.find(name);
    if (it == options_.bridges.end()) return;
    for (ports::Request request : it->second) {
      request.origin = options_.origin;
      request.target = shape_.fill(request.target);
      request.body = shape_.fill(request.body);
      for (auto& header : request.headers) header.value = shape_.fill(header.value);
      const int status = handler_.handle(request).response.status;
      if (status < 200 || status > 299)
        differ(name, {"bridge " + request.method + " " + request.target + " answered " +
                      std::to_string(status)});
    }
  }

  ports::Request request_of(const json& recorded) const {
    ports::Request request{.method = text_of(recorded, "method"),
                           .origin = options_.origin,
                           .target = shape_.fill(text_of(recorded, "path"))};
    if (recorded.contains("headers") && recorded["headers"].is_object())
      for (const auto& [name, value] : recorded["headers"].items())
        if (value.is_string())
          request.headers.push_back({.name = name, .value = shape_.fill(value.get<std::string>())});
    if (!recorded.contains("body") || recorded["body"].is_null()) return request;
    json body = recorded["body"];
    shape_.fill(body);
    request.body = body.is_string() ? body.get<std::string>() : body.dump();
    return request;
  }

  std::vector<std::string> compare(const std::string& name, const json& recorded,
                                   mocks::Answer& answer) {
    std::vector<std::string> differences;
    const int status = recorded.value("status", 0);
    if (answer.response.status != status)
      differences.push_back("status: " + std::to_string(status) + " expected, " +
                            std::to_string(answer.response.status) +
                            " came: " + answer.response.body.substr(0, 200));
    if (recorded.contains("headers"))
      for (const auto& [header, value] : recorded["headers"].items()) {
        if (options_.ignore_headers.contains(header)) continue;
        const auto came = ports::find_header(answer.response.headers, header);
        if (!came)
          differences.push_back("header " + header + ": missing");
        else if (value.is_string() && !shape_.matches(value.get<std::string>(), *came))
          differences.push_back("header " + header + ": \"" + value.get<std::string>() +
                                "\" expected, \"" + std::string(*came) + "\" came");
      }
    if (!differences.empty() || !recorded.contains("body")) return differences;
    const json& body = recorded["body"];
    if (body.is_object() && body.contains("stream")) return compare_stream(name, body, answer);
    if (body.is_object() && body.contains("frames")) return compare_frames(name, body, answer);
    return compare_body(body, answer.response.body);
  }

  std::vector<std::string> compare_body(const json& recorded, const std::string& came) {
    if (recorded.is_null())
      return came.empty()
                 ? std::vector<std::string>()
                 : std::vector<std::string>{"body: none expected, came: " + came.substr(0, 200)};
    if (recorded.is_string()) {
      const auto& text = recorded.get_ref<const std::string&>();
      if (const auto inner = json_in(text)) return compare_body(*inner, came);
      if (text.empty() != came.empty())
        return {"body: \"" + text + "\" expected, \"" + came + "\""};
      if (options_.exact && !shape_.matches(text, came))
        return {"body: \"" + text + "\" expected, \"" + came + "\" came"};
      return {};
    }
    const json parsed = json::parse(came, nullptr, false);
    if (parsed.is_discarded()) return {"body: JSON expected, came: " + came.substr(0, 200)};
    return shape_.compare(recorded, parsed);
  }

  std::vector<std::string> pieces_of(const std::string& name, mocks::Answer& answer) const {
    if (options_.pieces) return options_.pieces(name, answer);
    std::vector<std::string> pieces;
    if (answer.channel)
      while (auto piece = answer.channel->pop()) pieces.push_back(std::move(*piece));
    return pieces;
  }

  std::vector<std::string> compare_stream(const std::string& name, const json& body,
                                          mocks::Answer& answer) {
    std::string text = answer.response.body;
    for (const auto& piece : pieces_of(name, answer)) text += piece;
    json came = json::array();
    for (std::size_t from = 0; from < text.size();) {
      const std::size_t end = std::min(text.find('\n', from), text.size());
      if (end > from) {
        json event = json::parse(text.substr(from, end - from), nullptr, false);
        if (event.is_discarded()) return {"stream: a line that is not JSON"};
        came.push_back(std::move(event));
      }
      from = end + 1;
    }
    json expected = json::array();
    for (const auto& entry : body["stream"]) expected.push_back(entry.value("event", json()));
    return shape_.compare(expected, came);
  }

  std::vector<std::string> compare_frames(const std::string& name, const json& body,
                                          mocks::Answer& answer) {
    // Frames of one channel may be cut anywhere: compare what each channel carried in all.
    std::map<int, std::string> came;
    for (const auto& piece : pieces_of(name, answer))
      if (!piece.empty()) came[static_cast<unsigned char>(piece[0])] += piece.substr(1);
    std::map<int, json> expected;
    for (const auto& frame : body["frames"]) {
      if (!frame.contains("channel")) continue;
      json& carried = expected[frame.value("channel", 0)];
      const json& data = frame["data"];
      carried = carried.is_string() && data.is_string()
                    ? json(carried.get<std::string>() + data.get<std::string>())
                    : data;
    }
    for (const auto& [channel, data] : expected) {
      if (data.is_string() && !shape_.matches(data.get<std::string>(), came[channel]))
        return {"channel " + std::to_string(channel) + ": " + data.dump() + " expected, \"" +
                came[channel] + "\" came"};
      if (!data.is_object()) continue;
      auto differences = compare_body(data, came[channel]);
      if (!differences.empty()) return differences;
    }
    return {};
  }

  mocks::Handler& handler_;
  const Options& options_;
  Shape shape_;
  Outcome outcome_;
  std::set<std::string> seen_;
  std::set<std::string> used_skips_;
};

}  // namespace

std::string Outcome::summary() const {
  const int rows = matched + differing + static_cast<int>(skipped.size());
  std::string text = std::to_string(rows) + " exchanges: " + std::to_string(matched) +
                     " matched, " + std::to_string(differing) + " differing, " +
                     std::to_string(skipped.size()) + " skipped\n";
  for (const auto& difference : differences)
    text += "  differs: " + difference.name + ": " + difference.what + "\n";
  for (const auto& skip : skipped) text += "  skipped: " + skip + "\n";
  return text;
}

Outcome replay_lines(mocks::Handler& handler, const std::vector<std::string>& lines,
                     const Options& options) {
  Player player(handler, options);
  for (const auto& line : lines) player.play(line);
  return player.finish();
}

Outcome replay(mocks::Handler& handler, const std::string& file, const Options& options) {
  std::ifstream in(file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);)
    if (!line.empty()) lines.push_back(line);
  Outcome outcome = replay_lines(handler, lines, options);
  if (lines.empty()) {
    ++outcome.differing;
    outcome.differences.push_back({.name = file, .what = "cannot be read, or is empty"});
  }
  return outcome;
}

}  // namespace recorded
