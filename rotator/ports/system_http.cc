#include "rotator/ports/system_http.h"

#include <algorithm>
#include <csignal>
#include <mutex>
#include <optional>
#include <utility>

#include "rotator/ports/system_exchange.h"
#include "rotator/ports/system_websocket.h"

namespace ports {
namespace {

// Connections that wait for their next request, by origin.
class Pool {
 public:
  explicit Pool(Clock& clock) : clock_(clock) {}

  // A connection that the other side has not closed meanwhile, or null.
  std::unique_ptr<TlsConnection> take(const std::string& origin) {
    const std::lock_guard lock(mutex_);
    auto& idle = idle_[origin];
    while (!idle.empty()) {
      Idle last = std::move(idle.back());
      idle.pop_back();
      if (clock_.now() - last.since < max_idle_time && last.connection->idle_and_alive())
        return std::move(last.connection);
    }
    return nullptr;
  }

  void give_back(const std::string& origin, std::unique_ptr<TlsConnection> connection) {
    const std::lock_guard lock(mutex_);
    auto& idle = idle_[origin];
    if (idle.size() >= max_idle_connections) idle.erase(idle.begin());
    idle.push_back({.connection = std::move(connection), .since = clock_.now()});
  }

 private:
  struct Idle {
    std::unique_ptr<TlsConnection> connection = {};
    Instant since = {};
  };

  Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, std::vector<Idle>> idle_;
};

// A body that arrives in pieces.
class BodyStream final : public Stream {
 public:
  BodyStream(Exchange exchange, std::string what, Clock& clock, const StopSignal& stop)
      : exchange_(std::move(exchange)), what_(std::move(what)), clock_(clock), stop_(stop) {
    head_ = exchange_.reader.head();
  }

  // A refusal is read whole, bounded as any answer; a 2xx goes on for ever.
  Status begin(Instant deadline) {
    if (head_.status >= 200 && head_.status < 300) {
      exchange_.reader.expect_endless_body();
      return {};
    }
    if (auto read = read_whole(exchange_, what_, clock_, deadline, &stop_); !read) return read;
    head_.body = exchange_.reader.take_body();
    return {};
  }

  const Response& head() const override { return head_; }

  Result<Piece> next(Instant deadline) override {
    auto& reader = exchange_.reader;
    for (;;) {
      if (error_) return fail(*error_);
      if (std::string body = reader.take_body(); !body.empty())
        return Piece{.kind = Piece::Kind::data, .data = std::move(body)};
      if (reader.is_whole()) return Piece{.kind = Piece::Kind::end};
      if (stop_.requested()) return fail(ErrorCode::interrupted, what_ + ": stopped while waiting");
      const Transfer transfer = exchange_.connection->read(reader.space(), deadline, &stop_);
      switch (transfer.kind) {
        case Transfer::Kind::interrupted: break;
        case Transfer::Kind::timed_out: return Piece{};
        case Transfer::Kind::done: {
          const bool late = clock_.now() >= deadline;
          if (auto parsed = reader.received(transfer.bytes); !parsed)
            error_ = Error{parsed.error().code, what_ + ": " + parsed.error().message};
          // Chunk framing that drips makes read() return at once, and no piece.
          if (auto body = reader.take_body(); !body.empty())
            return Piece{.kind = Piece::Kind::data, .data = std::move(body)};
          if (late && !error_ && !reader.is_whole()) return Piece{};
          break;
        }
        default:
          if (transfer.kind == Transfer::Kind::end && reader.ended(true)) break;
          error_ = Error{ErrorCode::ambiguous, what_ + ": " + transfer.reason + " in mid-stream"};
      }
    }
  }

 private:
  Exchange exchange_;
  std::string what_;
  Clock& clock_;
  const StopSignal& stop_;
  Response head_ = {};
  std::optional<Error> error_ = {};
};

class SystemHttpClient final : public HttpClient {
 public:
  SystemHttpClient(Clock& clock, StopSignal& stop, HttpOptions options)
      : clock_(clock), stop_(stop), options_(std::move(options)), pool_(clock) {}

  // The contexts of the origins that have options of their own; all files are read here but for
  // the system's authorities, which are read when first needed.
  Status load() {
    for (const auto& [name, origin] : options_.origins) {
      auto parsed = parse_origin(name);
      if (!parsed) return fail(parsed.error());
      auto context = make_tls_context(origin, options_.ca_files);
      if (!context) return fail(context.error());
      contexts_.emplace(name, std::move(*context));
    }
    if (options_.ca_files.empty()) return {};
    const auto everyone = common_context();
    if (!everyone) return fail(everyone.error());
    return {};
  }

