// The HTTP port onto a Network: what a call looks like from the fiber that makes it.
#include <algorithm>
#include <chrono>
#include <utility>

#include "mocks/sim/network_core.h"

namespace mocks::sim {
namespace {

// How long it takes to learn that a name does not resolve.
constexpr ports::Duration resolve_time = std::chrono::milliseconds{1};

std::string call_text(const ports::Request& request) {
  return request.method + ' ' + request.origin + request.target;
}

ports::Error killed(const ports::Request& request) {
  return {.code = ports::ErrorCode::interrupted,
          .message = call_text(request) + ": not sent, the process is being killed"};
}

ports::Error interrupted(const ports::Request& request) {
  return {.code = ports::ErrorCode::interrupted,
          .message = call_text(request) + ": given up, asked to stop"};
}

bool succeeded(int status) { return status >= 200 && status < 300; }

}  // namespace

class SimClient final : public ports::HttpClient {
 public:
  SimClient(Network::Core& core, std::string_view caller, Process& process)
      : core_(core), caller_(caller), process_(process) {}

  ports::Result<ports::Response> send(const ports::Request& request,
                                      ports::Instant deadline) override;
  ports::Result<std::unique_ptr<ports::Stream>> open_stream(const ports::Request& request,
                                                            ports::Instant deadline) override;
  ports::Result<std::unique_ptr<ports::Stream>> open_websocket(
      const ports::Request& request, const std::vector<std::string>& subprotocols,
      ports::Instant deadline) override;

 private:
  // What came back to the caller, with the stream if the answer has one.
  struct Arrived {
    ports::Response response;
    std::shared_ptr<Channel> channel;
    Link* link = nullptr;
    std::uint64_t number = 0;
    bool truncated = false;
  };

  Link* find_link(std::string_view origin);
  // What an interrupt does to the call: a stream being opened is given up, any other is finished.
  enum class OnInterrupt { go_on, give_up };

  ports::Result<Arrived> exchange(const ports::Request& request, ports::Instant deadline,
                                  OnInterrupt on_interrupt);
  ports::Result<Arrived> outcome_of(Exchange& exchange, const ports::Request& request) const;
  std::unique_ptr<SimStream> stream_of(Arrived& arrived);
  std::unique_ptr<SimStream> declined(Arrived& arrived);

