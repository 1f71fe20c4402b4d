// The chain of every server, as OpenSSL and each client check it; another authority is refused.
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <string>

#include "tests/conformance/served_world.h"

BOOST_AUTO_TEST_SUITE(certificates)

namespace {

using conformance::Said;
using conformance::ServedWorld;

namespace data = boost::unit_test::data;

const auto servers = data::make({"idp", "vault", "kubernetes", "metrics"});

Said shake_hands(const std::string& server, const std::string& authority) {
  const auto& world = ServedWorld::get();
  const std::string address = world.told(server).substr(std::string("https://").size());
  return world.run({"openssl", "s_client", "-connect", address, "-CAfile", authority, "-no-CApath",
                    "-no-CAstore", "-verify_return_error", "-verify_ip", "127.0.0.1"});
}

}  // namespace

BOOST_DATA_TEST_CASE(chain_up_to_the_authority_that_is_told, servers, server) {
  const Said said = shake_hands(server, ServedWorld::get().told("ca_file"));
  BOOST_TEST(said.code == 0, said);
  BOOST_TEST(said.output.find("Verify return code: 0 (ok)") != std::string::npos, said);
  const Said other = shake_hands(server, ServedWorld::get().wrong_authority());
  BOOST_TEST(other.code == 1, other);
  BOOST_TEST(other.error.find("verify error:") != std::string::npos, other);
}

BOOST_AUTO_TEST_CASE(are_refused_by_curl_and_kubectl_under_another_authority) {
  const auto& world = ServedWorld::get();
  const Said curl = world.run({"curl", "-sS", world.told("vault") + "/v1/sys/health"},
                              {{"CURL_CA_BUNDLE", world.wrong_authority()}});
  BOOST_TEST(curl.code == 60, curl);  // CURLE_PEER_FAILED_VERIFICATION
  const Said kubectl = world.run({"kubectl", "get", "pods", "-n", "platform",
                                  "--certificate-authority", world.wrong_authority()});
  BOOST_TEST(kubectl.code == 1, kubectl);
  BOOST_TEST(kubectl.error.find("certificate signed by unknown authority") != std::string::npos,
             kubectl);
}

BOOST_AUTO_TEST_SUITE_END()