  Result<Response> send(const Request& request, Instant deadline) override {
    const auto origin = parse_origin(request.origin);
    if (!origin) return fail(origin.error());
    auto bytes = render_request(request, *origin, options_.user_agent);
    if (!bytes) return fail(bytes.error());
    const auto answered = send_bytes(request, *origin, *bytes, deadline);
    wipe(*bytes);  // it may carry a secret
    return answered;
  }

  Result<std::unique_ptr<Stream>> open_stream(const Request& request, Instant deadline) override {
    const auto origin = parse_origin(request.origin);
    if (!origin) return fail(origin.error());
    auto bytes = render_request(request, *origin, options_.user_agent);
    if (!bytes) return fail(bytes.error());
    auto connection = connect(request, *origin, deadline, &stop_);
    if (!connection) return fail(connection.error());
    Exchange exchange{.connection = std::move(*connection),
                      .reader = ResponseReader(request.method == "HEAD")};
    const std::string what = describe(request);
    const auto performed = perform(exchange, what, *bytes, false, clock_, deadline, &stop_);
    wipe(*bytes);
    if (!performed) return fail(performed.error());
    auto stream = std::make_unique<BodyStream>(std::move(exchange), what, clock_, stop_);
    if (auto begun = stream->begin(deadline); !begun) return fail(begun.error());
    return stream;
  }

  Result<std::unique_ptr<Stream>> open_websocket(const Request& request,
                                                 const std::vector<std::string>& subprotocols,
                                                 Instant deadline) override {
    const auto origin = parse_origin(request.origin);
    if (!origin) return fail(origin.error());
    auto connection = connect(request, *origin, deadline, &stop_);
    if (!connection) return fail(connection.error());
    return open_system_websocket(std::move(*connection), request, *origin, subprotocols,
                                 options_.user_agent, clock_, stop_, deadline);
  }

 private:
  Result<Response> send_bytes(const Request& request, const Origin& origin, std::string_view bytes,
                              Instant deadline) {
    // Where nothing has to be waited for, nothing else would look at the deadline.
    if (clock_.now() >= deadline) {
      return fail(ErrorCode::unreachable,
                  describe(request) + " is not sent: its deadline has passed");
    }
    auto connection = pool_.take(request.origin);
    if (connection == nullptr) {
      auto opened = connect(request, origin, deadline, nullptr);
      if (!opened) return fail(opened.error());
      connection = std::move(*opened);
    }
    Exchange exchange{.connection = std::move(connection),
                      .reader = ResponseReader(request.method == "HEAD")};
    const auto performed =
        perform(exchange, describe(request), bytes, true, clock_, deadline, nullptr);
    if (!performed) return fail(performed.error());
    Response response = exchange.reader.head();
    if (response.status == 101)
      return fail(ErrorCode::malformed, describe(request) + ": an upgrade that was not asked for");
    response.body = exchange.reader.take_body();
    if (exchange.reader.keeps_alive())
      pool_.give_back(request.origin, std::move(exchange.connection));
    return response;
  }

  Result<std::unique_ptr<TlsConnection>> connect(const Request& request, const Origin& origin,
                                                 Instant deadline, const StopSignal* stop) {
    if (stop != nullptr && stop->requested())
      return fail(ErrorCode::interrupted, describe(request) + " is not sent: asked to stop");
    const auto found = contexts_.find(request.origin);
    const TlsContext* context = found != contexts_.end() ? &found->second : nullptr;
    if (context == nullptr) {
      const auto everyone = common_context();
      if (!everyone) return fail(everyone.error());
      context = *everyone;
    }
    const Instant patience = std::min(deadline, clock_.now() + options_.connect_timeout);
    return TlsConnection::open(*context, origin, request.origin, clock_, patience, stop);
  }

  Result<const TlsContext*> common_context() {
    const std::lock_guard lock(common_mutex_);
    if (!common_) {
      auto made = make_tls_context(OriginOptions{}, options_.ca_files);
      if (!made) return fail(made.error());
      common_.emplace(std::move(*made));
    }
    return &*common_;
  }

  Clock& clock_;
  StopSignal& stop_;
  HttpOptions options_;
  Pool pool_;
  std::map<std::string, TlsContext> contexts_;  // not changed after load()
  std::mutex common_mutex_;
  std::optional<TlsContext> common_;
};

}  // namespace

Result<std::unique_ptr<HttpClient>> new_http_client(Clock& clock, StopSignal& stop,
                                                    HttpOptions options) {
  // OpenSSL writes with write(2): without this a server that closes would end the process.
  std::signal(SIGPIPE, SIG_IGN);
  auto client = std::make_unique<SystemHttpClient>(clock, stop, std::move(options));
  if (auto loaded = client->load(); !loaded) return fail(loaded.error());
  return client;
}

}  // namespace ports
