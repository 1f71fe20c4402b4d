#include "mocks/users/fidelity/login_events.h"

#include "mocks/sim/poisson.h"
#include "rotator/ports/check.h"

namespace mocks::users {
namespace {

constexpr std::uint64_t slot_of(std::uint64_t subject) { return subject & 0xffff'ffffU; }

}  // namespace

LoginEvents::LoginEvents(const LoginSetting& setting, Supervisor* supervisor)
    : setting_(setting), supervisor_(supervisor) {}

LoginEvents::~LoginEvents() {
  setting_.scheduler.cancel(generator_);
  for (const auto& flight : flights_) setting_.scheduler.cancel(flight.timer);
}

void LoginEvents::begin(ports::Instant from) {
  ++stream_;
  arrival_ = 0;
  next_exchange_ = from;
  draw_next_exchange();
}

void LoginEvents::stop(ports::Instant end) {
  end_ = end;
  setting_.scheduler.cancel(generator_);
  for (std::uint32_t slot = 0; slot < flights_.size(); ++slot) {
    auto& flight = flights_[slot];
    if (flight.timer == 0 || flight.journey.exchange < end_) continue;
    setting_.scheduler.cancel(flight.timer);
    release(slot);
  }
}

void LoginEvents::settle() {
  RecordedProvider provider(setting_.timeline, setting_.protocol);
  for (std::uint32_t slot = 0; slot < flights_.size(); ++slot) {
    auto& flight = flights_[slot];
    if (flight.timer == 0 || flight.journey.exchange >= end_) continue;
    setting_.scheduler.cancel(flight.timer);
    while (!setting_.protocol.advance(flight.journey, setting_.timeline, provider)) {
    }
    setting_.tally.record(flight.journey.exchange, flight.journey.cause);
    release(slot);
  }
}

void LoginEvents::on_timer(std::uint32_t kind, std::uint64_t subject) {
  switch (kind) {
    case generate: generate_next(); return;
    case step: perform(static_cast<std::uint32_t>(slot_of(subject))); return;
    case conclude: conclude_login(static_cast<std::uint32_t>(slot_of(subject))); return;
    default: ports::check(false, "a timer of the logins has a known kind");
  }
}

void LoginEvents::draw_next_exchange() {
  if (setting_.per_second <= 0) return;
  next_exchange_ += sim::exponential_gap(setting_.per_second, setting_.draws,
                                         sim::Stream::login_arrival, stream_, arrival_);
  generator_ = setting_.scheduler.at(next_exchange_ - setting_.protocol.options().longest_before(),
                                     *this, generate, 0);
}

void LoginEvents::generate_next() {
  generator_ = 0;
  if (supervisor_ != nullptr && supervisor_->ends_before(next_exchange_)) return;
  const auto slot = take_slot();
  flights_[slot].journey =
      setting_.protocol.begin((stream_ << stream_shift) | arrival_, next_exchange_);
  ++arrival_;
  wake(slot, step, flights_[slot].journey.at);
  draw_next_exchange();
}

void LoginEvents::perform(std::uint32_t slot) {
  auto& flight = flights_[slot];
  const auto now = setting_.scheduler.now();
  // A step that lies in the past of a stream that began late is decided by the record.
  RecordedProvider recorded(setting_.timeline, setting_.protocol);
  LoginProvider* provider = &setting_.live;
  if (flight.journey.at < now && flight.journey.next == JourneyStep::exchange) provider = &recorded;
  if (!setting_.protocol.advance(flight.journey, setting_.timeline, *provider)) {
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

void LoginEvents::conclude_login(std::uint32_t slot) {
  const auto& journey = flights_[slot].journey;
  if (journey.exchange < end_) setting_.tally.record(journey.exchange, journey.cause);
  release(slot);
}

void LoginEvents::tell(const Journey& journey) {
  const auto kind = journey.cause ? FactKind::login_failed : FactKind::login_succeeded;
  setting_.observer.observe(
      setting_.scheduler.now(),
      Fact{.kind = kind,
           .subject = journey.pod,
           .object = journey.id,
           .number = journey.cause ? static_cast<std::int64_t>(*journey.cause) : 0});
}

std::uint32_t LoginEvents::take_slot() {
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

void LoginEvents::wake(std::uint32_t slot, TimerKind kind, ports::Instant at) {
  flights_[slot].timer = setting_.scheduler.at(at, *this, kind, slot);
}

void LoginEvents::release(std::uint32_t slot) {
  flights_[slot].timer = 0;
  free_.push_back(slot);
  --under_way_;
}

}  // namespace mocks::users
