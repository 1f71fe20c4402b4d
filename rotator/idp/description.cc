#include "rotator/idp/description.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "rotator/calls/encoding.h"
#include "rotator/calls/json_writer.h"
#include "rotator/ports/secret.h"

namespace rotator {
namespace description {
namespace {

constexpr std::array<std::string_view, 5> places = {"client_id", "application_id", "secret_id",
                                                    "label", "secret"};

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (auto& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

// A header by which credentials travel: such a value has no place in a file.
bool carries_credentials(std::string_view name) {
  const auto low = lower(name);
  constexpr std::array<std::string_view, 6> parts = {"auth",   "token",  "api-key",
                                                     "apikey", "secret", "cookie"};
  return std::any_of(parts.begin(), parts.end(),
                     [&](std::string_view part) { return has(low, part); });
}

// Whether `text` looks as if it held a credential itself: the scheme of one with something behind
// it, a key in PEM, or 24 characters and more in a row of which some are upper case, some lower
// case and some digits, as generated tokens are and words, GUIDs and paths are not. A guess: it may
// miss.
bool looks_like_a_credential(std::string_view text) {
  constexpr std::size_t shortest = 24;
  const auto low = lower(text);
  for (const auto* scheme : {"bearer ", "basic ", "ssws ", "-----begin"})
    if (has(low, scheme)) return true;
  std::size_t length = 0;
  bool upper = false;
  bool small = false;
  bool digit = false;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) == 0 && !has("-_.~+=", {&c, 1})) {
      length = 0;
      upper = small = digit = false;
      continue;
    }
    ++length;
    upper = upper || std::isupper(byte) != 0;
    small = small || std::islower(byte) != 0;
    digit = digit || std::isdigit(byte) != 0;
    if (length >= shortest && upper && small && digit) return true;
  }
  return false;
}

constexpr const char* no_credential =
    "must not hold a credential; it comes from Vault (identity_provider.admin_credential)";

bool is_pattern(std::string_view text) {
  if (text.size() != 3 || text[0] < '1' || text[0] > '5') return false;
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  return text.substr(1) == "xx" || (digit(text[1]) && digit(text[2]));
}

// RFC 6901: empty, or begins with '/'; '~' stands before 0 or 1 only.
bool is_pointer(std::string_view text) {
  if (!text.empty() && text[0] != '/') return false;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] == '~' && (i + 1 == text.size() || (text[i + 1] != '0' && text[i + 1] != '1')))
      return false;
  return true;
}

class Examiner {
 public:
  explicit Examiner(const HttpDescription& description) : described_(description) {}

  std::vector<DescriptionFlaw> examine() {
    operations();
    pointers();
    capability();
    if (!fits_in_header(described_.authorization.scheme))
      flaw("authorization", "scheme", "cannot stand in a header");
    if (described_.authorization.header.empty() || has(described_.authorization.header, " ") ||
        !fits_in_header(described_.authorization.header))
      flaw("authorization", "header", "is no name of a header");
    path_of("authorization", "token_path", described_.authorization.token_path, true);
    return std::move(flaws_);
  }

 private:
  void flaw(std::string section, std::string key, std::string says) {
    flaws_.push_back({std::move(section), std::move(key), std::move(says)});
  }

  void path_of(const char* section, const char* key, const std::string& path, bool may_lack) {
    if (path.empty() && may_lack) return;
    if (path.empty() || path[0] != '/' || path.starts_with("//"))
      flaw(section, key, "must begin with one \"/\": it is below the administration's origin");
    if (!fits_in_header(path) || has(path, " ") || has(path, "#"))
      flaw(section, key, "must not hold spaces, \"#\" or control characters");
    if (has(path, "{secret}"))
      flaw(section, key, "must not hold {secret}: paths are written into logs");
  }

