// SuperposedLogins: fidelity `superposed`. Where logins stand alone, each is one draw of its class
// (sim/superposed.h) and costs no event, no branch and no memory; its sight is CountedLogins'.
#pragma once

#include "mocks/sim/superposed.h"
#include "mocks/users/fidelity/counted.h"

namespace mocks::users {

class SuperposedLogins final : public CountedLogins {
 public:
  explicit SuperposedLogins(const LoginSetting& setting)
      : CountedLogins(setting), classes_(setting.draws, counted_entity) {}

 private:
  void sample(const sim::LoginInterval& interval, sim::OutcomeCounts& counts) override {
    classes_.tally(interval, counts);
  }

  sim::Superposed classes_;
};

}  // namespace mocks::users
