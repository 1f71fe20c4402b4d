// Rotation::Engine: the state of one run and the phases. Internal to rotator/rotation.
//
// engine.cc     the driver: the phases in turn, patience, fence, waiting
// resume.cc     how a new process comes back to a rotation, forward or on the way back
// preflight.cc  what `plan` looks at
// forward.cc    create, store, rollout, verify, overlap
// retire.cc     disable, soak, delete, confirm
// rollback.cc   the way back
// report.cc     status, doctor
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rotator/calls/times.h"
#include "rotator/idp/identity_provider.h"
#include "rotator/idp/token_probe.h"
#include "rotator/kubernetes/cluster.h"
#include "rotator/kubernetes/lease.h"
#include "rotator/rotation/failure_query.h"
#include "rotator/rotation/fleet_proof.h"
#include "rotator/rotation/gates.h"
#include "rotator/rotation/journal_store.h"
#include "rotator/rotation/listener.h"
#include "rotator/rotation/rotation.h"
#include "rotator/vault/kv.h"
#include "rotator/vault/session.h"

namespace rotator {

// Bounds.
inline constexpr int max_steps = 64;  // phases entered in one run, restarts and returns included
inline constexpr ports::Duration first_backoff = std::chrono::seconds(1);
inline constexpr ports::Duration longest_backoff = std::chrono::seconds(15);
// How long the token endpoint may refuse a secret just made, or accept one just retired, beyond
// twice what the vendor says.
inline constexpr ports::Duration propagation_margin = std::chrono::minutes(2);
// How long a pod may stay Terminating beyond its grace period.
inline constexpr ports::Duration termination_margin = std::chrono::minutes(2);
// How long to wait for quiet after the window, in quiet periods.
inline constexpr int most_quiet_periods = 10;
// During long waits the lock is taken for this many lease durations: one call instead of many.
inline constexpr int long_lease = 4;
// A provider that refused the new secret at first has replicas that learn of it one after the
// other, and a probe meets any of them: then this many times the probes must agree, for as long as
// the refusals went on.
inline constexpr int lagging_factor = 4;
// No wait is shorter: what failed at once must not be tried again at once.
inline constexpr ports::Duration shortest_wait = std::chrono::milliseconds(20);
// Between the last probes, which nothing else waits for (Okta allows 4 token calls a second).
inline constexpr ports::Duration confirm_spacing = std::chrono::milliseconds(250);
// Before a way back that began while a retire was under way looks at the provider: as long as a
// call may still be on its way.
inline constexpr ports::Duration in_flight_call = std::chrono::seconds(10);

// What may pass by itself: the phase is looked at again.
bool may_pass(ports::ErrorCode code);

// Fields that the rotator keeps beside the secret's own in the same KV version.
inline constexpr const char* secret_id_field = "client_secret_id";
inline constexpr const char* rotation_id_field = "rotation_id";

// Counts what goes out.
class CountingClient final : public ports::HttpClient {
 public:
  explicit CountingClient(ports::HttpClient& next) : next_(next) {}
  ports::Result<ports::Response> send(const ports::Request& request,
                                      ports::Instant deadline) override {
    ++calls_;
    return next_.send(request, deadline);
  }
  ports::Result<std::unique_ptr<ports::Stream>> open_stream(const ports::Request& request,
                                                            ports::Instant deadline) override {
    ++calls_;
    return next_.open_stream(request, deadline);
  }
  ports::Result<std::unique_ptr<ports::Stream>> open_websocket(
      const ports::Request& request, const std::vector<std::string>& subprotocols,
      ports::Instant deadline) override {
    ++calls_;
    return next_.open_websocket(request, subprotocols, deadline);
  }
  std::uint64_t calls() const { return calls_; }

 private:
  ports::HttpClient& next_;
  std::uint64_t calls_ = 0;
};

class Rotation::Engine {
 public:
  Engine(const RotationPorts& ports, const Configuration& configuration, Credentials credentials,
         Listener& listener);

  ports::Result<Plan> plan();
  Outcome run();
  Outcome resume();
  Outcome rollback();
  ports::Result<StatusReport> status();
  ports::Result<DoctorReport> doctor();

 private:
  // How a phase ended, when it ended without an Error.
  struct Step {
    enum class Kind { next, roll_back, stop, refuse, done, rolled_back };
    Kind kind = Kind::next;
    Phase phase = Phase::preflight;  // for next
    std::string why = {};
  };
  using Stepped = ports::Result<Step>;
  static Step next(Phase phase) { return {.kind = Step::Kind::next, .phase = phase}; }
  static Step roll_back_because(std::string why) {
    return {.kind = Step::Kind::roll_back, .why = std::move(why)};
  }
  static Step stop_because(std::string why) {
    return {.kind = Step::Kind::stop, .why = std::move(why)};
  }

