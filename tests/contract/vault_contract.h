// What every Vault must do, whoever it is and however it is reached: the mock in process, the mock
// over HTTPS, a real server where one is at hand. Same bodies, same asserts.
//
// Each function is a body on its own: it writes keys that no other one reads, and waits for no time
// to pass, so that all run in real time too.
#pragma once

#include <boost/test/unit_test.hpp>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "rotator/ports/http.h"
#include "tests/contract/contract_case.h"

namespace contract {

struct VaultSubject {
  // Sends a request with `target` under /v1/ and gives the whole answer.
  std::function<ports::Response(const ports::Request&)> send = {};
  std::string root_token = "root";
  // A KV version 2 mount that nobody else writes to, without slashes.
  std::string mount = "contract-kv";
  // Goes before every path, so that a run on a lasting server finds its keys unwritten.
  std::string prefix = "run";
};

class Vault {
 public:
  explicit Vault(const VaultSubject& server) : server_(server), token_(server.root_token) {}

  ports::Response call(const std::string& method, const std::string& path,
                       const nlohmann::json& body = nullptr) const {
    ports::Request request{.method = method, .target = "/v1/" + path};
    if (!token_.empty()) request.headers.push_back({.name = "X-Vault-Token", .value = token_});
    if (!body.is_null()) request.body = body.dump();
    if (method == "PATCH")
      request.headers.push_back({.name = "Content-Type", .value = "application/merge-patch+json"});
    return server_.send(request);
  }
  nlohmann::json json(const ports::Response& response) const {
    auto parsed = nlohmann::json::parse(response.body, nullptr, false);
    BOOST_TEST(!parsed.is_discarded(), "not JSON: " + response.body);
    return parsed;
  }
  std::string data(const std::string& key) const { return at("data", key); }
  std::string at(const std::string& verb, const std::string& key) const {
    return server_.mount + "/" + verb + "/" + server_.prefix + "/" + key;
  }
  std::string error(const ports::Response& response) const {
    const auto body = json(response);
    if (!body.is_object() || !body.contains("errors") || body["errors"].empty()) return {};
    return body["errors"][0].get<std::string>();
  }
  Vault as(const std::string& token) const {
    Vault other(server_);
    other.token_ = token;
    return other;
  }
  const VaultSubject& server() const { return server_; }

