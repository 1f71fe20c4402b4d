#include "mocks/vault/http/quotas.h"

#include "mocks/vault/store/json_text.h"

namespace mocks::vault {

ports::Response QuotaRoutes::handle(Call& call, std::string_view rest) {
  if (rest == "config") return config(call);
  if (!rest.starts_with("rate-limit/")) return unsupported_path();
  const std::string name(rest.substr(11));
  if (name.empty() && call.operation == Operation::list) {
    std::vector<std::string> names;
    for (const auto& [key, quota] : quotas_.all()) names.push_back(key);
    if (names.empty()) return not_found();
    return envelopes_.with_data("system", keys_text(names));
  }
  if (call.operation == Operation::remove) {
    quotas_.remove(name);
    return no_content();
  }
  if (call.operation == Operation::read) return read(name);
  if (call.operation != Operation::write) return unsupported_operation();
  return write(call, name);
}

ports::Response QuotaRoutes::config(Call& call) {
  if (call.operation == Operation::write) {
    quotas_.headers = call.boolean("enable_rate_limit_response_headers").value_or(quotas_.headers);
    return no_content();
  }
  if (call.operation != Operation::read) return unsupported_operation();
  std::string data;
  ObjectText(data)
      .boolean("enable_rate_limit_audit_logging", false)
      .boolean("enable_rate_limit_response_headers", quotas_.headers)
      .strings("rate_limit_exempt_paths", {});
  return envelopes_.with_data("system", std::move(data));
}

ports::Response QuotaRoutes::read(const std::string& name) {
  const auto it = quotas_.all().find(name);
  if (it == quotas_.all().end()) return not_found();
  const RateQuota& quota = it->second;
  std::string rate;
  append_float(rate, quota.rate);
  std::string data;
  ObjectText(data)
      .number("block_interval", whole_seconds(quota.block))
      .number("interval", whole_seconds(quota.interval))
      .string("name", name)
      .string("path", quota.path)
      .raw("rate", rate)
      .string("role", "")
      .string("type", "rate-limit");
  return envelopes_.with_data("system", std::move(data));
}

ports::Response QuotaRoutes::write(Call& call, const std::string& name) {
  RateQuota quota;
  quota.rate = call.field("rate").value_or(JsonView()).real();
  if (quota.rate <= 0) return error(400, "'rate' is invalid");
  for (const auto& [key, into] :
       {std::pair{"interval", &quota.interval}, std::pair{"block_interval", &quota.block}}) {
    const auto value = call.field(key);
    if (!value) continue;
    const auto parsed = duration_in(*value);
    if (!parsed || *parsed < ports::Duration::zero())
      return error(400, "'" + std::string(key) + "' is invalid");
    if (*parsed > ports::Duration::zero()) *into = *parsed;
  }
  quota.path = call.text("path");
  if (!quota.path.empty()) {
    const std::string slashed = quota.path.ends_with('/') ? quota.path : quota.path + "/";
    if (mounts_.at(slashed) != nullptr) quota.path = slashed;
    if (mounts_.of(slashed) == nullptr)
      return error(400, "invalid mount path \"" + quota.path + "\"");
  }
  quotas_.set(name, std::move(quota));
  return no_content();
}

}  // namespace mocks::vault
