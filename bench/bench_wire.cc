// The HTTP wire beside its floors: a TLS echo of as many bytes over a loopback socket, and the
// handler called directly. What lies between is HTTP, the lock and the server's event loop.
#include <arpa/inet.h>
#include <benchmark/benchmark.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "mocks/wire/certificates.h"
#include "mocks/wire/real_time.h"
#include "mocks/wire/serve.h"
#include "rotator/ports/check.h"
#include "rotator/ports/system_clock.h"
#include "rotator/ports/system_http.h"

namespace {

// A token endpoint's answer is about as long.
constexpr std::size_t body_size = 400;     // bytes
constexpr std::size_t request_size = 300;  // bytes

struct Files {
  Files() {
    std::string name = (std::filesystem::temp_directory_path() / "overlap-bench-XXXXXX").string();
    ports::check(mkdtemp(name.data()) != nullptr, "a temporary directory can be made");
    directory = name;
    ports::StopSignal stop;
    const mocks::wire::CertificateAuthority authority("Synthetic Bench Authority",
                                                      ports::SystemClock(stop).wall_now());
    ca_file = directory + "/ca.crt";
    ports::check(authority.write_certificate(ca_file).has_value(), "the directory can be written");
    server = authority.issue(directory, "server").value();
  }
  ~Files() {
    std::error_code ignored;
    std::filesystem::remove_all(directory, ignored);
  }
  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;

  std::string directory;
  std::string ca_file;
  mocks::wire::CertificateFiles server;
};

class Fixed final : public mocks::Handler {
 public:
  mocks::Answer handle(const ports::Request& request) override {
    mocks::Answer answer;
    answer.response.status = 200;
    if (request.target == "/stream") {
      answer.channel = channel = std::make_shared<mocks::Channel>();
      return answer;
    }
    answer.response.headers = {{"Content-Type", "application/json"}};
    answer.response.body.assign(body_size, 'x');
    return answer;
  }
  std::shared_ptr<mocks::Channel> channel = {};
};

ports::Request token_request(const std::string& origin) {
  return {.method = "POST",
          .origin = origin,
          .target = "/oauth2/v1/token",
          .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
          .body = "grant_type=client_credentials&client_id=synthetic&client_secret=synthetic"};
}

// --- Floors --------------------------------------------------------------------------------------

void floor_handler_call(benchmark::State& state) {
  Fixed handler;
  const auto request = token_request("https://127.0.0.1");
  for (auto _ : state) benchmark::DoNotOptimize(handler.handle(request));
}
BENCHMARK(floor_handler_call);

struct TlsEnd {
  TlsEnd(SSL_CTX* context, int socket) : tls(SSL_new(context)), descriptor(socket) {
    const int on = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    SSL_set_fd(tls, socket);
  }
  ~TlsEnd() {
    SSL_free(tls);
    close(descriptor);
  }
  TlsEnd(const TlsEnd&) = delete;
  TlsEnd& operator=(const TlsEnd&) = delete;

  SSL* tls;
  int descriptor;
};

// One thread answers each 300 bytes with 400, blocking, nothing parsed.
void floor_tls_echo(benchmark::State& state) {
  std::signal(SIGPIPE, SIG_IGN);
  const Files files;
  SSL_CTX* serving = SSL_CTX_new(TLS_server_method());
  SSL_CTX* calling = SSL_CTX_new(TLS_client_method());
  SSL_CTX_use_certificate_chain_file(serving, files.server.certificate_file.c_str());
  SSL_CTX_use_PrivateKey_file(serving, files.server.key_file.c_str(), SSL_FILETYPE_PEM);
  const int listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* where = reinterpret_cast<sockaddr*>(&address);
  ports::check(bind(listening, where, length) == 0 && listen(listening, 1) == 0 &&
                   getsockname(listening, where, &length) == 0,
               "a loopback port can be had");
  std::thread echo([&] {
    TlsEnd end(serving, accept(listening, nullptr, nullptr));
    if (SSL_accept(end.tls) != 1) return;
    std::array<char, request_size> in{};
    const std::array<char, body_size> out{};
    while (SSL_read(end.tls, in.data(), in.size()) > 0) SSL_write(end.tls, out.data(), out.size());
  });
  {
    TlsEnd end(calling, socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ports::check(connect(end.descriptor, where, length) == 0 && SSL_connect(end.tls) == 1,
                 "the echo is connected to");
    const std::array<char, request_size> out{};
    std::array<char, body_size> in{};
    for (auto _ : state) {
      SSL_write(end.tls, out.data(), out.size());
      ports::check(SSL_read(end.tls, in.data(), in.size()) == body_size, "the echo answers");
    }
    SSL_shutdown(end.tls);
  }
  echo.join();
  close(listening);
  SSL_CTX_free(serving);
  SSL_CTX_free(calling);
}
BENCHMARK(floor_tls_echo)->UseRealTime();

// --- The wire ------------------------------------------------------------------------------------

struct Wire {
  Wire() {
    mocks::wire::ServerOptions options;
    options.certificate_file = files.server.certificate_file;
    options.key_file = files.server.key_file;
    server = mocks::wire::Server::start(handler, world, scheduler, conditions, options).value();
    ports::HttpOptions trust;
    trust.origins[server->origin()].ca_file = files.ca_file;
    client = ports::new_http_client(clock, stop, std::move(trust)).value();
  }
  ports::Instant later() { return clock.now() + std::chrono::seconds(60); }

  Files files;
  ports::StopSignal stop;
  ports::SystemClock clock{stop};
  std::mutex world;
  Fixed handler;
  mocks::sim::NoFaults faults;
  mocks::sim::Conditions conditions{faults};
  mocks::wire::RealTimeScheduler scheduler{world};
  std::unique_ptr<mocks::wire::Server> server;
  std::unique_ptr<ports::HttpClient> client;
};

// One call on a connection that is kept.
void wire_call(benchmark::State& state) {
  Wire wire;
  const auto request = token_request(wire.server->origin());
  for (auto _ : state) {
    const auto response = wire.client->send(request, wire.later());
    ports::check(response && response->body.size() == body_size, "the call is answered");
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(wire_call)->UseRealTime();

// One piece from the mock's push() to the reader of a stream.
void wire_stream_piece(benchmark::State& state) {
  Wire wire;
  const ports::Request watch{.origin = wire.server->origin(), .target = "/stream"};
  const auto stream = wire.client->open_stream(watch, wire.later()).value();
  const std::string piece(body_size, 'x');
  for (auto _ : state) {
    {
      const std::lock_guard lock(wire.world);
      wire.handler.channel->push(piece);
    }
    std::size_t got = 0;
    while (got < piece.size()) {
      const auto next = stream->next(wire.later());
      ports::check(next && next->kind == ports::Piece::Kind::data, "the piece arrives");
      got += next->data.size();
    }
  }
}
BENCHMARK(wire_stream_piece)->UseRealTime();

}  // namespace
