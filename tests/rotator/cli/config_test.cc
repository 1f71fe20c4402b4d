#include "rotator/cli/config.h"

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "rotator/cli/config_keys.h"
#include "tests/rotator/cli/key_changer.h"

BOOST_AUTO_TEST_SUITE(config)

namespace {

using namespace std::chrono_literals;
using rotator::parse_configuration;

const std::string whole = R"(identity_provider:
  url: https://example.okta.com
  client_id: 0oaexample
vault:
  address: https://vault.example:8200
kubernetes:
  deployment: portal-backend
  container: portal
)";

// The complaint about the file, or "" when there is none.
std::string complaint(const std::string& text, const rotator::Environment& environment = {}) {
  const auto read = parse_configuration(text, "rotation.yaml", environment);
  if (read) return "";
  BOOST_TEST((read.error().code == ports::ErrorCode::configuration));
  return read.error().message;
}

std::string file(const char* path) {
  std::ifstream in(std::string(OVERLAP_SOURCE_DIR) + "/" + path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_short_file_is_enough_and_the_defaults_are_the_safe_ones) {
  const auto read = parse_configuration(whole, "rotation.yaml", {});
  BOOST_REQUIRE(read.has_value());
  const auto& rotation = read->rotation.rotation;
  BOOST_TEST(rotation.strategy.empty());
  BOOST_TEST(!rotation.accept_downtime);
  BOOST_TEST(!rotation.portal_tries_fallback);
  BOOST_TEST(!rotation.window.has_value());
  BOOST_TEST(rotation.disabled_gates.empty());
  BOOST_TEST(!rotation.skip_preflight);
  BOOST_TEST(rotation.automatic_rollback);
  BOOST_TEST(read->rotation.journal_path() == "oidc/portal-rotation");
  BOOST_TEST(read->rotation.lease_name() == "rotator-portal-backend");
}

BOOST_AUTO_TEST_CASE(reads_the_installed_example) {
  const auto read = parse_configuration(file("rotator/cli/rotation.example.yaml"), "example", {});
  BOOST_REQUIRE_MESSAGE(read.has_value(), (read ? "" : read.error().message));
  BOOST_TEST((read->rotation.kubernetes.agent_render_interval == 5min));
  BOOST_TEST((read->rotation.vault.session.login == rotator::VaultOptions::Login::kubernetes));
  BOOST_REQUIRE(read->rotation.rotation.failure_signal.has_value());
}

BOOST_AUTO_TEST_CASE(names_file_line_key_and_remedy) {
  BOOST_TEST(
      complaint(whole + "rotation:\n  windwo: 15m\n")
          .starts_with(
              "rotation.yaml:10: rotation.windwo: unknown key; known here: accept_downtime"));
  BOOST_TEST(complaint(whole + "rotation:\n  window: 15 minutes\n") ==
             "rotation.yaml:10: rotation.window: '15 minutes' is no duration; write whole numbers "
             "with a unit of ns, us, ms, s, m, h or d, for example 15m, 90s or 1h30m");
  BOOST_TEST(complaint(whole + "rotation:\n  window: 15\n") ==
             "rotation.yaml:10: rotation.window: '15' is no duration; write whole numbers with a "
             "unit of ns, us, ms, s, m, h or d, for example 15m, 90s or 1h30m");
  BOOST_TEST(
      complaint(whole + "rotation:\n  probes: many\n") ==
      "rotation.yaml:10: rotation.probes: expected a whole number from 1 to 100, got 'many'");
  BOOST_TEST(
      complaint(whole + "rotation:\n  strategy: hope\n") ==
      "rotation.yaml:10: rotation.strategy: expected one of overlap, staged_fallback, cutover, "
      "emergency, got 'hope'");
  BOOST_TEST(complaint(whole + "rotation:\n  strategy: cutover\n") ==
             "rotation.yaml:10: rotation.strategy: cutover fails logins while the pods restart; "
             "add accept_downtime: true to accept that, or use overlap");
  BOOST_TEST(
      complaint(whole + "rotation:\n  strategy: staged_fallback\n") ==
      "rotation.yaml:10: rotation.strategy: staged_fallback fails logins unless the portal "
      "tries a second secret where the first one is refused; add portal_tries_fallback: true "
      "if it does");
  BOOST_TEST(complaint(whole + "rotation:\n  strategy: emergency\n") ==
             "rotation.yaml:10: rotation.strategy: emergency ends the old secret however many pods "
             "still use it; add emergency.max_exposure: how long its exposure is bearable");
  BOOST_TEST(
      complaint(whole + "rotation:\n  strategy: emergency\n  emergency: {max_exposure: 90s}\n")
          .empty());
  BOOST_TEST(complaint(whole + "unsafe:\n  disabled_gates: [windows]\n") ==
             "rotation.yaml:10: unsafe.disabled_gates: expected a list of old_pods_gone, "
             "every_pod_on_new, process_newer_than_file, new_secret_accepted, window_elapsed, "
             "quiet_period, got 'windows'");
  auto text = whole;
  text.erase(text.find("  client_id"), std::string("  client_id: 0oaexample\n").size());
  BOOST_TEST(complaint(text) == "rotation.yaml:2: identity_provider.client_id: is missing; add it");
}

BOOST_AUTO_TEST_CASE(refuses_an_address_without_tls) {
  auto text = whole;
  text.replace(text.find("https://example.okta.com"), 24, "http://example.okta.com");
  BOOST_TEST(complaint(text).starts_with("rotation.yaml:2: identity_provider.url: "));
}

BOOST_AUTO_TEST_CASE(reads_a_description_of_a_provider_and_writes_it_back) {
  const auto read = parse_configuration(file("rotator/cli/described.example.yaml"), "example", {});
  BOOST_REQUIRE_MESSAGE(read.has_value(), (read ? "" : read.error().message));
  const auto& http = read->rotation.identity_provider.http;
  BOOST_REQUIRE(http.has_value());
  BOOST_TEST(http->knows_by_label());
  BOOST_TEST((http->create->retry == std::vector<std::string>{"409"}));
  const auto text = rotator::configuration_yaml(*read);
  const auto again = parse_configuration(text, "written", {});
  BOOST_REQUIRE_MESSAGE(again.has_value(), (again ? "" : again.error().message));
  BOOST_TEST(rotator::configuration_yaml(*again) == text);
}

BOOST_AUTO_TEST_CASE(complains_of_a_description_with_its_line) {
  const auto with = [](const std::string& http) {
    auto text = whole;
    return complaint(text.insert(text.find("vault:\n"), "  type: http\n" + http));
  };
  BOOST_TEST(with("").starts_with("rotation.yaml:2: identity_provider.http: is missing"));
  const std::string single =
      "  http:\n"
      "    secrets: single\n"
      "    secret: {value: /client_secret}\n";
  BOOST_TEST(with(single).starts_with(
      "rotation.yaml:6: identity_provider.http.replace: is missing; add it"));
  BOOST_TEST(with(single + "    replace: {method: PATCH, path: \"/c/{client_id}\"}\n")
                 .starts_with("rotation.yaml:8: identity_provider.http.replace.body: must hold "
                              "{secret}"));
  BOOST_TEST(with(single + "    replace:\n"
                           "      method: PATCH\n"
                           "      path: \"/c/{client_id}\"\n"
                           "      body: '{\"s\":\"{secret}\"}'\n"
                           "      headers: [\"X-Api-Key: synthetic\"]\n") ==
             "rotation.yaml:12: identity_provider.http.replace.headers: must not hold a "
             "credential; it comes from Vault (identity_provider.admin_credential)");
  BOOST_TEST(complaint(whole + "rotation: {}\n").empty());
}

BOOST_AUTO_TEST_CASE(takes_from_the_environment_only_what_the_file_leaves_out) {
  const rotator::Environment environment = {{"VAULT_ADDR", "https://other.example:8200"},
                                            {"VAULT_NAMESPACE", "team"},
                                            {"VAULT_CACERT", "/etc/vault-ca.pem"}};
  const auto read = parse_configuration(whole, "rotation.yaml", environment);
  BOOST_REQUIRE(read.has_value());
  BOOST_TEST(read->rotation.vault.session.address == "https://vault.example:8200");
  BOOST_TEST(read->rotation.vault.session.vault_namespace == "team");
  BOOST_TEST(read->vault_ca_file == "/etc/vault-ca.pem");
  auto text = whole;
  text.erase(text.find("vault:\n"),
             std::string("vault:\n  address: https://vault.example:8200\n").size());
  BOOST_TEST(
      parse_configuration(text, "rotation.yaml", environment)->rotation.vault.session.address ==
      "https://other.example:8200");
  BOOST_TEST(complaint(text).find("vault.address: is missing; add it, or set VAULT_ADDR") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(publishes_types_bounds_defaults_and_sentences) {
  const auto schema = nlohmann::json::parse(rotator::configuration_schema());
  BOOST_TEST(schema["required"] == nlohmann::json({"identity_provider", "kubernetes"}));
  const auto& rotation = schema["properties"]["rotation"];
  BOOST_TEST(rotation["additionalProperties"] == false);
  BOOST_TEST(rotation["properties"]["soak"] ==
             nlohmann::json({{"$ref", "#/definitions/duration"},
                             {"description", "Between disabling and deleting the old secret."},
                             {"default", "5m"}}));
  BOOST_TEST(rotation["properties"]["probes"] ==
             nlohmann::json({{"type", "integer"},
                             {"minimum", 1},
                             {"maximum", 100},
                             {"default", 5},
                             {"description", "Probes in a row that must agree."}}));
  BOOST_TEST(!rotation["properties"]["window"].contains("default"));
  BOOST_TEST(rotation["properties"]["failure_signal"]["required"] ==
             nlohmann::json({"url", "query"}));
  BOOST_TEST(schema["definitions"].contains("duration"));
}

// Every row of the list, by itself: its change is in the text that is written, and reading that
// text gives it back.
BOOST_AUTO_TEST_CASE(writes_and_reads_back_every_key) {
  const auto read = parse_configuration(whole + R"(rotation:
  accept_downtime: true
  emergency: {max_exposure: 90s}
  failure_signal: {url: "https://prometheus.example", query: 'sum(x{y="z"})'}
)",
                                        "rotation.yaml", {});
  BOOST_REQUIRE(read.has_value());
  auto start = *read;
  start.rotation.vault.session.role = "rotator";
  const auto before = rotator::configuration_yaml(start);
  std::size_t which = 0;
  for (;; ++which) {
    auto program = start;
    testing::KeyChanger changer(which);
    rotator::list_keys(changer, program);
    if (changer.changed().empty()) break;
    const auto text = rotator::configuration_yaml(program);
    BOOST_TEST(text != before, changer.changed());
    const auto again = parse_configuration(text, changer.changed(), {});
    BOOST_REQUIRE_MESSAGE(again.has_value(), (again ? "" : again.error().message));
    BOOST_TEST(rotator::configuration_yaml(*again) == text);
  }
  BOOST_TEST(which > 50U);
}

// What the schema names, the reader knows.
BOOST_AUTO_TEST_CASE(knows_every_key_of_the_schema_and_no_other) {
  const auto schema = nlohmann::json::parse(rotator::configuration_schema());
  for (const auto& [section, node] : schema["properties"].items()) {
    std::string known;
    for (const auto& [key, value] : node["properties"].items())
      known += (known.empty() ? "" : ", ") + key;
    std::string text = whole;
    const std::string head = section + ":\n";
    const auto at = text.find(head);
    if (at == std::string::npos)
      text += head + "  zzz: 1\n";
    else
      text.insert(at + head.size(), "  zzz: 1\n");
    const auto said = complaint(text);
    BOOST_TEST(said.ends_with("." + std::string("zzz: unknown key; known here: ") + known), said);
  }
}

BOOST_AUTO_TEST_SUITE_END()
