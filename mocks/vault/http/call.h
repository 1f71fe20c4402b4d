// Call: one HTTP request as Vault's router and its routes see it
// (https://developer.hashicorp.com/vault/api-docs; what is lenient and what is not was measured on
// Vault 1.14). The router fills in who calls; a route reads path, query and body from it.
#pragma once

#include <cstddef>
#include <cstdint>
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

// A larger request body is answered with 413.
inline constexpr std::size_t max_request_body = std::size_t{32} << 20;  // bytes

// What is asked for: the method, with LIST and ?list=true told apart from reading.
enum class Operation { read, list, write, patch, remove, other };

// Where a request came in.
enum class Node { active, standby };

class Call {
 public:
  // `request` must outlive it.
  Call(const ports::Request& request, Node node);
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  // --- In: what was asked.
  const ports::Request& request;
  const Node node;
  // Below /v1/, percent-decoded; a list's ends in '/'. Empty with `known` false outside /v1/.
  std::string path = {};
  bool known = false;
  Operation operation = Operation::other;
  std::vector<std::pair<std::string, std::string>> query = {};  // decoded, in order

  // --- In: what the router has found out before a route sees the call.
  Token* token = nullptr;        // the caller's; null where none is needed
  TokenHandle token_handle = 0;  // of `token`, which a revocation may have taken
  // Reads are answered as by a standby this much behind.
  ports::Duration lag{0};

  // --- Out: what a route leaves for the router.
  Token* issued = nullptr;  // the token that the answer hands out

  // Parses the body as the method wants it; the answer to give when that fails (400, 413, 415).
  std::optional<ports::Response> parse_body();

  // The body, or null before parse_body() and without one.
  JsonView whole() const { return body_ ? body_->root() : JsonView(); }
  // A member of the body, or nothing.
  std::optional<JsonView> field(std::string_view name) const { return whole().find(name); }
  // A member of a member that is an object, or nothing.
  std::optional<JsonView> member(std::string_view object, std::string_view name) const {
    return field(object).value_or(JsonView()).find(name);
  }
  bool has(std::string_view name) const { return field(name).has_value(); }
  // Members of the body as Vault decodes them, weakly: numbers and truths may be sent as text, and
  // a list as "a,b". What is absent or null is "", empty or nothing.
  std::string text(std::string_view name) const;               // "" when absent; numbers as written
  std::vector<std::string> list(std::string_view name) const;  // also "a,b"
  std::optional<bool> boolean(std::string_view name) const;
  std::optional<std::int64_t> integer(std::string_view name) const;
  // The first one of that name in the query.
  std::optional<std::string_view> parameter(std::string_view name) const;
  // "error converting input X for field "NAME": '' expected a map, got 'string'".
  std::string conversion_error(std::string_view name) const;
  // "Endpoint ignored these unrecognized parameters: [a b]", for what is not in `known`; or "".
  std::string ignored(std::initializer_list<std::string_view> known) const;

 private:
  std::optional<JsonDocument> body_;
};

// Undoes percent-encoding (RFC 3986 section 2.1); a '%' that begins no %XX stays as it is.
std::string percent_decoded(std::string_view text);

}  // namespace mocks::vault
