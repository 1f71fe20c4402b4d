// The other side of a connection that says exactly what a test tells it to: for what no honest
// server or client sends. Plain OpenSSL on blocking sockets.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <functional>
#include <string>
#include <thread>
#include <utility>

namespace contract {

// A TLS server on 127.0.0.1 that hands each connection, one after the other, to `script`.
class RawServer {
 public:
  class Connection {
   public:
    explicit Connection(SSL* tls) : tls_(tls) {}
    // Up to the empty line after the head, or what came until the other side left.
    std::string read_head() {
      if (!given_back_.empty()) return std::exchange(given_back_, std::string());
      std::string head;
      char byte = 0;
      while (!head.ends_with("\r\n\r\n") && SSL_read(tls_, &byte, 1) == 1) head += byte;
      return head;
    }
    // The next read_head() gives this.
    void give_back(std::string head) { given_back_ = std::move(head); }
    // Exactly `size` bytes, fewer when the other side left.
    std::string read(std::size_t size) {
      std::string bytes;
      char byte = 0;
      while (bytes.size() < size && SSL_read(tls_, &byte, 1) == 1) bytes += byte;
      return bytes;
    }
    // False when the other side has left.
    bool write(const std::string& bytes) {
      return SSL_write(tls_, bytes.data(), static_cast<int>(bytes.size())) > 0;
    }
    // Ends TLS properly; without it the end of the script cuts the connection.
    void close_notify() { SSL_shutdown(tls_); }
    void wait_until_left() {
      char byte = 0;
      while (SSL_read(tls_, &byte, 1) == 1) continue;
    }

   private:
    SSL* tls_;
    std::string given_back_;
  };
  using Script = std::function<void(Connection&)>;

  RawServer(const std::string& certificate_file, const std::string& key_file, Script script)
      : script_(std::move(script)), context_(SSL_CTX_new(TLS_server_method())) {
    std::signal(SIGPIPE, SIG_IGN);
    BOOST_REQUIRE(SSL_CTX_use_certificate_chain_file(context_, certificate_file.c_str()) == 1);
    BOOST_REQUIRE(SSL_CTX_use_PrivateKey_file(context_, key_file.c_str(), SSL_FILETYPE_PEM) == 1);
    listen_on_any_port();
    thread_ = std::thread([this] { serve(); });
  }
  ~RawServer() {
    stopping_ = true;
    shutdown(listening_, SHUT_RDWR);
    if (const int open = open_; open >= 0) shutdown(open, SHUT_RDWR);
    thread_.join();
    close(listening_);
    SSL_CTX_free(context_);
  }
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;

  std::string origin() const { return "https://127.0.0.1:" + std::to_string(port_); }
  int connections() const { return connections_; }

 private:
  void listen_on_any_port() {
    listening_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* where = reinterpret_cast<sockaddr*>(&address);
    socklen_t length = sizeof address;
    BOOST_REQUIRE(bind(listening_, where, length) == 0);
    BOOST_REQUIRE(listen(listening_, 16) == 0);
    BOOST_REQUIRE(getsockname(listening_, where, &length) == 0);
    port_ = ntohs(address.sin_port);
  }

  void serve() {
    while (!stopping_) {
      const int accepted = accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
      if (accepted < 0) return;
      open_ = accepted;
      ++connections_;
      SSL* tls = SSL_new(context_);
      SSL_set_fd(tls, accepted);
      if (!stopping_ && SSL_accept(tls) == 1) {
        Connection connection(tls);
        script_(connection);
      }
      open_ = -1;
      SSL_free(tls);
      close(accepted);
    }
  }

  Script script_;
  SSL_CTX* context_;
  int listening_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> open_ = -1;
  std::atomic<bool> stopping_ = false;
  std::atomic<int> connections_ = 0;
  std::thread thread_;
};

}  // namespace contract
