#include "mocks/sim/network.h"

#include "mocks/sim/network_core.h"
#include "rotator/ports/check.h"

namespace mocks::sim {
namespace {

// Kinds of timer; the subject is the exchange's index.
enum : std::uint32_t { timer_arrive, timer_finish, timer_crash };

bool never(ports::Instant when) { return when == ports::Instant::max(); }

}  // namespace

// --- Network: what the harness sees -------------------------------------------------------------

Network::Network(Scheduler& scheduler, Observer& observer, Draws draws, Conditions& conditions)
    : core_(std::make_unique<Core>(scheduler, observer, draws, conditions)) {}

Network::~Network() = default;

void Network::add_server(const ServerOptions& options, Handler& handler) {
  ports::check(core_->find_server(options.origin) == nullptr, "two servers under one origin");
  ports::check(options.latency_low <= options.latency_high, "a latency range upside down");
  core_->servers.push_back({.options = options,
                            .handler = &handler,
                            .name_hash = name_of(options.name),
                            .down = core_->conditions.is_down(options.name)});
}

void Network::set_crash_listener(CrashListener* listener) { core_->crash_listener = listener; }

std::uint64_t Network::calls(std::string_view caller) const {
  std::uint64_t sum = 0;
  for (const Link& link : core_->links)
    if (link.caller == caller) sum += link.calls;
  return sum;
}

std::uint64_t Network::bytes_received(std::string_view caller) const {
  std::uint64_t sum = 0;
  for (const Link& link : core_->links)
    if (link.caller == caller) sum += link.bytes;
  return sum;
}

// --- Core: servers and links --------------------------------------------------------------------

Server* Network::Core::find_server(std::string_view origin) {
  for (Server& server : servers)
    if (server.options.origin == origin) return &server;
  return nullptr;
}

Link& Network::Core::link(std::string_view caller, Server& server) {
  for (Link& link : links)
    if (link.server == &server && link.caller == caller) return link;
  const std::uint64_t caller_hash = name_of(caller);
  links.push_back({.caller = std::string(caller),
                   .server = &server,
                   .caller_hash = caller_hash,
                   .entity = Draws::mix(caller_hash) ^ name_of(server.options.origin)});
  links.back().cut = conditions.is_cut(caller, server.options.name);
  return links.back();
}

ports::Duration Network::Core::latency(const Link& link, std::uint64_t number,
                                       std::uint64_t leg) const {
  constexpr unsigned leg_bits = 24;
  const ServerOptions& options = link.server->options;
  return draws.between(options.latency_low, options.latency_high, Stream::network_latency,
                       link.entity, number << leg_bits | leg);
}

void Network::Core::conditions_changed() {
  for (Server& server : servers) server.down = conditions.is_down(server.options.name);
  for (SimStream* stream : streams)
    if (stream->link().server->down) stream->break_off();
  bool changed = false;
  for (Link& link : links) {
    const bool cut = conditions.is_cut(link.caller, link.server->options.name);
    changed |= cut != link.cut;
    link.cut = cut;
  }
  if (!changed) return;
  for (SimStream* stream : streams) stream->pump();
}

// --- Core: one exchange, from the caller to the server and back
// -----------------------------------

Exchange& Network::Core::begin(Process& process, Link& link, const ports::Request& request,
                               ports::Instant deadline) {
  Fate fate = conditions.consult(scheduler.now(), {.caller = link.caller,
                                                   .server = link.server->options.name,
                                                   .method = request.method,
                                                   .target = request.target});
  Exchange& exchange = take_exchange();
  exchange.process = &process;
  exchange.request = &request;
  exchange.link = &link;
  exchange.number = link.started++;
  exchange.deadline = deadline;
  exchange.course = fate.course;
  if (fate.course.request == Course::Request::caller_dies) {
    schedule(exchange, timer_crash, scheduler.now());
    return exchange;
  }
  ++link.calls;
  const ports::Instant there =
      scheduler.now() + latency(link, exchange.number, leg_request) + fate.delay;
  switch (fate.course.request) {
    case Course::Request::arrives: schedule_arrival(exchange, there); break;
    case Course::Request::lost: leave_unanswered(exchange); break;
    case Course::Request::answered:
      exchange.answer.response = std::move(fate.response);
      schedule_finish(exchange, Exchange::Outcome::answered,
                      there + latency(link, exchange.number, leg_reply));
      break;
    default:
      schedule_finish(exchange, Exchange::Outcome::refused,
                      there + latency(link, exchange.number, leg_reply));
      break;
  }
  return exchange;
}

void Network::Core::on_timer(std::uint32_t kind, std::uint64_t subject) {
  Exchange& exchange = exchanges_[subject];
  --exchange.events;
  if (kind == timer_arrive) arrive(exchange);
  if (kind == timer_finish) finish(exchange);
  if (kind == timer_crash) crash(exchange);
  // The caller may have released it and even begun the next call in it: then this does nothing.
  free_if_over(exchange);
}

void Network::Core::arrive(Exchange& exchange) {
  Link& link = *exchange.link;
  if (link.cut) return leave_unanswered(exchange);
  if (link.server->down)
    return schedule_finish(exchange, Exchange::Outcome::refused,
                           scheduler.now() + latency(link, exchange.number, leg_reply));
  exchange.answer = link.server->handler->handle(*exchange.request);
  if (exchange.course.twice && !exchange.duplicated) {
    exchange.duplicated = true;
    if (exchange.answer.channel) exchange.answer.channel->abandon();
    return schedule_arrival(exchange,
                            scheduler.now() + latency(link, exchange.number, leg_second_request));
  }
  const auto reply = exchange.course.reply;
  if (reply == Course::Reply::caller_dies) return crash(exchange);
  if (reply == Course::Reply::lost) return leave_unanswered(exchange);
  // A stream is truncated as it is read; a whole body cannot be had at all.
  const bool broken = reply == Course::Reply::broken ||
                      (reply == Course::Reply::cut_short && !exchange.answer.channel);
  schedule_finish(
      exchange, broken ? Exchange::Outcome::broken : Exchange::Outcome::answered,
      scheduler.now() + exchange.answer.delay + latency(link, exchange.number, leg_reply));
}

void Network::Core::finish(Exchange& exchange) {
  if (exchange.link->cut && exchange.coming != Exchange::Outcome::unanswered)
    return leave_unanswered(exchange);
  exchange.outcome = exchange.coming;
  exchange.finished = true;
  switch (exchange.outcome) {
    case Exchange::Outcome::answered:
      exchange.link->bytes += exchange.answer.response.body.size();
      tell(exchange, exchange.answer.response.status);
      break;
    case Exchange::Outcome::refused: tell(exchange, call_refused); break;
    case Exchange::Outcome::broken: tell(exchange, call_broken); break;
    default: tell(exchange, call_unanswered); break;
  }
  if (exchange.process != nullptr) exchange.process->wake();
}

void Network::Core::crash(Exchange& exchange) {
  if (exchange.process == nullptr) return;  // it has given up, or died, before
  tell(exchange, caller_crashed);
  Process& process = *exchange.process;
  process.kill();
  if (crash_listener != nullptr) crash_listener->on_crash(process);
}

void Network::Core::release(Exchange& exchange) {
  if (exchange.events > 0) {
    exchange.kept = *exchange.request;
    exchange.request = &exchange.kept;
  }
  exchange.process = nullptr;
  free_if_over(exchange);
}

void Network::Core::schedule(Exchange& exchange, std::uint32_t kind, ports::Instant when) {
  ++exchange.events;
  scheduler.at(when, *this, kind, exchange.index);
}

void Network::Core::schedule_arrival(Exchange& exchange, ports::Instant when) {
  schedule(exchange, timer_arrive, when);
  // Nobody else will tell the caller in time.
  if (when > exchange.deadline) leave_unanswered(exchange);
}

void Network::Core::schedule_finish(Exchange& exchange, Exchange::Outcome outcome,
                                    ports::Instant when) {
  if (when > exchange.deadline) return leave_unanswered(exchange);
  if (exchange.finished) return;
  exchange.coming = outcome;
  schedule(exchange, timer_finish, when);
}

void Network::Core::leave_unanswered(Exchange& exchange) {
  if (exchange.coming == Exchange::Outcome::unanswered) return;  // known already
  exchange.coming = Exchange::Outcome::unanswered;
  if (!never(exchange.deadline)) schedule(exchange, timer_finish, exchange.deadline);
}

void Network::Core::tell(const Exchange& exchange, std::int64_t number) {
  text_.assign(exchange.request->method).append(1, ' ').append(exchange.request->target);
  observer.observe(scheduler.now(), {.kind = FactKind::call_made,
                                     .subject = exchange.link->server->name_hash,
                                     .object = exchange.link->caller_hash,
                                     .number = number,
                                     .text = text_});
}

Exchange& Network::Core::take_exchange() {
  if (free_.empty()) {
    exchanges_.emplace_back();
    exchanges_.back().index = static_cast<std::uint32_t>(exchanges_.size() - 1);
    return exchanges_.back();
  }
  Exchange& exchange = exchanges_[free_.back()];
  free_.pop_back();
  return exchange;
}

void Network::Core::free_if_over(Exchange& exchange) {
  if (exchange.events > 0 || exchange.process != nullptr || exchange.link == nullptr) return;
  if (exchange.answer.channel) exchange.answer.channel->abandon();
  exchange.answer = Answer{};
  exchange.request = nullptr;
  exchange.link = nullptr;
  exchange.outcome = exchange.coming = Exchange::Outcome::pending;
  exchange.duplicated = exchange.finished = false;
  free_.push_back(exchange.index);
}

}  // namespace mocks::sim
