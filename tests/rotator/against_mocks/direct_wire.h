// The adapters wired straight to the mocks: no network, virtual time, and replies that can be lost.
#pragma once

#include <boost/test/unit_test.hpp>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "mocks/facts.h"
#include "mocks/handler.h"
#include "mocks/sim/event_queue.h"
#include "rotator/ports/clock.h"
#include "rotator/ports/http.h"
#include "tests/rotator/scripted_http.h"

namespace tests {

class NoObserver final : public mocks::Observer {
 public:
  void observe(ports::Instant, const mocks::Fact&) override {}
};

// The product's clock over the mocks' event queue.
class QueueClock final : public ports::Clock {
 public:
  explicit QueueClock(mocks::sim::EventQueue& queue) : queue_(queue) {}
  ports::Instant now() const override { return queue_.now(); }
  ports::WallTime wall_now() const override { return queue_.wall_now(); }
  ports::Wake sleep_until(ports::Instant when) override {
    if (when > queue_.now()) queue_.run_until(when);
    return ports::Wake::reached;
  }
  bool interrupted() const override { return false; }

 private:
  mocks::sim::EventQueue& queue_;
};

class DirectStream final : public ports::Stream {
 public:
  DirectStream(mocks::sim::EventQueue& queue, mocks::Answer answer)
      : queue_(queue), answer_(std::move(answer)) {}
  ~DirectStream() override {
    if (answer_.channel) answer_.channel->abandon();
  }

  const ports::Response& head() const override { return answer_.response; }
  ports::Result<ports::Piece> next(ports::Instant deadline) override {
    auto& channel = answer_.channel;
    for (;;) {
      if (!channel || channel->ended()) {
        if (channel && channel->overflowed())
          return ports::fail(ports::ErrorCode::ambiguous, "cut off");
        return ports::Piece{ports::Piece::Kind::end, {}};
      }
      if (auto piece = channel->pop())
        return ports::Piece{ports::Piece::Kind::data, std::move(*piece)};
      const auto due = queue_.next();
      if (!due || *due > deadline) break;
      queue_.step();
    }
    if (deadline > queue_.now()) queue_.run_until(deadline);
    return ports::Piece{};
  }

 private:
  mocks::sim::EventQueue& queue_;
  mocks::Answer answer_;
};

class DirectHttp final : public ports::HttpClient {
 public:
  explicit DirectHttp(mocks::sim::EventQueue& queue) : queue_(queue) {}

  void connect(std::string origin, mocks::Handler& handler) {
    handlers_[std::move(origin)] = &handler;
  }
  // The next request has its effect, and its reply never comes.
  void lose_next_reply() { lose_ = true; }

  ports::Result<ports::Response> send(const ports::Request& request,
                                      ports::Instant deadline) override {
    auto answer = exchange(request, deadline);
    if (!answer) return ports::fail(answer.error());
    return std::move(answer->response);
  }
  ports::Result<std::unique_ptr<ports::Stream>> open_stream(const ports::Request& request,
                                                            ports::Instant deadline) override {
    auto answer = exchange(request, deadline);
    if (!answer) return ports::fail(answer.error());
    return std::unique_ptr<ports::Stream>(
        std::make_unique<DirectStream>(queue_, std::move(*answer)));
  }
  // With the headers that an HTTP client adds to open a WebSocket (RFC 6455 section 4.1).
  ports::Result<std::unique_ptr<ports::Stream>> open_websocket(
      const ports::Request& request, const std::vector<std::string>& subprotocols,
      ports::Instant deadline) override {
    auto upgrade = request;
    std::string offered;
    for (const auto& protocol : subprotocols) offered += (offered.empty() ? "" : ", ") + protocol;
    upgrade.headers.push_back({"Connection", "Upgrade"});
    upgrade.headers.push_back({"Upgrade", "websocket"});
    upgrade.headers.push_back({"Sec-WebSocket-Version", "13"});
    upgrade.headers.push_back({"Sec-WebSocket-Key", "c3ludGhldGljIG5vbmNlIQ=="});
    upgrade.headers.push_back({"Sec-WebSocket-Protocol", offered});
    return open_stream(upgrade, deadline);
  }

  std::vector<std::string> calls = {};  // "GET /path -> 200"

 private:
  ports::Result<mocks::Answer> exchange(const ports::Request& request, ports::Instant deadline) {
    const auto found = handlers_.find(request.origin);
    BOOST_REQUIRE_MESSAGE(found != handlers_.end(), "nobody at " << request.origin);
    auto sent = request;
    sent.headers.insert(sent.headers.begin(),
                        {"Host", request.origin.substr(request.origin.find("//") + 2)});
    auto answer = found->second->handle(sent);
    calls.push_back(request.method + " " + request.target + " -> " +
                    std::to_string(answer.response.status));
    if (std::exchange(lose_, false))
      return ports::fail(ports::ErrorCode::ambiguous, "the reply was lost");
    if (queue_.now() + answer.delay > deadline) {
      queue_.run_until(deadline);
      return ports::fail(ports::ErrorCode::ambiguous, "the deadline passed");
    }
    queue_.run_until(queue_.now() + answer.delay);
    return answer;
  }

  mocks::sim::EventQueue& queue_;
  std::map<std::string, mocks::Handler*> handlers_;
  bool lose_ = false;
};

}  // namespace tests
