// Encodings of the OAuth endpoints: forms and percent-coding (RFC 3986, WHATWG urlencoded), HTTP
// Basic (RFC 7617 as RFC 6749 section 2.3.1 uses it), base64url (RFC 4648 section 5), SHA-256, and
// text into JSON (RFC 8259 section 7).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mocks::idp {

// Bound: fields of one form or query; one with more is not read at all.
inline constexpr std::size_t max_form_fields = 100;

// The fields of application/x-www-form-urlencoded text, decoded, in the order sent.
class Form {
 public:
  // Nothing when a percent sign is not followed by two hexadecimal digits, or there are too many
  // fields.
  static std::optional<Form> parse(std::string_view text);

  // The first value of `name`; empty when it was not sent, which OAuth treats alike (RFC 6749
  // section 3.1). The view lives as long as the Form.
  std::string_view value(std::string_view name) const;
  bool has(std::string_view name) const { return !value(name).empty(); }
  // True when some name was sent twice.
  bool repeats() const;

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space);
// Everything but unreserved characters is encoded: fit for a query's name or value.
std::string percent_encode(std::string_view text);

struct BasicCredentials {
  std::string client_id = {};
  std::string client_secret = {};
};
// From the value of an Authorization header, both parts form-decoded; nothing when it is not well
// formed or not Basic.
std::optional<BasicCredentials> parse_basic(std::string_view authorization);

std::string base64url(std::string_view bytes);  // without padding
std::optional<std::string> base64url_decode(std::string_view text);

// The digest's 32 bytes.
std::string sha256(std::string_view bytes);

// Appends `text` as a JSON string, quotes included. Bytes that are not UTF-8 pass unchanged.
void append_json(std::string& out, std::string_view text);
std::string json_text(std::string_view text);

// `text` cut at every `separator`, empty pieces left out.
std::vector<std::string_view> split(std::string_view text, char separator);

// The part after `prefix`, compared without regard to ASCII case, as authentication schemes are.
std::optional<std::string_view> after_scheme(std::string_view text, std::string_view prefix);

}  // namespace mocks::idp
