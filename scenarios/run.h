// Running one scenario once: on the simulated wire (virtual time, the rotator's library on a fiber)
// or on the HTTP wire (real HTTPS, the rotator's executable as a child process). Either way a
// Report comes out.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "rotator/ports/result.h"
#include "rotator/ports/stop_signal.h"
#include "rotator/rotation/configuration.h"
#include "rotator/rotation/plan.h"
#include "scenarios/report.h"
#include "scenarios/scenario.h"
#include "scenarios/spectator.h"

namespace scenarios {

// What an operator does about a rotation that stopped and left the decision to them.
enum class OnStop {
  leave_it,   // the run ends there
  resume,     // as often as it stops, or cannot go on with what it was given
  roll_back,  // and resumes where the way back stops, or is closed
};

struct RunOptions {
  std::uint64_t seed = 1;
  // Who drives: empty = the scenario's own driver; else one of its policies.
  std::string policy = {};
  // Replaces the overlap window: of rotation.yaml, or of an operator's `wait: window`.
  std::optional<ports::Duration> window = {};
  std::optional<mocks::users::Fidelity> fidelity = {};  // else the scenario's
  OnStop on_stop = OnStop::leave_it;
  bool keep_timeline = false;
  // HTTP wire: how much faster than real time, 1 to 60.
  int compression = 60;
  // HTTP wire: the rotator's executable.
  std::string rotator = {};
  // HTTP wire: kill -9 the rotator at its n-th call (from 1), then resume. 0 = never.
  std::uint64_t kill_at_call = 0;
  // Ends the run early with an Error of code interrupted; no process is left. May be null.
  ports::StopSignal* stop = nullptr;
  // Told with each phase how far the run is, from 0 to 1; under the world's lock, and on the HTTP
  // wire from another thread than the run's.
  std::function<void(double)> progress = {};
  // Simulated wire: told every fact and phase of the run. May be null.
  Spectator* spectator = nullptr;
};

// Error of code configuration when the scenario cannot run so (no such policy, a bad rotation
// section, no executable).
ports::Result<Report> run_simulated(const Scenario& scenario, const RunOptions& options);
// What `rotator plan` says in the scenario's world before anything has happened.
ports::Result<rotator::Plan> plan_simulated(const Scenario& scenario, std::uint64_t seed);
ports::Result<Report> run_http(const Scenario& scenario, const RunOptions& options);

// Where one world's systems are.
struct Endpoints {
  std::string idp = {};
  std::string vault = {};
  std::string kubernetes = {};
  std::string metrics = {};
  std::string kubernetes_token_file = {};
};
inline const Endpoints simulated_endpoints = {
    .idp = "https://idp.example",
    .vault = "https://vault.example:8200",
    .kubernetes = "https://kubernetes.example:6443",
    .metrics = "https://metrics.example:9090",
    .kubernetes_token_file = "/var/run/secrets/kubernetes.io/serviceaccount/token"};

// What the rotator is configured with: this world's endpoints, and the scenario's own `rotation:`
// section.
rotator::Configuration rotation_configuration(const Scenario& scenario, const Driver& driver,
                                              const Endpoints& endpoints,
                                              std::optional<ports::Duration> window);

// The same as the text of a rotation.yaml, for a rotator that runs as a process of its own;
// `kubeconfig` and `ca_file` are paths.
std::string configuration_yaml(const rotator::Configuration& configuration,
                               const std::string& kubeconfig, const std::string& ca_file);

// The driver that `policy` names; the scenario's own when empty. Error of code configuration when
// there is none.
ports::Result<Driver> driver_of(const Scenario& scenario, const std::string& policy);

// Judges a report by the scenario's expectation: sets verdict, expected, as_expected, deviations
// and says.
void judge(const Scenario& scenario, Report& report);

}  // namespace scenarios
