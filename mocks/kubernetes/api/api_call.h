// ApiCall: one request, taken apart the way the API server does (RequestInfo): which resource,
// which verb, which options; and how the answer shall look (Accept).
//
// Its views live as long as the request and the call itself.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mocks/kubernetes/api/authorizer.h"
#include "mocks/kubernetes/codec/failure.h"
#include "mocks/kubernetes/codec/render.h"
#include "mocks/kubernetes/store/objects.h"
#include "rotator/ports/http.h"

namespace mocks::kubernetes {

inline constexpr std::size_t max_query_parameters = 64;

struct ApiCall {
  ApiCall() = default;
  ApiCall(ApiCall&&) = default;  // not to be copied: the views would stay with the original

  std::string_view method = {};
  std::string_view body = {};
  const ports::Headers* headers = nullptr;
  std::string_view path = {};
  std::vector<std::pair<std::string_view, std::string_view>> query = {};
  const Account* account = nullptr;

  // Of a resource path, /api/v1/... or /apis/GROUP/VERSION/...
  bool resource_path = false;
  bool watch = false;
  std::string_view verb = {};  // get list watch create update patch delete deletecollection
  std::string_view group = {}, version = {}, resource = {}, subresource = {};
  std::string_view kubernetes_namespace = {}, name = {};

  Form form = Form::object;
  RowObject row_object = RowObject::metadata;  // of a table

  // The first value of a parameter; empty when absent.
  std::string_view parameter(std::string_view wanted) const;
  bool has_parameter(std::string_view wanted) const;
  // "1", "true" and every other word count as true, "0" and "false" as false.
  bool flag(std::string_view wanted) const;
  std::vector<std::string> parameters(std::string_view wanted) const;
  std::string_view header(std::string_view wanted) const;

  // Text that does not stand in the request as it is read: what was percent-encoded.
  std::vector<char> decoded = {};
};

ApiCall take_apart(const ports::Request& request);

// The form asked for, or the 406 when nothing asked for can be given.
Outcome<Form> negotiate(std::string_view accept);

// Options of list and watch (meta.k8s.io/v1 ListOptions).
struct ListOptions {
  LabelSelector labels = {};
  std::vector<FieldRequirement> fields = {};
  std::int64_t limit = 0;
  std::string continue_token = {};
  std::optional<std::uint64_t> resource_version = {};  // absent: none given
  std::string match = {};                              // resourceVersionMatch
  std::optional<std::int64_t> timeout_s = {};
  bool bookmarks = false;
  bool send_initial_events = false;
};
Outcome<ListOptions> list_options(const ApiCall& call, const KindInfo& kind);
bool matches(const Object& object, const ListOptions& options);
// The name that fieldSelector=metadata.name=X picks, for rules with resourceNames.
std::string selected_name(std::string_view field_selector);

}  // namespace mocks::kubernetes
