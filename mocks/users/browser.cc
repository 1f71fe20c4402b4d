#include "mocks/users/browser.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "mocks/portal/credentials.h"
#include "mocks/read_json.h"
#include "mocks/sim/poisson.h"
#include "rotator/ports/check.h"

namespace mocks::users {
namespace {

// What the identity provider has said already, over the wire.
class Answered final : public LoginProvider {
 public:
  explicit Answered(std::optional<Cause> cause) : cause_(cause) {}
  std::optional<Cause> issue_code(Journey&, ports::Instant) override { return cause_; }
  std::optional<Cause> redeem(const Journey&, ports::Instant) override { return cause_; }

 private:
  std::optional<Cause> cause_;
};

// A successful token response (RFC 6749 section 5.1).
bool is_token_response(const std::string& body) {
  const auto json = read_json(body);
  return json.is_object() && json.contains("access_token") && json["access_token"].is_string();
}

}  // namespace

Browsers::Browsers(std::mutex& world, Scheduler& scheduler, Observer& observer, sim::Draws draws,
                   Timeline& timeline, const portal::Fleet& fleet, ports::HttpClient& http,
                   BrowserOptions options)
    : world_(world),
      scheduler_(scheduler),
      observer_(observer),
      draws_(draws),
      timeline_(timeline),
      fleet_(fleet),
      http_(http),
      options_(std::move(options)),
      protocol_(draws, options_.journey) {
  options_.threads = std::clamp<std::size_t>(options_.threads, 1, max_browser_threads);
}

Browsers::~Browsers() { stop(); }

void Browsers::start() {
  const std::lock_guard lock(world_);
  ports::check(threads_.empty() && !stopping_, "browsers are started once");
  next_arrival_ = scheduler_.now();
  protocol_.set_origin(next_arrival_);
  draw_next_arrival();
  for (std::size_t i = 0; i < options_.threads; ++i) threads_.emplace_back([this] { work(); });
}

void Browsers::stop() {
  {
    const std::lock_guard lock(world_);
    stopping_ = true;
    scheduler_.cancel(arrival_timer_);
    for (auto& flight : flights_) scheduler_.cancel(flight.timer);
    ready_.clear();
    work_.notify_all();
    decided_.notify_all();
  }
  for (auto& thread : threads_) thread.join();
  threads_.clear();
}

void Browsers::wait() {
  std::unique_lock lock(world_);
  decided_.wait(lock, [this] { return stopping_ || all_decided(); });
}

bool Browsers::all_decided() const {
  return options_.most_logins != 0 && begun_ >= options_.most_logins && under_way_ == 0;
}

Tally Browsers::tally() const {
  const std::lock_guard lock(world_);
  return tally_;
}

void Browsers::begin_phase(std::string_view label) { tally_.begin_phase(scheduler_.now(), label); }

void Browsers::on_timer(std::uint32_t kind, std::uint64_t subject) {
  if (stopping_) return;
  if (kind == arrive) return begin_login();
  go_on(static_cast<std::uint32_t>(subject));
}

void Browsers::draw_next_arrival() {
  if (options_.per_second <= 0) return;
  if (options_.most_logins != 0 && begun_ >= options_.most_logins) return;
  next_arrival_ +=
      sim::exponential_gap(options_.per_second, draws_, sim::Stream::login_arrival, 0, begun_);
  arrival_timer_ = scheduler_.at(next_arrival_, *this, arrive, 0);
}

void Browsers::begin_login() {
  arrival_timer_ = 0;
  const std::uint64_t id = begun_++;
  if (under_way_ >= max_browser_logins) {
    ++held_back_;
    return draw_next_arrival();
  }
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(flights_.size()));
    flights_.emplace_back();
  }
  const auto slot = free_.back();
  free_.pop_back();
  ++under_way_;
  auto& flight = flights_[slot];
  flight = Flight{.free = false};
  // Real time is not known in advance: the login begins now, and its exchange comes when it comes.
  flight.journey = protocol_.begin(id, next_arrival_);
  flight.journey.at = scheduler_.now();
  flight.state = std::to_string(draws_.bits(sim::Stream::session, id, 0));
  draw_next_arrival();
  go_on(slot);
}

// Performs what is due without the wire, or hands over to a thread what needs it.
void Browsers::go_on(std::uint32_t slot) {
  auto& flight = flights_[slot];
  flight.timer = 0;
  if (flight.journey.next == JourneyStep::code || flight.journey.next == JourneyStep::exchange) {
    ready_.push_back(slot);
    work_.notify_one();
    return;
  }
  advance(slot, std::nullopt);
}

void Browsers::advance(std::uint32_t slot, std::optional<Cause> provider_said) {
  auto& flight = flights_[slot];
  Answered provider(provider_said);
  flight.journey.at = scheduler_.now();
  if (protocol_.advance(flight.journey, timeline_, provider)) return conclude(slot);
  if (flight.journey.next == JourneyStep::code) {
    const auto* process = fleet_.process(flight.journey.pod);
    flight.client_id = process == nullptr ? std::string() : process->configuration.client_id;
    flight.redirect_uri =
        process == nullptr ? std::string() : redirect_uri_of(process->configuration);
  }
  flight.timer = scheduler_.at(flight.journey.at, *this, step, slot);
}

void Browsers::conclude(std::uint32_t slot) {
  auto& flight = flights_[slot];
  const auto now = scheduler_.now();
  const auto cause = flight.journey.cause;
  tally_.record(flight.sent ? flight.reached : now, cause);
  if (cause && told_by_portal(*cause)) ++failed_;
  observer_.observe(now, Fact{.kind = cause ? FactKind::login_failed : FactKind::login_succeeded,
                              .subject = flight.journey.pod,
                              .object = flight.journey.id,
                              .number = cause ? static_cast<std::int64_t>(*cause) : 0});
  flight.free = true;
  flight.code.clear();
  free_.push_back(slot);
  --under_way_;
  if (all_decided()) decided_.notify_all();
}