  // engine.cc: the driver.
  Outcome begin_run();  // lock, journal
  Outcome drive(Phase from);
  Stepped perform(Phase phase);
  Stepped perform_with_patience(Phase phase);
  std::optional<Phase> after_error(Phase phase, const ports::Error& error, Outcome& outcome);
  std::optional<Phase> after_step(const Step& step, Outcome& outcome);
  Phase turn_back(std::string why);
  Outcome stopped(std::string why);
  Outcome outcome(Ending ending, std::string message);
  Outcome finish(Outcome outcome);
  ports::Status reconnect();  // what a resumed run must know again
  ports::Status recall_values();

  // engine.cc: before and between effects.
  ports::Status append();
  ports::Status fence();
  // The intent into the journal, then the fence; its caller acts at once.
  ports::Status about_to(Intent intent);
  // Until `until`, keeping the lock and looking for failures; true as soon as the subject changed
  // or a failure was seen.
  ports::Result<bool> wait(ports::Instant until, std::optional<Subject> subject = std::nullopt);
  ports::Status keep_lock(ports::Instant until);
  void look();
  bool breached() const;
  bool cutover() const { return configuration_.rotation.strategy == Strategy::cutover; }
  bool pod_gates() const;
  bool report(Phase phase, GateResult result);
  bool enabled(Gate gate) const { return configuration_.gate_enabled(gate); }

  // preflight.cc
  Plan look_at_everything(bool thorough);
  void check_vault(Plan& plan);
  void check_policy(Plan& plan);
  void check_provider(Plan& plan);
  void check_secrets(Plan& plan);
  void check_probe(Plan& plan);
  void check_deployment(Plan& plan);
  void check_pods(Plan& plan);
  void check_permissions(Plan& plan, bool thorough);
  void check_window(Plan& plan);
  void check_signal(Plan& plan);
  ports::Status connect_provider();
  ports::Status connect_probe(const Registration& registration);
  Stepped preflight();
  void open_journal(const Plan& plan);  // in memory; the first intent writes it

  // forward.cc
  Stepped create();
  ports::Status create_or_find();
  ports::Status adopt(CreatedSecret created);
  ports::Status recover_new_value();
  ports::Result<GateResult> prove_accepted(ports::Instant patience_ends);
  Stepped store_value();
  Stepped roll_out();
  ports::Result<std::optional<Step>> await_rollout(ports::Instant deadline);
  Stepped verify();
  ports::Result<std::optional<Step>> await_old_pods_gone(const FleetQuestion& question);
  Step restart_again(const std::string& why);
  Stepped overlap();
  ports::Result<std::optional<Step>> final_gates();
  FleetQuestion fleet_question() const;

  // retire.cc
  Stepped disable_old();
  Stepped soak();
  Stepped enable_again(std::string why);
  Stepped remove_old();
  Stepped confirm();
  ports::Result<int> count_refusals(ports::Instant patience_ends);

  // rollback.cc
  Stepped roll_back();
  ports::Result<std::optional<Step>> old_secret_active();
  ports::Result<std::optional<Step>> value_back();
  ports::Result<std::optional<Step>> fleet_back();
  ports::Result<std::optional<Step>> fleet_holds_old(const FleetQuestion& question, bool& holds);
  ports::Status remove_new();

  RotationPorts ports_;
  Configuration configuration_;
  Listener& listener_;
  CountingClient http_;
  VaultSession vault_;
  KeyValue secret_kv_;
  KeyValue admin_kv_;
  KeyValue journal_kv_;
  JournalStore store_;
  Cluster cluster_;
  std::string holder_;
  Lease lease_;
  std::optional<FailureQuery> watch_;
  std::unique_ptr<IdentityProvider> provider_;
  std::optional<TokenProbe> probe_;

  Journal journal_;
  Deployment deployment_;
  std::vector<PodProof> proved_;  // by verify, in this run
  Capability capability_;
  ports::Secret old_value_;
  ports::Secret new_value_;

  ports::Instant began_;
  std::vector<std::pair<Phase, ports::Duration>> durations_;
  Phase phase_ = Phase::preflight;
  bool lock_lost_ = false;
  bool dirty_ = false;          // the journal in memory is newer than the stored one
  bool settle_create_ = false;  // a create may have happened that we do not know of
  bool gates_open_ = false;     // every gate was open a moment ago, in this run
  std::optional<ports::Instant> window_ends_;
  std::optional<ports::Instant> stored_at_;
  std::optional<ports::Instant> rollout_ends_;

  Quiet quiet_;
  ports::Instant next_look_ = ports::Instant::max();
  std::optional<std::int64_t> last_count_;
  std::int64_t failures_seen_ = 0;
};

}  // namespace rotator
