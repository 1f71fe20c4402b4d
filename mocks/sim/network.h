// Network: the simulated wire. Handlers are registered under an origin; a client of it is a
// ports::HttpClient whose calls travel in virtual time, through the fault plan, and come back to
// the fiber that made them.
//
// Of one call: the conditions and the plan are consulted as the request leaves; it arrives after a
// drawn latency (and the plan's delay); the handler runs at that instant; the reply leaves after
// Answer.delay and arrives after a second drawn latency. A caller that dies meanwhile does not
// recall its request. Requests of one caller to one server draw their latencies by their own count,
// so that a call more elsewhere moves none of them.
//
// What the caller sees:
//   unknown origin, server down, request refused ......... Error unreachable, after one round trip
//   request or reply lost, partition, too slow ........... Error ambiguous, at the deadline
//   reply broken or cut short ............................ Error ambiguous, when the reply was due
//   caller dies .......................................... its process is killed
// An interrupt does not cut send() short; it ends Stream::next and the opening of streams (Error
// interrupted).
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "mocks/facts.h"
#include "mocks/handler.h"
#include "mocks/scheduler.h"
#include "mocks/sim/draws.h"
#include "mocks/sim/faults/conditions.h"
#include "mocks/sim/process.h"
#include "rotator/ports/clock.h"
#include "rotator/ports/http.h"

namespace mocks::sim {

struct ServerOptions {
  std::string origin = {};  // "https://idp.example"
  std::string name = {};    // "idp": as the fault plan and the facts call it
  // One way, drawn uniformly for each request, reply and stream piece.
  ports::Duration latency_low = std::chrono::microseconds{500};
  ports::Duration latency_high = std::chrono::milliseconds{2};
};

// Facts of a call: kind call_made, subject name_of(server), object name_of(caller), text
// "METHOD target", number the status or one of these.
inline constexpr std::int64_t call_refused = -1;     // Error unreachable
inline constexpr std::int64_t call_unanswered = -2;  // no answer by the deadline
inline constexpr std::int64_t call_broken = -3;     // connection broken before the answer was whole
inline constexpr std::int64_t caller_crashed = -4;  // the plan killed the caller; effect or none

class Network {
 public:
  // Told after the fault plan has killed a caller, from the event queue: time to restart it.
  class CrashListener {
   public:
    virtual void on_crash(Process& process) = 0;

   protected:
    ~CrashListener() = default;
  };

  // All are borrowed and must outlive the network; the network must outlive the processes that use
  // its clients.
  Network(Scheduler& scheduler, Observer& observer, Draws draws, Conditions& conditions);
  ~Network();
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  // One origin, one server. A name may serve several origins.
  void add_server(const ServerOptions& options, Handler& handler);

  // The HTTP port of `process`, calling itself `caller` ("rotator"). To be used on that process's
  // fiber only.
  std::unique_ptr<ports::HttpClient> client(std::string_view caller, Process& process);

  void set_crash_listener(CrashListener* listener);

  // Requests that left a caller of this name, over all its incarnations.
  std::uint64_t calls(std::string_view caller) const;
  // Bytes of bodies and stream pieces that came to callers of this name.
  std::uint64_t bytes_received(std::string_view caller) const;

 private:
  friend class SimClient;
  friend class SimStream;
  class Core;
  std::unique_ptr<Core> core_;
};

}  // namespace mocks::sim
