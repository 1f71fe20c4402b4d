// Served: one scenario's world behind loopback HTTPS, in real time, for whoever calls: what
// `rehearse serve` has in its folder.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "mocks/facts.h"
#include "mocks/wire/real_time.h"
#include "rotator/ports/result.h"
#include "rotator/ports/stop_signal.h"
#include "rotator/ports/system_clock.h"
#include "scenarios/scenario.h"
#include "scenarios/servers.h"

namespace scenarios {

struct ServedOptions {
  std::string folder = {};  // where the servers' files go (ServersOptions::folder)
  ServerPorts ports = {};
  int compression = 1;                  // how much faster than written the scenario passes
  bool logins = false;                  // users log in meanwhile
  mocks::Observer* observer = nullptr;  // told every fact, under the world's lock; may be null
};

class Served {
 public:
  // All must outlive it. Error of code configuration when the scenario, a port or a file cannot be
  // had.
  static ports::Result<std::unique_ptr<Served>> start(const Scenario& scenario,
                                                      const ServedOptions& options,
                                                      ports::SystemClock& clock,
                                                      ports::StopSignal& stop);
  // Nobody is served any more; nothing of it runs.
  ~Served();
  Served(const Served&) = delete;
  Served& operator=(const Served&) = delete;

  // As it is in its file, not compressed.
  const Scenario& scenario() const;
  const Servers& servers() const;
  // The token of a person who may do everything in Vault.
  const std::string& vault_operator_token() const;
  std::mutex& world_mutex() { return world_mutex_; }

 private:
  struct Cast;

  Served(const ServedOptions& options, ports::SystemClock& clock, ports::StopSignal& stop);
  ports::Status begin(const Scenario& scenario);
  ports::Status begin_logins();

  ServedOptions options_;
  ports::SystemClock& clock_;
  ports::StopSignal& stop_;
  std::mutex world_mutex_;
  mocks::wire::RealTimeScheduler scheduler_{world_mutex_};
  std::unique_ptr<Cast> cast_;
};

}  // namespace scenarios
