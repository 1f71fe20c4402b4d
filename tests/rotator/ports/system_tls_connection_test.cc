// Whom the client refuses to talk to, and how clearly it says why; whom it talks to and how it
// shows itself.
#include "rotator/ports/system_tls_connection.h"

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <sstream>

#include "tests/contract/loopback.h"
#include "tests/contract/raw_peer.h"

BOOST_AUTO_TEST_SUITE(system_tls_connection)

using contract::LoopbackWire;
using contract::must_fail;
using contract::must_succeed;
using contract::TestCertificates;
using mocks::wire::CertificateOptions;
using ports::ErrorCode;
using ports::HttpOptions;
using ports::OriginOptions;

namespace {

// The message of a call that must be refused before anything was asked.
std::string refusal(LoopbackWire& wire, HttpOptions options) {
  const auto client =
      must_succeed(ports::new_http_client(wire.clock(), wire.stop(), std::move(options)));
  std::string message =
      must_fail(client->send(wire.get("/echo"), wire.later()), ErrorCode::untrusted);
  BOOST_TEST(wire.calls() == 0);
  BOOST_TEST(message.find(wire.origin()) != std::string::npos, message);
  return message;
}

HttpOptions trusting(const std::string& origin, const std::string& ca_file) {
  HttpOptions options;
  options.origins[origin].ca_file = ca_file;
  return options;
}

bool mentions(const std::string& message, const std::string& text) {
  return message.find(text) != std::string::npos;
}

std::string content(const std::string& file) {
  std::ostringstream out;
  out << std::ifstream(file).rdbuf();
  return out.str();
}

}  // namespace

BOOST_AUTO_TEST_CASE(takes_origins_apart) {
  const auto plain = must_succeed(ports::parse_origin("https://vault.example"));
  BOOST_TEST(plain.host == "vault.example");
  BOOST_TEST(plain.port == "443");
  BOOST_TEST(plain.authority == "vault.example");
  const auto address = must_succeed(ports::parse_origin("https://[::1]:8200"));
  BOOST_TEST(address.host == "::1");
  BOOST_TEST(address.port == "8200");
  BOOST_TEST(address.authority == "[::1]:8200");
  for (const char* bad :
       {"", "http://vault.example", "https://", "https://host/", "https://host:0x1",
        "https://host:99999", "https://user@host", "https://host:1:2", "https://a b",
        "https://[::1", "https://host?x", "https://host:"}) {
    const auto message = must_fail(ports::parse_origin(bad), ErrorCode::configuration);
    BOOST_TEST(mentions(message, bad), message);
  }
}

BOOST_AUTO_TEST_CASE(refuses_a_certificate_of_an_unknown_issuer) {
  LoopbackWire wire;
  const TestCertificates others;
  for (const std::string& ca_file : {std::string(), others.ca_file}) {
    const std::string message = refusal(wire, trusting(wire.origin(), ca_file));
    BOOST_TEST((mentions(message, "issuer is unknown") || mentions(message, "signature")), message);
    BOOST_TEST(mentions(message, "Synthetic Test Authority"), message);
  }
}

BOOST_AUTO_TEST_CASE(refuses_an_expired_certificate) {
  CertificateOptions expired;
  expired.not_before = -std::chrono::hours(48);
  expired.not_after = -std::chrono::hours(24);
  LoopbackWire wire({}, expired);
  const auto message = refusal(wire, trusting(wire.origin(), wire.certificates().ca_file));
  BOOST_TEST(mentions(message, "expired on 20"), message);
}

BOOST_AUTO_TEST_CASE(refuses_a_certificate_of_tomorrow) {
  CertificateOptions early;
  early.not_before = std::chrono::hours(24);
  LoopbackWire wire({}, early);
  const auto message = refusal(wire, trusting(wire.origin(), wire.certificates().ca_file));
  BOOST_TEST(mentions(message, "valid only from 20"), message);
}

