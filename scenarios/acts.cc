#include "scenarios/acts.h"

#include <algorithm>
#include <iterator>

#include "rotator/ports/check.h"
#include "scenarios/hand.h"
#include "scenarios/play.h"
#include "scenarios/stage.h"
#include "scenarios/world.h"

namespace scenarios {
namespace {

using mocks::portal::PodTrouble;
using ports::Status;
using Kind = ArgumentKind;

// --- Effects -----------------------------------------------------------------------------------

std::uint32_t pods(const Argument& argument) {
  return static_cast<std::uint32_t>(std::get<PodCount>(argument).pods);
}

Status too_few(const Argument& argument, const char* what) {
  return ports::fail(ports::ErrorCode::refused,
                     "there are not " + std::to_string(pods(argument)) + " " + what);
}

// Pods created next are spared this trouble; another one that they are to be given stays.
template <auto which>
Status release_trouble(World& world, const Argument&) {
  if (world.fleet().coming().*which != PodTrouble().*which) world.fleet().trouble({}, 0);
  return {};
}

Status release_ready(World& world, const Argument& argument) {
  static_cast<void>(release_trouble<&PodTrouble::never_ready>(world, argument));
  for (const auto& pod : world.kubernetes().pods(kubernetes_namespace, workload_name))
    if (!pod.ready && !pod.terminating) world.fleet().release(pod.id);
  return {};
}

// Concerns so many of the pods that live now.
template <typename Effect>
Status to_live_pods(World& world, const Argument& argument, Effect effect) {
  auto left = pods(argument);
  for (const auto& pod : world.kubernetes().pods(kubernetes_namespace, workload_name)) {
    if (left == 0) break;
    if (pod.terminating) continue;
    effect(pod.id);
    --left;
  }
  return left == 0 ? Status() : too_few(argument, "live pods");
}

// A liveness kill: the process reads its file again.
Status crash_container(World& world, const Argument& argument) {
  return to_live_pods(world, argument, [&](mocks::kubernetes::PodId pod) {
    world.kubernetes().restart_application(pod);
  });
}

Status wedge_agent(World& world, const Argument& argument) {
  return to_live_pods(world, argument,
                      [&](mocks::kubernetes::PodId pod) { world.fleet().wedge_agent(pod); });
}

Status free_agent(World& world, const Argument& argument) {
  return to_live_pods(world, argument,
                      [&](mocks::kubernetes::PodId pod) { world.fleet().release_agent(pod); });
}

mocks::kubernetes::ExecFault exec_fault(ExecTrouble trouble) {
  switch (trouble) {
    case ExecTrouble::refused: return mocks::kubernetes::ExecFault::refused;
    case ExecTrouble::no_status: return mocks::kubernetes::ExecFault::no_status;
    case ExecTrouble::truncated: return mocks::kubernetes::ExecFault::truncated;
  }
  return mocks::kubernetes::ExecFault::none;
}

// The next pods have this trouble.
Status trouble(World& world, const PodTrouble& with, std::uint32_t pods) {
  if (world.fleet().troubled() > 0)
    return ports::fail(ports::ErrorCode::refused,
                       "pods created next are in another trouble already; release that first");
  world.fleet().trouble(with, pods);
  return {};
}

Status set_exec(World& world, mocks::kubernetes::ExecFault fault) {
  world.kubernetes().set_exec_fault(fault);
  return {};
}

Status set_sealed(World& world, bool sealed) {
  if (sealed)
    world.vault().seal();
  else
    world.vault().unseal();
  return {};
}

Status set_read_lag(World& world, ports::Duration lag) {
  world.vault().set_read_lag(lag);
  return {};
}

Status revoke_logins(World& world, const Argument&) {
  if (world.vault().revoke_logins() > 0) return {};
  return ports::fail(ports::ErrorCode::refused, "no token of a login lives in Vault");
}

struct Throttling {
  bool on = true;
};

// The users' record knows it too: it blames a login by it.
void set_throttling(Stage& stage, Throttling to) {
  stage.world().idp().core().set_throttling(to.on);
  stage.world().timeline().set_provider_throttling(stage.scheduler().now(), to.on);
}

struct Up {
  bool up = true;
};

// The users' record knows the identity provider's own state: it blames a login by it.
void set_up(Stage& stage, const Argument& argument, Up to) {
  const auto& server = std::get<ServerName>(argument).name;
  if (server == "idp") stage.world().timeline().set_provider_up(stage.scheduler().now(), to.up);
  if (to.up)
    stage.conditions().bring_up(server);
  else
    stage.conditions().take_down(server);
}

void partition(Stage& stage, const Argument& argument) {
  const auto& route = std::get<Route>(argument);
  stage.conditions().partition(route.caller, route.server);
}

void repair(Stage& stage, const Argument& argument) {
  const auto& route = std::get<Route>(argument);
  stage.conditions().repair(route.caller, route.server);
}

Status wait(Hand& hand, const Argument& argument) {
  const auto* const duration = std::get_if<ports::Duration>(&argument);
  return duration ? hand.wait(*duration) : hand.wait_for_the_window();
}

// --- The table ---------------------------------------------------------------------------------

constexpr ActRow table[] = {
    {.act = Act::seal,
     .name = "seal",
     .argument = Kind::the_vault,
     .opposite = Act::unseal,
     .effect = [](World& world, const Argument&) { return set_sealed(world, true); },
     .in_timeline = "Vault is sealed ..."},
    {.act = Act::unseal,
     .name = "unseal",
     .argument = Kind::the_vault,
     .opposite = Act::seal,
     .effect = [](World& world, const Argument&) { return set_sealed(world, false); },
     .in_timeline = "... and unsealed."},
    {.act = Act::lag_reads,
     .name = "lag_reads",
     .argument = Kind::duration,
     .opposite = Act::sync_reads,
     .effect =
         [](World& world, const Argument& argument) {
           return set_read_lag(world, std::get<ports::Duration>(argument));
         },
     .in_timeline = "Everybody reads from a standby of Vault so far behind ..."},
    {.act = Act::sync_reads,
     .name = "sync_reads",
     .opposite = Act::lag_reads,
     .effect = [](World& world, const Argument&) { return set_read_lag(world, {}); },
     .in_timeline = "... and from one that keeps up."},
    {.act = Act::revoke_logins,
     .name = "revoke_logins",
     .effect = revoke_logins,
     .in_timeline = "The tokens of every login at Vault end, as with `vault token revoke -mode "
                    "path auth/kubernetes`."},
    {.act = Act::throttle_logins,
     .name = "throttle_logins",
     .opposite = Act::relieve_logins,
     .effect = [](Stage& stage, const Argument&) { set_throttling(stage, {.on = true}); },
     .in_timeline = "The identity provider answers the token requests of users with 429 ..."},
    {.act = Act::relieve_logins,
     .name = "relieve_logins",
     .opposite = Act::throttle_logins,
     .effect = [](Stage& stage, const Argument&) { set_throttling(stage, {.on = false}); },
     .in_timeline = "... and serves them again."},
    {.act = Act::take_down,
     .name = "take_down",
     .argument = Kind::server,
     .opposite = Act::bring_up,
     .effect = [](Stage& stage, const Argument& server) { set_up(stage, server, {.up = false}); },
     .in_timeline = "A server refuses connections ..."},
    {.act = Act::bring_up,
     .name = "bring_up",
     .argument = Kind::server,
     .opposite = Act::take_down,
     .effect = [](Stage& stage, const Argument& server) { set_up(stage, server, {.up = true}); },
     .in_timeline = "... and answers again."},
    {.act = Act::partition,
     .name = "partition",
     .argument = Kind::route,
     .opposite = Act::repair,
     .effect = partition,
     .in_timeline = "caller>server: nothing passes between them ..."},
    {.act = Act::repair,
     .name = "repair",
     .argument = Kind::route,
     .opposite = Act::partition,
     .effect = repair,
     .in_timeline = "... and passes again."},
    {.act = Act::hold_refresh,
     .name = "hold_refresh",
     .argument = Kind::pods,
     .opposite = Act::release_refresh,
     .effect =
         [](World& world, const Argument& argument) {
           return trouble(world, {.stale_render = true}, pods(argument));
         },
     .in_timeline = "So many pods created next render the version before the current one ..."},
    {.act = Act::release_refresh,
     .name = "release_refresh",
     .argument = Kind::pods,
     .opposite = Act::hold_refresh,
     .effect = release_trouble<&PodTrouble::stale_render>,
     .in_timeline = "... and later ones do not."},
    {.act = Act::hold_ready,
     .name = "hold_ready",
     .argument = Kind::pods,
     .opposite = Act::release_ready,
     .effect =
         [](World& world, const Argument& argument) {
           return trouble(world, {.never_ready = true}, pods(argument));
         },
     .in_timeline = "So many pods created next never get ready ..."},
    {.act = Act::release_ready,
     .name = "release_ready",
     .argument = Kind::pods,
     .opposite = Act::hold_ready,
     .effect = release_ready,
     .in_timeline = "... and get ready."},
    {.act = Act::hold_polling,
     .name = "hold_polling",
     .argument = Kind::pods,
     .opposite = Act::release_polling,
     .effect =
         [](World& world, const Argument& argument) {
           return trouble(world, {.never_refreshes = true}, pods(argument));
         },
     .in_timeline = "The agents of so many pods created next never look at Vault again ..."},
    {.act = Act::release_polling,
     .name = "release_polling",
     .argument = Kind::pods,
     .opposite = Act::hold_polling,
     .effect = release_trouble<&PodTrouble::never_refreshes>,
     .in_timeline = "... and later ones do."},
    {.act = Act::hold_injection,
     .name = "hold_injection",
     .argument = Kind::pods,
     .opposite = Act::release_injection,
     .effect =
         [](World& world, const Argument& argument) {
           return trouble(world, {.not_injected = true}, pods(argument));
         },
     .in_timeline =
         "The injector's webhook misses so many pods created next: no agent, no file ..."},
    {.act = Act::release_injection,
     .name = "release_injection",
     .argument = Kind::pods,
     .opposite = Act::hold_injection,
     .effect = release_trouble<&PodTrouble::not_injected>,
     .in_timeline = "... and no later ones."},
    {.act = Act::lag_standby,
     .name = "lag_standby",
     .argument = Kind::duration,
     .opposite = Act::sync_standby,
     .effect =
         [](World& world, const Argument& argument) {
           return trouble(world, {.standby_lag = std::get<ports::Duration>(argument)},
                          max_act_pods);
         },
     .in_timeline = "Agents of pods created next read from a standby so far behind ..."},
    {.act = Act::sync_standby,
     .name = "sync_standby",
     .opposite = Act::lag_standby,
     .effect = release_trouble<&PodTrouble::standby_lag>,
     .in_timeline = "... and later ones from one that keeps up."},
    {.act = Act::wedge_agent,
     .name = "wedge_agent",
     .argument = Kind::pods,
     .opposite = Act::free_agent,
     .effect = wedge_agent,
     .in_timeline = "The agents of so many live pods stop doing anything ..."},
    {.act = Act::free_agent,
     .name = "free_agent",
     .argument = Kind::pods,
     .opposite = Act::wedge_agent,
     .effect = free_agent,
     .in_timeline = "... and go on."},
    {.act = Act::break_exec,
     .name = "break_exec",
     .argument = Kind::exec_trouble,
     .opposite = Act::mend_exec,
     .effect =
         [](World& world, const Argument& argument) {
           return set_exec(world, exec_fault(std::get<ExecTrouble>(argument)));
         },
     .in_timeline = "Commands in pods (kubectl exec) go wrong ..."},
    {.act = Act::mend_exec,
     .name = "mend_exec",
     .opposite = Act::break_exec,
     .effect = [](World& world,
                  const Argument&) { return set_exec(world, mocks::kubernetes::ExecFault::none); },
     .in_timeline = "... and right."},
    {.act = Act::create_secret,
     .name = "create_secret",
     .opposite = Act::delete_secret,
     .effect = [](Hand& hand, const Argument&) { return hand.create_secret(); },
     .phase = "create",
     .as_command = "Step 1: a second secret at the identity provider."},
    {.act = Act::put_secret,
     .name = "put_secret",
     .argument = Kind::secret_value,
     .effect = [](Hand& hand,
                  const Argument& which) { return hand.put_secret(std::get<SecretValue>(which)); },
     .phase = "store",
     .as_command = "Step 2: the value into Vault.",
     .in_timeline = "A human with vault kv put."},
    {.act = Act::restart,
     .name = "restart",
     .effect = [](Hand& hand, const Argument&) { return hand.restart(); },
     .phase = "rollout",
     .as_command = "Step 3: kubectl rollout restart.",
     .in_timeline = "A human with kubectl rollout restart."},
    {.act = Act::rollout_status,
     .name = "rollout_status",
     .argument = Kind::duration,
     .effect =
         [](Hand& hand, const Argument& timeout) {
           return hand.rollout_status(std::get<ports::Duration>(timeout));
         },
     .phase = "rollout",
     .as_command = "Step 3: kubectl rollout status with this timeout."},
    {.act = Act::shift_traffic,
     .name = "shift_traffic",
     .argument = Kind::colour,
     .effect = [](Hand& hand,
                  const Argument& to) { return hand.shift_traffic(std::get<Colour>(to)); },
     .phase = "shift",
     .as_command = "The selector of the portal's Service: kubectl patch service.",
     .in_timeline = "A human patches the selector of the portal's Service to that colour."},
    {.act = Act::wait,
     .name = "wait",
     .argument = Kind::wait,
     .effect = wait,
     .phase = "overlap",
     .as_command = "A fixed time, or `window`."},
    {.act = Act::pause_rollout,
     .name = "pause_rollout",
     .opposite = Act::resume_rollout,
     .effect = [](Hand& hand, const Argument&) { return hand.pause(); },
     .phase = "rollout",
     .in_timeline = "kubectl rollout pause ..."},
    {.act = Act::resume_rollout,
     .name = "resume_rollout",
     .opposite = Act::pause_rollout,
     .effect = [](Hand& hand, const Argument&) { return hand.resume(); },
     .phase = "rollout",
     .in_timeline = "... and resume."},
    {.act = Act::delete_secret,
     .name = "delete_secret",
     .opposite = Act::re_add_secret,
     .effect = [](Hand& hand, const Argument&) { return hand.delete_secret(); },
     .phase = "delete",
     .as_command = "Step 4: the old secret is deactivated and deleted.",
     .in_timeline = "A human deletes the old secret ..."},
    {.act = Act::re_add_secret,
     .name = "re_add_secret",
     .opposite = Act::delete_secret,
     .begun_elsewhere = true,  // by the driver
     .effect = [](Hand& hand, const Argument&) { return hand.re_add_secret(); },
     .phase = "re_add",
     .as_command = "The old value is a secret again.",
     .in_timeline = "... and adds it again."},
    {.act = Act::replace_secret,
     .name = "replace_secret",
     .effect = [](Hand& hand, const Argument&) { return hand.replace_secret(); },
     .phase = "create",
     .as_command = "The hard cut: the secret is replaced at once.",
     .in_timeline = "Somebody else replaces the secret at the provider."},
    {.act = Act::kill,
     .name = "kill",
     .argument = Kind::the_rotator,
     .opposite = Act::start,
     .effect = [](Play& play) { return play.kill_driver(); },
     .in_timeline = "kill -9. Without `start` in the timeline a new process resumes after 20 s."},
    {.act = Act::interrupt,
     .name = "interrupt",
     .argument = Kind::the_rotator,
     .opposite = Act::start,
     .effect = [](Play& play) { return play.interrupt_driver(); },
     .in_timeline = "SIGTERM."},
    {.act = Act::start,
     .name = "start",
     .argument = Kind::the_rotator,
     .opposite = Act::kill,
     .begun_elsewhere = true,  // by a fault that kills it, or by its own end
     .effect = [](Play& play) { return play.start_driver(); },
     .in_timeline = "A new process that resumes."},
    {.act = Act::crash_container,
     .name = "crash_container",
     .argument = Kind::pods,
     .effect = crash_container,
     .in_timeline = "The portal's process in so many pods restarts and reads its file again."},
};

std::string_view description(const ActRow& row, ActPlace place) {
  return place == ActPlace::command ? row.as_command : row.in_timeline;
}

}  // namespace

std::span<const ActRow> all_acts() { return table; }

const ActRow& row_of(Act act) {
  const auto* const row = std::find_if(std::begin(table), std::end(table),
                                       [&](const ActRow& one) { return one.act == act; });
  ports::check(row != std::end(table), "an act has no row");
  return *row;
}

const ActRow* begun_by(const ActRow& row) {
  if (!row.opposite || row.begun_elsewhere) return nullptr;
  const auto& opposite = row_of(*row.opposite);
  return &opposite < &row ? &opposite : nullptr;
}

const ActRow* find_act(std::string_view name, ActPlace place) {
  for (const auto& row : table)
    if (row.name == name && !description(row, place).empty()) return &row;
  return nullptr;
}

std::string act_names(ActPlace place) {
  std::string names;
  for (const auto& row : table)
    if (!description(row, place).empty()) names.append(names.empty() ? "" : ", ").append(row.name);
  return names;
}

std::string to_string(Act act, const Argument& argument) {
  const std::string value = to_string(argument);
  return std::string(row_of(act).name) + (value.empty() ? "" : " " + value);
}

std::string argument_schema(const ActRow& row, ActPlace place) {
  return "{" + schema_of(row.argument) + R"(, "description": ")" +
         std::string(description(row, place)) + "\"}";
}

}  // namespace scenarios
