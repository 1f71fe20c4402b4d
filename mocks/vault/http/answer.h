// Answers of the HTTP face: the envelope that every successful one has, and the shapes of errors
// (https://developer.hashicorp.com/vault/api-docs; headers and texts measured on Vault 1.14).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mocks/vault/store/identifiers.h"
#include "rotator/ports/http.h"

namespace mocks::vault {

// The members that every successful answer has, in Vault's order. What is JSON text goes out as it
// stands: whoever fills it in has escaped it.
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

  // "" is no warning.
  void warn(std::string text) {
    if (!text.empty()) warnings.push_back(std::move(text));
  }
  std::string text() const;
  ports::Response response(int status = 200) const;
};

// Makes envelopes for one Vault: each has a request id of its own.
class Envelopes {
 public:
  // `mount_type`: whether this version shows it. `identifiers` must outlive it.
  Envelopes(Identifiers& identifiers, bool mount_type)
      : identifiers_(identifiers), mount_type_(mount_type) {}

  // `mount_type`: of the engine that answers: "kv", "system", ...; "" where none is named.
  Envelope make(std::string_view mount_type);
  // 200 with `data`, JSON text, and nothing else to say.
  ports::Response with_data(std::string_view mount_type, std::string data);

 private:
  Identifiers& identifiers_;
  bool mount_type_;
};

// An answer with Vault's headers (no-store, JSON, HSTS), which are on all of them, 204 included.
ports::Response answer(int status, std::string body = {});
inline ports::Response no_content() { return answer(204); }
// {"errors":["TEXT"]}
ports::Response error(int status, std::string_view text);
// 404 {"errors":[]}: there is nothing, which is no error to Vault.
ports::Response not_found();
// "1 error occurred:" and TEXT as its point: what Go's multierror makes of an error that came out
// of an engine, while error() is the router's own.
ports::Response one_error(int status, std::string_view text);
// 405, as every engine says it.
inline ports::Response unsupported_operation() { return one_error(405, "unsupported operation"); }
// 404, as every engine says it.
inline ports::Response unsupported_path() { return one_error(404, "unsupported path"); }

// {"keys":[...]}: the data of every list.
std::string keys_text(const std::vector<std::string>& names);

}  // namespace mocks::vault
