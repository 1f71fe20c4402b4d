#include "mocks/kubernetes/api/api_call.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <utility>

#include "mocks/kubernetes/codec/kind_codec.h"
#include "mocks/kubernetes/json/json_text.h"

namespace mocks::kubernetes {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Keeps `text` in the call and returns where it stands now. What a call keeps is at most as long as
// its target, a selected name and a few characters: nothing kept before moves (take_apart
// reserves).
std::string_view keep(std::string_view text, std::vector<char>& decoded) {
  const std::size_t from = decoded.size();
  decoded.insert(decoded.end(), text.begin(), text.end());
  return {decoded.data() + from, text.size()};
}

std::string_view percent_decode(std::string_view text, bool plus_is_space,
                                std::vector<char>& decoded) {
  const auto encoded = [](char c) { return c == '%' || c == '+'; };
  if (std::none_of(text.begin(), text.end(), encoded)) return text;
  const std::size_t from = decoded.size();
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      decoded.push_back(' ');
    } else if (text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 &&
               hex_digit(text[i + 2]) >= 0) {
      decoded.push_back(static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2])));
      i += 2;
    } else {
      decoded.push_back(text[i]);
    }
  }
  return {decoded.data() + from, decoded.size() - from};
}

std::vector<std::string_view> segments_of(ApiCall& call) {
  std::vector<std::string_view> segments;
  segments.reserve(8);
  for (std::string_view path = call.path; !path.empty();) {
    const std::string_view segment = path.substr(0, path.find('/'));
    if (!segment.empty()) segments.push_back(percent_decode(segment, false, call.decoded));
    path.remove_prefix(std::min(path.size(), segment.size() + 1));
  }
  return segments;
}

void read_query(std::string_view text, ApiCall& call) {
  call.query.reserve(8);
  while (!text.empty() && call.query.size() < max_query_parameters) {
    const std::string_view pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), pair.size() + 1));
    const std::size_t equal = std::min(pair.find('='), pair.size());
    const std::string_view value = pair.substr(std::min(equal + 1, pair.size()));
    call.query.emplace_back(percent_decode(pair.substr(0, equal), true, call.decoded),
                            percent_decode(value, true, call.decoded));
  }
}

std::string_view verb_of(const ApiCall& call, bool old_watch) {
  const bool named = !call.name.empty();
  if (call.method == "GET" || call.method == "HEAD") {
    if (old_watch) return "watch";
    if (named) return "get";
    return call.watch ? "watch" : "list";
  }
  if (call.method == "POST") return "create";
  if (call.method == "PUT") return "update";
  if (call.method == "PATCH") return "patch";
  if (call.method == "DELETE") return named ? "delete" : "deletecollection";
  return {};
}

// k8s.io/apiserver/pkg/endpoints/request.RequestInfoFactory.
void read_resource(std::span<std::string_view> parts, ApiCall& call) {
  const bool core = parts.front() == "api";
  const std::size_t prefix = core ? 2 : 3;
  if (parts.size() <= prefix) return;
  call.resource_path = true;
  if (!core) call.group = parts[1];
  call.version = parts[prefix - 1];
  parts = parts.subspan(prefix);
  const bool old_watch = parts.front() == "watch" && parts.size() > 1;
  if (old_watch) parts = parts.subspan(1);
  const bool own = parts.size() > 2 && (parts[2] == "status" || parts[2] == "finalize");
  if (parts.front() == "namespaces" && parts.size() > 1) {
    call.kubernetes_namespace = parts[1];
    if (parts.size() > 2 && !own) parts = parts.subspan(2);
  }
  call.resource = parts.front();
  if (parts.size() > 1) call.name = parts[1];
  if (parts.size() > 2) call.subresource = parts[2];
  // A path with more than a subresource belongs to nothing that is kept here.
  if (parts.size() > 3) {
    call.subresource = keep(std::string(parts[2]) + "/...", call.decoded);
  }
  call.verb = verb_of(call, old_watch);
  if (old_watch) call.watch = true;
  if (call.verb != "list" && call.verb != "watch" && call.verb != "deletecollection") return;
  if (call.name.empty()) {
    call.name = keep(selected_name(call.parameter("fieldSelector")), call.decoded);
  }
}

template <typename T>
std::optional<Failure> read_number(const ApiCall& call, std::string_view name, T& value) {
  const std::string_view text = call.parameter(name);
  if (text.empty()) return std::nullopt;
  std::int64_t number = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), number);
  if (end.ec != std::errc() || end.ptr != text.data() + text.size()) {
    return bad_request("strconv.ParseInt: parsing " + in_quotes(text) + ": invalid syntax");
  }
  value = number;
  return std::nullopt;
}

bool supported_field(const KindInfo& kind, std::string_view field) {
  return field == "metadata.name" || field == "metadata.namespace" ||
         codec_of(kind.kind).selects_by(field);
}

std::string field_of(const Object& object, std::string_view field) {
  if (field == "metadata.name") return object.name();
  if (field == "metadata.namespace") return object.kubernetes_namespace();
  return codec_of(object.kind).field(object, field);
}

Failure bad_list_options(std::string field, const std::string& why) {
  return invalid("ListOptions", "meta.k8s.io", "", {forbidden_value(std::move(field), why)});
}