  Network::Core& core_;
  std::string caller_;
  Process& process_;
  std::vector<Link*> links_;
};

std::unique_ptr<ports::HttpClient> Network::client(std::string_view caller, Process& process) {
  return std::make_unique<SimClient>(*core_, caller, process);
}

Link* SimClient::find_link(std::string_view origin) {
  for (Link* link : links_)
    if (link->server->options.origin == origin) return link;
  Server* const server = core_.find_server(origin);
  if (server == nullptr) return nullptr;
  links_.push_back(&core_.link(caller_, *server));
  return links_.back();
}

ports::Result<SimClient::Arrived> SimClient::exchange(const ports::Request& request,
                                                      ports::Instant deadline,
                                                      OnInterrupt on_interrupt) {
  if (process_.unwinding()) {
    process_.wait(ports::Instant{});  // throws, unless it is unwinding already
    return ports::fail(killed(request));
  }
  const auto give_up = [&] {
    return on_interrupt == OnInterrupt::give_up && process_.interrupted();
  };
  if (give_up()) return ports::fail(interrupted(request));
  const ports::Instant start = core_.scheduler.now();
  Link* const link = find_link(request.origin);
  if (link == nullptr) {
    const ports::Instant until = std::min(deadline, start + resolve_time);
    while (core_.scheduler.now() < until && !process_.unwinding()) process_.wait(until);
    return ports::fail(ports::ErrorCode::unreachable,
                       call_text(request) + ": the name does not resolve");
  }
  if (start >= deadline)
    return ports::fail(ports::ErrorCode::unreachable,
                       call_text(request) + ": not sent, its deadline had passed");

  // Gives the exchange back also when the process is killed while it waits.
  struct Held {
    Held(Network::Core& given_core, Exchange& given_exchange)
        : core(given_core), exchange(given_exchange) {}
    ~Held() { core.release(exchange); }
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;
    Network::Core& core;
    Exchange& exchange;
  };
  const Held held(core_, core_.begin(process_, *link, request, deadline));
  while (!held.exchange.finished) {
    process_.wait(ports::Instant::max());
    if (process_.unwinding()) return ports::fail(killed(request));
    if (give_up()) return ports::fail(interrupted(request));
  }
  return outcome_of(held.exchange, request);
}

ports::Result<SimClient::Arrived> SimClient::outcome_of(Exchange& exchange,
                                                        const ports::Request& request) const {
  switch (exchange.outcome) {
    case Exchange::Outcome::refused:
      return ports::fail(ports::ErrorCode::unreachable,
                         call_text(request) + ": connection refused");
    case Exchange::Outcome::broken:
      return ports::fail(ports::ErrorCode::ambiguous,
                         call_text(request) +
                             ": the connection broke before the answer was complete; whether the "
                             "request took effect is unknown");
    case Exchange::Outcome::answered: break;
    default:
      return ports::fail(ports::ErrorCode::ambiguous,
                         call_text(request) +
                             ": no answer by the deadline; whether the request took effect is "
                             "unknown");
  }
  if (exchange.answer.response.body.size() > ports::max_response_body)
    return ports::fail(ports::ErrorCode::malformed,
                       call_text(request) + ": the body is larger than 8 MiB");
  Arrived arrived{.response = std::move(exchange.answer.response),
                  .channel = std::move(exchange.answer.channel),
                  .link = exchange.link,
                  .number = exchange.number,
                  .truncated = exchange.course.reply == Course::Reply::cut_short};
  exchange.answer.channel.reset();
  return arrived;
}

ports::Result<ports::Response> SimClient::send(const ports::Request& request,
                                               ports::Instant deadline) {
  ports::Result<Arrived> arrived = exchange(request, deadline, OnInterrupt::go_on);
  if (!arrived) return ports::fail(std::move(arrived.error()));
  if (!arrived->channel) return std::move(arrived->response);
  // A body in pieces: the answer is whole when the stream ends.
  const std::unique_ptr<SimStream> stream = stream_of(*arrived);
  ports::Result<std::string> rest = stream->rest(deadline);
  if (!rest)
    return ports::fail(rest.error().code, call_text(request) + ": " + rest.error().message);
  ports::Response response = stream->head();
  response.body = std::move(*rest);
  return response;
}

ports::Result<std::unique_ptr<ports::Stream>> SimClient::open_stream(const ports::Request& request,
                                                                     ports::Instant deadline) {
  ports::Result<Arrived> arrived = exchange(request, deadline, OnInterrupt::give_up);
  if (!arrived) return ports::fail(std::move(arrived.error()));
  if (!succeeded(arrived->response.status)) return declined(*arrived);
  return stream_of(*arrived);
}

ports::Result<std::unique_ptr<ports::Stream>> SimClient::open_websocket(
    const ports::Request& request, const std::vector<std::string>& subprotocols,
    ports::Instant deadline) {
  ports::Request upgrade{.method = request.method,
                         .origin = request.origin,
                         .target = request.target,
                         .body = request.body};
  upgrade.headers.reserve(request.headers.size() + 5);
  upgrade.headers = request.headers;
  std::string offered;
  for (const std::string& subprotocol : subprotocols)
    offered += (offered.empty() ? "" : ", ") + subprotocol;
  // RFC 6455 section 4.1; the key is the RFC's own sample.
  upgrade.headers.push_back({.name = "Connection", .value = "Upgrade"});
  upgrade.headers.push_back({.name = "Upgrade", .value = "websocket"});
  upgrade.headers.push_back({.name = "Sec-WebSocket-Version", .value = "13"});
  upgrade.headers.push_back({.name = "Sec-WebSocket-Key", .value = "dGhlIHNhbXBsZSBub25jZQ=="});
  if (!offered.empty())
    upgrade.headers.push_back({.name = "Sec-WebSocket-Protocol", .value = std::move(offered)});
  ports::Result<Arrived> arrived = exchange(upgrade, deadline, OnInterrupt::give_up);
  if (!arrived) return ports::fail(std::move(arrived.error()));
  if (arrived->response.status != 101) return declined(*arrived);
  return stream_of(*arrived);
}

std::unique_ptr<SimStream> SimClient::stream_of(Arrived& arrived) {
  std::string body = std::exchange(arrived.response.body, {});
  return std::make_unique<SimStream>(core_, process_, *arrived.link, arrived.number,
                                     std::move(arrived.response), std::move(body),
                                     std::move(arrived.channel), arrived.truncated);
}

// The answer of a server that would not stream: its body is whole in the head.
std::unique_ptr<SimStream> SimClient::declined(Arrived& arrived) {
  if (arrived.channel) arrived.channel->abandon();
  return std::make_unique<SimStream>(core_, process_, *arrived.link, arrived.number,
                                     std::move(arrived.response), std::string(), nullptr, false);
}

}  // namespace mocks::sim
