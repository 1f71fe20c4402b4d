#include "rotator/vault/kv.h"

#include <boost/test/unit_test.hpp>

#include "tests/rotator/scripted_http.h"

namespace rotator {

using namespace std::chrono_literals;
using ports::ErrorCode;
using tests::holds;

namespace kv {

const std::string root = "https://vault.example:8200/v1/";
const std::string data_url = root + "portal-kv/data/oidc/portal";
const std::string value = "synthetic-secret-one";
const std::vector<std::string> never_shown = {value, "hvs.synthetic-token"};

std::string version_answer(const std::string& data, int version) {
  return R"({"request_id":"r","lease_id":"","data":{"data":)" + data +
         R"(,"metadata":{"created_time":"2026-11-23T10:00:00.123456789Z","custom_metadata":null,"deletion_time":"","destroyed":false,"version":)" +
         std::to_string(version) + R"(}},"wrap_info":null,"warnings":null,"auth":null})";
}

struct World {
  tests::ManualClock clock;
  tests::ScriptedHttp http{clock};
  tests::MemoryFiles files;
  VaultSession session{http,
                       clock,
                       files,
                       {.address = "https://vault.example:8200"},
                       ports::Secret(std::string("hvs.synthetic-token"))};
  KeyValue kv{session, "portal-kv", "oidc/portal"};
};

template <typename R>
void check_error(const R& result, ErrorCode code, const std::string& part) {
  BOOST_REQUIRE(!result);
  BOOST_TEST(result.error().code == code);
  BOOST_TEST(holds(result.error().message, part),
             "\"" << result.error().message << "\" lacks " << part);
  tests::check_discreet(result.error(), never_shown);
}

KvData some_data() {
  auto data = KvData::parse(R"({"client_secret":"synthetic-secret-one","port":8443})");
  REQUIRE_OK(data);
  return std::move(*data);
}

}  // namespace kv

BOOST_FIXTURE_TEST_SUITE(kv, kv::World)

BOOST_AUTO_TEST_CASE(keeps_fields_that_are_not_ours) {
  auto data = KvData::parse(
      R"({"client_secret":"synthetic-secret-one","nested":{"b":[1,2.5,null]},"big":18446744073709551615,"flag":true})");
  REQUIRE_OK(data);
  data->set("client_secret", "synthetic \"two\"\n");
  data->set("rotation_id", "r-1");
  data->remove("flag");
  data->remove("not there");
  BOOST_TEST(
      data->json().reveal_to_wire() ==
      R"({"client_secret":"synthetic \"two\"\n","nested":{"b":[1,2.5,null]},"big":18446744073709551615,"rotation_id":"r-1"})");
  const std::vector<std::string> names = {"big", "client_secret", "nested", "rotation_id"};
  BOOST_TEST(data->fields() == names, boost::test_tools::per_element());
  BOOST_TEST(data->secret("client_secret")->reveal_to_wire() == "synthetic \"two\"\n");
  BOOST_TEST(data->text("rotation_id").value() == "r-1");
  BOOST_TEST(!data->text("big").has_value());
  BOOST_TEST(!data->secret("absent").has_value());
}

BOOST_AUTO_TEST_CASE(refuses_data_that_is_no_object) {
  for (const char* bad : {"", "null", "[]", "{", "\"synthetic-secret-one\""})
    check_error(KvData::parse(bad), ErrorCode::malformed, "JSON");
  // It could not be written back as it was.
  check_error(KvData::parse(R"({"big":123456789012345678901})"), ErrorCode::malformed, "JSON");
}

