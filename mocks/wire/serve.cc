#include "mocks/wire/serve.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <thread>

#include "mocks/wire/serve_session.h"

namespace mocks::wire {

namespace net = boost::asio;
using boost::system::error_code;
using net::ip::tcp;

namespace {

// How long to wait before accepting again when the process is out of file descriptors.
constexpr auto accept_pause = std::chrono::milliseconds(20);

ports::Status load_certificates(net::ssl::context& tls, const ServerOptions& options) {
  const auto cannot_read = [](const std::string& file, const error_code& error) {
    return ports::fail(ports::ErrorCode::configuration,
                       "cannot use " + file + " for a server: " + error.message());
  };
  error_code error;
  tls.set_options(net::ssl::context::no_sslv2 | net::ssl::context::no_sslv3 |
                  net::ssl::context::no_tlsv1 | net::ssl::context::no_tlsv1_1);
  SSL_CTX_set_options(tls.native_handle(), SSL_OP_NO_RENEGOTIATION);
  tls.use_certificate_chain_file(options.certificate_file, error);
  if (error) return cannot_read(options.certificate_file, error);
  tls.use_private_key_file(options.key_file, net::ssl::context::pem, error);
  if (error) return cannot_read(options.key_file, error);
  if (options.client_ca_file.empty()) return {};
  tls.load_verify_file(options.client_ca_file, error);
  if (error) return cannot_read(options.client_ca_file, error);
  tls.set_verify_mode(net::ssl::verify_peer | net::ssl::verify_fail_if_no_peer_cert, error);
  // A client that presents a certificate may resume its session only under the same server's name.
  SSL_CTX_set_session_id_context(tls.native_handle(),
                                 reinterpret_cast<const unsigned char*>("overlap"), 7);
  return {};
}

}  // namespace

// The listening socket and the thread that runs every connection.
class Server::Engine final : private sim::Conditions::Listener {
 public:
  Engine(Handler& handler, std::mutex& world, Scheduler& scheduler, sim::Conditions& conditions,
         ServerOptions options)
      : surroundings_{.handler = handler,
                      .world = world,
                      .scheduler = scheduler,
                      .conditions = conditions,
                      .options = std::move(options),
                      .tls = net::ssl::context(net::ssl::context::tls_server)} {}

  ~Engine() { stop(); }
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  ports::Status start() {
    if (auto loaded = load_certificates(surroundings_.tls, surroundings_.options); !loaded)
      return loaded;
    if (const auto error = listen(surroundings_.options.port); error) {
      return ports::fail(ports::ErrorCode::configuration,
                         "cannot listen on 127.0.0.1:" +
                             std::to_string(surroundings_.options.port) + ": " + error.message());
    }
    port_ = acceptor_.local_endpoint().port();
    surroundings_.origin = "https://127.0.0.1:" + std::to_string(port_);
    accept_next();
    thread_ = std::thread([this] { io_.run(); });
    const std::lock_guard lock(surroundings_.world);
    surroundings_.conditions.add(*this);
    conditions_changed();
    return {};
  }

  void stop() {
    if (!thread_.joinable()) return;
    {
      const std::lock_guard lock(surroundings_.world);
      surroundings_.conditions.remove(*this);
    }
    net::post(io_, [this] {
      stopping_ = true;
      break_all();
      work_.reset();
    });
    thread_.join();
  }

  std::uint16_t port() const { return port_; }
  const Surroundings& surroundings() const { return surroundings_; }

 private:
  // Under the world's lock. The rest happens on the server's thread.
  void conditions_changed() override {
    const bool down = surroundings_.conditions.is_down(surroundings_.options.name);
    const bool was_down = surroundings_.down.exchange(down);
    net::post(io_, [this, down, was_down] {
      if (down && !was_down && surroundings_.down) break_all();
      if (!down && was_down) listen_again();
      for (Breakable* connection : surroundings_.open) connection->look_again();
    });
  }

  // No SO_REUSEPORT: with it a second server would share the port silently. SO_REUSEADDR on Linux
  // only lets a port be had again while old connections linger in TIME_WAIT.
  error_code listen(std::uint16_t port) {
    error_code error;
    const tcp::endpoint endpoint(net::ip::address_v4::loopback(), port);
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(accept_backlog, error);
    if (error) {
      error_code ignored;
      acceptor_.close(ignored);
    }
    return error;
  }

  void accept_next() {
    acceptor_.async_accept([this](const error_code& error, tcp::socket socket) {
      if (!acceptor_.is_open()) return;
      if (error) {
        pause_.expires_after(accept_pause);
        pause_.async_wait([this](const error_code& cancelled) {
          if (!cancelled && acceptor_.is_open()) accept_next();
        });
        return;
      }
      serve_connection(io_, std::move(socket), surroundings_);
      accept_next();
    });
  }

  void break_all() {
    error_code ignored;
    acceptor_.close(ignored);
    pause_.cancel();
    const auto open = surroundings_.open;  // a copy: breaking one may end it
    for (Breakable* connection : open)
      if (surroundings_.open.contains(connection)) connection->break_now();
  }

  // Until the port is ours again: another process may have it for a moment.
  void listen_again() {
    if (surroundings_.down || stopping_ || acceptor_.is_open()) return;
    if (!listen(port_)) return accept_next();
    pause_.expires_after(accept_pause);
    pause_.async_wait([this](const error_code& cancelled) {
      if (!cancelled) listen_again();
    });
  }

  Surroundings surroundings_;
  net::io_context io_{1};
  net::executor_work_guard<net::io_context::executor_type> work_ = net::make_work_guard(io_);
  tcp::acceptor acceptor_{io_};
  net::steady_timer pause_{io_};
  std::uint16_t port_ = 0;
  bool stopping_ = false;  // the server's thread only
  std::thread thread_;
};

ports::Result<std::unique_ptr<Server>> Server::start(Handler& handler, std::mutex& world,
                                                     Scheduler& scheduler,
                                                     sim::Conditions& conditions,
                                                     ServerOptions options) {
  auto engine = std::make_unique<Engine>(handler, world, scheduler, conditions, std::move(options));
  if (auto started = engine->start(); !started) return ports::fail(started.error());
  return std::unique_ptr<Server>(new Server(std::move(engine)));
}

Server::Server(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}
Server::~Server() = default;

void Server::stop() { engine_->stop(); }
std::uint16_t Server::port() const { return engine_->port(); }
std::string Server::origin() const { return engine_->surroundings().origin; }

ServerCounts Server::counts() const {
  const auto& surroundings = engine_->surroundings();
  return {.connections = surroundings.connections,
          .open_connections = surroundings.open_connections,
          .requests = surroundings.requests};
}

}  // namespace mocks::wire
