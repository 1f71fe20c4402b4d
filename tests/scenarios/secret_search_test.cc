#include "scenarios/secret_search.h"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

namespace scenarios {

BOOST_AUTO_TEST_SUITE(secret_search)

BOOST_AUTO_TEST_CASE(finds_each_secret_wherever_it_stands) {
  const std::vector<std::string> secrets = {"", "synthetic-first-secret-000000000001",
                                            "synthetic-second-0002"};
  const SecretSearch search(secrets);
  const std::string filler(64, '.');
  for (std::size_t before = 0; before < filler.size(); ++before) {
    const auto text = filler.substr(0, before);
    BOOST_TEST(search.found_in(text + secrets[1] + filler));
    BOOST_TEST(search.found_in(text + secrets[2]));
    BOOST_TEST(!search.found_in(text + secrets[2].substr(1)));
    BOOST_TEST(!search.found_in(text + secrets[1].substr(0, 30) + filler));
  }
}

BOOST_AUTO_TEST_CASE(finds_secrets_that_are_short_too) {
  const SecretSearch search({"synthetic-long-secret-0001", "tiny"});
  BOOST_TEST(search.found_in("a tiny text"));
  BOOST_TEST(search.found_in("synthetic-long-secret-0001"));
  BOOST_TEST(!search.found_in("a tin"));
  BOOST_TEST(SecretSearch({"12345678"}).found_in("012345678"));
}

BOOST_AUTO_TEST_CASE(finds_nothing_where_there_is_no_secret) {
  BOOST_TEST(!SecretSearch({}).found_in("text"));
  BOOST_TEST(!SecretSearch({""}).found_in(""));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace scenarios
