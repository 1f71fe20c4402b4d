#include "mocks/vault/http/answer.h"

#include "mocks/vault/store/json_text.h"

namespace mocks::vault {

using namespace std::string_view_literals;

std::string Envelope::text() const {
  std::string out;
  out.reserve(256 + data.size() * (data_on_top ? 2 : 1) + auth.size() + wrap_info.size());
  out += '{';
  if (data_on_top && data.size() > 2) {
    out.append(data, 1, data.size() - 2);
    out += ',';
  }
  out += "\"request_id\":"sv;
  append_string(out, request_id);
  out += ",\"lease_id\":\"\",\"renewable\":"sv;
  append_bool(out, renewable);
  out += ",\"lease_duration\":"sv;
  append_number(out, lease_duration);
  out += ",\"data\":"sv;
  out += data;
  out += ",\"wrap_info\":"sv;
  out += wrap_info;
  out += ",\"warnings\":"sv;
  if (warnings.empty())
    out += "null"sv;
  else
    append_strings(out, warnings);
  out += ",\"auth\":"sv;
  out += auth;
  if (!mount_type.empty()) {
    out += ",\"mount_type\":"sv;
    append_string(out, mount_type);
  }
  out += "}\n"sv;
  return out;
}

ports::Response Envelope::response(int status) const { return answer(status, text()); }

Envelope Envelopes::make(std::string_view mount_type) {
  Envelope out{.request_id = identifiers_.uuid()};
  if (mount_type_) out.mount_type = mount_type;
  return out;
}

ports::Response Envelopes::with_data(std::string_view mount_type, std::string data) {
  Envelope out = make(mount_type);
  out.data = std::move(data);
  return out.response();
}

ports::Response answer(int status, std::string body) {
  static const ports::Headers headers{
      {.name = "Cache-Control", .value = "no-store"},
      {.name = "Content-Type", .value = "application/json"},
      {.name = "Strict-Transport-Security", .value = "max-age=31536000; includeSubDomains"}};
  return {.status = status, .headers = headers, .body = std::move(body)};
}

ports::Response error(int status, std::string_view text) {
  std::string body = "{\"errors\":[";
  append_string(body, text);
  return answer(status, body + "]}\n");
}

ports::Response not_found() { return answer(404, "{\"errors\":[]}\n"); }

ports::Response one_error(int status, std::string_view text) {
  return error(status, "1 error occurred:\n\t* " + std::string(text) + "\n\n");
}

std::string keys_text(const std::vector<std::string>& names) {
  std::string out;
  ObjectText(out).strings("keys", names);
  return out;
}

}  // namespace mocks::vault
