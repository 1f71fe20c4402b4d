#include "rotator/ports/system_tls_connection.h"

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "rotator/ports/check.h"
#include "rotator/ports/system_socket.h"

namespace ports {
namespace {

using Memory = std::unique_ptr<BIO, decltype(&BIO_free_all)>;

std::string text_of(const Memory& memory) {
  char* data = nullptr;
  const long length = BIO_get_mem_data(memory.get(), &data);
  return {data, static_cast<std::size_t>(length)};
}

// --- Why a certificate was refused ---

// What the verification found, kept beside the handshake for the message.
struct Refusal {
  int code = X509_V_OK;
  int depth = 0;
  std::string issuer = {};
  std::string names = {};
  std::string not_before = {};
  std::string not_after = {};
};

std::string time_of(const ASN1_TIME* time) {
  const Memory memory(BIO_new(BIO_s_mem()), BIO_free_all);
  ASN1_TIME_print_ex(memory.get(), time, ASN1_DTFLGS_ISO8601);
  return text_of(memory);
}

std::string names_of(X509* certificate) {
  const int at = X509_get_ext_by_NID(certificate, NID_subject_alt_name, -1);
  if (at < 0) return "no name";
  const Memory memory(BIO_new(BIO_s_mem()), BIO_free_all);
  X509V3_EXT_print(memory.get(), X509_get_ext(certificate, at), 0, 0);
  std::string names = text_of(memory);
  names.resize(std::min<std::size_t>(names.size(), 200));
  return names;
}

int refusal_index() {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

// Changes no verdict: remembers the first reason.
int on_verified(int good, X509_STORE_CTX* store) {
  if (good == 1) return good;
  const auto* tls = static_cast<const SSL*>(
      X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto* refusal = static_cast<Refusal*>(SSL_get_ex_data(tls, refusal_index()));
  if (refusal == nullptr || refusal->code != X509_V_OK) return good;
  refusal->code = X509_STORE_CTX_get_error(store);
  refusal->depth = X509_STORE_CTX_get_error_depth(store);
  X509* certificate = X509_STORE_CTX_get_current_cert(store);
  if (certificate == nullptr) return good;
  const Memory memory(BIO_new(BIO_s_mem()), BIO_free_all);
  X509_NAME_print_ex(memory.get(), X509_get_issuer_name(certificate), 0, XN_FLAG_ONELINE);
  refusal->issuer = text_of(memory);
  refusal->names = names_of(certificate);
  refusal->not_before = time_of(X509_get0_notBefore(certificate));
  refusal->not_after = time_of(X509_get0_notAfter(certificate));
  return good;
}

std::string explain(const Refusal& refusal, const std::string& name) {
  const std::string whose = refusal.depth == 0 ? "it" : "a certificate above it";
  switch (refusal.code) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return "it is for another host name: for " + refusal.names + " and not for " + name;
    case X509_V_ERR_CERT_HAS_EXPIRED: return whose + " expired on " + refusal.not_after;
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return whose + " is valid only from " + refusal.not_before +
             "; is this machine's clock right?";
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return "its issuer is unknown (" + refusal.issuer +
             "): give the authority's certificate file";
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
      return "its signature is not by the authority of that name (" + refusal.issuer + ")";
    default: return X509_verify_cert_error_string(refusal.code);
  }
}

// --- Reading OpenSSL's error queue ---

bool about_our_certificate(int reason) {
  switch (reason) {
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
    case SSL_R_TLSV1_ALERT_ACCESS_DENIED: return true;
    default: return false;
  }
}

bool is_address(const std::string& host) {
  ASN1_OCTET_STRING* address = a2i_IPADDRESS(host.c_str());
  ASN1_OCTET_STRING_free(address);
  return address != nullptr;
}

bool is_port(std::string_view text) {
  const bool digits =
      std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  return digits && !text.empty() && text.size() <= 5 && std::stoi(std::string(text)) <= 65535;
}

}  // namespace

Result<Origin> parse_origin(const std::string& origin) {
  static constexpr std::string_view scheme = "https://";
  const auto refuse = [&origin](const char* why) {
    return fail(ErrorCode::configuration, "cannot call \"" + origin + "\": " + why);
  };
  if (!origin.starts_with(scheme)) return refuse("only https:// is spoken");
  const std::string rest = origin.substr(scheme.size());
  const bool odd = std::any_of(rest.begin(), rest.end(), [](char c) {
    return c <= ' ' || c == 0x7f || std::string_view("/?#@\\").find(c) != std::string_view::npos;
  });
  if (odd) return refuse("an origin is https://host:port and no more");
  Origin parsed{.authority = rest};
  std::string port;
  if (rest.starts_with('[')) {
    const auto close = rest.find(']');
    if (close == std::string::npos) return refuse("the address lacks its ]");
    parsed.host = rest.substr(1, close - 1);
    port = rest.substr(close + 1);
  } else {
    const auto colon = rest.find(':');
    parsed.host = rest.substr(0, colon);
    if (colon != std::string::npos) port = rest.substr(colon);
  }
  if (parsed.host.empty()) return refuse("it names no host");
  if (!port.empty() && (port[0] != ':' || !is_port(port.substr(1))))
    return refuse("the port is no port");
  if (!port.empty()) parsed.port = port.substr(1);
  return parsed;
}

Result<std::unique_ptr<TlsConnection>> TlsConnection::open(const TlsContext& tls,
                                                           const Origin& origin,
                                                           const std::string& origin_text,
                                                           Clock& clock, Instant deadline,
                                                           const StopSignal* stop) {
  const auto stopped = [](Readiness readiness) {
    return readiness == Readiness::interrupted ? ErrorCode::interrupted : ErrorCode::unreachable;
  };
  const Addresses addresses = resolve(origin.host, origin.port, clock, deadline, stop);
  if (addresses.found.empty()) {
    const std::string why = addresses.readiness == Readiness::ready
                                ? addresses.reason
                                : "no answer from name resolution in time";
    return fail(stopped(addresses.readiness), origin_text + " cannot be resolved: " + why);
  }
  Connected connected;
  for (const auto& address : addresses.found) {
    connected = connect_to(address, clock, deadline, stop);
    if (connected.socket >= 0 || connected.readiness != Readiness::ready) break;
  }
  if (connected.socket < 0) {
    return fail(stopped(connected.readiness),
                origin_text + " cannot be connected to: " + connected.reason);
  }
  std::unique_ptr<TlsConnection> connection(new TlsConnection(clock, connected.socket));
  if (auto shaken = connection->shake_hands(tls, origin, origin_text, deadline, stop); !shaken)
    return fail(shaken.error());
  return connection;
}

Status TlsConnection::shake_hands(const TlsContext& tls, const Origin& origin,
                                  const std::string& origin_text, Instant deadline,
                                  const StopSignal* stop) {
  const std::string& name = tls.server_name.empty() ? origin.host : tls.server_name;
  tls_.reset(SSL_new(tls.context.get()));
  SSL* session = tls_.get();
  check(session != nullptr, "OpenSSL makes a session");
  Refusal refusal;
  SSL_set_ex_data(session, refusal_index(), &refusal);
  SSL_set_verify(session, SSL_VERIFY_PEER, on_verified);
  X509_VERIFY_PARAM* wanted = SSL_get0_param(session);
  X509_VERIFY_PARAM_set_hostflags(
      wanted, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  // NOLINTBEGIN(cppcoreguidelines-pro-type-const-cast): OpenSSL reads the name, and says so
  // nowhere.
  const bool named = is_address(name) ? X509_VERIFY_PARAM_set1_ip_asc(wanted, name.c_str()) == 1
                                      : SSL_set1_host(session, name.c_str()) == 1 &&
                                            SSL_ctrl(session, SSL_CTRL_SET_TLSEXT_HOSTNAME,
                                                     TLSEXT_NAMETYPE_host_name,
                                                     const_cast<char*>(name.c_str())) == 1;
  // NOLINTEND(cppcoreguidelines-pro-type-const-cast)
  if (!named || SSL_set_fd(session, socket_) != 1)
    return fail(ErrorCode::unreachable, origin_text + ": \"" + name + "\" is no host name");

  for (;;) {
    ERR_clear_error();
    const int returned = SSL_connect(session);
    if (returned == 1) break;
    const int error = SSL_get_error(session, returned);
    if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) {
      const short events = error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT;
      const Readiness readiness = wait_for(socket_, events, clock_, deadline, stop);
      // A side that drips one byte at a time is always ready.
      if (readiness == Readiness::ready && clock_.now() < deadline) continue;
      if (readiness == Readiness::interrupted)
        return fail(ErrorCode::interrupted, origin_text + ": stopped while connecting");
      return fail(ErrorCode::unreachable, origin_text + ": no TLS handshake in time");
    }
    if (refusal.code != X509_V_OK) {
      return fail(ErrorCode::untrusted,
                  origin_text + ": its certificate is refused: " + explain(refusal, name));
    }
    const Transfer failure = after_failure(returned);
    if (failure.kind == Transfer::Kind::refused)
      return fail(ErrorCode::untrusted, origin_text + ": " + failure.reason);
    return fail(ErrorCode::unreachable,
                origin_text + ": the TLS handshake failed: " + failure.reason);
  }
  SSL_set_ex_data(session, refusal_index(), nullptr);  // it dies with this function
  return {};
}

TlsConnection::~TlsConnection() {
  // A farewell if the socket takes it at once; nobody waits for it.
  if (tls_ != nullptr && SSL_is_init_finished(tls_.get())) SSL_shutdown(tls_.get());
  ERR_clear_error();
  tls_.reset();
  close(socket_);
}

// What a failed SSL_* call means, but for WANT_READ and WANT_WRITE.
Transfer TlsConnection::after_failure(int returned) {
  const int kept_errno = errno;
  const int error = SSL_get_error(tls_.get(), returned);
  const unsigned long queued = ERR_peek_last_error();
  const int reason = ERR_GET_REASON(queued);
  ERR_clear_error();
  if (error == SSL_ERROR_ZERO_RETURN)
    return {.kind = Transfer::Kind::end, .reason = "the other side closed the connection"};
  const bool eof = (error == SSL_ERROR_SYSCALL && queued == 0 && kept_errno == 0) ||
                   (error == SSL_ERROR_SSL && reason == SSL_R_UNEXPECTED_EOF_WHILE_READING);
  if (eof) return {.kind = Transfer::Kind::cut, .reason = "the other side dropped the connection"};
  if (error == SSL_ERROR_SYSCALL)
    return {.reason = kept_errno != 0 ? std::strerror(kept_errno) : "the connection broke"};
  if (about_our_certificate(reason)) {
    return {.kind = Transfer::Kind::refused,
            .reason = std::string("it refuses our client certificate, or that there is none: ") +
                      ERR_reason_error_string(queued)};
  }
  if (reason == SSL_R_WRONG_VERSION_NUMBER || reason == SSL_R_PACKET_LENGTH_TOO_LONG)
    return {.reason = "the other side does not speak TLS"};
  const char* text = ERR_reason_error_string(queued);
  return {.reason = text != nullptr ? text : "TLS failed"};
}

Transfer TlsConnection::write(std::string_view bytes, Instant deadline) {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    std::size_t now_sent = 0;
    ERR_clear_error();
    errno = 0;
    const int returned =
        SSL_write_ex(tls_.get(), bytes.data() + sent, bytes.size() - sent, &now_sent);
    if (returned == 1) {
      sent += now_sent;
      continue;
    }
    const int error = SSL_get_error(tls_.get(), returned);
    if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE)
      return after_failure(returned);
    const short events = error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT;
    const Readiness readiness = wait_for(socket_, events, clock_, deadline, nullptr);
    if (readiness != Readiness::ready || clock_.now() >= deadline)
      return {.kind = Transfer::Kind::timed_out};
  }
  return {.kind = Transfer::Kind::done, .bytes = sent};
}

