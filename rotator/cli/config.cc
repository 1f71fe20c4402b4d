#include "rotator/cli/config.h"

#include <nlohmann/json.hpp>

#include "rotator/cli/config_keys.h"
#include "rotator/cli/keys_schema.h"
#include "rotator/cli/keys_yaml.h"
#include "rotator/kubernetes/workload_kinds.h"
#include "rotator/rotation/strategies/strategies.h"

namespace rotator {
namespace {

std::string from_environment(const Environment& environment, const std::string& name) {
  const auto found = environment.find(name);
  return found == environment.end() ? std::string() : found->second;
}

// What holds between several keys of the section `vault`.
void check_vault(YamlSection section, VaultConfiguration& vault) {
  auto& address = vault.session.address;
  if (address.empty()) section.complain("address", "is missing; add it, or set VAULT_ADDR");
  while (address.ends_with('/')) address.pop_back();
  if (vault.journal_path == vault.path)
    section.complain("journal_path",
                     "must not be vault.path: the journal would replace the secret");
  if (vault.fallback_field == vault.field)
    section.complain("fallback_field",
                     "must not be vault.field: one secret would replace the other");
  if (vault.session.login == VaultOptions::Login::kubernetes && vault.session.role.empty())
    section.section("auth").complain("role", "is missing; add it");
}

// A description belongs to type http alone.
void check_provider(YamlSection section, const IdentityProviderConfiguration& provider) {
  if ((provider.type == "http") != provider.http.has_value())
    section.complain("http", provider.http ? "belongs to type http alone; remove it"
                                           : "is missing; describe the provider there");
  if (provider.http) check_description(section.section("http"), *provider.http);
}

// The keys of the kinds of workload: one of them.
void check_workload(YamlSection section) {
  int named = 0;
  for (const auto* kind : all_workload_kinds()) named += section.has(kind->key) ? 1 : 0;
  if (named != 1)
    section.complain(all_workload_kinds().front()->key,
                     named == 0 ? "is missing; add it" : "is one of several workloads; name one");
}

}  // namespace

void check_rotation(YamlSection section, const RotationConfiguration& rotation) {
  const auto* strategy = find_strategy(rotation.strategy);
  if (strategy != nullptr && strategy->needs_fallback && !rotation.portal_tries_fallback)
    section.complain("strategy",
                     rotation.strategy +
                         " fails logins unless the portal tries a second secret where the first "
                         "one is refused; add portal_tries_fallback: true if it does");
  if (strategy != nullptr && strategy->costs_logins && !rotation.accept_downtime)
    section.complain("strategy", rotation.strategy +
                                     " fails logins while the pods restart; add accept_downtime: "
                                     "true to accept that, or use " +
                                     std::string(all_strategies().front()->name));
  if (strategy != nullptr && strategy->due != nullptr && !rotation.emergency.max_exposure)
    section.complain("strategy", rotation.strategy +
                                     " ends the old secret however many pods still use it; add "
                                     "emergency.max_exposure: how long its exposure is bearable");
}

void check_description(YamlSection section, const HttpDescription& description) {
  for (const auto& flaw : flaws_of(description))
    (flaw.section.empty() ? section : section.section(flaw.section)).complain(flaw.key, flaw.says);
}

ports::Result<ProgramConfiguration> load_configuration(const std::string& path,
                                                       const Environment& environment) {
  const auto text = read_file(path);
  if (!text) return ports::fail(text.error());
  return parse_configuration(*text, path, environment);
}

ports::Result<ProgramConfiguration> parse_configuration(const std::string& text,
                                                        const std::string& name,
                                                        const Environment& environment) {
  auto file = YamlSection::parse(text, name);
  if (!file) return ports::fail(file.error());
  ProgramConfiguration program;
  auto& vault = program.rotation.vault;
  vault.session.address = from_environment(environment, "VAULT_ADDR");
  vault.session.vault_namespace = from_environment(environment, "VAULT_NAMESPACE");
  program.vault_ca_file = from_environment(environment, "VAULT_CACERT");
  read_keys(*file, [&](Keys& keys) { list_keys(keys, program); });
  check_workload(file->section("kubernetes"));
  check_provider(file->section("identity_provider"), program.rotation.identity_provider);
  check_vault(file->section("vault"), vault);
  check_rotation(file->section("rotation"), program.rotation.rotation);
  if (const auto read = file->finish(); !read) return ports::fail(read.error());
  return program;
}

std::string configuration_yaml(ProgramConfiguration program) {
  return write_keys([&](Keys& keys) { list_keys(keys, program); });
}

std::string configuration_schema() {
  using Json = nlohmann::ordered_json;
  ProgramConfiguration defaults;
  Json schema = {{"$schema", "http://json-schema.org/draft-07/schema#"},
                 {"title", "rotation.yaml"},
                 {"description", "How `rotator` rotates one OIDC client secret."}};
  schema.update(Json::parse(object_schema([&](Keys& keys) { list_keys(keys, defaults); })));
  schema["definitions"] = Json::parse(time_definitions());
  return schema.dump(2) + "\n";
}

}  // namespace rotator
