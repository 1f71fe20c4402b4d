// CountsLogins: fidelity `counts`. Where logins stand alone, one Poisson count for each outcome
// instead of one draw for each login: a rotation costs the same at any rate. Its sight is
// CountedLogins'.
#pragma once

#include "mocks/sim/superposed.h"
#include "mocks/users/fidelity/counted.h"

namespace mocks::users {

class CountsLogins final : public CountedLogins {
 public:
  explicit CountsLogins(const LoginSetting& setting)
      : CountedLogins(setting), classes_(setting.draws, counted_entity) {}

 private:
  void sample(const sim::LoginInterval& interval, sim::OutcomeCounts& counts) override {
    classes_.count(interval, counts);
  }

  sim::Superposed classes_;
};

}  // namespace mocks::users