BOOST_AUTO_TEST_CASE(refuses_a_certificate_for_another_host) {
  CertificateOptions other;
  other.common_name = "127.0.0.1";  // names in the subject have not counted since RFC 6125
  other.names = {"vault.example", "10.1.2.3"};
  LoopbackWire wire({}, other);
  const auto message = refusal(wire, trusting(wire.origin(), wire.certificates().ca_file));
  BOOST_TEST(mentions(message, "another host name"), message);
  BOOST_TEST(mentions(message, "DNS:vault.example"), message);
  BOOST_TEST(mentions(message, "not for 127.0.0.1"), message);
}

BOOST_AUTO_TEST_CASE(verifies_the_name_it_is_told_to_instead_of_the_host) {
  CertificateOptions other;
  other.names = {"vault.example"};
  LoopbackWire wire({}, other);
  HttpOptions options = trusting(wire.origin(), wire.certificates().ca_file);
  options.origins[wire.origin()].tls_server_name = "vault.example";
  const auto client =
      must_succeed(ports::new_http_client(wire.clock(), wire.stop(), std::move(options)));
  BOOST_TEST(must_succeed(client->send(wire.get("/echo"), wire.later())).status == 200);
  HttpOptions wrong = trusting(wire.origin(), wire.certificates().ca_file);
  wrong.origins[wire.origin()].tls_server_name = "other.example";
  const auto stranger =
      must_succeed(ports::new_http_client(wire.clock(), wire.stop(), std::move(wrong)));
  must_fail(stranger->send(wire.get("/echo"), wire.later()), ErrorCode::untrusted);
}

BOOST_AUTO_TEST_CASE(trusts_authorities_given_for_all_origins_or_as_text) {
  LoopbackWire wire;
  HttpOptions global;
  global.ca_files = {wire.certificates().ca_file};
  const auto one =
      must_succeed(ports::new_http_client(wire.clock(), wire.stop(), std::move(global)));
  BOOST_TEST(must_succeed(one->send(wire.get("/echo"), wire.later())).status == 200);
  HttpOptions text;
  text.origins[wire.origin()].ca_pem = wire.certificates().authority.certificate_pem();
  const auto two = must_succeed(ports::new_http_client(wire.clock(), wire.stop(), std::move(text)));
  BOOST_TEST(must_succeed(two->send(wire.get("/echo"), wire.later())).status == 200);
}

BOOST_AUTO_TEST_CASE(lets_an_origins_own_authority_replace_the_common_ones) {
  LoopbackWire wire;
  const TestCertificates others;
  HttpOptions options = trusting(wire.origin(), others.ca_file);
  options.ca_files = {wire.certificates().ca_file};
  refusal(wire, std::move(options));
}

BOOST_AUTO_TEST_CASE(says_which_file_of_authorities_or_keys_is_of_no_use) {
  LoopbackWire wire;
  const std::string junk = wire.certificates().directory.file("junk.pem");
  std::ofstream(junk) << "synthetic junk\n";
  const std::string missing = wire.certificates().directory.file("missing.pem");
  const auto message_of = [&wire](HttpOptions options) {
    return must_fail(ports::new_http_client(wire.clock(), wire.stop(), std::move(options)),
                     ErrorCode::configuration);
  };
  for (const std::string& file : {junk, missing}) {
    BOOST_TEST(mentions(message_of(trusting(wire.origin(), file)), file));
    HttpOptions global;
    global.ca_files = {file};
    const auto of_authorities = message_of(std::move(global));
    BOOST_TEST(mentions(of_authorities, file));
    HttpOptions certificate;
    certificate.origins[wire.origin()].client_certificate_file = file;
    const auto of_certificate = message_of(std::move(certificate));
    BOOST_TEST(mentions(of_certificate, file));
    HttpOptions key;
    key.origins[wire.origin()].client_certificate_file =
        wire.certificates().server.certificate_file;
    key.origins[wire.origin()].client_key_file = file;
    const auto message = message_of(std::move(key));
    BOOST_TEST((mentions(message, file) || mentions(message, "the key of")), message);
    BOOST_TEST(!mentions(message, "synthetic junk"));
  }
}

