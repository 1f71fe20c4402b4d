// LiveProvider: the identity provider as simulated logins meet it while they happen: Core issues
// the code and decides the exchange, the fault plan is asked first, and the record says why.
#pragma once

#include <optional>
#include <string>

#include "mocks/idp/provider.h"
#include "mocks/sim/faults/faults.h"
#include "mocks/users/cause.h"
#include "mocks/users/journey.h"
#include "mocks/users/timeline.h"

namespace mocks::users {

// The facts of a token request that the token endpoint answered with `verdict`, made by the process
// of `run` and decided at `at`.
ExchangeFacts facts_of(idp::TokenVerdict verdict, const Timeline& timeline, RunIndex run,
                       ports::Instant at);

class LiveProvider final : public LoginProvider {
 public:
  // All must outlive it.
  LiveProvider(const Timeline& timeline, idp::Core& core, sim::Faults& faults,
               const Protocol& protocol, idp::EndpointPaths paths)
      : timeline_(timeline),
        core_(core),
        faults_(faults),
        protocol_(protocol),
        paths_(std::move(paths)) {}

  std::optional<Cause> issue_code(Journey& journey, ports::Instant now) override;
  std::optional<Cause> redeem(const Journey& journey, ports::Instant now) override;

 private:
  const Timeline& timeline_;
  idp::Core& core_;
  sim::Faults& faults_;
  const Protocol& protocol_;
  idp::EndpointPaths paths_;
};

}  // namespace mocks::users