 private:
  const VaultSubject& server_;
  std::string token_;
};

inline void checks_and_sets(const VaultSubject& server) {
  const Vault vault(server);
  const std::string mismatch = "check-and-set parameter did not match the current version";
  const auto write = [&](const nlohmann::json& cas) {
    return vault.call("POST", vault.data("cas"),
                      {{"data", {{"a", "b"}}}, {"options", {{"cas", cas}}}});
  };
  BOOST_TEST(write(0).status == 200);
  for (const nlohmann::json& cas :
       {nlohmann::json(0), nlohmann::json(9), nlohmann::json(-1), nlohmann::json(nullptr)}) {
    const auto refused = write(cas);
    BOOST_TEST(refused.status == 400);
    BOOST_TEST(vault.error(refused) == mismatch);
  }
  BOOST_TEST(write("1").status == 200);
  for (const nlohmann::json& cas : {nlohmann::json("abc"), nlohmann::json(2.5)})
    BOOST_TEST(vault.error(write(cas)) == "error parsing check-and-set parameter");
  const auto read = vault.json(vault.call("GET", vault.data("cas")));
  BOOST_TEST(read["data"]["metadata"]["version"] == 2);
  // A soft-deleted latest version still counts; deleted metadata starts again.
  BOOST_TEST(vault.call("DELETE", vault.data("cas")).status == 204);
  BOOST_TEST(write(0).status == 400);
  BOOST_TEST(write(2).status == 200);
  BOOST_TEST(vault.call("DELETE", vault.at("metadata", "cas")).status == 204);
  BOOST_TEST(vault.json(write(0))["data"]["version"] == 1);
}

inline void requires_cas_where_told(const VaultSubject& server) {
  const Vault vault(server);
  const std::string required = "check-and-set parameter required for this call";
  BOOST_TEST(vault.call("POST", vault.at("metadata", "strict"), {{"cas_required", true}}).status ==
             204);
  const nlohmann::json body = {{"data", {{"a", "b"}}}};
  BOOST_TEST(vault.error(vault.call("POST", vault.data("strict"), body)) == required);
  BOOST_TEST(
      vault.call("POST", vault.data("strict"), {{"data", {{"a", "b"}}}, {"options", {{"cas", 0}}}})
          .status == 200);
  BOOST_TEST(vault.error(vault.call("PATCH", vault.data("strict"), body)) == required);
}

inline void deletes_restores_and_destroys(const VaultSubject& server) {
  const Vault vault(server);
  for (int i = 1; i <= 2; ++i)
    BOOST_TEST(vault.call("PUT", vault.data("life"), {{"data", {{"n", i}}}}).status == 200);
  BOOST_TEST(vault.call("DELETE", vault.data("life")).status == 204);
  auto gone = vault.call("GET", vault.data("life"));
  BOOST_TEST(gone.status == 404);
  BOOST_TEST(vault.json(gone)["data"]["data"].is_null());
  BOOST_TEST(vault.json(gone)["data"]["metadata"]["deletion_time"] != "");
  const auto flat = vault.call("PATCH", vault.data("life"), {{"data", {{"x", 1}}}});
  BOOST_TEST(flat.status == 404);
  BOOST_TEST(vault.json(flat)["data"]["version"] == 2);
  BOOST_TEST(vault.call("GET", vault.data("life") + "?version=1").status == 200);
  BOOST_TEST(vault.call("POST", vault.at("undelete", "life"), {{"versions", {2}}}).status == 204);
  BOOST_TEST(vault.call("GET", vault.data("life")).status == 200);
  BOOST_TEST(vault.call("PUT", vault.at("destroy", "life"), {{"versions", {"2"}}}).status == 204);
  BOOST_TEST(vault.call("POST", vault.at("undelete", "life"), {{"versions", {2}}}).status == 204);
  gone = vault.call("GET", vault.data("life"));
  BOOST_TEST(gone.status == 404);
  BOOST_TEST(vault.json(gone)["data"]["metadata"]["destroyed"] == true);
  // All three are 204 where nothing is, and want at least one number.
  for (const char* verb : {"delete", "undelete", "destroy"}) {
    BOOST_TEST(vault.call("POST", vault.at(verb, "nothing"), {{"versions", {1}}}).status == 204);
    BOOST_TEST(vault.call("POST", vault.at(verb, "life"), {{"versions", nlohmann::json::array()}})
                   .status == 400);
  }
  BOOST_TEST(vault.call("DELETE", vault.data("nothing")).status == 204);
}

inline void patches_by_merging(const VaultSubject& server) {
  const Vault vault(server);
  const nlohmann::json change = {{"data", {{"b", nullptr}, {"c", {{"y", 2}}}, {"new", "n"}}}};
  const auto missing = vault.call("PATCH", vault.data("patch"), change);
  BOOST_TEST(missing.status == 404);
  BOOST_TEST(missing.body.empty());
  vault.call("POST", vault.data("patch"),
             {{"data", {{"a", 1}, {"b", 2}, {"c", {{"x", 1}, {"y", 1}}}}}});
  BOOST_TEST(vault.call("PATCH", vault.data("patch"), change).status == 200);
  const auto read = vault.json(vault.call("GET", vault.data("patch")));
  const nlohmann::json expected = {{"a", 1}, {"c", {{"x", 1}, {"y", 2}}}, {"new", "n"}};
  BOOST_TEST((read["data"]["data"] == expected), read["data"]["data"].dump());
  ports::Request wrong{.method = "PATCH", .target = "/v1/" + vault.data("patch"), .body = "{}"};
  wrong.headers = {{.name = "X-Vault-Token", .value = server.root_token},
                   {.name = "Content-Type", .value = "application/json"}};
  BOOST_TEST(server.send(wrong).status == 415);
}

inline void keeps_a_window_of_versions(const VaultSubject& server) {
  const Vault vault(server);
  vault.call("POST", vault.at("metadata", "window"), {{"max_versions", 3}});
  for (int i = 1; i <= 5; ++i) vault.call("POST", vault.data("window"), {{"data", {{"n", i}}}});
  const auto metadata = vault.json(vault.call("GET", vault.at("metadata", "window")))["data"];
  BOOST_TEST(metadata["oldest_version"] == 3);
  BOOST_TEST(metadata["versions"].size() == 3U);
  const auto pruned = vault.call("GET", vault.data("window") + "?version=2");
  BOOST_TEST(pruned.status == 404);
  BOOST_TEST((vault.json(pruned) == nlohmann::json{{"errors", nlohmann::json::array()}}));
  BOOST_TEST(vault.call("GET", vault.data("window") + "?version=3").status == 200);
}

inline void lists_names_and_folders(const VaultSubject& server) {
  const Vault vault(server);
  for (const char* key : {"list/b", "list/a", "list/dir/x"})
    vault.call("POST", vault.data(key), {{"data", {{"a", 1}}}});
  const nlohmann::json expected = {"a", "b", "dir/"};
  for (const auto& answer : {vault.call("LIST", vault.at("metadata", "list")),
                             vault.call("GET", vault.at("metadata", "list") + "?list=true")})
    BOOST_TEST((vault.json(answer)["data"]["keys"] == expected), answer.body);
  BOOST_TEST(vault.call("LIST", vault.at("metadata", "nothing")).status == 404);
}

inline void tells_which_engine_a_path_has(const VaultSubject& server) {
  const Vault vault(server);
  const auto found =
      vault.json(vault.call("GET", "sys/internal/ui/mounts/" + server.mount + "/any/path"));
  BOOST_TEST(found["data"]["path"] == server.mount + "/");
  BOOST_TEST(found["data"]["type"] == "kv");
  BOOST_TEST(found["data"]["options"]["version"] == "2");
  BOOST_TEST(vault.call("GET", "sys/internal/ui/mounts/no-such-mount/x").status == 403);
}

inline void enforces_policies(const VaultSubject& server) {
  const Vault vault(server);
  vault.call("POST", vault.data("mine"), {{"data", {{"a", 1}}}});
  const std::string policy = "path \"" + vault.data("mine") + "\" { capabilities = [\"read\"] }";
  BOOST_TEST(vault.call("PUT", "sys/policies/acl/contract-ro", {{"policy", policy}}).status == 204);
  const auto made = vault.json(
      vault.call("POST", "auth/token/create", {{"policies", {"contract-ro"}}, {"ttl", "1h"}}));
  const std::string token = made["auth"]["client_token"].get<std::string>();
  const Vault reader = vault.as(token);
  const std::string denied = "1 error occurred:\n\t* permission denied\n\n";
  BOOST_TEST(reader.call("GET", vault.data("mine")).status == 200);
  for (const auto& answer :
       {reader.call("GET", vault.data("other")),
        reader.call("POST", vault.data("mine"), {{"data", {{"a", 2}}}}),
        reader.call("DELETE", vault.data("mine")), reader.call("GET", "sys/mounts"),
        reader.call("GET", "no-such-mount/x")}) {
    BOOST_TEST(answer.status == 403);
    BOOST_TEST(vault.error(answer) == denied);
  }
  const auto self = vault.json(reader.call("GET", "auth/token/lookup-self"))["data"];
  BOOST_TEST((self["policies"] == nlohmann::json{"contract-ro", "default"}));
  BOOST_TEST(reader.call("POST", "auth/token/renew-self").status == 200);
  BOOST_TEST(reader.call("POST", "auth/token/revoke-self").status == 204);
  BOOST_TEST(reader.call("GET", vault.data("mine")).status == 403);
  BOOST_TEST(vault.as("").call("GET", vault.data("mine")).status == 403);
  BOOST_TEST(vault.call("GET", "no-such-mount/x").status == 404);
}

inline void sends_its_headers_on_every_answer(const VaultSubject& server) {
  const Vault vault(server);
  for (const auto& answer :
       {vault.call("GET", "sys/health"), vault.call("DELETE", vault.data("nothing")),
        vault.call("GET", vault.data("nothing")), vault.as("").call("GET", vault.data("x"))}) {
    BOOST_TEST(ports::find_header(answer.headers, "Cache-Control").value_or("") == "no-store");
    BOOST_TEST(ports::find_header(answer.headers, "Content-Type").value_or("") ==
               "application/json");
  }
}

inline void hands_a_wrapped_answer_out_once(const VaultSubject& server) {
  const Vault vault(server);
  vault.call("POST", vault.data("wrapped"), {{"data", {{"a", "b"}}}});
  ports::Request request{.method = "GET", .target = "/v1/" + vault.data("wrapped")};
  request.headers = {{.name = "X-Vault-Token", .value = server.root_token},
                     {.name = "X-Vault-Wrap-TTL", .value = "60s"}};
  const auto wrapped = vault.json(server.send(request));
  BOOST_TEST(wrapped["request_id"] == "");
  BOOST_TEST(wrapped["data"].is_null());
  BOOST_TEST(wrapped["wrap_info"]["ttl"] == 60);
  const Vault holder = vault.as(wrapped["wrap_info"]["token"].get<std::string>());
  const auto inner = vault.json(holder.call("POST", "sys/wrapping/unwrap"));
  BOOST_TEST(inner["data"]["data"]["a"] == "b");
  const auto again = holder.call("POST", "sys/wrapping/unwrap");
  BOOST_TEST(again.status == 400);
  BOOST_TEST(vault.error(again) == "wrapping token is not valid or does not exist");
}

}  // namespace contract

#define VAULT_CONTRACT(run)                             \
  CONTRACT_CASE(run, checks_and_sets)                   \
  CONTRACT_CASE(run, requires_cas_where_told)           \
  CONTRACT_CASE(run, deletes_restores_and_destroys)     \
  CONTRACT_CASE(run, patches_by_merging)                \
  CONTRACT_CASE(run, keeps_a_window_of_versions)        \
  CONTRACT_CASE(run, lists_names_and_folders)           \
  CONTRACT_CASE(run, tells_which_engine_a_path_has)     \
  CONTRACT_CASE(run, enforces_policies)                 \
  CONTRACT_CASE(run, sends_its_headers_on_every_answer) \
  CONTRACT_CASE(run, hands_a_wrapped_answer_out_once)
