// HybridLogins: fidelity `hybrid`. Logins are counted while none can fail, and events while one
// can: quiet hours cost nothing, and the minutes that matter are played.
//
// Sees what exact sees while events are played, and what counts sees otherwise: a fault between a
// pod and the provider is met only while a login could fail for another reason. Tells login facts
// for the logins that are events.
#pragma once

#include "mocks/users/fidelity/counts.h"
#include "mocks/users/fidelity/login_events.h"
#include "mocks/users/fidelity/refresh_events.h"

namespace mocks::users {

class HybridLogins final : public LoginMethod,
                           private Timeline::Listener,
                           private LoginEvents::Supervisor {
 public:
  // Listens to the timeline, as the only one, while it lives.
  explicit HybridLogins(const LoginSetting& setting);
  ~HybridLogins() override;

  void start(ports::Instant at) override;
  void stop(ports::Instant at) override;
  bool idle() const override { return events_.idle(); }
  void settle(ports::Instant now) override;
  void catch_up(ports::Instant now) override;

 private:
  // Timeline::Listener: events begin as soon as a login under way could fail.
  void on_change(ports::Instant at) override;
  // LoginEvents::Supervisor: and end once none can any more.
  bool ends_before(ports::Instant exchange) override;

  LoginSetting setting_;
  CountsLogins counted_;
  LoginEvents events_;
  RefreshEvents refreshes_;
  bool running_ = false;
  bool streaming_ = false;               // events are played; the record is theirs
  ports::Instant stream_end_ = forever;  // when events end, once no login can fail
};

}  // namespace mocks::users
