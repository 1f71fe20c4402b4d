// Policies: what the HCL means and which rule wins.
#include "mocks/vault/store/policy.h"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(policy)

namespace {

using mocks::vault::Acl;
using mocks::vault::Policy;
namespace capability = mocks::vault::capability;

Acl acl_of(std::initializer_list<const char*> texts) {
  Acl acl;
  for (const char* text : texts) {
    const auto parsed = Policy::parse(text);
    BOOST_REQUIRE_MESSAGE(parsed.has_value(), text);
    acl.add(*parsed);
  }
  return acl;
}

std::string refusal(const char* text) {
  const auto parsed = Policy::parse(text);
  return parsed ? "" : parsed.error().message;
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_exact_rule_beats_a_glob_and_a_later_glob_an_earlier_one) {
  const Acl acl = acl_of({R"(path "*" { capabilities = ["list"] }
                             path "kv/*" { capabilities = ["read"] }
                             path "kv/data/+/x" { capabilities = ["update"] }
                             path "kv/data/a*" { capabilities = ["create"] }
                             path "kv/data/a/x" { capabilities = ["delete"] })"});
  BOOST_TEST(acl.at("kv/data/a/x") == capability::remove);
  BOOST_TEST(acl.at("kv/data/b/x") == capability::update);
  BOOST_TEST(acl.at("kv/data/a/y") == capability::create);
  BOOST_TEST(acl.at("kv/other") == capability::read);
  BOOST_TEST(acl.at("elsewhere") == capability::list);
}

BOOST_AUTO_TEST_CASE(a_plus_stands_for_exactly_one_segment) {
  const Acl acl = acl_of({R"(path "kv/+/b" { capabilities = ["read"] }
                             path "m/+/c*" { capabilities = ["read"] })"});
  BOOST_TEST(acl.at("kv/a/b") == capability::read);
  BOOST_TEST(acl.at("kv/a/a/b") == 0);
  BOOST_TEST(acl.at("kv/b") == 0);
  BOOST_TEST(acl.at("m/x/cd/e") == capability::read);
  BOOST_TEST(acl.at("m/x/d") == 0);
}

BOOST_AUTO_TEST_CASE(rules_of_one_path_join_and_deny_beats_all) {
  const Acl acl = acl_of({R"(path "a" { capabilities = ["read"] }
                             path "b" { capabilities = ["read"] })",
                          R"(path "a" { capabilities = ["update", "create"] }
                             path "b" { capabilities = ["deny"] })"});
  BOOST_TEST(acl.at("a") == (capability::read | capability::update | capability::create));
  BOOST_TEST(acl.at("b") == capability::deny);
}

BOOST_AUTO_TEST_CASE(understands_comments_older_policies_and_json) {
  const Acl acl = acl_of({"# one\n// two\n/* three\n */ path \"/a\" { policy = \"read\" }",
                          R"({"path": {"b": {"capabilities": ["update"]}}})"});
  BOOST_TEST(acl.at("a") == (capability::read | capability::list));
  BOOST_TEST(acl.at("b") == capability::update);
}

BOOST_AUTO_TEST_CASE(names_what_is_wrong_in_vaults_words) {
  BOOST_TEST(refusal("path {{{") == "At 1:7: expected: IDENT | STRING got: LBRACE");
  BOOST_TEST(refusal(R"(path "x" { capabilities = ["fly"] })") ==
             "path \"x\": invalid capability \"fly\"");
  BOOST_TEST(refusal("role \"x\" { }") == "invalid key \"role\" on line 1");
  for (const char* text :
       {"path \"x\" {", "path \"x", "path", "path \"x\" { capabilities }", "}", "/* open",
        "path \"x\" { capabilities = [read] }", "path \"a/+*\" { capabilities = [\"read\"] }",
        // What would narrow a rule is refused, not ignored.
        "path \"x\" { allowed_parameters = [\"a\"] }", "{\"path\": 1}", "{"})
    BOOST_TEST(!refusal(text).empty(), text);
}

BOOST_AUTO_TEST_CASE(tells_whether_anything_below_a_mount_is_allowed) {
  const Acl acl = acl_of({R"(path "kv/data/a" { capabilities = ["read"] }
                             path "no/x" { capabilities = ["deny"] })"});
  BOOST_TEST(acl.any_below("kv/"));
  BOOST_TEST(!acl.any_below("no/"));
  BOOST_TEST(!acl.any_below("other/"));
  BOOST_TEST(acl_of({R"(path "k*" { capabilities = ["read"] })"}).any_below("kv/"));
}

BOOST_AUTO_TEST_CASE(the_default_policy_lets_a_token_look_after_itself) {
  Acl acl;
  acl.add(Policy::default_policy());
  BOOST_TEST(acl.at("auth/token/lookup-self") == capability::read);
  BOOST_TEST(acl.at("auth/token/renew-self") == capability::update);
  BOOST_TEST(acl.at("secret/data/x") == 0);
}

BOOST_AUTO_TEST_SUITE_END()
