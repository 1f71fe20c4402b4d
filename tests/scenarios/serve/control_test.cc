// The control API of a served world. Every answer in here is held against the document that
// describes it: its status must be named there, and its body must have the shape.
#include "scenarios/serve/control.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "rotator/ports/system_http.h"
#include "scenarios/secret_search.h"
#include "scenarios/serve/control_document.h"
#include "scenarios/serve/control_routes.h"
#include "tests/contract/loopback.h"
#include "tests/scenarios/schema.h"

BOOST_AUTO_TEST_SUITE(serve_control)

namespace {

using contract::must_succeed;
using Json = nlohmann::json;
using ports::Response;

const std::string token = "synthetic-control-token";
const std::string operator_token = "synthetic-operator-token";

// The document, and what it says of one answer.
class Document {
 public:
  Document() : json_(Json::parse(scenarios::control_document())) {}

  void check(const std::string& method, const std::string& target, const Response& answer) {
    std::string lower = method;
    for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    std::string path = target.substr(0, target.find('?'));
    if (path.starts_with("/v1/faults/")) path = "/v1/faults/{label}";
    if (!json_["paths"].contains(path) || !json_["paths"][path].contains(lower)) return;
    const auto& responses = json_["paths"][path][lower]["responses"];
    const auto status = std::to_string(answer.status);
    BOOST_REQUIRE_MESSAGE(responses.contains(status),
                          method << " " << target << " answered " << status << " " << answer.body);
    if (!responses[status].contains("content")) {
      BOOST_TEST(answer.body.empty());
      return;
    }
    const auto& content = responses[status]["content"];
    const auto type = ports::find_header(answer.headers, "Content-Type");
    BOOST_REQUIRE(type.has_value());
    BOOST_REQUIRE_MESSAGE(content.contains(std::string(*type)), *type);
    const std::string reference = content[std::string(*type)]["schema"]["$ref"];
    BOOST_TEST(complaints(reference, answer.body) == "", target + ": " + answer.body);
  }

  std::string complaints(const std::string& reference, const std::string& text) const {
    const Json schema = {{"components", json_["components"]},
                         {"allOf", Json::array({{{"$ref", reference}}})}};
    return testing::Schema(reference, schema.dump()).complaints_about_json(text);
  }
  const Json& json() const { return json_; }

 private:
  Json json_;
};

class World {
 public:
  explicit World(scenarios::ServedOptions options = {}) {
    auto scenario = must_succeed(
        scenarios::load_scenario(testing::in_project("scenarios/guide/zero_downtime.yaml")));
    options.folder = folder_.path();
    options.vault_operator_token = operator_token;
    served_ = must_succeed(scenarios::Served::start(scenario, options, clock_, stop_));
    control_.emplace(*served_, testing::in_project("scenarios"), ports::Secret(std::string(token)));
  }

  scenarios::Served& served() { return *served_; }

  Response ask(const ports::Request& request) {
    const auto answer = control_->handle(request).response;
    document_.check(request.method, request.target, answer);
    return answer;
  }
  Response call(const std::string& method, const std::string& target,
                const std::string& body = {}) {
    return ask({.method = method,
                .target = target,
                .headers = {{"Authorization", "Bearer " + token}},
                .body = body});
  }
  // A member of the state.
  Json state(const std::string& member) { return get("/v1/state")[member]; }
  Json get(const std::string& target) {
    const auto answer = call("GET", target);
    BOOST_REQUIRE_MESSAGE(answer.status == 200, answer.body);
    return Json::parse(answer.body);
  }
  void must(int status, const std::string& method, const std::string& target,
            const std::string& body = {}) {
    const auto answer = call(method, target, body);
    BOOST_REQUIRE_MESSAGE(answer.status == status, method << " " << target << " " << body << ": "
                                                          << answer.status << " " << answer.body);
  }
  // What it is told, the answer being no.
  std::string refusal(int status, const std::string& method, const std::string& target,
                      const std::string& body = {}) {
    const auto answer = call(method, target, body);
    BOOST_REQUIRE_MESSAGE(answer.status == status, answer.status << " " << answer.body);
    const auto problem = Json::parse(answer.body);
    BOOST_TEST(problem["status"] == status);
    return problem["detail"];
  }