BOOST_AUTO_TEST_CASE(shows_its_own_certificate_where_one_is_asked_for) {
  const TestCertificates clients;
  mocks::wire::ServerOptions asking;
  asking.client_ca_file = clients.ca_file;
  LoopbackWire wire(asking);
  HttpOptions files = trusting(wire.origin(), wire.certificates().ca_file);
  files.origins[wire.origin()].client_certificate_file = clients.server.certificate_file;
  files.origins[wire.origin()].client_key_file = clients.server.key_file;
  const auto one =
      must_succeed(ports::new_http_client(wire.clock(), wire.stop(), std::move(files)));
  BOOST_TEST(must_succeed(one->send(wire.get("/echo"), wire.later())).status == 200);
  HttpOptions text = trusting(wire.origin(), wire.certificates().ca_file);
  text.origins[wire.origin()].client_certificate_pem = content(clients.server.certificate_file);
  text.origins[wire.origin()].client_key_pem = ports::Secret(content(clients.server.key_file));
  const auto two = must_succeed(ports::new_http_client(wire.clock(), wire.stop(), std::move(text)));
  BOOST_TEST(must_succeed(two->send(wire.get("/echo"), wire.later())).status == 200);
}

BOOST_AUTO_TEST_CASE(knows_when_its_own_certificate_is_what_was_refused) {
  const TestCertificates clients;
  mocks::wire::ServerOptions asking;
  asking.client_ca_file = clients.ca_file;
  LoopbackWire wire(asking);
  const auto none = refusal(wire, trusting(wire.origin(), wire.certificates().ca_file));
  BOOST_TEST(mentions(none, "client certificate"), none);
  const TestCertificates strangers;
  HttpOptions wrong = trusting(wire.origin(), wire.certificates().ca_file);
  wrong.origins[wire.origin()].client_certificate_file = strangers.server.certificate_file;
  wrong.origins[wire.origin()].client_key_file = strangers.server.key_file;
  const auto unknown = refusal(wire, std::move(wrong));
  BOOST_TEST(mentions(unknown, "client certificate"), unknown);
}

BOOST_AUTO_TEST_CASE(says_that_nobody_listens_or_that_a_name_is_not_known) {
  LoopbackWire wire;
  const std::string origin = wire.origin();
  wire.server().stop();
  const auto refused =
      must_fail(wire.client().send(wire.get("/echo"), wire.later()), ErrorCode::unreachable);
  BOOST_TEST(mentions(refused, origin), refused);
  BOOST_TEST(mentions(refused, "Connection refused"), refused);
  ports::Request request = wire.get("/");
  request.origin = "https://no-such-host.invalid";  // RFC 6761 section 6.4: never resolves
  const auto unknown = must_fail(wire.client().send(request, wire.later()), ErrorCode::unreachable);
  BOOST_TEST(mentions(unknown, "no-such-host.invalid"), unknown);
  BOOST_TEST(mentions(unknown, "resolve"), unknown);
}

BOOST_AUTO_TEST_CASE(resolves_names) {
  CertificateOptions named;
  named.names = {"localhost"};
  LoopbackWire wire({}, named);
  ports::Request request = wire.get("/echo");
  request.origin = "https://localhost:" + std::to_string(wire.server().port());
  HttpOptions options = trusting(request.origin, wire.certificates().ca_file);
  const auto client =
      must_succeed(ports::new_http_client(wire.clock(), wire.stop(), std::move(options)));
  BOOST_TEST(must_succeed(client->send(request, wire.later())).status == 200);
  BOOST_TEST(wire.last().origin == request.origin);
}

BOOST_AUTO_TEST_SUITE_END()