  void places_of(const char* section, const char* key, const std::string& text, bool names_one) {
    // A place that is none would be sent as it stands; JSON's own braces are none of it.
    for (std::size_t at = text.find('{'); at != std::string::npos; at = text.find('{', at + 1)) {
      const auto end = text.find('}', at);
      if (end == std::string::npos) break;
      const auto name = text.substr(at + 1, end - at - 1);
      const bool word = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || c == '_';
      });
      if (word && std::find(places.begin(), places.end(), name) == places.end())
        flaw(section, key,
             "holds {" + name +
                 "}; known: {client_id}, {application_id}, {secret_id}, {label}, {secret}");
      if (name == "secret_id" && !names_one)
        flaw(section, key, "holds {secret_id}, and there is no secret to name here");
    }
  }

  void operation(const char* name, const std::optional<HttpOperation>& operation, bool names_one,
                 bool makes = false) {
    if (!operation) return;
    constexpr std::array<std::string_view, 5> methods = {"GET", "POST", "PUT", "PATCH", "DELETE"};
    if (std::find(methods.begin(), methods.end(), operation->method) == methods.end())
      flaw(name, "method", "expected one of GET, POST, PUT, PATCH, DELETE");
    path_of(name, "path", operation->path, false);
    places_of(name, "path", operation->path, names_one);
    places_of(name, "body", operation->body, names_one);
    for (const auto& [key, text] :
         {std::pair{"path", &operation->path}, {"body", &operation->body}})
      if (looks_like_a_credential(*text)) flaw(name, key, no_credential);
    if (!makes && has(operation->body, "{secret}"))
      flaw(name, "body", "holds {secret}, which is there when one is made and not later");
    if (names_one && described_.secrets == HttpDescription::Secrets::independent &&
        !has(operation->path, "{secret_id}") && !has(operation->body, "{secret_id}"))
      flaw(name, "path", "names no {secret_id}, and neither does the body: which secret is meant?");
    if (operation->content_type != "application/json" &&
        operation->content_type != "application/x-www-form-urlencoded")
      flaw(name, "content_type", "expected application/json or application/x-www-form-urlencoded");
    for (const auto& header : operation->headers) {
      const auto colon = header.find(": ");
      if (colon == std::string::npos || colon == 0 || !fits_in_header(header))
        flaw(name, "headers", "expected \"Name: value\"");
      else if (carries_credentials(header.substr(0, colon)) || looks_like_a_credential(header))
        flaw(name, "headers", no_credential);
    }
    for (const auto& [key, statuses] : {std::pair{"done", &operation->done},
                                        {"gone", &operation->gone},
                                        {"conflict", &operation->conflict},
                                        {"retry", &operation->retry}})
      for (const auto& status : *statuses)
        if (!is_pattern(status)) flaw(name, key, "expected statuses such as \"201\" or \"2xx\"");
  }

  void operations() {
    operation("client", described_.client, false);
    operation("list", described_.list, false);
    operation("create", described_.create, false, true);
    operation("replace", described_.replace, false, true);
    operation("read", described_.read, true);
    operation("disable", described_.disable, true);
    operation("enable", described_.enable, true);
    operation("delete", described_.remove, true);
    for (const auto& [name, one] : {std::pair{"client", &described_.client},
                                    {"list", &described_.list},
                                    {"read", &described_.read}})
      if (*one && (*one)->method != "GET")
        flaw(name, "method", "must be GET: what looks is repeated at will");
  }

  void pointers() {
    const auto& secret = described_.secret;
    for (const auto& [key, text] : {std::pair{"list", &secret.list},
                                    {"id", &secret.id},
                                    {"value", &secret.value},
                                    {"status", &secret.status},
                                    {"created", &secret.created},
                                    {"expires", &secret.expires},
                                    {"label", &secret.label}})
      if (!is_pointer(*text)) flaw("secret", key, "is no JSON pointer such as \"/client/secret\"");
    const auto& client = described_.client_shape;
    for (const auto& [key, text] : {std::pair{"client_id", &client.client_id},
                                    {"authentication_method", &client.authentication_method},
                                    {"grant_types", &client.grant_types},
                                    {"redirect_uris", &client.redirect_uris}})
      if (!is_pointer(*text))
        flaw("client_shape", key, "is no JSON pointer such as \"/client_id\"");
    if (secret.status.empty() != secret.active.empty())
      flaw("secret", secret.status.empty() ? "status" : "active",
           "is missing: status and active go together");
  }

  void lacks(const char* section, const char* why) {
    flaw("", section, std::string("is missing; add it: ") + why);
  }

  void capability() {
    const auto& secret = described_.secret;
    if (described_.secrets == HttpDescription::Secrets::single) {
      if (!described_.replace) lacks("replace", "it makes the one secret of `secrets: single`");
      if (described_.replace && !described_.chooses_value())
        flaw("replace", "body",
             "must hold {secret}: where its reply is lost it is sent again, and whichever of the "
             "two "
             "arrives last, the value must be the same, or it is one that nobody knows");
      for (const auto& [name, one] : {std::pair{"create", &described_.create},
                                      {"list", &described_.list},
                                      {"disable", &described_.disable},
                                      {"enable", &described_.enable},
                                      {"delete", &described_.remove}})
        if (*one) flaw("", name, "is of no use with `secrets: single`");
    } else {
      if (described_.replace) flaw("", "replace", "is of no use with `secrets: independent`");
      if (!described_.list) lacks("list", "independent secrets are known by their list");
      if (!described_.create) lacks("create", "it makes a secret");
      if (!described_.remove) lacks("delete", "the old secret is to go");
      if (secret.id.empty()) flaw("secret", "id", "is missing; add it: where a secret's id is");
    }
    if (described_.disable.has_value() != described_.enable.has_value())
      lacks(described_.disable ? "enable" : "disable", "disable and enable go together");
    if (described_.disable && secret.status.empty())
      flaw("secret", "status", "is missing; add it: whether a secret is disabled must be seen");
    if (described_.create && !described_.chooses_value() && secret.value.empty())
      flaw("secret", "value",
           "is missing; add it, or let the request say {secret}: the new value must be known");
    if (described_.read && secret.value.empty())
      flaw("secret", "value", "is missing; add it: where `read` shows the value");
    if (described_.secrets == HttpDescription::Secrets::independent && described_.create &&
        !described_.knows_by_label() && !(described_.chooses_value() && described_.shows_value()))
      flaw("secret", "label",
           "is missing; add it, with {label} in the body of create (or {secret} there, and read): "
           "where the reply to create is lost, nothing else tells our new secret from somebody "
           "else's");
  }

  const HttpDescription& described_;
  std::vector<DescriptionFlaw> flaws_;
};

