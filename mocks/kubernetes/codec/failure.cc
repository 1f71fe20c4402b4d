#include "mocks/kubernetes/codec/failure.h"

#include "mocks/kubernetes/json/json_text.h"

namespace mocks::kubernetes {
namespace {

Details details_of(const KindInfo& kind, std::string_view name) {
  return Details{.name = std::string(name),
                 .group = std::string(kind.group),
                 .kind = std::string(kind.plural)};
}

// `deployments.apps "web"`.
std::string shown(std::string_view kind, std::string_view group, std::string_view name) {
  return qualified(kind, group).append(" \"").append(name).append("\"");
}

}  // namespace

std::string qualified(std::string_view plural, std::string_view group) {
  std::string text(plural);
  if (!group.empty()) text.append(1, '.').append(group);
  return text;
}

Failure bad_request(std::string message) {
  return {.code = 400, .reason = "BadRequest", .message = std::move(message)};
}

Failure not_found(const KindInfo& kind, std::string_view name) {
  return {.code = 404,
          .reason = "NotFound",
          .message = shown(kind.plural, kind.group, name) + " not found",
          .details = details_of(kind, name)};
}

Failure already_exists(const KindInfo& kind, std::string_view name) {
  return {.code = 409,
          .reason = "AlreadyExists",
          .message = shown(kind.plural, kind.group, name) + " already exists",
          .details = details_of(kind, name)};
}

Failure conflict(const KindInfo& kind, std::string_view name, const std::string& why) {
  const std::string modified =
      "the object has been modified; please apply your changes to the latest version and try again";
  return {.code = 409,
          .reason = "Conflict",
          .message = "Operation cannot be fulfilled on " + shown(kind.plural, kind.group, name) +
                     ": " + (why.empty() ? modified : why),
          .details = details_of(kind, name)};
}

Failure no_such_resource() {
  return {.code = 404,
          .reason = "NotFound",
          .message = "the server could not find the requested resource",
          .details = Details{}};
}

Failure page_not_found() {
  return {.code = 404, .reason = {}, .message = {}, .plain = "404 page not found\n"};
}

Failure method_not_allowed() {
  return {.code = 405,
          .reason = "MethodNotAllowed",
          .message = "the server does not allow this method on the requested resource",
          .details = Details{}};
}

Failure unauthorized() {
  return {.code = 401, .reason = "Unauthorized", .message = "Unauthorized"};
}

Failure unsupported_media_type(std::string message, bool with_details) {
  Failure failure{.code = 415, .reason = "UnsupportedMediaType", .message = std::move(message)};
  if (with_details) failure.details = Details{};
  return failure;
}

Failure version_too_large(std::uint64_t asked, std::uint64_t current) {
  Details details{.retry_after_s = 1};
  details.causes.push_back(
      {.reason = "ResourceVersionTooLarge", .message = "Too large resource version"});
  return {.code = 504,
          .reason = "Timeout",
          .message = "Timeout: Too large resource version: " + std::to_string(asked) +
                     ", current: " + std::to_string(current),
          .details = std::move(details)};
}

Failure expired_list() {
  return {.code = 410,
          .reason = "Expired",
          .message = "The resourceVersion for the provided list is too old."};
}

Failure invalid(std::string_view kind, std::string_view group, std::string_view name,
                std::vector<Cause> causes) {
  std::string what;
  for (const Cause& cause : causes) {
    if (!what.empty()) what += ", ";
    what.append(cause.field).append(": ").append(cause.message);
  }
  if (causes.size() > 1) what = '[' + what + ']';
  return {.code = 422,
          .reason = "Invalid",
          .message = shown(kind, group, name) + " is invalid: " + what,
          .details = Details{.name = std::string(name),
                             .group = std::string(group),
                             .kind = std::string(kind),
                             .causes = std::move(causes)}};
}

Cause invalid_value(std::string field, const std::string& shown, const std::string& why) {
  return {.reason = "FieldValueInvalid",
          .message = "Invalid value: " + shown + ": " + why,
          .field = std::move(field)};
}

Cause required_value(std::string field, const std::string& why) {
  return {.reason = "FieldValueRequired",
          .message = "Required value" + (why.empty() ? "" : ": " + why),
          .field = std::move(field)};
}

Cause forbidden_value(std::string field, const std::string& why) {
  return {
      .reason = "FieldValueForbidden", .message = "Forbidden: " + why, .field = std::move(field)};
}

std::string render_status(const Failure& failure) {
  JsonText json;
  json.open('{').member("kind", "Status").member("apiVersion", "v1");
  json.key("metadata").open('{');
  if (!failure.continue_token.empty()) json.member("continue", failure.continue_token);
  json.close('}').member("status", "Failure").member("message", failure.message);
  json.member("reason", failure.reason);
  if (failure.details) {
    const Details& details = *failure.details;
    json.key("details").open('{');
    if (!details.name.empty()) json.member("name", details.name);
    if (!details.group.empty()) json.member("group", details.group);
    if (!details.kind.empty()) json.member("kind", details.kind);
    if (!details.causes.empty()) {
      json.key("causes").open('[');
      for (const Cause& cause : details.causes) {
        json.open('{');
        if (!cause.reason.empty()) json.member("reason", cause.reason);
        json.member("message", cause.message);
        if (!cause.field.empty()) json.member("field", cause.field);
        json.close('}');
      }
      json.close(']');
    }
    if (details.retry_after_s > 0) json.member("retryAfterSeconds", details.retry_after_s);
    json.close('}');
  }
  json.member("code", failure.code).close('}');
  return json.take();
}

Answer answer_json(int status, std::string body) {
  static const ports::Headers headers = {{.name = "Cache-Control", .value = "no-cache, private"},
                                         {.name = "Content-Type", .value = "application/json"}};
  Answer answer;
  answer.response.status = status;
  answer.response.headers = headers;
  answer.response.body = std::move(body);
  return answer;
}

Answer answer_text(int status, std::string body) {
  Answer answer = answer_json(status, std::move(body));
  answer.response.headers.back().value = "text/plain; charset=utf-8";
  return answer;
}

Answer answer_failure(const Failure& failure) {
  if (!failure.plain.empty()) return answer_text(failure.code, failure.plain);
  Answer answer = answer_json(failure.code, render_status(failure));
  if (failure.details && failure.details->retry_after_s > 0) {
    answer.response.headers.push_back(
        {.name = "Retry-After", .value = std::to_string(failure.details->retry_after_s)});
  }
  return answer;
}

}  // namespace mocks::kubernetes