// k8s.io/apimachinery/pkg/apis/meta/internalversion/validation.
std::optional<Failure> check_match(const ApiCall& call, const ListOptions& options) {
  const bool watching = call.verb == "watch";
  const bool initial = watching && call.has_parameter("sendInitialEvents");
  const std::string field = "resourceVersionMatch";
  if (initial && options.match != "NotOlderThan") {
    return bad_list_options(
        field, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
  }
  if (options.match.empty() || initial) return std::nullopt;
  if (watching) {
    return bad_list_options(
        field, "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided");
  }
  if (!options.resource_version) {
    return bad_list_options(field,
                            "resourceVersionMatch is forbidden unless resourceVersion is provided");
  }
  if (!options.continue_token.empty()) {
    return bad_list_options(field, "resourceVersionMatch is forbidden when continue is provided");
  }
  if (options.match == "Exact" && *options.resource_version == 0) {
    return bad_list_options(
        field, "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"");
  }
  return std::nullopt;
}

}  // namespace

std::string_view ApiCall::parameter(std::string_view wanted) const {
  for (const auto& [key, value] : query) {
    if (key == wanted) return value;
  }
  return {};
}

bool ApiCall::has_parameter(std::string_view wanted) const {
  return std::any_of(query.begin(), query.end(),
                     [&](const auto& entry) { return entry.first == wanted; });
}

bool ApiCall::flag(std::string_view wanted) const {
  for (const auto& [key, value] : query) {
    if (key == wanted) return value != "0" && value != "false";
  }
  return false;
}

std::vector<std::string> ApiCall::parameters(std::string_view wanted) const {
  std::vector<std::string> values;
  for (const auto& [key, value] : query) {
    if (key == wanted) values.emplace_back(value);
  }
  return values;
}

std::string_view ApiCall::header(std::string_view wanted) const {
  return ports::find_header(*headers, wanted).value_or(std::string_view());
}

ApiCall take_apart(const ports::Request& request) {
  ApiCall call;
  call.method = request.method;
  call.body = request.body;
  call.headers = &request.headers;
  const std::string_view target = request.target;
  const std::size_t question = target.find('?');
  call.path = target.substr(0, question);
  call.decoded.reserve(3 * target.size() + 8);
  if (question != std::string_view::npos) read_query(target.substr(question + 1), call);
  call.watch = call.flag("watch");
  std::vector<std::string_view> parts = segments_of(call);
  if (!parts.empty() && (parts.front() == "api" || parts.front() == "apis")) {
    read_resource(parts, call);
  }
  return call;
}

std::string selected_name(std::string_view field_selector) {
  const auto fields = parse_field_selector(field_selector);
  if (!fields) return {};
  for (const FieldRequirement& one : *fields) {
    if (one.field == "metadata.name" && one.equal) return one.value;
  }
  return {};
}

Outcome<Form> negotiate(std::string_view accept) {
  if (accept.empty()) return Form::object;
  while (!accept.empty()) {
    std::string_view one = accept.substr(0, accept.find(','));
    accept.remove_prefix(std::min(accept.size(), one.size() + 1));
    while (one.starts_with(' ')) one.remove_prefix(1);
    const std::string_view type = one.substr(0, one.find(';'));
    if (type != "application/json" && type != "*/*" && type != "application/*") continue;
    if (one.find("as=Table") != std::string_view::npos) return Form::table;
    if (one.find("as=PartialObjectMetadata") != std::string_view::npos) return Form::partial;
    if (one.find("as=") == std::string_view::npos) return Form::object;
  }
  return refuse({.code = 406,
                 .reason = "NotAcceptable",
                 .message = "only the following media types are accepted: application/json",
                 .details = Details{}});
}

Outcome<ListOptions> list_options(const ApiCall& call, const KindInfo& kind) {
  ListOptions options;
  std::int64_t timeout = 0;
  if (auto failure = read_number(call, "limit", options.limit)) return refuse(*failure);
  if (auto failure = read_number(call, "timeoutSeconds", timeout)) return refuse(*failure);
  if (!call.parameter("timeoutSeconds").empty()) options.timeout_s = timeout;
  auto labels = parse_label_selector(call.parameter("labelSelector"));
  if (!labels) return refuse(bad_request(labels.error().message));
  options.labels = std::move(*labels);
  auto fields = parse_field_selector(call.parameter("fieldSelector"));
  if (!fields) return refuse(bad_request(fields.error().message));
  for (const FieldRequirement& one : *fields) {
    if (!supported_field(kind, one.field)) {
      return refuse(bad_request("field label not supported: " + one.field));
    }
  }
  options.fields = std::move(*fields);
  options.continue_token = call.parameter("continue");
  options.match = call.parameter("resourceVersionMatch");
  options.bookmarks = call.flag("allowWatchBookmarks");
  options.send_initial_events = call.flag("sendInitialEvents");
  const std::string_view version = call.parameter("resourceVersion");
  if (!version.empty()) {
    std::uint64_t number = 0;
    const auto end = std::from_chars(version.data(), version.data() + version.size(), number);
    if (end.ec != std::errc() || end.ptr != version.data() + version.size()) {
      Failure failure = bad_request(
          "invalid resource version: resourceVersion: Invalid value: " + in_quotes(version) +
          ": strconv.ParseUint: parsing " + in_quotes(version) + ": invalid syntax");
      if (call.verb == "watch") {
        failure.code = 500;
        failure.reason = "InternalError";
      }
      return refuse(std::move(failure));
    }
    options.resource_version = number;
  }
  if (auto failure = check_match(call, options)) return refuse(*failure);
  return options;
}

bool matches(const Object& object, const ListOptions& options) {
  for (const FieldRequirement& one : options.fields) {
    if ((field_of(object, one.field) == one.value) != one.equal) return false;
  }
  return options.labels.matches(object.labels.get());
}

}  // namespace mocks::kubernetes
