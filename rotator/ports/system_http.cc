#include "rotator/ports/system_http.h"

#include <algorithm>
#include <csignal>
#include <future>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "rotator/ports/system_exchange.h"
#include "rotator/ports/system_piece_queue.h"
#include "rotator/ports/system_request.h"
#include "rotator/ports/system_websocket.h"

namespace ports {
namespace {

// Connections that wait for their next request, by origin.
class Pool {
 public:
  explicit Pool(Clock& clock) : clock_(clock) {}

  // A connection that the other side has not closed meanwhile, or null.
  std::unique_ptr<Exchange> take(const std::string& origin) {
    const std::lock_guard lock(mutex_);
    auto& idle = idle_[origin];
    while (!idle.empty()) {
      Idle last = std::move(idle.back());
      idle.pop_back();
      if (clock_.now() - last.since < max_idle_time && last.exchange->idle_and_alive())
        return std::move(last.exchange);
    }
    return nullptr;
  }

  void give_back(const std::string& origin, std::unique_ptr<Exchange> exchange) {
    const std::lock_guard lock(mutex_);
    auto& idle = idle_[origin];
    if (idle.size() >= max_idle_connections) idle.erase(idle.begin());
    idle.push_back({.exchange = std::move(exchange), .since = clock_.now()});
  }

 private:
  struct Idle {
    std::unique_ptr<Exchange> exchange = {};
    Instant since = {};
  };

  Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, std::vector<Idle>> idle_;
};

// A body that arrives in pieces, read by a thread: the library pushes.
class BodyStream final : public Stream {
 public:
  BodyStream(std::unique_ptr<TlsConnection> connection, Clock& clock)
      : exchange_(std::move(connection)), queue_(clock) {}
  ~BodyStream() override {
    queue_.leave();
    exchange_.abort();
    if (reader_.joinable()) reader_.join();
  }

  // Sends, and waits for the head; for all of a refusal.
  Status begin(const Request& request, const Headers& fields, const StopSignal& stop,
               Instant deadline) {
    auto opened = opened_.get_future();
    try {
      // The thread outlives this call, and what it sends and says with it.
      reader_ = std::thread([this, request, fields, &stop, deadline] {
        read(request, fields, {.deadline = deadline, .stop = &stop});
      });
    } catch (const std::system_error& error) {
      return fail(ErrorCode::unreachable, describe(request) + " is not sent: " + error.what());
    }
    auto head = opened.get();
    if (!head) return fail(head.error());
    head_ = std::move(*head);
    return {};
  }

  const Response& head() const override { return head_; }
  Result<Piece> next(Instant deadline) override { return queue_.next(deadline); }

 private:
  void read(const Request& request, const Headers& fields, Call call) {
    bool open = false;
    call.on_head = [&](Response head) {
      open = true;
      opened_.set_value(std::move(head));
    };
    call.on_piece = [this](std::string_view piece) {
      return queue_.push(std::string(piece), true);
    };
    auto answered = exchange_.perform(request, fields, call);
    queue_.finish(answered ? std::nullopt : std::optional(answered.error()));
    if (!open) opened_.set_value(std::move(answered));
  }

  Exchange exchange_;
  PieceQueue queue_;
  std::promise<Result<Response>> opened_;
  Response head_ = {};
  std::thread reader_;
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
    const auto fields = complete_fields(request, *origin, options_.user_agent);
    if (!fields) return fail(fields.error());
    // Where nothing has to be waited for, nothing else would look at the deadline.
    if (clock_.now() >= deadline) {
      return fail(ErrorCode::unreachable,
                  describe(request) + " is not sent: its deadline has passed");
    }
    while (auto kept = request.own_connection ? nullptr : pool_.take(request.origin)) {
      auto answered = perform(std::move(kept), request, *fields, deadline);
      // Closed in the very moment: nothing was sent, so that another connection may be tried.
      const bool closed = !answered && answered.error().code == ErrorCode::unreachable;
      if (!closed) return answered;
    }
    auto opened = connect(request, *origin, deadline, nullptr);
    if (!opened) return fail(opened.error());
    return perform(std::make_unique<Exchange>(std::move(*opened)), request, *fields, deadline);
  }

  Result<std::unique_ptr<Stream>> open_stream(const Request& request, Instant deadline) override {
    const auto origin = parse_origin(request.origin);
    if (!origin) return fail(origin.error());
    const auto fields = complete_fields(request, *origin, options_.user_agent);
    if (!fields) return fail(fields.error());
    auto connection = connect(request, *origin, deadline, &stop_);
    if (!connection) return fail(connection.error());
    auto stream = std::make_unique<BodyStream>(std::move(*connection), clock_);
    if (auto begun = stream->begin(request, *fields, stop_, deadline); !begun)
      return fail(begun.error());
    return stream;
  }

  Result<std::unique_ptr<Stream>> open_websocket(const Request& request,
                                                 const std::vector<std::string>& subprotocols,
                                                 Instant deadline) override {
    const auto origin = parse_origin(request.origin);
    if (!origin) return fail(origin.error());
    const auto fields = complete_fields(request, *origin, options_.user_agent);
    if (!fields) return fail(fields.error());
    auto connection = connect(request, *origin, deadline, &stop_);
    if (!connection) return fail(connection.error());
    return open_system_websocket(std::move(*connection), request, *fields, subprotocols, clock_,
                                 stop_, deadline);
  }

 private:
  Result<Response> perform(std::unique_ptr<Exchange> exchange, const Request& request,
                           const Headers& fields, Instant deadline) {
    auto answered = exchange->perform(request, fields, {.deadline = deadline});
    if (answered && !request.own_connection && exchange->idle_and_alive())
      pool_.give_back(request.origin, std::move(exchange));
    return answered;
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
