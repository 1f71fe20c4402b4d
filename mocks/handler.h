// Handler: the one face of every mock. A mock is a state machine that answers requests; it does not
// know how it is reached.
//
// On the simulated wire the network calls handle() at a virtual instant; on the HTTP wire an HTTPS
// server calls it under the world's lock. Either way calls never overlap, and handle() never waits:
// what takes time is said in Answer.
#pragma once

#include <memory>

#include "mocks/channel.h"
#include "rotator/ports/clock.h"
#include "rotator/ports/http.h"

namespace mocks {

struct Answer {
  ports::Response response = {};
  // How long the server takes before this answer leaves. State has already changed when handle()
  // returns.
  ports::Duration delay{0};
  // Set when the body arrives in pieces: chunks after a 2xx, binary WebSocket messages after a 101.
  std::shared_ptr<Channel> channel = {};
};

class Handler {
 public:
  virtual ~Handler() = default;
  virtual Answer handle(const ports::Request& request) = 0;
};

}  // namespace mocks