std::string encoded(std::string_view value, TemplateEncoding encoding) {
  if (encoding == TemplateEncoding::path) return percent_encode(value);
  if (encoding == TemplateEncoding::form) return form_encode(value);
  JsonWriter writer;
  writer.text(value);
  auto quoted = writer.take();
  std::string inside = quoted.substr(1, quoted.size() - 2);
  ports::wipe(quoted);
  return inside;
}

std::optional<std::string_view> value_at(std::string_view place, const TemplateValues& values) {
  if (place == "client_id") return values.client_id;
  if (place == "application_id") return values.application_id;
  if (place == "secret_id") return values.secret_id;
  if (place == "label") return values.label;
  if (place == "secret") return values.secret;
  return std::nullopt;
}

}  // namespace
}  // namespace description

const char* to_string(HttpDescription::Secrets secrets) {
  switch (secrets) {
    case HttpDescription::Secrets::independent: return "independent";
    case HttpDescription::Secrets::single: return "single";
  }
  return "unknown";
}

bool HttpDescription::chooses_value() const {
  return maker() && description::has(maker()->body, "{secret}");
}
bool HttpDescription::shows_value() const { return read.has_value(); }
bool HttpDescription::knows_by_label() const {
  return maker() && description::has(maker()->body, "{label}") && !secret.label.empty();
}

std::vector<DescriptionFlaw> flaws_of(const HttpDescription& description) {
  return description::Examiner(description).examine();
}

bool is_status(int status, const std::vector<std::string>& statuses) {
  const auto text = std::to_string(status);
  return std::any_of(statuses.begin(), statuses.end(), [&](const std::string& one) {
    return one == text || (one.size() == 3 && one.substr(1) == "xx" && one[0] == text[0]);
  });
}

std::string fill(std::string_view text, const TemplateValues& values, TemplateEncoding encoding) {
  std::string out;
  out.reserve(text.size() + 3 * (values.secret.size() + values.label.size()) + 256);
  while (!text.empty()) {
    const auto open = text.find('{');
    out += text.substr(0, open);
    if (open == std::string_view::npos) break;
    text.remove_prefix(open);
    const auto close = text.find('}');
    const auto place =
        close == std::string_view::npos ? std::string_view{} : text.substr(1, close - 1);
    if (const auto value = description::value_at(place, values)) {
      auto safe = description::encoded(*value, encoding);
      out += safe;
      ports::wipe(safe);
      text.remove_prefix(close + 1);
    } else {
      out += '{';
      text.remove_prefix(1);
    }
  }
  return out;
}

}  // namespace rotator