// ---- The client threads.

void Browsers::work() {
  std::unique_lock lock(world_);
  for (;;) {
    work_.wait(lock, [this] { return stopping_ || !ready_.empty(); });
    if (stopping_) return;
    const auto slot = ready_.front();
    ready_.pop_front();
    call(lock, slot);
  }
}

// One request and what follows from its answer. Holds `lock` at both ends, not in between.
void Browsers::call(std::unique_lock<std::mutex>& lock, std::uint32_t slot) {
  auto& flight = flights_[slot];
  const auto left = scheduler_.now();
  ports::Request request;
  std::optional<ports::Request> second;  // with the portal's other secret
  const bool for_code = flight.journey.next == JourneyStep::code;
  if (for_code) {
    request = authorize_request(flight);
  } else {
    const auto* process = fleet_.process(flight.journey.pod);
    if (process == nullptr || timeline_.run_at(flight.journey.pod, left) != flight.journey.run)
      return advance(slot, Cause::pod_gone);
    request = token_request(flight, *process, process->secret);
    if (process->configuration.tries_fallback && !process->fallback.empty())
      second = token_request(flight, *process, process->fallback);
    if (!flight.sent) flight.reached = left;
    flight.sent = true;
  }
  lock.unlock();
  auto reply = exchange_messages(request);
  for (int round = 0; second && reply.status == 401 && round < portal::fallback_rounds; ++round) {
    reply = exchange_messages(*second);
    if (reply.status == 401) reply = exchange_messages(request);
  }
  portal::wipe_credentials(request);
  if (second) portal::wipe_credentials(*second);
  lock.lock();
  advance(slot, for_code ? judge_code(flight, reply) : judge_tokens(flight, reply, left));
}

Browsers::Reply Browsers::exchange_messages(const ports::Request& request) {
  const auto response = http_.send(request, scheduler_.now() + options_.request_timeout);
  if (!response) return {};
  Reply reply{.answered = true, .status = response->status};
  if (const auto location = ports::find_header(response->headers, "Location"))
    reply.location = std::string(*location);
  reply.tokens = response->status == 200 && is_token_response(response->body);
  return reply;
}

// Callers are known by their User-Agent: the user's browser here, a pod below.
ports::Request Browsers::authorize_request(const Flight& flight) const {
  // A user of its own for each login, so that no user's limit is met (login_hint, OpenID Connect
  // Core 1.0 section 3.1.2.1).
  const auto user = "user-" + std::to_string(flight.journey.id);
  return {
      .method = "GET",
      .origin = options_.origin,
      .target = options_.paths.authorize + "?" +
                portal::form({{"response_type", "code"},
                              {"client_id", flight.client_id},
                              {"redirect_uri", flight.redirect_uri},
                              {"scope", options_.scope},
                              {"state", flight.state},
                              {"nonce", flight.state},
                              {"login_hint", user}}),
      .headers = {{"Accept", "text/html"}, {"User-Agent", options_.user_agent_prefix + "user"}}};
}

ports::Request Browsers::token_request(const Flight& flight, const portal::Fleet::Process& process,
                                       std::string_view secret) const {
  ports::Request request{
      .method = "POST",
      .origin = options_.origin,
      .target = options_.paths.token,
      .headers = {{"Accept", "application/json"},
                  {"Content-Type", "application/x-www-form-urlencoded"},
                  {"User-Agent",
                   options_.user_agent_prefix + "portal/" + timeline_.name(flight.journey.pod)}},
      .body = portal::form({{"grant_type", "authorization_code"},
                            {"code", flight.code},
                            {"redirect_uri", redirect_uri_of(process.configuration)}})};
  portal::authenticate(request, process.configuration.method, process.configuration.client_id,
                       secret);
  return request;
}

// The authorization endpoint's answer: a redirect back with our state and a code (RFC 6749 section
// 4.1.2).
std::optional<Cause> Browsers::judge_code(Flight& flight, const Reply& reply) const {
  if (!reply.answered || reply.status >= 500) return Cause::idp_unavailable;
  if (reply.status == 429) return Cause::rate_limited;
  if (portal::query_value(reply.location, "error") == "access_denied") return Cause::not_assigned;
  const auto code = portal::query_value(reply.location, "code");
  if (reply.status / 100 != 3 || !code ||
      portal::query_value(reply.location, "state") != flight.state)
    return Cause::wrong_client;
  flight.code = *code;
  return std::nullopt;
}

// Blames a refused exchange on the first reason that held between its departure and now.
std::optional<Cause> Browsers::judge_tokens(const Flight& flight, const Reply& reply,
                                            ports::Instant left) {
  if (reply.tokens) return std::nullopt;
  if (!reply.answered || reply.status >= 500 || reply.status == 200) return Cause::idp_unavailable;
  if (reply.status == 429) return Cause::rate_limited;
  const auto now = scheduler_.now();
  std::vector<ports::Instant> instants = {left};
  for (const auto change : timeline_.verdict_changes())
    if (left < change && change < now) instants.push_back(change);
  instants.push_back(now);
  for (const auto at : instants) {
    auto facts = timeline_.exchange_facts(flight.journey.run, at);
    facts.code_fresh = at - flight.journey.code_issued < options_.journey.code_lifetime;
    facts.code_of_this_client =
        flight.journey.code_client == timeline_.environment(flight.journey.run).client;
    if (const auto cause = blame(facts)) return cause;
  }
  ++unexplained_;
  return reply.status == 400 ? Cause::code_expired : Cause::secret_not_propagated;
}

}  // namespace mocks::users
