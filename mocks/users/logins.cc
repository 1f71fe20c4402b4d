#include "mocks/users/logins.h"

#include <utility>

#include "mocks/users/fidelity/counts.h"
#include "mocks/users/fidelity/exact.h"
#include "mocks/users/fidelity/hybrid.h"
#include "mocks/users/fidelity/superposed.h"
#include "mocks/users/live_provider.h"
#include "rotator/ports/check.h"

namespace mocks::users {
namespace {

LoginOptions with_lifetime_of(LoginOptions options, const idp::Core& core) {
  options.journey.code_lifetime = core.options().grants.code_lifetime;
  return options;
}

std::unique_ptr<LoginMethod> method_of(Fidelity fidelity, const LoginSetting& setting) {
  switch (fidelity) {
    case Fidelity::exact: return std::make_unique<ExactLogins>(setting);
    case Fidelity::superposed: return std::make_unique<SuperposedLogins>(setting);
    case Fidelity::counts: return std::make_unique<CountsLogins>(setting);
    case Fidelity::hybrid: break;
  }
  return std::make_unique<HybridLogins>(setting);
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

Logins::Logins(Scheduler& scheduler, Observer& observer, sim::Draws draws, Timeline& timeline,
               idp::Core& core, sim::Faults& faults, LoginOptions options)
    : scheduler_(scheduler),
      options_(with_lifetime_of(std::move(options), core)),
      protocol_(draws, options_.journey),
      live_(std::make_unique<LiveProvider>(timeline, core, faults, protocol_, options_.paths)),
      method_(
          method_of(options_.fidelity, {.scheduler = scheduler,
                                        .observer = observer,
                                        .draws = draws,
                                        .timeline = timeline,
                                        .protocol = protocol_,
                                        .live = *live_,
                                        .tally = tally_,
                                        .per_second = options_.per_second,
                                        .refreshes_per_second = options_.refreshes_per_second})) {}

Logins::~Logins() = default;

void Logins::start() {
  ports::check(!running_, "logins are started once");
  running_ = true;
  protocol_.set_origin(scheduler_.now());
  method_->start(scheduler_.now());
}

void Logins::stop() {
  if (!running_) return;
  running_ = false;
  method_->stop(scheduler_.now());
}

bool Logins::settled() const { return !running_ && method_->idle(); }

void Logins::settle() { method_->settle(scheduler_.now()); }

void Logins::begin_phase(std::string_view label) { tally_.begin_phase(scheduler_.now(), label); }

std::uint64_t Logins::failed_so_far() {
  method_->catch_up(scheduler_.now());
  const auto& total = tally_.total();
  return total.failed - total.of(Cause::pod_gone);
}

}  // namespace mocks::users
