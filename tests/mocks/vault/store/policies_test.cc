// Policies by name, and the sets that tokens have of them.
#include "mocks/vault/store/policies.h"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(policies)

namespace {

using mocks::vault::Policies;
using mocks::vault::Policy;
namespace capability = mocks::vault::capability;

std::shared_ptr<const Policy> reading(const std::string& path) {
  return *Policy::parse("path \"" + path + R"(" { capabilities = ["read"] })");
}

}  // namespace

BOOST_AUTO_TEST_CASE(sets_of_the_same_names_are_one_and_need_not_exist) {
  Policies policies;
  auto* const set = policies.intern({"b", "a", "b"});
  BOOST_TEST(set == policies.intern({"a", "b"}));
  BOOST_TEST(set->names == (std::vector<std::string>{"a", "b"}), boost::test_tools::per_element());
  BOOST_TEST(policies.compiled(*set).acl.at("kv/data/x") == 0);
  BOOST_TEST(!set->root);
  BOOST_TEST(policies.intern({"a", "root"})->root);
}

BOOST_AUTO_TEST_CASE(a_change_counts_for_a_set_that_was_compiled_before) {
  Policies policies;
  auto* const set = policies.intern({"a"});
  policies.set("a", reading("kv/data/x"));
  BOOST_TEST(policies.compiled(*set).acl.at("kv/data/x") == capability::read);
  policies.set("a", reading("kv/data/y"));
  BOOST_TEST(policies.compiled(*set).acl.at("kv/data/x") == 0);
  BOOST_TEST(policies.compiled(*set).acl.at("kv/data/y") == capability::read);
  BOOST_TEST(policies.remove("a"));
  BOOST_TEST(policies.compiled(*set).acl.at("kv/data/y") == 0);
  BOOST_TEST(!policies.remove("a"));
}

BOOST_AUTO_TEST_CASE(default_is_there_until_it_is_written_and_root_is_none) {
  Policies policies;
  BOOST_TEST(policies.find("default") == Policy::default_policy());
  BOOST_TEST(policies.find("root") == nullptr);
  const auto mine = reading("x");
  policies.set("default", mine);
  BOOST_TEST(policies.find("default") == mine);
  policies.set("web", mine);
  BOOST_TEST(policies.names() == (std::vector<std::string>{"default", "root", "web"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
