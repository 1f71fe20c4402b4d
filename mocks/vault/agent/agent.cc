#include "mocks/vault/agent/agent.h"

#include <algorithm>

#include "rotator/ports/check.h"

namespace mocks::vault {
namespace {

constexpr int fatal_signal = 137;  // what a killed container exits with

// base x 2^doublings, at most `most`.
ports::Duration doubled(ports::Duration base, int doublings, ports::Duration most) {
  for (int i = 0; i < doublings && base < most; ++i) base *= 2;
  return std::min(base, most);
}

bool transient(Outcome outcome) {
  return outcome == Outcome::sealed || outcome == Outcome::leaderless ||
         outcome == Outcome::rate_limited;
}

}  // namespace

Agent::Agent(Scheduler& scheduler, Observer& observer, sim::Draws draws, Vault& vault,
             sim::Faults& faults, AgentOptions options, AgentListener& listener)
    : scheduler_(scheduler),
      observer_(observer),
      draws_(draws),
      vault_(vault),
      faults_(faults),
      options_(std::move(options)),
      listener_(listener),
      caller_("agent/" + options_.pod) {
  ports::check(options_.spec != nullptr, "an Agent needs an AgentSpec");
}

Agent::~Agent() { cancel_timers(); }

void Agent::start_init() {
  crashes_ = 0;
  boot(Role::init);
}

void Agent::start_sidecar() {
  if (role_ == Role::sidecar) return;
  crashes_ = 0;
  boot(Role::sidecar);
}

void Agent::stop() {
  cancel_timers();
  role_ = Role::none;
  step_ = Step::idle;
  missed_ = {};
}

void Agent::wedge() { wedged_ = true; }

void Agent::release() {
  wedged_ = false;
  for (std::uint32_t kind = 0; kind < timer_kinds; ++kind)
    if (std::exchange(missed_[kind], false))
      set_timer(static_cast<TimerKind>(kind), ports::Duration{0});
}

bool Agent::running() const { return role_ == Role::sidecar && step_ != Step::idle; }

void Agent::boot(Role role) {
  cancel_timers();
  role_ = role;
  attempts_ = client_tries_ = runner_restarts_ = 0;
  delayed_ = timed_out_ = as_version_1_ = false;
  first_read_ = true;
  token_ = 0;
  started_ = scheduler_.now();
  wait(options_.spec->process_start, Step::login);
}

// --- Timers

void Agent::set_timer(TimerKind kind, ports::Duration delay) {
  timers_[kind] = scheduler_.at(scheduler_.now() + delay, *this, kind, options_.entity);
}

void Agent::wait(ports::Duration delay, Step then) {
  step_ = then;
  set_timer(step_timer, delay);
}

void Agent::cancel_timers() {
  for (TimerId& timer : timers_)
    if (timer != 0) scheduler_.cancel(std::exchange(timer, 0));
}

void Agent::on_timer(std::uint32_t kind, std::uint64_t) {
  timers_[kind] = 0;
  if (wedged_) {
    missed_[kind] = true;
    return;
  }
  switch (kind) {
    case renewal_timer: renew(); return;
    case restart_timer: {
      const bool sidecar = role_ == Role::sidecar;
      boot(role_);
      if (sidecar) listener_.on_restarted();
      return;
    }
    default: break;
  }
  switch (step_) {
    case Step::login: log_in(); return;
    case Step::preflight: preflight(); return;
    case Step::read: read(); return;
    case Step::idle: return;
  }
}

ports::Duration Agent::drawn(ports::Duration of, std::int64_t from_permille,
                             std::int64_t to_permille, sim::Stream stream, std::uint64_t& counter) {
  return draws_.between(of / 1000 * from_permille, of / 1000 * to_permille, stream, options_.entity,
                        counter++);
}

// --- One call

Agent::Reach Agent::call(std::string_view method, std::string_view target) {
  if (std::exchange(delayed_, false))
    return std::exchange(timed_out_, false) ? Reach::failed : Reach::reached;
  using Request = sim::Course::Request;
  using Reply = sim::Course::Reply;
  const sim::Fate fate = faults_.consult(
      scheduler_.now(), {.caller = caller_, .server = "vault", .method = method, .target = target});
  const auto later = [this](ports::Duration delay, bool fails) {
    delayed_ = true;
    timed_out_ = fails;
    set_timer(step_timer, delay);
    return Reach::later;
  };
  switch (fate.course.request) {
    case Request::arrives: break;
    case Request::caller_dies: exit(fatal_signal); return Reach::died;
    case Request::refused: return Reach::failed;
    case Request::lost: return later(client_timeout, true);
    case Request::answered:
      return fate.response.status < 500 && fate.response.status != 429 ? Reach::lost
                                                                       : Reach::failed;
  }
  switch (fate.course.reply) {
    case Reply::arrives: break;
    case Reply::caller_dies: exit(fatal_signal); return Reach::died;
    // A read that had its "effect" and lost its answer is a read that failed; a login leaves a
    // token that nobody knows.
    case Reply::lost: return later(client_timeout, true);
    case Reply::broken:
    case Reply::cut_short: return Reach::failed;
  }
  if (fate.delay <= ports::Duration::zero()) return Reach::reached;
  return later(std::min(fate.delay, client_timeout), fate.delay >= client_timeout);
}

void Agent::failed(bool may_pass) {
  // The Go client tries again by itself: after 1 to 1.5 s, on 5xx, 429 and broken connections. It
  // is told not to on login.
  if (may_pass && step_ != Step::login && ++client_tries_ < client_tries) {
    wait(drawn(std::chrono::seconds(1), 1000, 1500, sim::Stream::agent_backoff, backoff_draws_),
         step_);
    return;
  }
  client_tries_ = 0;
  switch (step_) {
    case Step::login:
      wait(drawn(doubled(first_login_retry, attempts_++, longest_login_retry), 750, 1000,
                 sim::Stream::agent_backoff, backoff_draws_),
           Step::login);
      return;
    case Step::preflight:
      // consul-template warns, takes the mount for version 1, and remembers it while it runs.
      as_version_1_ = true;
      wait(options_.spec->call_latency, Step::read);
      return;
    case Step::read: read_failed(); return;
    case Step::idle: return;
  }
}

void Agent::read_failed() {
  if (attempts_ < max_read_retries) {
    wait(doubled(first_read_retry, attempts_++, longest_read_retry), Step::read);
    return;
  }
  if (options_.spec->exit_on_retry_failure) {
    exit(1);
    return;
  }
  // A new runner, with the same token.
  attempts_ = 0;
  as_version_1_ = false;
  wait(drawn(doubled(first_login_retry, runner_restarts_++, longest_login_retry), 750, 1000,
             sim::Stream::agent_backoff, backoff_draws_),
       Step::preflight);
}

// --- The steps

void Agent::log_in() {
  const AgentSpec& spec = *options_.spec;
  const Reach reach = call("PUT", "/v1/auth/" + spec.auth_mount + "/login");
  if (reach == Reach::later || reach == Reach::died) return;
  if (reach != Reach::reached) return failed(reach == Reach::failed);
  const LoginResult login =
      vault_.log_in(spec.role,
                    {.service_account_namespace = spec.service_account_namespace,
                     .name = spec.service_account,
                     .uid = spec.service_account},
                    spec.auth_mount);
  if (login.outcome != Outcome::ok) return failed(transient(login.outcome));
  token_ = login.token;
  renewable_ = login.renewable;
  attempts_ = client_tries_ = 0;
  as_version_1_ = false;
  renewal_backoff_ = ports::Duration{0};
  if (role_ == Role::sidecar) {
    remaining_ = ports::Duration{0};
    schedule_renewal(login.ttl);
  }
  wait(spec.call_latency, Step::preflight);
}

void Agent::preflight() {
  const std::string& path = options_.spec->file_template.path();
  const Reach reach = call("GET", "/v1/sys/internal/ui/mounts/" + path);
  if (reach == Reach::later || reach == Reach::died) return;
  if (reach != Reach::reached) return failed(reach == Reach::failed);
  const Outcome outcome = vault_.preflight(token_, path);
  if (outcome != Outcome::ok) return failed(transient(outcome));
  client_tries_ = 0;
  wait(options_.spec->call_latency, Step::read);
}

void Agent::read() {
  const Template& wanted = options_.spec->file_template;
  const std::string path = as_version_1_ ? wanted.path() : vault_.data_path(wanted.path());
  const Reach reach = call("GET", "/v1/" + path);
  if (reach == Reach::later || reach == Reach::died) return;
  if (reach != Reach::reached) return failed(reach == Reach::failed);
  ReadOptions options{.version = wanted.pinned_version(), .lag = options_.standby_lag};
  ReadResult found = vault_.read(token_, path, options);
  const bool prior = options_.prior_version_at_start && first_read_ &&
                     found.outcome == Outcome::ok && found.version->number > 1;
  if (prior) {
    options.version = found.version->number - 1;
    const ReadResult before = vault_.read(token_, path, options);
    if (before.outcome == Outcome::ok) found = before;
  }
  if (found.outcome != Outcome::ok) return failed(transient(found.outcome));
  if (found.deletion != no_time && !options_.spec->compares_deletion_time) return failed(false);
  attempts_ = client_tries_ = runner_restarts_ = 0;
  first_read_ = false;
  render(*found.version, *found.key);
}

void Agent::render(const KvVersion& version, const KvKey& key) {
  const AgentSpec& spec = *options_.spec;
  const bool same =
      file_ && file_->version == version.number && rendered_created_ == version.created;
  std::string content = same ? std::string() : spec.file_template.render(version, key);
  rendered_created_ = version.created;
  if (same || (file_ && file_->content == content)) {
    file_->version = version.number;
    done();
    return;
  }
  file_ = File{.content = std::move(content),
               .modified = scheduler_.wall_now(),
               .inode = ++inodes_,
               .mode = spec.mode,
               .version = version.number,
               .secret = version.secret};
  observer_.observe(scheduler_.now(), {.kind = FactKind::file_rendered,
                                       .subject = name_of(options_.pod),
                                       .object = file_->secret,
                                       .number = version.number});
  // The listener may stop or start this agent: what comes next is settled before it is told.
  const Role role = role_;
  done_quietly();
  listener_.on_rendered();
  if (role == Role::init && role_ == Role::none) listener_.on_init_done(true);
}

void Agent::done() {
  const Role role = role_;
  done_quietly();
  if (role == Role::init) listener_.on_init_done(true);
}

void Agent::done_quietly() {
  if (role_ == Role::init) {
    cancel_timers();
    role_ = Role::none;
    step_ = Step::idle;
    return;
  }
  step_ = Step::read;
  if (options_.never_refreshes) return;
  wait(drawn(options_.spec->interval, 850, 950, sim::Stream::agent_interval, interval_draws_),
       Step::read);
}

void Agent::exit(int code) {
  cancel_timers();
  step_ = Step::idle;
  if (scheduler_.now() - started_ >= crash_backoff_reset) crashes_ = 0;
  const ports::Duration backoff =
      crashes_ == 0 ? ports::Duration{0}
                    : doubled(first_crash_backoff, crashes_ - 1, longest_crash_backoff);
  ++crashes_;
  set_timer(restart_timer, backoff);
  observer_.observe(
      scheduler_.now(),
      {.kind = FactKind::agent_failed, .subject = name_of(options_.pod), .number = code});
  if (role_ == Role::init)
    listener_.on_init_done(false);
  else
    listener_.on_exit(code);
}

// --- The token's life: Vault's LifetimeWatcher

void Agent::schedule_renewal(ports::Duration lease) {
  // The grace is drawn anew as long as the lease gets longer.
  if (lease > remaining_)
    grace_ = drawn(lease, 100, 200, sim::Stream::agent_backoff, backoff_draws_);
  remaining_ = lease;
  renewal_set_ = scheduler_.now();
  set_timer(renewal_timer, lease / 3 * 2 + grace_ / 3);
}

void Agent::renew() {
  remaining_ -= scheduler_.now() - renewal_set_;
  const bool asked = renewable_ && step_ != Step::login;
  Outcome outcome = Outcome::refused;
  if (asked) {
    const sim::Fate fate =
        faults_.consult(scheduler_.now(), {.caller = caller_,
                                           .server = "vault",
                                           .method = "PUT",
                                           .target = "/v1/auth/token/renew-self"});
    if (fate.course == sim::Course{}) {
      const LoginResult renewal = vault_.renew(token_);
      outcome = renewal.outcome;
      if (outcome == Outcome::ok && renewal.ttl > grace_) {
        renewal_backoff_ = ports::Duration{0};
        schedule_renewal(renewal.ttl);
        return;
      }
    }
  }
  if (step_ == Step::login) return;  // a new token is on its way already
  if (outcome == Outcome::ok || !renewable_) return log_in_anew();
  // The renewal failed: again with a growing pause, until the lease is in its grace.
  const ports::Duration base = renewal_backoff_ == ports::Duration::zero()
                                   ? first_renewal_retry
                                   : std::min(renewal_backoff_ * 2, longest_login_retry);
  renewal_backoff_ = base;
  const ports::Duration pause = drawn(base, 500, 1500, sim::Stream::agent_backoff, backoff_draws_);
  if (remaining_ <= grace_ || remaining_ - pause <= grace_) return log_in_anew();
  renewal_set_ = scheduler_.now();
  set_timer(renewal_timer, pause);
}

// A new token rebuilds the runner: everything is read at once.
void Agent::log_in_anew() {
  cancel_timers();
  delayed_ = timed_out_ = false;
  attempts_ = client_tries_ = 0;
  wait(ports::Duration{0}, Step::login);
}

}  // namespace mocks::vault
