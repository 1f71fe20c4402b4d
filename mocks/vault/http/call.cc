#include "mocks/vault/http/call.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "mocks/vault/http/answer.h"
#include "mocks/vault/store/json_text.h"

namespace mocks::vault {
namespace {

using nlohmann::json;

// Bound: nesting of a request body (Go's own is 10,000, Vault 1.20's default 500). Rendering
// recurses.
constexpr std::size_t max_json_depth = 200;

// Go's decoder stops after the first value: what follows is not looked at.
std::optional<JsonDocument> first_value(const std::string& text) {
  if (auto whole = JsonDocument::parse(text, max_json_depth)) return whole;
  std::istringstream in(text);
  json first;
  try {
    in >> first;
  } catch (const json::exception&) {
    return std::nullopt;
  }
  return JsonDocument::of(first, max_json_depth);
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::vector<std::pair<std::string, std::string>> parse_query(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> out;
  while (!text.empty()) {
    const std::string_view pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(pair.size() + 1, text.size()));
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1);
    const auto decode = [](std::string_view part) {
      std::string spaced(part);
      std::replace(spaced.begin(), spaced.end(), '+', ' ');
      return percent_decoded(spaced);
    };
    out.emplace_back(decode(pair.substr(0, equals)), decode(value));
  }
  return out;
}

bool truth(std::string_view text) {
  return text == "1" || text == "t" || text == "T" || text == "true" || text == "TRUE" ||
         text == "True";
}

// The media type of a Content-Type header, lower case and without parameters.
std::string media_type(std::string_view header) {
  std::string type(header.substr(0, header.find(';')));
  while (!type.empty() && type.back() == ' ') type.pop_back();
  for (char& c : type)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return type;
}

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    std::string_view item = text.substr(0, text.find(','));
    text.remove_prefix(std::min(item.size() + 1, text.size()));
    while (item.starts_with(' ')) item.remove_prefix(1);
    while (item.ends_with(' ')) item.remove_suffix(1);
    if (!item.empty()) out.emplace_back(item);
  }
  return out;
}

}  // namespace

std::string percent_decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t run = std::min(text.find('%'), text.size());
    out.append(text, 0, run);
    text.remove_prefix(run);
    const int high = text.size() > 2 ? hex_value(text[1]) : -1;
    const int low = high >= 0 ? hex_value(text[2]) : -1;
    if (low >= 0) {
      out += static_cast<char>(high * 16 + low);
      text.remove_prefix(3);
    } else if (!text.empty()) {
      out += '%';
      text.remove_prefix(1);
    }
  }
  return out;
}

Call::Call(const ports::Request& from, Node where) : request(from), node(where) {
  std::string_view target = from.target;
  const std::size_t mark = target.find('?');
  if (mark != std::string_view::npos) query = parse_query(target.substr(mark + 1));
  target = target.substr(0, mark);
  known = target.starts_with("/v1/");
  if (!known) return;
  path = percent_decoded(target.substr(4));
  const std::string& method = from.method;
  if (method == "GET") {
    operation = Operation::read;
    if (const auto list = parameter("list"); list && truth(*list)) operation = Operation::list;
  } else if (method == "LIST") {
    operation = Operation::list;
  } else if (method == "POST" || method == "PUT") {
    operation = Operation::write;
  } else if (method == "PATCH") {
    operation = Operation::patch;
  } else if (method == "DELETE") {
    operation = Operation::remove;
  } else {
    known = method == "HEAD" || method == "OPTIONS";
  }
  if (operation == Operation::list && !path.ends_with('/')) path += '/';
}

std::optional<ports::Response> Call::parse_body() {
  if (request.body.size() > max_request_body) return error(413, "http: request body too large");
  const auto header = ports::find_header(request.headers, "Content-Type");
  const std::string type = media_type(header.value_or(""));
  if (operation == Operation::patch) {
    if (type.empty()) return error(400, "mime: no media type");
    if (type != "application/merge-patch+json")
      return error(415,
                   "PATCH requires Content-Type of application/merge-patch+json, provided " + type);
  }
  if (operation != Operation::write && operation != Operation::patch) return std::nullopt;
  const std::size_t start = request.body.find_first_not_of(" \t\r\n");
  if (start == std::string::npos) return std::nullopt;
  const bool looks_like_json = request.body[start] == '{' || request.body[start] == '[';
  if (type == "application/x-www-form-urlencoded" && !looks_like_json) {
    json fields;
    for (auto& [name, value] : parse_query(request.body)) fields[name] = value;
    body_ = JsonDocument::of(fields);
    return std::nullopt;
  }
  body_ = first_value(request.body);
  if (!body_ || !(whole().is_object() || whole().is_null()))
    return error(400, "error parsing JSON");
  return std::nullopt;
}

std::string Call::text(std::string_view name) const {
  const JsonView value = field(name).value_or(JsonView());
  return value.is_null() ? std::string() : text_of(value);
}

std::vector<std::string> Call::list(std::string_view name) const {
  const JsonView value = field(name).value_or(JsonView());
  if (!value.is_array()) return split_list(text(name));
  std::vector<std::string> out;
  for (const auto item : value.elements()) out.push_back(text_of(item));
  return out;
}

std::optional<bool> Call::boolean(std::string_view name) const {
  const JsonView value = field(name).value_or(JsonView());
  if (value.is_null()) return std::nullopt;
  if (value.is_boolean()) return value.boolean();
  return truth(text(name));
}

std::optional<std::int64_t> Call::integer(std::string_view name) const {
  const JsonView value = field(name).value_or(JsonView());
  if (value.is_null()) return std::nullopt;
  const std::string digits = text_of(value);
  std::int64_t number = 0;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (failure != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

std::optional<std::string_view> Call::parameter(std::string_view name) const {
  for (const auto& [key, value] : query)
    if (key == name) return value;
  return std::nullopt;
}

std::string Call::conversion_error(std::string_view name) const {
  const auto value = field(name);
  std::string_view kind = "string";
  if (value && value->is_boolean()) kind = "bool";
  if (value && value->is_array()) kind = "slice";
  return "error converting input " + (value ? go_value(*value) : std::string()) + " for field \"" +
         std::string(name) + "\": '' expected a map, got '" + std::string(kind) + "'";
}

std::string Call::ignored(std::initializer_list<std::string_view> names) const {
  std::set<std::string_view> unknown;
  const auto look = [&](std::string_view name) {
    if (std::find(names.begin(), names.end(), name) == names.end()) unknown.insert(name);
  };
  for (const auto& [name, value] : whole().members()) look(name);
  if (operation == Operation::read || operation == Operation::list ||
      operation == Operation::remove)
    for (const auto& [name, value] : query)
      if (name != "list") look(name);
  if (unknown.empty()) return {};
  std::string out;
  for (const auto name : unknown) out.append(out.empty() ? "" : " ").append(name);
  return "Endpoint ignored these unrecognized parameters: [" + out + "]";
}

}  // namespace mocks::vault
