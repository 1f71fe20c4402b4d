// The mock answers as the real Vault 1.14.2 did: its recorded exchanges, in order.
#include "tests/recorded/replay.h"

#include <boost/test/unit_test.hpp>
#include <iostream>

#include "tests/mocks/vault/world.h"

BOOST_AUTO_TEST_SUITE(replay)

namespace {

ports::Request as_root(const std::string& method, const std::string& path,
                       const std::string& body) {
  ports::Request request{.method = method, .target = "/v1/" + path, .body = body};
  request.headers.push_back({.name = "X-Vault-Token", .value = "root"});
  if (method == "PATCH")
    request.headers.push_back({.name = "Content-Type", .value = "application/merge-patch+json"});
  return request;
}

}  // namespace

BOOST_AUTO_TEST_CASE(answers_as_the_recorded_server_did) {
  vault_test::World world;
  recorded::Options options{
      .exact = true,
      // Times, counts of shares, and what depends on the second in which a token was made.
      .loose_keys = {"creation_time", "ttl", "server_time_utc"},
  };
  // The recording leaves out rows whose answers vary; these are the changes that they had made.
  options.bridges["quota.create"] = {
      as_root("POST", "sys/mounts/cas-kv", R"({"type":"kv","options":{"version":"2"}})"),
      as_root("POST", "cas-kv/data/a", R"({"data":{"a":"1"}})"),
      as_root("POST", "cas-kv/data/a", R"({"data":{"a":"2"}})")};
  options.bridges["s2.patch.no-x-vault-request"] = {
      as_root("PATCH", "portal-kv/data/team/svc", R"({"data":{"pass":"left-out-1"}})"),
      as_root("PATCH", "portal-kv/data/team/svc", R"({"data":{"pass":"left-out-2"}})")};
  options.bridges["cli.kv-delete.1"] = {
      as_root("PATCH", "portal-kv/data/oidc/portal", R"({"data":{"extra":"left-out"}})"),
      as_root("PUT", "portal-kv/metadata/oidc/portal",
              R"({"max_versions":5,"custom_metadata":{"owner":"sec","x":"y"}})")};
  options.bridges["cli.kv-destroy.1"] = {
      as_root("PUT", "portal-kv/data/oidc/portal", R"({"data":{"client_secret":"left-out"}})")};
  options.bridges["cli.kv-get.after-metadata-delete.1"] = {
      as_root("DELETE", "portal-kv/metadata/oidc/portal", "")};
  const auto outcome =
      recorded::replay(world.vault, OVERLAP_SOURCE_DIR "/tests/recorded/vault.jsonl", options);
  BOOST_TEST_MESSAGE(outcome.summary());
  std::cout << outcome.summary();
  BOOST_TEST(outcome.differing == 0, outcome.summary());
  BOOST_TEST(outcome.matched + outcome.skipped.size() == 363U);
}

BOOST_AUTO_TEST_SUITE_END()