BOOST_AUTO_TEST_CASE(reads_the_current_and_an_older_version) {
  http.expect("GET " + data_url, 200,
              version_answer(R"({"client_secret":"synthetic-secret-one"})", 7));
  const auto current = kv.read();
  REQUIRE_OK(current);
  BOOST_TEST(current->version == 7);
  BOOST_TEST(current->data.secret("client_secret")->reveal_to_wire() == value);
  BOOST_TEST((current->created == ports::WallTime(1'795'428'000s + 123456789ns)));
  http.expect("GET " + data_url + "?version=3", 200, version_answer("{}", 3));
  const auto older = kv.read(3);
  REQUIRE_OK(older);
  BOOST_TEST(older->version == 3);
}

BOOST_AUTO_TEST_CASE(tells_never_written_from_deleted_and_destroyed) {
  http.expect("GET " + data_url, 404, R"({"errors":[]})");
  check_error(kv.read(), ErrorCode::missing, "there is none");
  http.expect(
      "GET " + data_url, 404,
      R"({"errors":["no handler for route \"portal-kv/data/oidc/portal\". route entry not found."]})");
  check_error(kv.read(), ErrorCode::missing, "no handler for route");
  http.expect(
      "GET " + data_url, 404,
      R"({"data":{"data":null,"metadata":{"deletion_time":"2026-11-23T09:00:00Z","destroyed":false,"version":4}}})");
  check_error(kv.read(), ErrorCode::missing, "version 4 was deleted");
  http.expect(
      "GET " + data_url, 404,
      R"({"data":{"data":null,"metadata":{"deletion_time":"","destroyed":true,"version":4}}})");
  check_error(kv.read(), ErrorCode::missing, "version 4 was destroyed");
}

BOOST_AUTO_TEST_CASE(refuses_a_version_1_answer_and_what_is_not_json) {
  http.expect("GET " + data_url, 200, R"({"data":{"client_secret":"synthetic-secret-one"}})");
  check_error(kv.read(), ErrorCode::malformed, "KV version 2");
  http.expect("GET " + data_url, 200, "<html>synthetic-secret-one</html>");
  check_error(kv.read(), ErrorCode::malformed, "JSON");
}

BOOST_AUTO_TEST_CASE(writes_by_put_with_check_and_set) {
  http.expect("PUT " + data_url, 200,
              R"({"data":{"created_time":"2026-11-23T10:00:00Z","version":8}})");
  const auto written = kv.write(some_data(), 7);
  REQUIRE_OK(written);
  BOOST_TEST(*written == 8);
  BOOST_TEST(
      http.requests[0].body ==
      R"({"options":{"cas":7},"data":{"client_secret":"synthetic-secret-one","port":8443}})");
}

BOOST_AUTO_TEST_CASE(names_a_lost_race_a_conflict) {
  http.expect("PUT " + data_url, 400,
              R"({"errors":["check-and-set parameter did not match the current version"]})");
  check_error(kv.write(some_data(), 7), ErrorCode::conflict, "version 7");
}

BOOST_AUTO_TEST_CASE(leaves_an_unsure_write_to_be_settled_by_reading) {
  http.expect_error("PUT " + data_url, ErrorCode::ambiguous);
  check_error(kv.write(some_data(), 7), ErrorCode::ambiguous, "connection broke");
  http.expect("PUT " + data_url, 504, "");
  check_error(kv.write(some_data(), 7), ErrorCode::ambiguous, "504");
  http.expect("PUT " + data_url, 200, "not json");
  check_error(kv.write(some_data(), 7), ErrorCode::ambiguous, "accepted");
}

BOOST_AUTO_TEST_CASE(shows_why_a_write_was_refused_without_what_it_wrote) {
  http.expect("PUT " + data_url, 400, R"({"errors":["value synthetic-secret-one is too long"]})");
  check_error(kv.write(some_data(), 7), ErrorCode::refused, "value ... is too long");
  http.expect("PUT " + data_url, 413, R"({"errors":["http: request body too large"]})");
  check_error(kv.write(some_data(), 7), ErrorCode::refused, "413");
  http.expect("PUT " + data_url, 403,
              R"({"errors":["1 error occurred:\n\t* permission denied\n\n"]})");
  check_error(kv.write(some_data(), 7), ErrorCode::refused, "permission denied");
}

BOOST_AUTO_TEST_CASE(reads_the_window_of_versions) {
  http.expect(
      "GET " + root + "portal-kv/metadata/oidc/portal", 200,
      R"({"data":{"cas_required":true,"current_version":12,"oldest_version":3,"max_versions":5,"versions":{}}})");
  const auto metadata = kv.metadata();
  REQUIRE_OK(metadata);
  BOOST_TEST(metadata->current_version == 12);
  BOOST_TEST(metadata->oldest_version == 3);
  BOOST_TEST(metadata->max_versions == 5);
  BOOST_TEST(metadata->cas_required);
  http.expect("GET " + root + "portal-kv/metadata/oidc/portal", 404, R"({"errors":[]})");
  check_error(kv.metadata(), ErrorCode::missing, "metadata");
  http.expect("GET " + root + "portal-kv/metadata/oidc/portal", 200, R"({"data":{}})");
  check_error(kv.metadata(), ErrorCode::malformed, "current_version");
}

BOOST_AUTO_TEST_CASE(knows_after_how_long_vault_deletes_a_version) {
  const auto lifetime = [](std::optional<ports::Duration> mount, ports::Duration key) {
    return version_lifetime({.delete_version_after = mount}, {.delete_version_after = key});
  };
  using namespace std::chrono_literals;
  BOOST_TEST((lifetime(0s, 0s) == 0s));
  BOOST_TEST((lifetime(1h, 0s) == 1h));
  BOOST_TEST((lifetime(0s, 2h) == 2h));
  BOOST_TEST((lifetime(3h, 2h) == 2h));
  BOOST_TEST((lifetime(1h, 2h) == 1h));
  // The mount switches it off for every path.
  BOOST_TEST((lifetime(-1s, 2h) == 0s));
  BOOST_TEST((lifetime(std::nullopt, 2h) == 2h));

  http.expect("GET " + root + "portal-kv/metadata/oidc/portal", 200,
              R"({"data":{"current_version":12,"delete_version_after":"3h25m19s"}})");
  BOOST_TEST((kv.metadata()->delete_version_after == 3h + 25min + 19s));
  http.expect(
      "GET " + data_url, 200,
      R"({"data":{"data":{"client_secret":"synthetic"},"metadata":{"created_time":"2026-11-23T10:00:00Z","deletion_time":"2026-11-23T12:00:00Z","version":3}}})");
  const auto read = kv.read();
  REQUIRE_OK(read);
  BOOST_TEST((read->expires.value() - read->created == 2h));
}

BOOST_AUTO_TEST_CASE(finds_out_what_is_mounted) {
  const std::string mounts = "GET " + root + "sys/internal/ui/mounts/portal-kv/oidc/portal";
  http.expect(mounts, 200,
              R"({"data":{"path":"portal-kv/","type":"kv","options":{"version":"2"}}})");
  http.expect("GET " + root + "portal-kv/config", 200,
              R"({"data":{"cas_required":false,"max_versions":4}})");
  auto mount = kv.mount();
  REQUIRE_OK(mount);
  BOOST_TEST(mount->path == "portal-kv/");
  BOOST_TEST(mount->type == "kv");
  BOOST_TEST(mount->version == 2);
  BOOST_TEST(mount->max_versions.value() == 4);
  // A version 1 mount has no options, and no configuration to ask for.
  http.expect(mounts, 200, R"({"data":{"path":"portal-kv/","type":"kv","options":null}})");
  mount = kv.mount();
  REQUIRE_OK(mount);
  BOOST_TEST(mount->version == 1);
  // The configuration is often not readable: then it is not known.
  http.expect(mounts, 200,
              R"({"data":{"path":"portal-kv/","type":"kv","options":{"version":"2"}}})");
  http.expect("GET " + root + "portal-kv/config", 403,
              R"({"errors":["1 error occurred:\n\t* permission denied\n\n"]})");
  mount = kv.mount();
  REQUIRE_OK(mount);
  BOOST_TEST(!mount->max_versions.has_value());
  http.expect(
      mounts, 403,
      R"({"errors":["preflight capability check returned 403, please ensure client's policies grant access to path \"portal-kv/oidc/portal/\""]})");
  check_error(kv.mount(), ErrorCode::refused, "preflight capability check");
}

BOOST_AUTO_TEST_CASE(asks_what_its_token_may_do) {
  http.expect(
      "POST " + root + "sys/capabilities-self", 200,
      R"({"portal-kv/data/oidc/portal":["read"],"data":{"a":["deny"],"portal-kv/data/oidc/portal":["create","update"]}})");
  const auto capabilities = rotator::capabilities_on(session, {kv.policy_path(), "a"});
  REQUIRE_OK(capabilities);
  BOOST_TEST_REQUIRE(capabilities->size() == 2);
  const std::vector<std::string> expected = {"create", "update"};
  BOOST_TEST(capabilities->front() == expected, boost::test_tools::per_element());
  BOOST_TEST(capabilities->back().at(0) == "deny");
  BOOST_TEST(http.requests[0].body == R"({"paths":["portal-kv/data/oidc/portal","a"]})");
  http.expect("POST " + root + "sys/capabilities-self", 200, R"({"data":{}})");
  check_error(rotator::capabilities_on(session, {kv.policy_path("metadata")}), ErrorCode::malformed,
              "portal-kv/metadata/oidc/portal");
}

BOOST_AUTO_TEST_CASE(destroys_one_version_and_repeats_after_a_lost_reply) {
  const std::string url = "PUT " + root + "portal-kv/destroy/oidc/portal";
  http.expect_error(url, ErrorCode::ambiguous).expect(url, 204);
  BOOST_TEST(kv.destroy(3).has_value());
  BOOST_TEST(http.requests[1].body == R"({"versions":[3]})");
  http.expect(url, 405, R"({"errors":["unsupported operation"]})");
  check_error(kv.destroy(3), ErrorCode::refused, "unsupported operation");
}

BOOST_AUTO_TEST_CASE(encodes_what_could_change_the_path) {
  KeyValue odd(session, "team/kv", "a b/c?d#e%");
  http.expect("GET " + root + "team/kv/data/a%20b/c%3Fd%23e%25", 404, R"({"errors":[]})");
  check_error(odd.read(), ErrorCode::missing, "team/kv/a b");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rotator
