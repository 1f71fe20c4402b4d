#include "mocks/users/logins.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "mocks/sim/poisson.h"
#include "mocks/users/counting.h"
#include "mocks/users/live_provider.h"
#include "rotator/ports/check.h"

namespace mocks::users {
namespace {

// Draws of this class's own are told apart from a login's by the top bits of their entity.
constexpr std::uint64_t counted_entity = 1ULL << 62U;
constexpr std::uint64_t refresh_entity = 1ULL << 61U;

// A login's id: which stream or counted piece, and which one of it.
constexpr unsigned stream_shift = 36;

constexpr std::uint64_t slot_of(std::uint64_t subject) { return subject & 0xffff'ffffU; }

// A code lives as long as the identity provider says.
LoginOptions with_lifetime_of(LoginOptions options, const idp::Core& core) {
  options.journey.code_lifetime = core.options().grants.code_lifetime;
  return options;
}

// A class's weight among the classes of one piece, of 2^48 in all.
std::uint64_t weight_of(double part, double whole) {
  return static_cast<std::uint64_t>(part / whole * 0x1p48);
}

}  // namespace

const char* to_string(Fidelity fidelity) {
  switch (fidelity) {
    case Fidelity::exact: return "exact";
    case Fidelity::superposed: return "superposed";
    case Fidelity::counts: return "counts";
    case Fidelity::hybrid: return "hybrid";
  }
  return "unknown";
}

std::optional<Fidelity> parse_fidelity(std::string_view text) {
  for (const auto fidelity :
       {Fidelity::exact, Fidelity::superposed, Fidelity::counts, Fidelity::hybrid})
    if (text == to_string(fidelity)) return fidelity;
  return std::nullopt;
}

Logins::Logins(Scheduler& scheduler, Observer& observer, sim::Draws draws, Timeline& timeline,
               idp::Core& core, sim::Faults& faults, LoginOptions options)
    : scheduler_(scheduler),
      observer_(observer),
      draws_(draws),
      timeline_(timeline),
      options_(with_lifetime_of(std::move(options), core)),
      protocol_(draws, options_.journey),
      live_(
          std::make_unique<LiveProvider>(timeline, core, faults, protocol_, options_.token_target)),
      class_counter_(draws, counted_entity) {
  if (options_.fidelity == Fidelity::hybrid) timeline_.set_listener(this);
}

Logins::~Logins() {
  if (options_.fidelity == Fidelity::hybrid) timeline_.set_listener(nullptr);
  scheduler_.cancel(generator_);
  scheduler_.cancel(refresher_);
  for (const auto& flight : flights_) scheduler_.cancel(flight.timer);
}

void Logins::start() {
  ports::check(!running_, "logins are started once");
  running_ = true;
  begun_ = counted_ = scheduler_.now();
  protocol_.set_origin(begun_);
  if (options_.fidelity == Fidelity::exact) begin_stream(begun_);
  if (options_.fidelity == Fidelity::hybrid) on_change(begun_);
}

void Logins::stop() {
  if (!running_) return;
  running_ = false;
  end_ = scheduler_.now();
  scheduler_.cancel(generator_);
  scheduler_.cancel(refresher_);
  // Whoever would have reached the identity provider later is not counted at all.
  for (std::uint32_t slot = 0; slot < flights_.size(); ++slot) {
    auto& flight = flights_[slot];
    if (flight.timer == 0 || flight.journey.exchange < end_) continue;
    scheduler_.cancel(flight.timer);
    release(slot);
  }
}

bool Logins::settled() const { return !running_ && under_way_ == 0; }

void Logins::settle() {
  RecordedProvider provider(timeline_, protocol_);
  for (std::uint32_t slot = 0; slot < flights_.size(); ++slot) {
    auto& flight = flights_[slot];
    if (flight.timer == 0 || flight.journey.exchange >= end_) continue;
    scheduler_.cancel(flight.timer);
    while (!protocol_.advance(flight.journey, timeline_, provider)) {
    }
    tally_.record(flight.journey.exchange, flight.journey.cause);
    release(slot);
  }
  if (options_.fidelity == Fidelity::exact) return;
  count_until(std::min(end_, scheduler_.now()));
}

void Logins::begin_phase(std::string_view label) { tally_.begin_phase(scheduler_.now(), label); }

std::uint64_t Logins::failed_so_far() {
  if (options_.fidelity == Fidelity::exact) return tally_.total().failed;
  // A login that stands alone is decided with its landing; an entangled one needs the whole record.
  const auto& journey = options_.journey;
  const auto decided = std::min(end_, scheduler_.now() - journey.longest_landing());
  const auto entangled = entangled_spans(timeline_, journey, counted_, decided);
  if (entangled.empty()) {
    count_until(decided, entangled);
  } else {
    count_until(std::max(entangled.front().from,
                         std::min(end_, scheduler_.now() - journey.longest_after())));
  }
  return tally_.total().failed;
}

// ---- Counting from the record.

void Logins::count_until(ports::Instant to) {
  // While events are played, the record is theirs.
  if (streaming_ || to <= counted_) return;
  count_until(to, entangled_spans(timeline_, options_.journey, counted_, to));
}

void Logins::count_until(ports::Instant to, const std::vector<InstantSpan>& entangled) {
  if (streaming_ || to <= counted_) return;
  const ports::Instant from = counted_;
  counted_ = to;
  auto cuts = tally_.boundaries(from, to);
  for (const auto& span : entangled) {
    cuts.push_back(span.from);
    cuts.push_back(span.to);
  }
  cuts.push_back(from);
  cuts.push_back(to);
  std::sort(cuts.begin(), cuts.end());
  cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
  auto span = entangled.begin();
  for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
    while (span != entangled.end() && span->to <= cuts[i]) ++span;
    if (span != entangled.end() && span->from <= cuts[i]) {
      play_piece(cuts[i], cuts[i + 1]);
    } else {
      count_piece(cuts[i], cuts[i + 1]);
    }
  }
}

// Logins that stand alone: one Poisson count, or one draw each, for each outcome.
void Logins::count_piece(ports::Instant from, ports::Instant to) {
  ++pieces_;
  auto measure = measure_outcomes(timeline_, options_.journey.exchange, from, to);
  double whole = 0;
  for (const double part : measure) whole += part;
  if (whole <= 0) return;
  std::array<std::uint64_t, 1 + cause_count> weights = {};
  std::array<std::uint8_t, 1 + cause_count> outcomes = {};
  std::size_t classes = 0;
  for (std::size_t outcome = 0; outcome < measure.size(); ++outcome) {
    if (measure[outcome] <= 0) continue;
    weights[classes] = weight_of(measure[outcome], whole);
    outcomes[classes++] = static_cast<std::uint8_t>(outcome);
  }
  const auto draw = [&](double per_second, auto&& record) {
    if (per_second <= 0) return;
    // One second that holds as many logins as the piece does.
    const sim::LoginInterval interval{
        .from = {},
        .to = ports::Instant(std::chrono::seconds(1)),
        .rate = per_second * whole / 1e9,
        .weights = {weights.data(), classes},
        .outcomes = {outcomes.data(), classes},
    };
    sim::OutcomeCounts counts = {};
    if (options_.fidelity == Fidelity::superposed) {
      class_counter_.tally(interval, counts);
    } else {
      class_counter_.count(interval, counts);
    }
    if (counts[0] > 0) record(std::optional<Cause>(), counts[0]);
    for (std::size_t i = 0; i < cause_count; ++i)
      if (counts[1 + i] > 0) record(std::optional(static_cast<Cause>(i)), counts[1 + i]);
  };
  draw(options_.per_second,
       [&](std::optional<Cause> cause, std::uint64_t times) { tally_.record(from, cause, times); });
  draw(options_.refreshes_per_second, [&](std::optional<Cause> cause, std::uint64_t times) {
    tally_.record_refresh(cause, times);
  });
}

// Entangled logins: how many there are, when, and each one's course.
void Logins::play_piece(ports::Instant from, ports::Instant to) {
  const std::uint64_t piece = ++pieces_;
  RecordedProvider provider(timeline_, protocol_);
  const double length = static_cast<double>((to - from).count()) / 1e9;
  const auto each = [&](std::uint64_t entity, double per_second, auto&& play) {
    const auto count = sim::poisson_count(per_second * length, draws_, sim::Stream::login_arrival,
                                          entity | piece, 0);
    sim::uniform_instants(count, from, to, draws_, sim::Stream::login_pod, entity | piece,
                          instants_);
    for (std::size_t i = 0; i < instants_.size(); ++i)
      play(entity | (piece << stream_shift) | i, instants_[i]);
  };
  each(counted_entity, options_.per_second, [&](std::uint64_t id, ports::Instant at) {
    tally_.record(at, protocol_.play(id, at, timeline_, provider));
  });
  each(counted_entity | refresh_entity, options_.refreshes_per_second,
       [&](std::uint64_t id, ports::Instant at) {
         tally_.record_refresh(protocol_.play_refresh(id, at, timeline_));
       });
}

// ---- Events.

void Logins::on_timer(std::uint32_t kind, std::uint64_t subject) {
  switch (kind) {
    case generate: generate_next(); return;
    case step: perform(static_cast<std::uint32_t>(slot_of(subject))); return;
    case conclude: conclude_login(static_cast<std::uint32_t>(slot_of(subject))); return;
    case refresh: refresh_once(); return;
    default: ports::check(false, "a timer of the logins has a known kind");
  }
}

// Hybrid: events begin as soon as a login under way could fail, and end once none can any more.
void Logins::on_change(ports::Instant at) {
  if (!running_ || options_.fidelity != Fidelity::hybrid) return;
  if (!failure_possible(timeline_, options_.journey, at)) return;
  stream_end_ = forever;
  if (streaming_) return;
  // Whoever landed before was let in.
  const auto from = std::max(counted_, at - options_.journey.longest_landing());
  count_until(from);
  begin_stream(from);
}

// A new Poisson stream of exchanges from `from` on: the law has no memory, so it continues whatever
// was counted before.
void Logins::begin_stream(ports::Instant from) {
  streaming_ = true;
  ++stream_;
  arrival_ = 0;
  next_exchange_ = from;
  draw_next_exchange();
  begin_refreshes(from);
}

void Logins::draw_next_exchange() {
  if (options_.per_second <= 0) return;
  next_exchange_ += sim::exponential_gap(options_.per_second, draws_, sim::Stream::login_arrival,
                                         stream_, arrival_);
  generator_ =
      scheduler_.at(next_exchange_ - options_.journey.longest_before(), *this, generate, 0);
}

void Logins::generate_next() {
  generator_ = 0;
  if (options_.fidelity == Fidelity::hybrid) {
    const auto now = scheduler_.now();
    if (stream_end_ == forever && !failure_possible(timeline_, options_.journey, now))
      stream_end_ = now + options_.journey.longest_before();
    if (next_exchange_ >= stream_end_) return end_stream();
  }
  const auto slot = take_slot();
  flights_[slot].journey = protocol_.begin((stream_ << stream_shift) | arrival_, next_exchange_);
  ++arrival_;
  wake(slot, step, flights_[slot].journey.at);
  draw_next_exchange();
}

// Whoever reaches the identity provider from stream_end_ on is counted again.
void Logins::end_stream() {
  counted_ = stream_end_;
  stream_end_ = forever;
  streaming_ = false;
  refresh_end_ = counted_;
}

void Logins::perform(std::uint32_t slot) {
  auto& flight = flights_[slot];
  const auto now = scheduler_.now();
  // A step that lies in the past of a stream that began late is decided by the record.
  RecordedProvider recorded(timeline_, protocol_);
  Provider* provider = live_.get();
  if (flight.journey.at < now && flight.journey.next == JourneyStep::exchange) provider = &recorded;
  if (!protocol_.advance(flight.journey, timeline_, *provider)) {
    wake(slot, step, flight.journey.at);
    return;
  }
  tell(flight.journey);
  // Counted at its own instant, even when it failed on the way there.
  if (now < flight.journey.exchange) {
    wake(slot, conclude, flight.journey.exchange);
  } else {
    conclude_login(slot);
  }
}

void Logins::conclude_login(std::uint32_t slot) {
  const auto& journey = flights_[slot].journey;
  if (journey.exchange < end_) tally_.record(journey.exchange, journey.cause);
  release(slot);
}

void Logins::tell(const Journey& journey) {
  const auto kind = journey.cause ? FactKind::login_failed : FactKind::login_succeeded;
  observer_.observe(scheduler_.now(),
                    Fact{.kind = kind,
                         .subject = journey.pod,
                         .object = journey.id,
                         .number = journey.cause ? static_cast<std::int64_t>(*journey.cause) : 0});
}

// Refreshes are events from `from` until refresh_end_.
void Logins::begin_refreshes(ports::Instant from) {
  refresh_end_ = forever;
  if (refresher_ != 0 || options_.refreshes_per_second <= 0) return;
  next_refresh_ = from;
  draw_next_refresh();
}

void Logins::draw_next_refresh() {
  next_refresh_ += sim::exponential_gap(options_.refreshes_per_second, draws_,
                                        sim::Stream::login_arrival, refresh_entity, refreshes_);
  refresher_ = scheduler_.at(next_refresh_, *this, refresh, 0);
}

void Logins::refresh_once() {
  refresher_ = 0;
  if (next_refresh_ >= refresh_end_) return;
  tally_.record_refresh(
      protocol_.play_refresh(refresh_entity | refreshes_++, next_refresh_, timeline_));
  draw_next_refresh();
}

std::uint32_t Logins::take_slot() {
  ++under_way_;
  if (!free_.empty()) {
    const auto slot = free_.back();
    free_.pop_back();
    return slot;
  }
  ports::check(flights_.size() < max_logins_under_way, "too many logins at once");
  flights_.emplace_back();
  return static_cast<std::uint32_t>(flights_.size() - 1);
}

void Logins::wake(std::uint32_t slot, TimerKind kind, ports::Instant at) {
  flights_[slot].timer = scheduler_.at(at, *this, kind, slot);
}

void Logins::release(std::uint32_t slot) {
  flights_[slot].timer = 0;
  free_.push_back(slot);
  --under_way_;
}

}  // namespace mocks::users
