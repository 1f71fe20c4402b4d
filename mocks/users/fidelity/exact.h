// ExactLogins: fidelity `exact`. Every step of every login is an event that asks the live provider.
//
// Sees all that the world has: what the provider decides by itself, faults between a pod and the
// provider, a process that stops in the middle. Tells login_succeeded and login_failed as they
// happen, and its count is never behind.
#pragma once

#include "mocks/users/fidelity/login_events.h"
#include "mocks/users/fidelity/method.h"
#include "mocks/users/fidelity/refresh_events.h"

namespace mocks::users {

class ExactLogins final : public LoginMethod {
 public:
  explicit ExactLogins(const LoginSetting& setting) : logins_(setting), refreshes_(setting) {}

  void start(ports::Instant at) override {
    logins_.begin(at);
    refreshes_.begin(at);
  }
  void stop(ports::Instant at) override {
    logins_.stop(at);
    refreshes_.stop();
  }
  bool idle() const override { return logins_.idle(); }
  void settle(ports::Instant /*now*/) override { logins_.settle(); }
  void catch_up(ports::Instant /*now*/) override {}

 private:
  LoginEvents logins_;
  RefreshEvents refreshes_;
};

}  // namespace mocks::users
