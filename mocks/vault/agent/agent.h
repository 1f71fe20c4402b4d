// Agent: the Vault Agent of one pod as the injector configures it: an init container that renders
// the file and exits, then a sidecar that keeps it fresh by polling. Behaviour measured on Vault
// Agent 1.14 and consul-template 0.42:
// https://developer.hashicorp.com/vault/docs/agent-and-proxy/agent/template
//
// - Log in (1 s doubling to 5 min, 0 to 25 % cut, for ever), mounts preflight, read, render, write
//   atomically (a new inode each time; only when the bytes differ).
// - Poll every interval x U(0.85, 0.95). A read that fails is tried again after 0.25 s doubling to
//   60 s, 12 times; then the agent exits with 1 (exit_on_retry_failure) or starts its runner anew.
// - The token is renewed at 70 to 73 % of its TTL. A 403 on a read triggers no login: only when the
//   renewal has failed into the lease's last fifth, or the maximum is near, does it log in again,
//   and then reads at once.
// - A container that exited is restarted as the kubelet does: at once, then 10 s doubling to 5 min,
//   from the start again after 10 quiet minutes.
//
// Every call to Vault asks Faults first (caller "agent/<pod>", server "vault"). An Agent is cheap:
// the compiled template and the names are shared by a fleet (AgentSpec).
//
// Facts: file_rendered (subject = name_of(pod), object = name_of(the file's secret), number = KV
// version), agent_failed (subject = name_of(pod), number = exit code).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "mocks/facts.h"
#include "mocks/scheduler.h"
#include "mocks/sim/draws.h"
#include "mocks/sim/faults/faults.h"
#include "mocks/vault/agent/template.h"
#include "mocks/vault/vault.h"

namespace mocks::vault {

// Bounds and pace, all Vault Agent's own.
inline constexpr int max_read_retries = 12;
inline constexpr ports::Duration first_read_retry = std::chrono::milliseconds(250);
inline constexpr ports::Duration longest_read_retry = std::chrono::seconds(60);
inline constexpr ports::Duration first_login_retry = std::chrono::seconds(1);
inline constexpr ports::Duration longest_login_retry = std::chrono::minutes(5);
inline constexpr int client_tries = 3;  // of the HTTP client, on 5xx, 429 and broken connections
inline constexpr ports::Duration client_timeout = std::chrono::seconds(60);
inline constexpr ports::Duration first_renewal_retry = std::chrono::seconds(10);
inline constexpr ports::Duration first_crash_backoff = std::chrono::seconds(10);
inline constexpr ports::Duration longest_crash_backoff = std::chrono::minutes(5);
inline constexpr ports::Duration crash_backoff_reset = std::chrono::minutes(10);

// What a fleet's agents share: the annotations.
// https://developer.hashicorp.com/vault/docs/platform/k8s/injector/annotations
struct AgentSpec {
  Template file_template = Template::guide();          // agent-inject-template-*
  std::string role = "portal";                         // vault.hashicorp.com/role
  std::string auth_mount = "kubernetes";               // auth-path, below auth/
  std::string service_account_namespace = "platform";  // of the pods,
  std::string service_account = "portal-backend";      // who log in as it
  ports::Duration interval = std::chrono::minutes(5);  // template-static-secret-render-interval
  bool exit_on_retry_failure = true;                   // the injector's default; plain Agent: false
  std::uint32_t mode = 0644;                           // agent-inject-perms
  // A version that is to be deleted in the future (delete_version_after). Vault Agent 1.14
  // (consul-template 0.33) asks only whether there is a deletion_time, and finds "no secret exists
  // at PATH"; consul-template 0.42 compares it with the clock and renders.
  bool compares_deletion_time = false;
  // From the container's start to its first call, and how long one call takes.
  ports::Duration process_start = std::chrono::milliseconds(300);
  ports::Duration call_latency = std::chrono::milliseconds(3);
};

// What is one pod's own: who it is, and what is wrong with its Agent.
struct AgentOptions {
  std::shared_ptr<const AgentSpec> spec = {};  // never null
  std::string pod = {};
  std::uint64_t entity = 0;  // which draws are this agent's: the pod's number
  // Reads come from a standby this much behind the leader.
  ports::Duration standby_lag{0};
  // The first render of each container shows the version before the current one, as if a cache had
  // answered; the next poll mends the file.
  bool prior_version_at_start = false;
  // The sidecar never polls: the file stays as the init container wrote it.
  bool never_refreshes = false;
};

// The rendered file, in a tmpfs that lives as long as the pod: restarts of containers keep it.
struct File {
  std::string content = {};
  ports::WallTime modified = {};
  std::uint64_t inode = 0;  // another one after every write
  std::uint32_t mode = 0;
  std::int64_t version = 0;  // the KV version it was rendered from
  std::uint64_t secret = 0;  // name_of(its client secret); 0 without one
};

// Whoever runs the pod. Called from timers; may call start_sidecar() and stop().
class AgentListener {
 public:
  // The init container ended: with the file written, or (ok false) with exit code 1. After a
  // failure it restarts by itself.
  virtual void on_init_done(bool ok) = 0;
  // The file has new content, and a new inode; also called before on_init_done(true).
  virtual void on_rendered() = 0;
  // The sidecar's process ended (the pod is unready), and started again.
  virtual void on_exit(int code) = 0;
  virtual void on_restarted() {}

