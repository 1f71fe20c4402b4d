// The mock answers as the real Keycloak 26.7.3 did: its recorded exchanges, realm by realm, in
// order and at the recorded times.
//
// The recording makes realms, clients and policies as it goes; here each realm is a world whose
// clients appear when the recording makes them.
#include "tests/recorded/replay.h"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <fstream>
#include <iostream>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "tests/mocks/idp/keycloak/world.h"

BOOST_AUTO_TEST_SUITE(replay)

namespace {

using keycloak_test::json;
using mocks::idp::AuthenticationMethod;
using mocks::idp::GrantType;

const std::string recorded_origin = "http://127.0.0.1:18080";

struct Recording {
  struct Client {
    double at_s = 0;
    std::string client_id = {};
    std::string secret = {};
    bool service_account = true;
    bool by_keys = false;
    bool older_than_policy = false;
  };
  std::vector<std::string> lines = {};     // of the realm
  std::vector<Client> clients = {};        // in the order in which they are made
  std::map<std::string, std::string> ids;  // "{{uuid:13}}" -> client_id
};

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

// What has no counterpart here: a client's description, and how it is told of logouts.
void forget_the_irrelevant(json& body) {
  if (body.is_array())
    for (auto& one : body) forget_the_irrelevant(one);
  if (!body.is_object()) return;
  body.erase("description");
  if (!body.contains("attributes")) return;
  body["attributes"].erase("backchannel.logout.session.required");
  body["attributes"].erase("backchannel.logout.revoke.offline.tokens");
}

// What concerns one realm, as if it were the mock's.
Recording read(const std::string& wanted) {
  Recording recording;
  std::ifstream file(OVERLAP_SOURCE_DIR "/tests/recorded/keycloak.jsonl");
  std::string line;
  bool policy = false;
  while (std::getline(file, line)) {
    auto row = json::parse(line);
    const auto path = row["request"].value("path", "");
    if (path.find("/realms/" + wanted + "/") == std::string::npos) continue;
    if (path.ends_with("/client-policies/policies") &&
        row["request"].value("method", "") == "PUT" && row["response"].value("status", 0) == 204)
      policy = true;
    if (path.ends_with("/clients") && row["response"].value("status", 0) == 201) {
      const auto body = json::parse(row["request"].value("body", "{}"));
      const auto location = row["response"]["headers"].value("Location", "");
      const auto client_id = body.value("clientId", "");
      recording.ids[location.substr(location.find("{{"))] = client_id;
      if (!client_id.empty())
        recording.clients.push_back(
            {.at_s = row.value("at_s", 0.0),
             .client_id = client_id,
             .secret = body.value("secret", "synthetic-secret-of-" + client_id + "-0000001"),
             .service_account = body.value("serviceAccountsEnabled", false),
             .by_keys = body.value("clientAuthenticatorType", "") == "client-jwt",
             .older_than_policy = !policy});
      continue;
    }
    if (path.find("/clients") != std::string::npos) forget_the_irrelevant(row["response"]["body"]);
    line = row.dump();
    recording.lines.push_back(replaced(replaced(line, "/realms/" + wanted, "/realms/portal"),
                                       recorded_origin, "https://keycloak.example"));
  }
  return recording;
}

struct Replayed : keycloak_test::World {
  Replayed(const std::string& realm, const mocks::idp::Succession& succession)
      : keycloak_test::World(options_of(succession)), recording(read(realm)), how(succession) {}

  static mocks::idp::keycloak::Options options_of(const mocks::idp::Succession& succession) {
    auto options = keycloak_test::options_for_tests();
    options.core.succession = succession;
    return options;
  }

  void run(std::map<std::string, std::string> skip) {
    recorded::Options options{
        .skip = std::move(skip),
        .literal_keys = {"error", "error_description", "errorMessage", "type", "token_type"}};
    options.before = [this](const std::string&, double at_s, const std::string&,
                            ports::Request& request) { prepare(at_s, request); };
    const auto outcome = recorded::replay_lines(keycloak, recording.lines, options);
    BOOST_TEST_MESSAGE(outcome.summary());
    std::cout << outcome.summary();
    BOOST_TEST(outcome.differing == 0, outcome.summary());
    BOOST_TEST(outcome.matched > 0);
  }

