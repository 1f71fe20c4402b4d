// CountingClient: passes every call on and counts it. A rotation says how many calls it cost.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "rotator/ports/http.h"

namespace rotator {

class CountingClient final : public ports::HttpClient {
 public:
  // `next` must outlive this.
  explicit CountingClient(ports::HttpClient& next) : next_(next) {}
  ports::Result<ports::Response> send(const ports::Request& request,
                                      ports::Instant deadline) override {
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

 private:
  ports::HttpClient& next_;
  std::uint64_t calls_ = 0;
};

}  // namespace rotator
