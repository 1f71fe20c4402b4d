// CountingClient: passes every call on and counts it, so that a rotation can say how many calls it
// cost. For a plan it notes the calls that would change something and sends none of them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rotator/ports/http.h"

namespace rotator {

// A call that was noted and not sent.
struct NotedCall {
  std::string method = {};
  std::string origin = {};
  std::string target = {};  // path and query
};

class CountingClient final : public ports::HttpClient {
 public:
  // `next` must outlive this.
  explicit CountingClient(ports::HttpClient& next) : next_(next) {}
  ports::Result<ports::Response> send(const ports::Request& request,
                                      ports::Instant deadline) override {
    if (noting_ && !only_looks(request)) {
      noted_.push_back({request.method, request.origin, request.target});
      return ports::fail(ports::ErrorCode::refused, "this call was noted and not sent");
    }
    ++calls_;
    return next_.send(request, deadline);
  }
  ports::Result<std::unique_ptr<ports::Stream>> open_stream(const ports::Request& request,
                                                            ports::Instant deadline) override {
    ++calls_;
    return next_.open_stream(request, deadline);
  }
  ports::Result<std::unique_ptr<ports::Stream>> open_websocket(
      const ports::Request& request, const std::vector<std::string>& subprotocols,
      ports::Instant deadline) override {
    ++calls_;
    return next_.open_websocket(request, subprotocols, deadline);
  }
  // Requests, streams and web sockets, those that failed included.
  std::uint64_t calls() const { return calls_; }

  // While `act` runs, a call that may change something is noted and not sent: it ends as an Error
  // of code refused. What it would have changed, in order.
  template <typename Act>
  std::vector<NotedCall> note(const Act& act) {
    noting_ = true;
    act();
    noting_ = false;
    return std::exchange(noted_, {});
  }

 private:
  // By its method (RFC 9110 section 9.2.1), or as a request for a token of this rotator's own: by
  // then one may have expired.
  static bool only_looks(const ports::Request& request) {
    if (request.method == "GET" || request.method == "HEAD") return true;
    const std::string_view target = request.target;
    const auto path = target.substr(0, target.find('?'));
    return request.method == "POST" &&
           (path.starts_with("/v1/auth/") ||
            (path.ends_with("/token") && request.body.find("grant_type") != std::string::npos));
  }

  ports::HttpClient& next_;
  std::uint64_t calls_ = 0;
  bool noting_ = false;
  std::vector<NotedCall> noted_;
};

}  // namespace rotator
