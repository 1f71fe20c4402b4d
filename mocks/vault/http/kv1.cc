#include "mocks/vault/http/kv1.h"

#include "mocks/vault/store/json_text.h"

namespace mocks::vault {
namespace {

constexpr std::int64_t lease_s = 2'764'800;  // version 1 shows the system's default TTL

}  // namespace

ports::Response Kv1Routes::handle(Call& call, Mount& mount, std::string_view path) {
  switch (call.operation) {
    case Operation::read: {
      const auto it = mount.kv1.find(path);
      if (it == mount.kv1.end()) return not_found();
      Envelope out = envelopes_.make("kv");
      out.data = it->second;
      out.lease_duration = lease_s;
      return out.response();
    }
    case Operation::write: {
      const JsonView body = call.whole();
      if (!body.is_object() || body.empty()) return error(400, "missing data fields");
      mount.kv1.insert_or_assign(std::string(path), canonical(body));
      return no_content();
    }
    case Operation::remove: {
      const auto it = mount.kv1.find(path);
      if (it != mount.kv1.end()) mount.kv1.erase(it);
      return no_content();
    }
    case Operation::list: {
      KvEngine names;
      for (const auto& [name, text] : mount.kv1) names.write(name, {}, no_time);
      const auto listed = names.list(path);
      if (listed.empty()) return not_found();
      Envelope out = envelopes_.make("kv");
      out.data = keys_text(listed);
      return out.response();
    }
    case Operation::patch:
    case Operation::other: break;
  }
  return unsupported_operation();
}

}  // namespace mocks::vault