  // As anybody calls over HTTPS; the status.
  ports::Result<Response> over_https(const ports::Request& request) {
    if (!client_)
      client_ = must_succeed(ports::new_http_client(
          clock_, stop_, served_->servers().client_options("a tester's client/1.0")));
    return client_->send(request, clock_.now() + std::chrono::seconds(20));
  }
  ports::Result<Response> read_vault(const std::string& path = "portal-kv/data/oidc/portal") {
    return over_https({.origin = served_->servers().endpoints().vault,
                       .target = "/v1/" + path,
                       .headers = {{"X-Vault-Token", operator_token}}});
  }
  int vault_status() { return must_succeed(read_vault()).status; }
  std::string secret_in_vault() {
    return Json::parse(must_succeed(read_vault()).body)["data"]["data"]["client_secret"];
  }
  // Status of each secret by fingerprint.
  std::map<std::string, std::string> secrets() {
    std::map<std::string, std::string> all;
    for (const auto& secret : state("secrets")) all[secret["fingerprint"]] = secret["status"];
    return all;
  }

  const Document& document() const { return document_; }
  ports::StopSignal& stop() { return stop_; }

 private:
  contract::ScratchDirectory folder_;
  ports::StopSignal stop_;
  ports::SystemClock clock_{stop_};
  std::unique_ptr<scenarios::Served> served_;
  std::optional<scenarios::Control> control_;
  std::unique_ptr<ports::HttpClient> client_;
  Document document_;
};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// In how many pods each secret is, by fingerprint.
std::map<std::string, int> held_by_pods(const Json& state) {
  std::map<std::string, int> all;
  for (const auto& pod : state["pods"])
    if (pod["secret"].is_string()) ++all[pod["secret"]];
  return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(asks_for_its_token_for_all_but_the_document) {
  World world;
  for (const auto& authorization : {std::string(), std::string("Bearer "),
                                    std::string("Bearer wrong"), "Basic " + token, token}) {
    for (const char* target : {"/v1/state", "/v1/reset", "/nowhere"}) {
      ports::Request request{.target = target};
      if (!authorization.empty()) request.headers = {{"Authorization", authorization}};
      const auto answer = world.ask(request);
      BOOST_TEST(answer.status == 401, target);
      BOOST_TEST(ports::find_header(answer.headers, "WWW-Authenticate").value_or("") == "Bearer");
    }
  }
  BOOST_TEST(world.ask({.target = "/v1/state", .headers = {{"Authorization", "BEARER " + token}}})
                 .status == 200);
  const auto document = world.ask({.target = "/v1/openapi.json"});
  BOOST_TEST(document.status == 200);
  BOOST_TEST(Json::parse(document.body) == world.document().json());
}

BOOST_AUTO_TEST_CASE(says_what_is_wrong_with_a_call_as_problem_details) {
  World world;
  BOOST_TEST(has(world.refusal(404, "GET", "/v1/nothing"), "GET /v1/openapi.json"));
  const auto wrong_method = world.call("PUT", "/v1/state");
  BOOST_TEST(wrong_method.status == 405);
  BOOST_TEST(ports::find_header(wrong_method.headers, "Allow").value_or("") == "GET");
  BOOST_TEST(has(world.refusal(400, "POST", "/v1/acts", "{"), "no JSON object"));
  BOOST_TEST(has(world.refusal(400, "POST", "/v1/acts", "[]"), "no JSON object"));
  BOOST_TEST(has(world.refusal(400, "GET", "/v1/requests?pth=x"), "there is no parameter 'pth'"));
  BOOST_TEST(has(world.refusal(400, "GET", "/v1/requests?limit=1001"), "whole numbers"));
  BOOST_TEST(has(world.refusal(400, "GET", "/v1/requests?path=%zz"), "percent-encoded"));
  BOOST_TEST(has(world.refusal(422, "POST", "/v1/acts", R"({"unsel": "vault"})"),
                 "a served world has no act 'unsel'; there are seal, unseal"));
  BOOST_TEST(has(world.refusal(422, "POST", "/v1/acts", R"({"seal": "idp"})"),
                 "seal: expected vault, got 'idp'"));
  BOOST_TEST(has(world.refusal(422, "POST", "/v1/acts", "{}"), "expected one act"));
  BOOST_TEST(has(world.refusal(422, "POST", "/v1/acts", R"({"seal": ["vault"]})"), "expected one"));
  BOOST_TEST(has(world.refusal(422, "POST", "/v1/acts", R"({"kill": "rotator"})"),
                 "a served world has no act 'kill'"));
  BOOST_TEST(has(world.refusal(409, "POST", "/v1/acts", R"({"wedge_agent": 900})"),
                 "there are not 900 live pods"));
  BOOST_TEST(has(world.refusal(422, "POST", "/v1/faults", R"({"kind": "refsue"})"), "kind"));
  BOOST_TEST(has(world.refusal(422, "POST", "/v1/faults", R"({"kind": "refuse", "x": 1})"), "x"));
  BOOST_TEST(has(world.refusal(404, "DELETE", "/v1/faults/no%20one"), "no fault 'no one'"));
  BOOST_TEST(has(world.refusal(422, "POST", "/v1/clock", R"({"jump": "9"})"), "jump: "));
  BOOST_TEST(has(world.refusal(422, "POST", "/v1/clock", R"({"jump": "8d"})"), "at most 7d"));
}

BOOST_AUTO_TEST_CASE(shows_who_uses_which_secret_through_a_whole_rotation_by_acts) {
  World world;
  auto state = world.get("/v1/state");
  BOOST_REQUIRE(state["secrets"].size() == 1U);
  const std::string first = state["secrets"][0]["fingerprint"];
  BOOST_TEST(first == scenarios::fingerprint_of(world.secret_in_vault()));
  BOOST_TEST(state["secrets"][0]["used_by"]["pods"].size() == 4U);
  BOOST_TEST(state["secrets"][0]["used_by"]["vault_versions"] == Json::array({1}));
  BOOST_TEST(state["pods"][0]["file"]["secrets"] == Json::array({first}));

  const auto act = [&](const std::string& body) { world.must(200, "POST", "/v1/acts", body); };
  BOOST_TEST(has(world.refusal(409, "POST", "/v1/acts", R"({"put_secret": "new"})"), "created"));
  act(R"({"create_secret": true})");
  BOOST_TEST(world.secrets().size() == 2U);
  act(R"({"put_secret": "new"})");
  const auto second = scenarios::fingerprint_of(world.secret_in_vault());
  BOOST_TEST(second != first);
  act(R"({"restart": true})");
  world.must(200, "POST", "/v1/clock", R"({"jump": "15m"})");
  state = world.get("/v1/state");
  BOOST_TEST(held_by_pods(state) == (std::map<std::string, int>{{second, 4}}));
  BOOST_TEST(state["vault"]["versions"].size() == 2U);
  act(R"({"delete_secret": true})");
  BOOST_TEST(world.secrets() ==
             (std::map<std::string, std::string>{{first, "deleted"}, {second, "active"}}));
  // A second rotation begins where the first one ended.
  act(R"({"create_secret": true})");
  act(R"({"put_secret": "new"})");
  act(R"({"delete_secret": true})");
  BOOST_TEST(world.secrets()[second] == "deleted");
  for (const auto& secret : world.state("secrets"))
    if (secret["fingerprint"] == second) {
      BOOST_TEST(secret["accepted_by_replicas"] == 0);
      BOOST_TEST(secret["used_by"]["pods"].size() == 4U);
    }
}

BOOST_AUTO_TEST_CASE(a_jump_of_time_lets_everything_until_then_happen) {
  World world;
  const auto before = world.get("/v1/clock");
  BOOST_TEST(before["ahead_s"] == 0.0);
  BOOST_TEST(before["can_jump"] == true);
  const auto put = must_succeed(world.over_https(
      {.method = "POST",
       .origin = world.served().servers().endpoints().vault,
       .target = "/v1/portal-kv/data/oidc/portal",
       .headers = {{"X-Vault-Token", operator_token}},
       .body = R"({"data": {"client_secret": "synthetic-second-secret-0123456789"}})"}));
  BOOST_REQUIRE(put.status == 200);
  const auto second = scenarios::fingerprint_of("synthetic-second-secret-0123456789");
  for (const auto& pod : world.state("pods")) BOOST_TEST(pod["file"]["version"] == 1);
  // The agents look every five minutes; the processes read their file once.
  world.must(200, "POST", "/v1/clock", R"({"jump": "10m"})");
  auto state = world.get("/v1/state");
  for (const auto& pod : state["pods"]) {
    BOOST_TEST(pod["file"]["secrets"] == Json::array({second}));
    BOOST_TEST(pod["secret"] != second);
  }
  BOOST_TEST(state["clock"]["ahead_s"].get<double>() > 599.0);
  // A rolling restart takes minutes.
  const auto set = state["pods"][0]["replica_set"];
  world.must(200, "POST", "/v1/acts", R"({"restart": true})");
  world.must(200, "POST", "/v1/clock", R"({"jump": "15m"})");
  state = world.get("/v1/state");
  BOOST_TEST(held_by_pods(state) == (std::map<std::string, int>{{second, 4}}));
  for (const auto& pod : state["pods"]) {
    BOOST_TEST(pod["ready"] == true);
    BOOST_TEST(pod["replica_set"] != set);
  }
  BOOST_TEST(state["clock"]["since_begin_s"].get<double>() >= 1500.0);
}

BOOST_AUTO_TEST_CASE(lawful_servers_end_connections_and_take_their_time_and_still_answer) {
  World world({.profile = scenarios::Profile::lawful});
  BOOST_TEST(world.state("profile") == "lawful");
  int ends = 0;
  for (std::uint64_t i = 0; i < 2 * scenarios::lawful_requests; ++i) {
    const auto answer = must_succeed(world.read_vault());
    BOOST_TEST(answer.status == 200);
    if (ports::find_header(answer.headers, "Connection").value_or("") == "close") ++ends;
  }
  BOOST_TEST(ends == 2);
  for (const char* act : {R"({"create_secret": true})", R"({"put_secret": "new"})"})
    world.must(200, "POST", "/v1/acts", act);
}

BOOST_AUTO_TEST_CASE(time_does_not_jump_while_users_log_in) {
  World world({.logins = true});
  BOOST_TEST(world.get("/v1/clock")["can_jump"] == false);
  BOOST_TEST(has(world.refusal(409, "POST", "/v1/clock", R"({"jump": "1s"})"), "--logins"));
  BOOST_TEST(world.state("logins").is_object());
  world.must(200, "POST", "/v1/reset");
}

BOOST_AUTO_TEST_CASE(acts_undo_each_other) {
  World world;
  BOOST_TEST(world.vault_status() == 200);
  world.must(200, "POST", "/v1/acts", R"({"seal": "vault"})");
  BOOST_TEST(world.vault_status() == 503);
  BOOST_TEST(world.state("vault")["sealed"] == true);
  world.must(200, "POST", "/v1/acts", R"({"unseal": "vault"})");
  BOOST_TEST(world.vault_status() == 200);
  world.must(200, "POST", "/v1/acts", R"({"take_down": "vault"})");
  BOOST_TEST(!world.read_vault().has_value());
  const auto network = world.state("network");
  for (const auto& server : network["servers"])
    BOOST_TEST(server["up"] == (server["name"] != "vault"));
  world.must(200, "POST", "/v1/acts", R"({"bring_up": "vault"})");
  world.must(200, "POST", "/v1/acts", R"({"partition": "agent/*>vault"})");
  BOOST_TEST(world.state("network")["partitions"] ==
             Json::array({{{"caller", "agent/*"}, {"server", "vault"}}}));
  world.must(200, "POST", "/v1/acts", R"({"repair": "agent/*>vault"})");
  BOOST_TEST(world.state("network")["partitions"].empty());
  world.must(200, "POST", "/v1/acts", R"({"hold_ready": 2})");
  BOOST_TEST(has(world.refusal(409, "POST", "/v1/acts", R"({"hold_refresh": 1})"), "another"));
  world.must(200, "POST", "/v1/acts", R"({"release_ready": 2})");
}

BOOST_AUTO_TEST_CASE(lists_every_act_that_it_takes) {
  World world;
  std::set<std::string> listed;
  const auto acts = world.get("/v1/acts");
  for (const auto& act : acts["acts"]) listed.insert(act["act"]);
  std::set<std::string> described;
  for (const auto& [name, schema] :
       world.document().json()["components"]["schemas"]["Act"]["properties"].items())
    described.insert(name);
  BOOST_TEST(listed == described, boost::test_tools::per_element());
  for (const auto& row : scenarios::all_acts())
    if (!row.in_timeline.empty() && !std::holds_alternative<scenarios::ToDriver>(row.effect))
      BOOST_TEST(listed.contains(std::string(row.name)), row.name);
  for (const char* not_served : {"kill", "start", "interrupt", "wait", "rollout_status"})
    BOOST_TEST(!listed.contains(not_served), not_served);
  const std::string act = "#/components/schemas/Act";
  BOOST_TEST(world.document().complaints(act, R"({"seal": "vault"})") == "");
  BOOST_TEST(world.document().complaints(act, R"({"lag_reads": "30s"})") == "");
  BOOST_TEST(world.document().complaints(act, R"({"seal": "vault", "hold_ready": 1})") != "");
  BOOST_TEST(world.document().complaints(act, R"({"kill": "rotator"})") != "");
}

BOOST_AUTO_TEST_CASE(a_fault_hits_the_calls_that_it_names_until_it_is_taken_away) {
  World world;
  const std::string fault = R"({"label": "busy", "kind": "answer", "caller": "client",
      "server": "vault", "count": 0, "status": 429, "retry_after": 7, "body": "{\"errors\":[]}"})";
  BOOST_TEST(world.document().complaints("#/components/schemas/Fault", fault) == "");
  world.must(201, "POST", "/v1/faults", fault);
  BOOST_TEST(has(world.refusal(409, "POST", "/v1/faults", fault), "a fault 'busy' already"));
  const auto answer = must_succeed(world.read_vault());
  BOOST_TEST(answer.status == 429);
  BOOST_TEST(ports::find_header(answer.headers, "Retry-After").value_or("") == "7");
  world.must(201, "POST", "/v1/faults", R"({"kind": "hang", "server": "idp", "nth": 1000})");
  const auto faults = world.get("/v1/faults")["faults"];
  BOOST_REQUIRE(faults.size() == 2U);
  BOOST_TEST(faults[0]["fired"] == 1);
  BOOST_TEST(faults[1]["label"] == "fault 2");
  world.must(204, "DELETE", "/v1/faults/busy");
  BOOST_TEST(world.vault_status() == 200);
  world.must(204, "DELETE", "/v1/faults");
  BOOST_TEST(world.get("/v1/faults")["faults"].empty());
}

BOOST_AUTO_TEST_CASE(requests_are_found_by_path_client_and_secret) {
  World world;
  const auto secret = world.secret_in_vault();
  const auto fingerprint = scenarios::fingerprint_of(secret);
  const std::string idp = world.served().servers().endpoints().idp;
  const auto exchange = [&](const std::string& with) {
    return must_succeed(world.over_https(
        {.method = "POST",
         .origin = idp,
         .target = "/oauth2/v1/token",
         .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
         .body = "grant_type=client_credentials&client_id=0oaportal&scope=openid&client_secret=" +
                 with}));
  };
  BOOST_TEST(exchange(secret).status == 200);
  BOOST_TEST(exchange("synthetic-wrong").status == 401);
  world.must(200, "POST", "/v1/acts", R"({"create_secret": true})");

  const auto found = [&](const std::string& query) {
    return world.get("/v1/requests?" + query)["requests"];
  };
  const auto by_secret = found("secret=" + fingerprint + "&server=idp&path=*token*");
  BOOST_REQUIRE(by_secret.size() == 1U);
  BOOST_TEST(by_secret[0]["status"] == 200);
  BOOST_TEST(by_secret[0]["client"] == "client");
  BOOST_TEST(by_secret[0]["user_agent"] == "a tester's client/1.0");
  BOOST_TEST(by_secret[0]["secrets_carried"] == Json::array({fingerprint}));
  const auto read = found("secret=" + fingerprint + "&server=vault");
  BOOST_REQUIRE(read.size() == 1U);
  BOOST_TEST(read[0]["secrets_answered"] == Json::array({fingerprint}));
  BOOST_TEST(found("secret=" + scenarios::fingerprint_of("synthetic-wrong")).size() == 1U);
  BOOST_TEST(found("status=401").size() == 1U);
  BOOST_TEST(found("client=human&method=POST&path=*/credentials/secrets").size() == 1U);
  BOOST_TEST(found("client=*tester*&limit=2").size() == 2U);
  const auto last = world.get("/v1/requests")["last"].get<int>();
  BOOST_TEST(found("after=" + std::to_string(last)).empty());
  BOOST_TEST(found("after=" + std::to_string(last - 1)).size() == 1U);
  world.must(204, "DELETE", "/v1/requests");
  BOOST_TEST(found("").empty());
  // In the path itself it is not shown either.
  BOOST_REQUIRE(world.read_vault("portal-kv/data/" + secret).has_value());
  BOOST_TEST(found("")[0]["path"] == "/v1/portal-kv/data/" + fingerprint);
}

BOOST_AUTO_TEST_CASE(a_request_that_got_no_answer_is_recorded_with_why) {
  World world;
  world.must(201, "POST", "/v1/faults", R"({"kind": "refuse", "server": "vault"})");
  BOOST_TEST(!world.read_vault().has_value());
  const auto refused = world.get("/v1/requests")["requests"];
  BOOST_REQUIRE(refused.size() == 1U);
  BOOST_TEST(refused[0]["outcome"] == "refused");
  BOOST_TEST(refused[0]["status"].is_null());
}

BOOST_AUTO_TEST_CASE(tells_no_secret_and_no_token) {
  World world;
  BOOST_REQUIRE(world.read_vault("portal-kv/data/oidc/idp-admin").has_value());
  for (const char* act : {R"({"create_secret": true})", R"({"restart": true})",
                          R"({"delete_secret": true})", R"({"replace_secret": true})"})
    world.call("POST", "/v1/acts", act);
  auto plaintexts = world.served().world().plaintexts();
  plaintexts.push_back(operator_token);
  plaintexts.push_back(token);
  const scenarios::SecretSearch plain(plaintexts);
  for (const char* target : {"/v1/state", "/v1/requests?limit=1000", "/v1/faults", "/v1/acts",
                             "/v1/scenario", "/v1/clock", "/v1/openapi.json"})
    BOOST_TEST(!plain.found_in(world.call("GET", target).body), target);
}

BOOST_AUTO_TEST_CASE(a_reset_brings_the_world_back_to_its_beginning_at_the_same_place) {
  World world;
  const auto before = world.served().servers().endpoints();
  const auto state = world.get("/v1/state");
  const auto secret = world.secret_in_vault();
  world.must(200, "POST", "/v1/acts", R"({"create_secret": true})");
  world.must(200, "POST", "/v1/acts", R"({"partition": "*>idp"})");
  world.must(201, "POST", "/v1/faults", R"({"kind": "refuse", "server": "vault", "count": 0})");
  world.must(200, "POST", "/v1/clock", R"({"jump": "1h"})");
  world.must(200, "POST", "/v1/acts", R"({"seal": "vault"})");
  world.must(200, "POST", "/v1/reset");
  BOOST_TEST(world.served().servers().endpoints().vault == before.vault);
  BOOST_TEST(world.served().servers().endpoints().idp == before.idp);
  // The same client, authority and token; the same secrets and pods.
  BOOST_TEST(world.secret_in_vault() == secret);
  auto after = world.get("/v1/state");
  BOOST_TEST(after["clock"]["ahead_s"] == 0.0);
  BOOST_TEST(after["secrets"].size() == 1U);
  BOOST_TEST(after["secrets"][0]["fingerprint"] == state["secrets"][0]["fingerprint"]);
  BOOST_TEST(after["network"] == state["network"]);
  BOOST_TEST(world.get("/v1/faults")["faults"].empty());
  BOOST_TEST(world.get("/v1/requests")["requests"].size() == 1U);
}

BOOST_AUTO_TEST_CASE(another_scenario_takes_its_place_and_credentials_stay_good) {
  World world;
  const auto vault = world.served().servers().endpoints().vault;
  world.must(200, "PUT", "/v1/scenario", R"({"name": "guide/keycloak"})");
  BOOST_TEST(world.get("/v1/scenario")["name"] == "guide/keycloak");
  BOOST_TEST(world.served().servers().endpoints().vault == vault);
  BOOST_TEST(world.vault_status() == 200);
  const Json yaml = {{"yaml",
                      "purpose: One pod.\nsource: this test\nseed: 77\nworld:\n  vault: "
                      "{max_versions: 2}\n  fleet: {replicas: 1}\n"}};
  world.must(200, "PUT", "/v1/scenario", yaml.dump());
  BOOST_TEST(world.state("pods").size() == 1U);
  BOOST_TEST(world.vault_status() == 200);

  BOOST_TEST(has(world.refusal(404, "PUT", "/v1/scenario", R"({"name": "guide/none"})"), "none"));
  BOOST_TEST(has(world.refusal(404, "PUT", "/v1/scenario", R"({"name": "../README"})"), "no"));
  BOOST_TEST(has(world.refusal(422, "PUT", "/v1/scenario", R"({"yaml": "purpose: x"})"), "source"));
  BOOST_TEST(has(world.refusal(422, "PUT", "/v1/scenario", R"({"path": "x"})"), "expected"));
  // What was wrong changed nothing.
  BOOST_TEST(world.state("pods").size() == 1U);
  BOOST_TEST(!world.stop().requested());
}

BOOST_AUTO_TEST_SUITE_END()