  void prepare(double at_s, ports::Request& request) {
    // The servers' clocks began at the same fraction of a second.
    const auto at = ports::Instant(std::chrono::milliseconds(std::llround(at_s * 1000)));
    while (next < recording.clients.size() && recording.clients[next].at_s <= at_s) make_client();
    if (at > queue.now()) queue.run_until(at);
    for (const auto& [placeholder, client_id] : recording.ids)
      request.target =
          replaced(request.target, placeholder, mocks::idp::keycloak::uuid_of(client_id));
    for (auto& header : request.headers) {
      if (header.name != "Authorization" || header.value.find("garbage") != std::string::npos)
        continue;
      if (header.value.starts_with("Bearer ") && request.target.starts_with("/admin"))
        header.value = "Bearer " + token_of("rotator", "synthetic-admin");
      else if (header.value.find(' ') == std::string::npos)
        header.value = "Basic " + header.value;
    }
  }

  void make_client() {
    const auto& made = recording.clients[next++];
    const auto at = ports::Instant(std::chrono::milliseconds(std::llround(made.at_s * 1000)));
    if (at > queue.now()) queue.run_until(at);
    std::vector<GrantType> grants = {GrantType::authorization_code, GrantType::refresh_token};
    if (made.service_account) grants.push_back(GrantType::client_credentials);
    const auto id = keycloak.add_client(
        {.client_id = made.client_id,
         .authentication_method = made.by_keys ? AuthenticationMethod::private_key_jwt
                                               : AuthenticationMethod::client_secret_post,
         .grant_types = std::move(grants)},
        made.secret);
    if (!how.possible || made.older_than_policy) return;
    const auto last = std::chrono::floor<std::chrono::seconds>(queue.wall_now()) + how.life;
    keycloak.core().set_expiry(made.client_id, id, last + std::chrono::seconds(1));
  }

  Recording recording;
  mocks::idp::Succession how;
  std::size_t next = 0;
};

}  // namespace

namespace {

const char* const no_making = "clients are made when the world is";
const char* const no_policy_writing = "the policy is the world's";
const char* const other_kind = "a kind of client that no portal is";
const char* const more_shown = "the mock shows less here";

}  // namespace

BOOST_AUTO_TEST_CASE(answers_as_the_recorded_server_did_without_a_policy) {
  Replayed("r1", {.possible = false})
      .run({{"create_client_*", no_making},
            {"cc_public*", other_kind},
            {"public_*", other_kind},
            {"list_public", other_kind},
            {"cc_disabled_client*", other_kind},
            {"cc_bogus_authenticator", other_kind},
            {"cc_mismatch_secretjwt_basic", other_kind},
            {"cc_mismatch_x509_basic", other_kind},
            {"postonly_basic", other_kind},
            {"options_preflight", "no browser calls it"},
            {"scope_openid", "an ID token for a service account is nobody's login"},
            {"discovery*", more_shown}});
}

BOOST_AUTO_TEST_CASE(answers_as_the_recorded_server_did_under_a_policy) {
  using std::chrono::seconds;
  Replayed("rot", {.grace = seconds(600), .life = seconds(3600)})
      .run({{"put_profiles_*", no_policy_writing},
            {"put_policies_*", no_policy_writing},
            {"get_profiles*", no_policy_writing},
            {"get_policies_initial", no_policy_writing},
            {"post_put_attr_forge", "attributes cannot be written"},
            {"post_rep_after_forge", "attributes cannot be written"},
            {"post_token_forged", "attributes cannot be written"},
            {"pub_*", other_kind}});
}

BOOST_AUTO_TEST_CASE(answers_as_the_recorded_server_did_as_secrets_lapse) {
  using std::chrono::seconds;
  Replayed("short", {.grace = seconds(8), .life = seconds(20)})
      .run({{"put_profiles*", no_policy_writing}, {"put_policies", no_policy_writing}});
}

BOOST_AUTO_TEST_SUITE_END()
