// TlsConnection: one TCP connection with TLS, whose every wait ends at a deadline. Internal to
// system_*.cc.
//
// Sockets do not block; what waits is one poll(2) on the socket and, where the caller wishes, the
// stop signal. So a deadline holds however slowly the other side drips, which the timeouts of
// cpp-httplib and of a blocking Beast, counted anew for each read, do not give. TLS itself, and
// what a certificate is worth, is OpenSSL's.
#pragma once

#include <openssl/ssl.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rotator/ports/clock.h"
#include "rotator/ports/result.h"
#include "rotator/ports/stop_signal.h"

namespace ports {

struct OriginOptions;

// Whom to call, taken apart.
struct Origin {
  std::string host = {};  // without the brackets of an IPv6 address
  std::string port = "443";
  std::string authority = {};  // for the Host field (RFC 9110 section 7.2)
};
// From "https://host[:port]". Error of code configuration for anything else.
Result<Origin> parse_origin(const std::string& origin);

// Who is trusted, and how we show ourselves. May be shared by threads once made.
struct TlsContext {
  std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context{nullptr, SSL_CTX_free};
  std::string server_name = {};  // the name the certificate must carry; empty = the origin's host
};
// Trusts the system's authorities and `ca_files`; or, when `options` names authorities, those
// alone. Error of code configuration with the file and the reason.
Result<TlsContext> make_tls_context(const OriginOptions& options,
                                    const std::vector<std::string>& ca_files);

// What came of one attempt to move bytes.
struct Transfer {
  enum class Kind {
    done,         // `bytes` were moved, at least one
    end,          // the other side ended properly (close_notify)
    cut,          // the connection ended without it
    timed_out,    // the deadline came first
    interrupted,  // the stop signal came first
    refused,      // the other side refused our certificate, or that we sent none
    broken,       // anything else; `reason` says what
  };
  Kind kind = Kind::broken;
  std::size_t bytes = 0;
  std::string reason = {};
};

class TlsConnection {
 public:
  // Resolves, connects, shakes hands, verifies. Every Error is `unreachable` (nothing was asked of
  // the other side), `untrusted` when a certificate was refused, or `interrupted` when `stop` is
  // given and asked. `origin_text` is for messages.
  static Result<std::unique_ptr<TlsConnection>> open(const TlsContext& tls, const Origin& origin,
                                                     const std::string& origin_text, Clock& clock,
                                                     Instant deadline, const StopSignal* stop);
  ~TlsConnection();
  TlsConnection(const TlsConnection&) = delete;
  TlsConnection& operator=(const TlsConnection&) = delete;

  // Sends all of `bytes`, or tells why not.
  Transfer write(std::string_view bytes, Instant deadline);

  // Whatever has come, without waiting when something has, even after the deadline. `stop` may be
  // null: then nothing interrupts.
  Transfer read(std::span<char> into, Instant deadline, const StopSignal* stop);

  // True when the other side has neither closed nor sent anything unasked: fit for one more
  // request.
  bool idle_and_alive();

  // Another descriptor of the same socket, for who wants to close one; negative when none is left.
  int duplicate_descriptor() const;

  // Ends the connection; a wait under way on another thread ends with it.
  void abort() noexcept;

 private:
  TlsConnection(Clock& clock, int socket) : clock_(clock), socket_(socket) {}
  Status shake_hands(const TlsContext& tls, const Origin& origin, const std::string& origin_text,
                     Instant deadline, const StopSignal* stop);
  Transfer after_failure(int returned);

  Clock& clock_;
  int socket_ = -1;
  std::unique_ptr<SSL, void (*)(SSL*)> tls_{nullptr, SSL_free};
};

}  // namespace ports
