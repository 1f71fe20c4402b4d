// The inside of Network: servers, links, and the exchanges under way. Included by the network's own
// sources only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mocks/sim/network.h"

namespace mocks::sim {

class SimStream;

// A registered server.
struct Server {
  ServerOptions options = {};
  Handler* handler = nullptr;
  std::uint64_t name_hash = 0;
  bool down = false;  // as the conditions are
};

// The way from one caller to one server: what must not depend on anybody else's traffic.
struct Link {
  std::string caller = {};
  Server* server = nullptr;
  std::uint64_t caller_hash = 0;
  std::uint64_t entity = 0;  // of its latency draws
  std::uint64_t started = 0;
  std::uint64_t calls = 0;  // of those started, the ones that left the caller
  std::uint64_t bytes = 0;  // of bodies and stream pieces that came back
  bool cut = false;         // as the conditions are
};

// Legs of one exchange, each with its own latency draw; stream piece n is leg_pieces + n.
enum Leg : std::uint64_t { leg_request, leg_reply, leg_second_request, leg_pieces };

// One call under way. It lives until its caller has taken the outcome (or died) and no event of it
// is pending.
struct Exchange {
  enum class Outcome { pending, answered, refused, unanswered, broken };

  Process* process = nullptr;  // null once the caller has gone
  const ports::Request* request = nullptr;
  ports::Request kept = {};  // the request, when it outlives its caller's interest
  Link* link = nullptr;
  std::uint64_t number = 0;  // of its link
  ports::Instant deadline = {};
  Course course = {};
  Outcome outcome = Outcome::pending;
  Outcome coming = Outcome::pending;  // what the pending finish will make of it
  Answer answer = {};
  std::uint32_t index = 0;
  std::uint32_t events = 0;
  bool duplicated = false;
  bool finished = false;
};

class Network::Core final : private Timed, private Conditions::Listener {
 public:
  Core(Scheduler& given_scheduler, Observer& given_observer, Draws given_draws,
       Conditions& given_conditions)
      : scheduler(given_scheduler),
        observer(given_observer),
        draws(given_draws),
        conditions(given_conditions) {
    conditions.add(*this);
  }
  ~Core() { conditions.remove(*this); }
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  Server* find_server(std::string_view origin);
  // The link between the two, made at first use.
  Link& link(std::string_view caller, Server& server);
  ports::Duration latency(const Link& link, std::uint64_t number, std::uint64_t leg) const;

  // Sends `request` for `process`, which waits until `finished` and then gives it back by
  // release().
  Exchange& begin(Process& process, Link& link, const ports::Request& request,
                  ports::Instant deadline);
  void release(Exchange& exchange);

  Scheduler& scheduler;
  Observer& observer;
  Draws draws;
  Conditions& conditions;
  CrashListener* crash_listener = nullptr;
  std::deque<Server> servers;
  std::deque<Link> links;
  std::vector<SimStream*> streams;

 private:
  void on_timer(std::uint32_t kind, std::uint64_t subject) override;
  void conditions_changed() override;
  Exchange& take_exchange();
  void free_if_over(Exchange& exchange);
  void schedule(Exchange& exchange, std::uint32_t kind, ports::Instant when);
  void schedule_arrival(Exchange& exchange, ports::Instant when);
  void schedule_finish(Exchange& exchange, Exchange::Outcome outcome, ports::Instant when);
  void leave_unanswered(Exchange& exchange);
  void arrive(Exchange& exchange);
  void finish(Exchange& exchange);
  void crash(Exchange& exchange);
  void tell(const Exchange& exchange, std::int64_t number);

  std::deque<Exchange> exchanges_;
  std::vector<std::uint32_t> free_;
  std::string text_;
};

// A streamed body on its way: pieces leave when the mock pushes them and arrive in order, each
// after its own latency.
class SimStream final : public ports::Stream, private Channel::Reader {
 public:
  // `channel` may be null: the stream ends at once, after `body` if that is not empty.
  SimStream(Network::Core& core, Process& process, Link& link, std::uint64_t number,
            ports::Response head, std::string body, std::shared_ptr<Channel> channel,
            bool truncated);
  ~SimStream() override;
  SimStream(const SimStream&) = delete;
  SimStream& operator=(const SimStream&) = delete;

  const ports::Response& head() const override { return head_; }
  ports::Result<ports::Piece> next(ports::Instant deadline) override;

  // The whole rest of the body, for a call that does not stream; not cut short by an interrupt.
  ports::Result<std::string> rest(ports::Instant deadline);

  Link& link() { return link_; }
  // Takes over what the mock has pushed, unless the link is cut.
  void pump();
  // Breaks the connection now.
  void break_off();

 private:
  struct Arriving {
    ports::Instant at{};
    std::string data;
  };
  enum class Last { open, ended, broken };

  void on_readable() override { pump(); }
  ports::Instant arrival();
  ports::Instant next_change() const;
  ports::Result<ports::Piece> next_piece(ports::Instant deadline, bool heed_interrupt);

  Network::Core& core_;
  Process& process_;
  Link& link_;
  std::uint64_t number_;
  ports::Response head_;
  std::shared_ptr<Channel> channel_;
  std::deque<Arriving> pieces_;
  std::uint64_t drawn_ = 0;
  ports::Instant last_at_;  // the last piece arrives, or the stream ends, no earlier than this
  Last last_ = Last::open;
  bool opening_ = true;
  bool truncated_;
  bool waiting_ = false;
};

}  // namespace mocks::sim
