// Failure: a request refused, as the Status object that says so (meta.k8s.io/v1). Texts as recorded
// from Kubernetes 1.36.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "mocks/handler.h"
#include "mocks/kubernetes/store/objects.h"

namespace mocks::kubernetes {

// One field that is wrong (StatusCause).
struct Cause {
  std::string reason = {};  // "FieldValueInvalid", ...
  std::string message = {};
  std::string field = {};  // "spec.replicas"
};

// What it was about (StatusDetails); empty members are left out.
struct Details {
  std::string name = {};
  std::string group = {};
  std::string kind = {};
  std::vector<Cause> causes = {};
  int retry_after_s = 0;
};

struct Failure {
  int code = 500;           // HTTP's
  std::string reason = {};  // "NotFound", for programs
  std::string message = {};
  std::optional<Details> details = {};
  std::string continue_token = {};  // of a 410
  std::string plain = {};           // instead of a Status: this text
};

template <typename T>
using Outcome = tl::expected<T, Failure>;
inline tl::unexpected<Failure> refuse(Failure failure) {
  return tl::unexpected<Failure>(std::move(failure));
}

// 400 BadRequest, 404 NotFound, 409 AlreadyExists, 409 Conflict ("Operation cannot be fulfilled on
// ..."; `why` instead of the sentence that asks to try again).
Failure bad_request(std::string message);
Failure not_found(const KindInfo& kind, std::string_view name);
Failure already_exists(const KindInfo& kind, std::string_view name);
Failure conflict(const KindInfo& kind, std::string_view name, const std::string& why = {});
Failure no_such_resource();  // known group, unknown resource
Failure page_not_found();    // unknown group
Failure method_not_allowed();
Failure unauthorized();
Failure unsupported_media_type(std::string message, bool with_details);  // 415
// 504: a list at a version that is still to come.
Failure version_too_large(std::uint64_t asked, std::uint64_t current);
Failure expired_list();  // 410: its continue token is older than history
// "Deployment.apps "web" is invalid: ..."; `kind` and `group` name what is invalid.
Failure invalid(std::string_view kind, std::string_view group, std::string_view name,
                std::vector<Cause> causes);
// "Invalid value: SHOWN: WHY", "Required value: WHY", "Forbidden: WHY", as field.Error prints them.
Cause invalid_value(std::string field, const std::string& shown, const std::string& why);
Cause required_value(std::string field, const std::string& why = {});
Cause forbidden_value(std::string field, const std::string& why);

// "deployments.apps" or "pods".
std::string qualified(std::string_view plural, std::string_view group);

// The body of a Status.
std::string render_status(const Failure& failure);
Answer answer_failure(const Failure& failure);
// Status, headers and a JSON body.
Answer answer_json(int status, std::string body);
Answer answer_text(int status, std::string body);

}  // namespace mocks::kubernetes
