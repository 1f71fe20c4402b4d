// Certificates: a private certificate authority made at run time, and the certificates it issues
// (ECDSA P-256, RFC 5480; X.509 v3, RFC 5280). For loopback servers and for tests of what a client
// must refuse.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "rotator/ports/clock.h"
#include "rotator/ports/result.h"

namespace mocks::wire {

// Where an issued certificate and its key are; the key's file has mode 0600.
struct CertificateFiles {
  std::string certificate_file = {};
  std::string key_file = {};
};

struct CertificateOptions {
  std::string common_name = "localhost";
  // Subject alternative names: DNS names, or addresses where they read as such.
  std::vector<std::string> names = {"localhost", "127.0.0.1"};
  // Validity, relative to the `now` the authority was made with.
  ports::Duration not_before = -std::chrono::hours(1);
  ports::Duration not_after = std::chrono::hours(24 * 30);
};

class CertificateAuthority {
 public:
  // Makes a key pair and a self-signed certificate valid for 30 days around `now`.
  CertificateAuthority(const std::string& common_name, ports::WallTime now);
  ~CertificateAuthority();
  CertificateAuthority(CertificateAuthority&&) noexcept;
  CertificateAuthority& operator=(CertificateAuthority&&) noexcept;

  // The authority's own certificate, PEM.
  const std::string& certificate_pem() const { return certificate_pem_; }

  // Writes it to a file. Error of code configuration, with path and reason, when it cannot.
  ports::Status write_certificate(const std::string& file) const;

  // Issues a certificate with a key of its own into DIRECTORY/STEM.crt and DIRECTORY/STEM.key. The
  // directory must exist. Good for servers and for clients (extendedKeyUsage has both). Error of
  // code configuration when a file cannot be written.
  ports::Result<CertificateFiles> issue(const std::string& directory, const std::string& stem,
                                        const CertificateOptions& options = {}) const;

 private:
  struct Keys;
  std::unique_ptr<Keys> keys_;
  std::string certificate_pem_;
  ports::WallTime now_;
};

}  // namespace mocks::wire
