#include "mocks/sim/process.h"

#include <utility>

#include "rotator/ports/check.h"

namespace mocks::sim {

Process::Process(Scheduler& scheduler, std::string name)
    : scheduler_(scheduler), name_(std::move(name)) {}

Process::~Process() { kill(); }

void Process::start(Fiber::Body program) {
  ports::check(!running(), "a process was started while its program runs");
  drop_timer();
  fiber_.reset();
  fiber_.emplace(std::move(program));
  interrupted_ = false;
  woken_while_paused_ = false;
  waiting_ = true;
  set_timer(scheduler_.now());
}

void Process::interrupt() {
  if (interrupted_) return;
  interrupted_ = true;
  wake_at(scheduler_.now());
}

void Process::kill() {
  drop_timer();
  waiting_ = false;
  woken_while_paused_ = false;
  if (fiber_.has_value()) fiber_->kill();
}

void Process::resume() {
  paused_ = false;
  if (!woken_while_paused_) return;
  woken_while_paused_ = false;
  wake_at(scheduler_.now());
}

void Process::wait(ports::Instant until) {
  if (!unwinding()) {
    waiting_ = true;
    set_timer(until);
  }
  Fiber::suspend();
}

void Process::wake() {
  if (!waiting_) return;
  if (paused_) {
    woken_while_paused_ = true;
    return;
  }
  drop_timer();
  waiting_ = false;
  fiber_->wake();
}

void Process::wake_at(ports::Instant when) {
  if (!waiting_ || (timer_ != 0 && timer_at_ <= when)) return;
  set_timer(when);
}

void Process::on_timer(std::uint32_t /*kind*/, std::uint64_t /*subject*/) {
  timer_ = 0;
  wake();
}

void Process::set_timer(ports::Instant when) {
  drop_timer();
  if (when == ports::Instant::max()) return;
  timer_at_ = when;
  timer_ = scheduler_.at(when, *this, 0, 0);
}

void Process::drop_timer() {
  if (timer_ == 0) return;
  scheduler_.cancel(timer_);
  timer_ = 0;
}

}  // namespace mocks::sim
