// HttpDescription: an identity provider described in the configuration, for one that no adapter
// knows: its operations as requests, where in its JSON answers things are, what its statuses mean,
// and what it can do. Never holds a secret: the administration credential comes from Vault.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rotator/ports/clock.h"
#include "rotator/ports/http.h"
#include "rotator/ports/result.h"

namespace rotator {

// One request. `path` (below the administration's origin) and `body` are templates: {client_id},
// {application_id}, {secret_id}, {label} and {secret} are replaced, percent-encoded in a path,
// escaped as in a JSON string in a body (form-encoded where content_type says so).
struct HttpOperation {
  std::string method = {};
  std::string path = {};
  std::string body = {};
  std::string content_type = "application/json";
  std::vector<std::string> headers = {};  // "Name: value", beside the credential's
  // Statuses as "201" or "2xx", beside the adapter's own rules. Empty done = any 2xx.
  std::vector<std::string> done = {};
  std::vector<std::string> gone = {"404"};  // what it is about is not there
  std::vector<std::string> conflict = {};   // no slot is free
  std::vector<std::string> retry = {};      // nothing changed; again, after Retry-After
};

// Where things are in a secret's JSON, as JSON pointers (RFC 6901); empty = not shown.
struct HttpSecretShape {
  std::string list = {};  // of the array in the answer to `list`; "" = the answer itself
  std::string id = {};
  std::string value = {};
  std::string status = {};
  std::string active = {};   // what `status` says of one in use
  std::string created = {};  // RFC 3339
  std::string expires = {};  // RFC 3339
  std::string label = {};
};

// Where things are in the answer to `client`.
struct HttpClientShape {
  std::string client_id = {};
  std::string authentication_method = {};
  std::string grant_types = {};
  std::string redirect_uris = {};
};

// How a call is authorized. The credential is a token, or a machine client for which
// token_path is asked (RFC 6749 section 4.4).
struct HttpAuthorization {
  std::string header = "Authorization";
  std::string scheme = "Bearer";  // before the token; may be empty
  std::string token_path = {};
  std::string scope = {};
  std::string audience = {};
};

struct HttpDescription {
  enum class Secrets {
    independent,  // several, each with an id: list, create, delete
    single,       // one: replace
  };
  Secrets secrets = Secrets::independent;
  int max_secrets = 2;  // of `independent`; 0 = no small limit
  // As Capability has it: nothing = replicas may lag.
  std::optional<ports::Duration> propagation = {};
  bool lists_lag = false;  // a list may not show yet what was done
  HttpAuthorization authorization = {};
  std::optional<HttpOperation> client = {};
  HttpClientShape client_shape = {};
  HttpSecretShape secret = {};
  std::optional<HttpOperation> list = {};
  std::optional<HttpOperation> create = {};
  std::optional<HttpOperation> replace = {};
  std::optional<HttpOperation> read = {};
  std::optional<HttpOperation> disable = {};
  std::optional<HttpOperation> enable = {};
  std::optional<HttpOperation> remove = {};

  // What makes a secret: create or replace.
  const std::optional<HttpOperation>& maker() const {
    return secrets == Secrets::single ? replace : create;
  }
  bool chooses_value() const;   // the maker's body says {secret}
  bool shows_value() const;     // later, too: by `read`
  bool knows_by_label() const;  // the maker's body says {label}, and a list shows it
};

inline constexpr HttpDescription::Secrets all_http_secrets[] = {
    HttpDescription::Secrets::independent, HttpDescription::Secrets::single};
// "independent", "single".
const char* to_string(HttpDescription::Secrets secrets);

// What is wrong with a description: the key, "" or below a section ("create", "path"), and the rest
// of a sentence about it.
struct DescriptionFlaw {
  std::string section = {};
  std::string key = {};
  std::string says = {};
};
// All of them at once; none when it may be used.
std::vector<DescriptionFlaw> flaws_of(const HttpDescription& description);

// Whether `status` is one of `statuses`.
bool is_status(int status, const std::vector<std::string>& statuses);

// The values of a template's places. The references must outlive the call.
struct TemplateValues {
  std::string_view client_id = {};
  std::string_view application_id = {};
  std::string_view secret_id = {};
  std::string_view label = {};
  std::string_view secret = {};
};
enum class TemplateEncoding { path, json, form };
// `text` with its places filled; what is no place stays as it is. The result may hold the secret:
// the caller wipes it.
std::string fill(std::string_view text, const TemplateValues& values, TemplateEncoding encoding);

}  // namespace rotator
