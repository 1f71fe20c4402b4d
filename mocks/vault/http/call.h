// Call and Envelope: one HTTP request as Vault's router sees it, and the shapes of its answers
// (https://developer.hashicorp.com/vault/api-docs; headers and texts measured on Vault 1.14).
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mocks/json_view.h"
#include "mocks/vault/store/tokens.h"
#include "rotator/ports/http.h"

namespace mocks::vault {

enum class Operation { read, list, write, patch, remove, other };

class Call {
 public:
  explicit Call(const ports::Request& request);
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  const ports::Request& request;
  // Below /v1/, percent-decoded; a list's ends in '/'. Empty with `known` false outside /v1/.
  std::string path = {};
  bool known = false;
  Operation operation = Operation::other;
  std::vector<std::pair<std::string, std::string>> query = {};
  Token* token = nullptr;
  TokenHandle token_handle = 0;  // of `token`, which a revocation may have taken
  Token* issued = nullptr;       // the token that the answer hands out
  bool standby = false;          // came in at the other node
  // Reads are answered as by a standby this much behind.
  ports::Duration lag{0};

  // Parses the body as the method wants it; the answer to give when that fails (400, 413, 415).
  std::optional<ports::Response> parse_body();

  JsonView whole() const { return body_ ? body_->root() : JsonView(); }
  // A member of the body, or nothing.
  std::optional<JsonView> field(std::string_view name) const { return whole().find(name); }
  // A member of a member that is an object, or nothing.
  std::optional<JsonView> member(std::string_view object, std::string_view name) const {
    return field(object).value_or(JsonView()).find(name);
  }
  bool has(std::string_view name) const { return field(name).has_value(); }
  std::string text(std::string_view name) const;               // "" when absent; numbers as written
  std::vector<std::string> list(std::string_view name) const;  // also "a,b"
  std::optional<bool> boolean(std::string_view name) const;
  std::optional<std::int64_t> integer(std::string_view name) const;
  std::optional<std::string_view> parameter(std::string_view name) const;  // of the query
  // "error converting input X for field "NAME": '' expected a map, got 'string'".
  std::string conversion_error(std::string_view name) const;
  // "Endpoint ignored these unrecognized parameters: [a b]", for what is not in `known`; or "".
  std::string ignored(std::initializer_list<std::string_view> known) const;

 private:
  std::optional<JsonDocument> body_;
};

// Renders the members that every successful answer has.
struct Envelope {
  std::string request_id = {};
  bool renewable = false;
  std::int64_t lease_duration = 0;
  std::string data = "null";  // JSON text
  std::vector<std::string> warnings = {};
  std::string auth = "null";       // JSON text
  std::string wrap_info = "null";  // JSON text
  std::string mount_type = {};     // shown when not empty
  bool data_on_top = false;        // some sys routes show the members of `data` beside it, too

  void warn(std::string text) {
    if (!text.empty()) warnings.push_back(std::move(text));
  }
  std::string text() const;
  ports::Response response(int status = 200) const;
};

// An answer with Vault's headers, which are on all of them, 204 included.
ports::Response answer(int status, std::string body = {});
inline ports::Response no_content() { return answer(204); }
ports::Response error(int status, std::string_view text);
// {"errors":[]}
ports::Response not_found();
// 1 error occurred: * TEXT
ports::Response one_error(int status, std::string_view text);

std::string percent_decoded(std::string_view text);

}  // namespace mocks::vault
