#include "mocks/vault/http/wrapping.h"

#include "mocks/vault/store/json_text.h"

namespace mocks::vault {

ports::Response WrappingRoutes::wrap(const Call& call, ports::Response response) {
  const auto header = ports::find_header(call.request.headers, "X-Vault-Wrap-TTL");
  if (!header || header->empty() || response.status != 200) return response;
  const auto ttl = parse_duration(*header);
  if (!ttl || *ttl < ports::Duration::zero())
    return error(400, "error parsing X-Vault-Wrap-TTL header");
  if (*ttl == ports::Duration::zero()) return response;
  const ports::WallTime now = scheduler_.wall_now();
  Envelope envelope;  // without a request id, as measured
  const std::string token = "hvs.CAES" + identifiers_.letters(87);
  {
    ObjectText info(envelope.wrap_info = "");
    info.string("token", token)
        .string("accessor", identifiers_.letters(24))
        .number("ttl", whole_seconds(*ttl))
        .string("creation_time", rfc3339(now))
        .string("creation_path", call.path);
    if (call.issued != nullptr) info.string("wrapped_accessor", tokens_.accessor(*call.issued));
  }
  wrapped_.keep(
      token,
      {.body = std::move(response.body), .creation_path = call.path, .created = now, .ttl = *ttl});
  return envelope.response();
}

ports::Response WrappingRoutes::handle(Call& call, std::string_view rest) {
  if (rest == "wrap" && call.operation == Operation::write) {
    if (call.token == nullptr) return error(403, "permission denied");
    if (!ports::find_header(call.request.headers, "X-Vault-Wrap-TTL"))
      return error(400, "endpoint requires response wrapping to be used");
    return envelopes_.with_data("system", canonical(call.whole()));
  }
  if ((rest != "unwrap" && rest != "lookup") || call.operation == Operation::list)
    return unsupported_path();
  std::string id = call.text("token");
  if (id.empty())
    id = std::string(ports::find_header(call.request.headers, "X-Vault-Token").value_or(""));
  const WrappedAnswer* wrapped = wrapped_.find(id, scheduler_.wall_now());
  if (wrapped == nullptr) return error(400, "wrapping token is not valid or does not exist");
  if (rest == "unwrap") return answer(200, wrapped_.take(id));
  std::string data;
  ObjectText(data)
      .string("creation_path", wrapped->creation_path)
      .string("creation_time", rfc3339(wrapped->created))
      .number("creation_ttl", whole_seconds(wrapped->ttl));
  return envelopes_.with_data("system", std::move(data));
}

}  // namespace mocks::vault
