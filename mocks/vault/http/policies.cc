#include "mocks/vault/http/policies.h"

#include <algorithm>
#include <map>

#include "mocks/vault/store/json_text.h"

namespace mocks::vault {
namespace {

std::string lower_case(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

}  // namespace

ports::Response PolicyRoutes::handle(Call& call, std::string_view asked, PolicyApi api) {
  const std::string name = lower_case(asked);
  const bool reads = call.operation == Operation::read;
  if (name.empty()) {
    if (call.operation == Operation::list || (api == PolicyApi::older && reads)) return list(api);
    return unsupported_operation();
  }
  if (reads) return read(name, api);
  if (call.operation == Operation::remove) {
    if (name == "root" || name == "default")
      return error(400, "cannot delete \"" + name + "\" policy");
    policies_.remove(name);
    return no_content();
  }
  if (call.operation != Operation::write) return unsupported_operation();
  return write(call, name);
}

ports::Response PolicyRoutes::list(PolicyApi api) {
  const auto names = policies_.names();
  if (api == PolicyApi::acl) return envelopes_.with_data("system", keys_text(names));
  Envelope out = envelopes_.make("system");
  out.data_on_top = true;
  out.data.clear();
  ObjectText(out.data).strings("keys", names).strings("policies", names);
  return out.response();
}

ports::Response PolicyRoutes::read(const std::string& name, PolicyApi api) {
  const bool older = api == PolicyApi::older;
  const auto policy = policies_.find(name);
  if (policy == nullptr && name != "root") return not_found();
  Envelope out = envelopes_.make("system");
  out.data_on_top = older;
  out.data.clear();
  ObjectText(out.data)
      .string("name", name)
      .string(older ? "rules" : "policy", policy == nullptr ? std::string_view() : policy->text);
  return out.response();
}

ports::Response PolicyRoutes::write(Call& call, const std::string& name) {
  if (name == "root") return error(400, "cannot update \"root\" policy");
  std::string text = call.text("policy");
  if (text.empty()) text = call.text("rules");
  if (text.empty()) return error(400, "'policy' parameter not supplied or empty");
  auto policy = Policy::parse(text);
  if (!policy) return error(400, "failed to parse policy: " + policy.error().message);
  policies_.set(name, std::move(*policy));
  return no_content();
}

ports::Response PolicyRoutes::capabilities(Call& call, std::string_view whose) {
  const ports::WallTime now = scheduler_.wall_now();
  const Token* token = call.token;
  if (whose == "capabilities") token = tokens_.find(call.text("token"), now);
  if (whose == "capabilities-accessor") token = tokens_.find_accessor(call.text("accessor"), now);
  if (token == nullptr) return error(400, "invalid token");
  auto paths = call.list("paths");
  if (paths.empty()) paths = call.list("path");
  if (paths.empty()) return error(400, "paths must be supplied");
  const PolicySet& rights = tokens_.rights(*token);
  std::map<std::string, std::vector<std::string>> found;
  for (const auto& path : paths) {
    const Capabilities bits =
        path.ends_with('/') ? rights.acl.at_folder(path) : rights.acl.at(path);
    found[path] = rights.root ? std::vector<std::string>{"root"} : capability_names(bits);
  }
  if (paths.size() == 1) found["capabilities"] = found[paths.front()];
  Envelope out = envelopes_.make("system");
  out.data_on_top = true;
  out.data.clear();
  {
    ObjectText data(out.data);
    for (const auto& [path, names] : found) data.strings(path, names);
  }
  return out.response();
}

}  // namespace mocks::vault