 protected:
  ~AgentListener() = default;
};

class Agent final : private Timed {
 public:
  // All must outlive it. Nothing happens before start_init() or start_sidecar(); a spec that is
  // null is our bug (check).
  Agent(Scheduler& scheduler, Observer& observer, sim::Draws draws, Vault& vault,
        sim::Faults& faults, AgentOptions options, AgentListener& listener);
  ~Agent();
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;

  // Starts the init container; on_init_done() follows, at the earliest after process_start.
  void start_init();
  // Starts the sidecar, with a login of its own. Does nothing when it runs.
  void start_sidecar();
  // The pod ends: no timer and no call any more. The file stays readable.
  void stop();

  // The agent stops doing anything, though it looks alive; and goes on where it was. Timers that
  // came meanwhile fire at the release.
  void wedge();
  void release();

  // Nothing before the first render; then never nothing again.
  const std::optional<File>& file() const { return file_; }
  // True while the sidecar's process lives.
  bool running() const;

 private:
  enum class Role : std::uint8_t { none, init, sidecar };           // which container it is
  enum class Step : std::uint8_t { idle, login, preflight, read };  // what the step timer does next
  enum TimerKind : std::uint32_t { step_timer, renewal_timer, restart_timer };
  static constexpr std::size_t timer_kinds = 3;

  // How one call ended before Vault's own decision counts.
  enum class Reach : std::uint8_t {
    reached,  // ask the Vault
    lost,     // it had its effect, but the answer did not come
    failed,   // it had none
    later,    // slow: the step's timer has been set again
    died,     // the agent crashed at this call
  };

  void on_timer(std::uint32_t kind, std::uint64_t subject) override;
  void boot(Role role);
  void log_in();
  void preflight();
  void read();
  // A step failed: the HTTP client's own tries first, then the step's retries.
  void failed(bool transient);
  void read_failed();
  void render(const KvVersion& version, const KvKey& key);
  void done();
  void done_quietly();
  void exit(int code);
  void renew();
  void schedule_renewal(ports::Duration lease);
  void log_in_anew();

  // Asks Faults about the step's call. Idempotent for a call that was only delayed.
  Reach call(std::string_view method, std::string_view target);
  void wait(ports::Duration delay, Step then);
  void set_timer(TimerKind kind, ports::Duration delay);
  void cancel_timers();
  // A part of `of`, between the two permilles; `counter` numbers the draws of one stream.
  ports::Duration drawn(ports::Duration of, std::int64_t from_permille, std::int64_t to_permille,
                        sim::Stream stream, std::uint64_t& counter);

  Scheduler& scheduler_;
  Observer& observer_;
  sim::Draws draws_;
  Vault& vault_;
  sim::Faults& faults_;
  AgentOptions options_;
  AgentListener& listener_;
  std::string caller_;  // "agent/<pod>"

  Role role_ = Role::none;
  Step step_ = Step::idle;
  std::array<TimerId, timer_kinds> timers_{};
  bool wedged_ = false;
  std::array<bool, timer_kinds> missed_{};  // timers that came while wedged
  bool delayed_ = false;                    // the step's call has had its network delay
  bool timed_out_ = false;                  // and it was longer than the client waits
  bool as_version_1_ = false;               // the preflight failed: the path is read as it stands
  bool first_read_ = true;
  int attempts_ = 0;      // failed attempts of the present step
  int client_tries_ = 0;  // within one attempt
  int runner_restarts_ = 0;
  int crashes_ = 0;
  std::uint64_t interval_draws_ = 0;
  std::uint64_t backoff_draws_ = 0;
  std::uint64_t inodes_ = 0;
  ports::Instant started_ = {};
  ports::WallTime rendered_created_ = no_time;  // of the version in the file

  TokenHandle token_ = 0;
  bool renewable_ = false;
  ports::Duration remaining_{0};  // of the lease, when the renewal timer was set
  ports::Duration grace_{0};
  ports::Duration renewal_backoff_{0};
  ports::Instant renewal_set_ = {};
  std::optional<File> file_;
};

}  // namespace mocks::vault
