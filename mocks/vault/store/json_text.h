// JSON and times as Go writes them: what a Vault response is made of
// (https://pkg.go.dev/encoding/json, https://pkg.go.dev/time). Responses are rendered straight into
// text; only requests are parsed.
//
// Functions that append leave what is there alone. None fails: bytes that are not UTF-8 pass
// unchanged.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mocks/json_view.h"
#include "rotator/ports/clock.h"

namespace mocks::vault {

// Appends `text` as a JSON string with encoding/json's escapes (<, > and & included).
void append_string(std::string& out, std::string_view text);
void append_number(std::string& out, std::int64_t number);
// A float64: the shortest digits that read back the same, with an exponent below 1e-6 and from
// 1e21.
void append_float(std::string& out, double number);
void append_bool(std::string& out, bool value);
void append_strings(std::string& out, const std::vector<std::string>& list);
// An object of strings, or null when nothing is given.
void append_map(std::string& out, const std::map<std::string, std::string>* map);

// Writes the members of one JSON object, in the order of the calls: opens it when made, closes it
// when destroyed. Until then nobody else appends to `out`. Whoever wants sorted members, as Go's
// maps have, calls in that order.
class ObjectText {
 public:
  explicit ObjectText(std::string& out) : out_(out) { out_ += '{'; }
  ~ObjectText() { out_ += '}'; }
  ObjectText(const ObjectText&) = delete;
  ObjectText& operator=(const ObjectText&) = delete;

  ObjectText& string(std::string_view key, std::string_view value);
  ObjectText& number(std::string_view key, std::int64_t value);
  ObjectText& boolean(std::string_view key, bool value);
  ObjectText& strings(std::string_view key, const std::vector<std::string>& value);
  ObjectText& map(std::string_view key, const std::map<std::string, std::string>* value);
  // `json` is JSON text.
  ObjectText& raw(std::string_view key, std::string_view json);

 private:
  void name(std::string_view key);
  std::string& out_;
  bool first_ = true;
};

// The text that Go's encoding/json gives after a value went through interface{}: sorted keys, and
// every number through a 64-bit float, so that integers beyond 2^53 lose precision.
void append_canonical(std::string& out, JsonView value);
// `expected` bytes are set aside at once; more than that is as correct, but slower.
std::string canonical(JsonView value, std::size_t expected = 0);

// The texts below are for error messages that quote what was sent
// (https://pkg.go.dev/fmt). %v: map[k:v], [a b], <nil>.
std::string go_value(JsonView value);
// %q of plain text.
std::string go_quoted(std::string_view text);
// The reflected type behind a parsed value: "string", "map[string]interface {}", ...
std::string_view go_type(JsonView value);
// What a string says; anything else as JSON.
std::string text_of(JsonView value);

// RFC 3339 in UTC with nanoseconds, trailing zeros cut; "" for the epoch.
std::string rfc3339(ports::WallTime time);
// Rounded down.
std::int64_t unix_seconds(ports::WallTime time);
// time.Duration's String: "1h0m0s", "250ms", "0s".
std::string go_duration(ports::Duration duration);
// "90s", "1h30m", "7d", "-1s", or whole seconds without a unit. Nothing when it is none of these.
std::optional<ports::Duration> parse_duration(std::string_view text);
// The same from a parsed value, a number of seconds or a string.
std::optional<ports::Duration> duration_in(JsonView value);
// Cut, not rounded: as durations are shown in leases.
std::int64_t whole_seconds(ports::Duration duration);

}  // namespace mocks::vault
