// The authority made at run time: what it issues holds against OpenSSL's own verification.
#include "mocks/wire/certificates.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <boost/test/unit_test.hpp>
#include <cstdio>

#include "tests/contract/loopback.h"

BOOST_AUTO_TEST_SUITE(certificates)

using contract::must_fail;
using contract::must_succeed;
using contract::ScratchDirectory;
using contract::TestCertificates;
using mocks::wire::CertificateAuthority;

namespace {

X509* read_certificate(const std::string& file) {
  std::FILE* in = std::fopen(file.c_str(), "r");
  BOOST_REQUIRE(in != nullptr);
  X509* certificate = PEM_read_X509(in, nullptr, nullptr, nullptr);
  std::fclose(in);
  BOOST_REQUIRE(certificate != nullptr);
  return certificate;
}

bool verifies(const std::string& file, const std::string& ca_file) {
  X509* certificate = read_certificate(file);
  X509_STORE* store = X509_STORE_new();
  BOOST_REQUIRE(X509_STORE_load_file(store, ca_file.c_str()) == 1);
  X509_STORE_CTX* context = X509_STORE_CTX_new();
  X509_STORE_CTX_init(context, store, certificate, nullptr);
  X509_STORE_CTX_set_purpose(context, X509_PURPOSE_SSL_SERVER);
  const bool good = X509_verify_cert(context) == 1;
  X509_STORE_CTX_free(context);
  X509_STORE_free(store);
  X509_free(certificate);
  return good;
}

}  // namespace

BOOST_AUTO_TEST_CASE(issues_certificates_that_its_own_authority_vouches_for_and_no_other) {
  const TestCertificates mine;
  const TestCertificates others;
  BOOST_TEST(verifies(mine.server.certificate_file, mine.ca_file));
  BOOST_TEST(!verifies(mine.server.certificate_file, others.ca_file));
}

BOOST_AUTO_TEST_CASE(keeps_keys_from_other_users) {
  const TestCertificates mine;
  struct stat about = {};
  BOOST_REQUIRE(stat(mine.server.key_file.c_str(), &about) == 0);
  BOOST_TEST((about.st_mode & 0777U) == 0600U);
}

BOOST_AUTO_TEST_CASE(names_hosts_and_addresses_and_signs_with_a_p_256_key) {
  const TestCertificates mine;
  X509* certificate = read_certificate(mine.server.certificate_file);
  BOOST_TEST(X509_check_host(certificate, "localhost", 9, 0, nullptr) == 1);
  BOOST_TEST(X509_check_ip_asc(certificate, "127.0.0.1", 0) == 1);
  BOOST_TEST(X509_check_host(certificate, "vault.example", 13, 0, nullptr) == 0);
  BOOST_TEST(EVP_PKEY_get_bits(X509_get0_pubkey(certificate)) == 256);
  BOOST_TEST(X509_get_signature_nid(certificate) == NID_ecdsa_with_SHA256);
  X509_free(certificate);
}

BOOST_AUTO_TEST_CASE(gives_each_certificate_a_number_of_its_own) {
  const TestCertificates mine;
  const auto second = must_succeed(mine.authority.issue(mine.directory.path(), "second"));
  X509* one = read_certificate(mine.server.certificate_file);
  X509* two = read_certificate(second.certificate_file);
  BOOST_TEST(ASN1_INTEGER_cmp(X509_get0_serialNumber(one), X509_get0_serialNumber(two)) != 0);
  X509_free(one);
  X509_free(two);
}

BOOST_AUTO_TEST_CASE(says_where_it_could_not_write) {
  const TestCertificates mine;
  const std::string nowhere = mine.directory.file("missing");
  const auto message =
      must_fail(mine.authority.issue(nowhere, "server"), ports::ErrorCode::configuration);
  BOOST_TEST(message.find(nowhere + "/server.key") != std::string::npos, message);
}

BOOST_AUTO_TEST_SUITE_END()
