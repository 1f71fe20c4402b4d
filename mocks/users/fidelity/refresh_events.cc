#include "mocks/users/fidelity/refresh_events.h"

#include "mocks/sim/poisson.h"

namespace mocks::users {

RefreshEvents::~RefreshEvents() { setting_.scheduler.cancel(timer_); }

void RefreshEvents::begin(ports::Instant from) {
  end_ = forever;
  if (timer_ != 0 || setting_.refreshes_per_second <= 0) return;
  next_ = from;
  draw_next();
}

void RefreshEvents::draw_next() {
  next_ += sim::exponential_gap(setting_.refreshes_per_second, setting_.draws,
                                sim::Stream::login_arrival, refresh_entity, drawn_);
  timer_ = setting_.scheduler.at(next_, *this, 0, 0);
}

void RefreshEvents::on_timer(std::uint32_t /*kind*/, std::uint64_t /*subject*/) {
  timer_ = 0;
  if (next_ >= end_) return;
  setting_.tally.record_refresh(
      setting_.protocol.play_refresh(refresh_entity | drawn_++, next_, setting_.timeline));
  draw_next();
}

}  // namespace mocks::users