Transfer TlsConnection::read(std::span<char> into, Instant deadline, const StopSignal* stop) {
  bool last_try = false;
  for (;;) {
    std::size_t got = 0;
    ERR_clear_error();
    errno = 0;
    const int returned = SSL_read_ex(tls_.get(), into.data(), into.size(), &got);
    if (returned == 1) return {.kind = Transfer::Kind::done, .bytes = got};
    const int error = SSL_get_error(tls_.get(), returned);
    if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE)
      return after_failure(returned);
    const short events = error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT;
    switch (wait_for(socket_, events, clock_, deadline, stop)) {
      case Readiness::timed_out: return {.kind = Transfer::Kind::timed_out};
      case Readiness::interrupted: return {.kind = Transfer::Kind::interrupted};
      case Readiness::ready: break;
    }
    // Half a TLS record, dripping: ready each time, and never a byte for us.
    if (last_try) return {.kind = Transfer::Kind::timed_out};
    last_try = clock_.now() >= deadline;
  }
}

bool TlsConnection::idle_and_alive() {
  pollfd readable{.fd = socket_, .events = POLLIN, .revents = 0};
  if (poll(&readable, 1, 0) == 0) return true;
  // Something came: TLS 1.3 session tickets are harmless, all else ends this connection's use.
  char byte = 0;
  std::size_t got = 0;
  ERR_clear_error();
  const int returned = SSL_peek_ex(tls_.get(), &byte, 1, &got);
  const bool alive = returned != 1 && SSL_get_error(tls_.get(), returned) == SSL_ERROR_WANT_READ;
  ERR_clear_error();
  return alive;
}

int TlsConnection::duplicate_descriptor() const { return fcntl(socket_, F_DUPFD_CLOEXEC, 0); }

void TlsConnection::abort() noexcept { shutdown(socket_, SHUT_RDWR); }

}  // namespace ports
