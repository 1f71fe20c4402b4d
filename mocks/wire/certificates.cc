#include "mocks/wire/certificates.h"

#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include "rotator/ports/check.h"
#include "rotator/ports/secret.h"
#include "rotator/ports/system_random.h"

namespace mocks::wire {
namespace {

template <typename T, void (*Free)(T*)>
struct Deleter {
  void operator()(T* it) const { Free(it); }
};
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY, EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Deleter<X509, X509_free>>;
using Memory = std::unique_ptr<BIO, Deleter<BIO, BIO_free_all>>;

constexpr ports::Duration authority_lifetime = std::chrono::hours(24 * 30);

Key new_key() {
  Key key(EVP_EC_gen("P-256"));
  ports::check(key != nullptr, "OpenSSL makes a P-256 key");
  return key;
}

void set_time(ASN1_TIME* field, ports::WallTime when) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(when.time_since_epoch()).count();
  ports::check(ASN1_TIME_set(field, seconds) != nullptr, "a certificate's time is representable");
}

void set_common_name(X509_NAME* name, const std::string& text) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  ports::check(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, bytes,
                                          static_cast<int>(text.size()), -1, 0) == 1,
               "a common name is text of at most 64 characters");
}

void add_extension(X509* subject, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, subject, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  ports::check(extension != nullptr, "a certificate extension is well formed");
  X509_add_ext(subject, extension, -1);
  X509_EXTENSION_free(extension);
}

Certificate new_certificate(const std::string& common_name, EVP_PKEY* key,
                            ports::WallTime not_before, ports::WallTime not_after) {
  Certificate certificate(X509_new());
  ports::check(certificate != nullptr, "OpenSSL makes a certificate");
  X509_set_version(certificate.get(), X509_VERSION_3);
  // 127 random bits: serial numbers are positive and never repeat (RFC 5280 section 4.1.2.2).
  std::array<std::byte, 16> serial{};
  ports::SystemRandom().fill(serial);
  serial[0] &= std::byte{0x7f};
  BIGNUM* number =
      BN_bin2bn(reinterpret_cast<const unsigned char*>(serial.data()), serial.size(), nullptr);
  BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate.get()));
  BN_free(number);
  set_time(X509_getm_notBefore(certificate.get()), not_before);
  set_time(X509_getm_notAfter(certificate.get()), not_after);
  X509_set_pubkey(certificate.get(), key);
  set_common_name(X509_get_subject_name(certificate.get()), common_name);
  return certificate;
}

std::string to_text(BIO* memory) {
  char* data = nullptr;
  const long length = BIO_get_mem_data(memory, &data);
  return {data, static_cast<std::size_t>(length)};
}

std::string to_pem(X509* certificate) {
  const Memory memory(BIO_new(BIO_s_mem()));
  ports::check(PEM_write_bio_X509(memory.get(), certificate) == 1, "a certificate becomes PEM");
  return to_text(memory.get());
}

ports::Status write_file(const std::string& path, std::string_view content, mode_t mode) {
  const auto cannot = [&path] {
    return ports::fail(ports::ErrorCode::configuration,
                       "cannot write " + path + ": " + std::strerror(errno));
  };
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
  if (file < 0) return cannot();
  const ssize_t written = write(file, content.data(), content.size());
  const bool whole = written == static_cast<ssize_t>(content.size()) && fchmod(file, mode) == 0;
  if (close(file) != 0 || !whole) return cannot();
  return {};
}

bool is_address(const std::string& name) {
  ASN1_OCTET_STRING* address = a2i_IPADDRESS(name.c_str());
  ASN1_OCTET_STRING_free(address);
  return address != nullptr;
}

}  // namespace

struct CertificateAuthority::Keys {
  Key key = {};
  Certificate certificate = {};
};

CertificateAuthority::CertificateAuthority(const std::string& common_name, ports::WallTime now)
    : keys_(std::make_unique<Keys>()), now_(now) {
  keys_->key = new_key();
  keys_->certificate = new_certificate(common_name, keys_->key.get(), now - std::chrono::hours(1),
                                       now + authority_lifetime);
  X509* self = keys_->certificate.get();
  set_common_name(X509_get_issuer_name(self), common_name);
  add_extension(self, self, NID_basic_constraints, "critical,CA:TRUE");
  add_extension(self, self, NID_key_usage, "critical,keyCertSign,cRLSign");
  add_extension(self, self, NID_subject_key_identifier, "hash");
  ports::check(X509_sign(self, keys_->key.get(), EVP_sha256()) > 0, "the authority signs");
  certificate_pem_ = to_pem(self);
}

CertificateAuthority::~CertificateAuthority() = default;
CertificateAuthority::CertificateAuthority(CertificateAuthority&&) noexcept = default;
CertificateAuthority& CertificateAuthority::operator=(CertificateAuthority&&) noexcept = default;

ports::Status CertificateAuthority::write_certificate(const std::string& file) const {
  return write_file(file, certificate_pem_, 0644);
}

ports::Result<CertificateFiles> CertificateAuthority::issue(
    const std::string& directory, const std::string& stem,
    const CertificateOptions& options) const {
  const Key key = new_key();
  const Certificate certificate = new_certificate(
      options.common_name, key.get(), now_ + options.not_before, now_ + options.not_after);
  X509* issuer = keys_->certificate.get();
  X509* subject = certificate.get();
  X509_set_issuer_name(subject, X509_get_subject_name(issuer));
  add_extension(subject, issuer, NID_basic_constraints, "critical,CA:FALSE");
  add_extension(subject, issuer, NID_key_usage, "critical,digitalSignature");
  add_extension(subject, issuer, NID_ext_key_usage, "serverAuth,clientAuth");
  add_extension(subject, issuer, NID_subject_key_identifier, "hash");
  add_extension(subject, issuer, NID_authority_key_identifier, "keyid:always");
  std::string names;
  for (const auto& name : options.names)
    names += (names.empty() ? "" : ",") + std::string(is_address(name) ? "IP:" : "DNS:") + name;
  if (!names.empty()) add_extension(subject, issuer, NID_subject_alt_name, names);
  ports::check(X509_sign(subject, keys_->key.get(), EVP_sha256()) > 0, "the authority signs");

  const CertificateFiles files{.certificate_file = directory + "/" + stem + ".crt",
                               .key_file = directory + "/" + stem + ".key"};
  const Memory memory(BIO_new(BIO_s_mem()));
  ports::check(
      PEM_write_bio_PrivateKey(memory.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1,
      "a key becomes PEM");
  std::string key_pem = to_text(memory.get());
  auto written = write_file(files.key_file, key_pem, 0600);
  ports::wipe(key_pem);
  if (written)
    written = write_file(files.certificate_file, to_pem(subject) + certificate_pem_, 0644);
  if (!written) return ports::fail(written.error());
  return files;
}

}  // namespace mocks::wire
