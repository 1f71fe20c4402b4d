// Scenario: one rehearsal as data: the world, who rotates and how, what goes wrong when, and what
// is expected. A YAML file of at most a screenful; an unknown key is an error with its line. Its
// keys are listed in scenario_keys.cc; `rehearse schema` prints them as a JSON Schema.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "mocks/idp/provider.h"
#include "mocks/sim/fault_plan.h"
#include "mocks/time_range.h"
#include "mocks/users/logins.h"
#include "rotator/ports/clock.h"
#include "rotator/ports/result.h"
#include "rotator/rotation/configuration.h"
#include "scenarios/report.h"
#include "scenarios/steps.h"

namespace scenarios {

using mocks::TimeRange;
using mocks::idp::AuthenticationMethod;

struct IdentityProviderWorld {
  const mocks::idp::Dialect* dialect = mocks::idp::dialects().data();  // what it speaks: Okta
  mocks::idp::Variant variant = mocks::idp::Variant::multi;
  AuthenticationMethod authentication_method =
      AuthenticationMethod::client_secret_post;  // as registered
  // How late the token endpoint follows the administration API; replaces the variant's.
  std::optional<TimeRange> create_lag = {};
  std::optional<TimeRange> retire_lag = {};
  std::optional<TimeRange> answer_time = {};
  TimeRange read_lag = {};                 // how late reads of the administration API follow it
  mocks::idp::SecretPolicy policy = {};    // of the tenant
  mocks::idp::Succession succession = {};  // of a dialect that keeps the secret before for a while
  bool personal_accounts = false;          // people's private accounts sign in too
  bool machine_administrator = false;      // who administers fetches tokens by a key or a secret
  bool administrator_role = false;         // the client holds one itself
  // The secret in use expires so long after the beginning; nothing: as the dialect has it.
  std::optional<ports::Duration> secret_life = {};
  bool leftover_secret = false;  // an unused second secret lies there from an earlier attempt
  // The rotator has no adapter for it, and this instead.
  std::optional<rotator::HttpDescription> http = {};
};

struct VaultWorld {
  ports::Duration render_interval = std::chrono::minutes(5);  // of the Vault Agents
  int max_versions = 0;                                       // of the key; 0 = 10
};

struct FleetWorld {
  int replicas = 4;
  std::string max_surge = "25%";
  std::string max_unavailable = "25%";
  TimeRange pod_ready = {.low = std::chrono::seconds(10), .high = std::chrono::seconds(25)};
  TimeRange termination = {.low = std::chrono::seconds(2), .high = std::chrono::seconds(15)};
  TimeRange endpoint_lag = {.low = std::chrono::milliseconds(100), .high = std::chrono::seconds(2)};
  int min_ready_s = 0;
  int termination_grace_s = 30;
  int progress_deadline_s = 600;
};

struct PortalWorld {
  // As the portal is configured.
  AuthenticationMethod authentication_method = AuthenticationMethod::client_secret_post;
  int logins_per_minute = 1080;
  TimeRange think_time = {.low = std::chrono::seconds(2), .high = std::chrono::seconds(20)};
  TimeRange token_exchange = {.low = std::chrono::milliseconds(50),
                              .high = std::chrono::milliseconds(400)};
  // What the portal is configured with from the restart on; empty = the same.
  std::optional<AuthenticationMethod> next_authentication_method = {};
  // Sessions, where a scenario is about them: a third of the users come back with a cookie.
  bool sessions = false;
  ports::Duration session_max_age = std::chrono::hours(8);
  bool keeps_stale_sessions = false;  // a cookie of the old configuration is kept, not dropped
  bool bump_cookie_key = false;       // the restart brings a new session cookie key
  bool sticky_sessions = false;       // the load balancer keeps a browser on its pod
  // A second secret is in the pods' file, and tried where the first one is refused.
  bool tries_fallback = false;
  bool renders_fallback = false;  // it is in the file, whether it is tried or not
  // A green portal stands beside: a Deployment, a client and a path in Vault of its own, with the
  // same replicas. Users reach it once the Service's selector is shifted.
  bool green = false;
  // ... and each of the two is called back at a redirect URI of its own, which is routed to it.
  bool own_redirect_uris = false;
  bool key_ring = false;  // ... and new pods still verify the old key, old ones the new
};

// Who rotates.
struct Driver {
  enum class Kind { rotator, operator_by_hand } kind = Kind::rotator;
  // kind rotator: what the sections `rotation:` and `unsafe:` say, as in rotation.yaml.
  rotator::RotationConfiguration rotation = {};
  // kind operator_by_hand: the guide's commands in order; `wait` takes a duration or "window".
  std::vector<Step> commands = {};
};

// What is expected; whatever is not said is not checked.
struct Expectation {
  Verdict verdict = Verdict::pass;
  std::optional<rotator::Ending> outcome = {};
  std::optional<std::uint64_t> failed_at_least = {};
  std::optional<std::uint64_t> failed_at_most = {};
  std::optional<std::set<mocks::users::Cause>> causes = {};  // exactly these
  std::set<Invariant> violated = {};  // invariants that must be violated, and no other
  std::string says =
      {};  // what the row says when it is as expected, e.g. "fails, as the guide warns"
};

// What a sweep calls the scenario's own driver among its policies.
inline constexpr const char* own_policy = "guarded";

struct Scenario {
  std::string name = {};     // "guide/zero_downtime": the path below scenarios/ without ending
  std::string path = {};     // the file
  std::string purpose = {};  // one sentence
  std::string source = {};   // where this is known from
  std::uint64_t seed = 1;

  IdentityProviderWorld identity_provider = {};
  VaultWorld vault = {};
  FleetWorld fleet = {};
  PortalWorld portal = {};
  Driver driver = {};
  // The other policies that a sweep compares, by name; none is called own_policy.
  std::map<std::string, Driver> policies = {};
  std::vector<Step> timeline = {};
  std::vector<mocks::sim::FaultRule> faults = {};
  Expectation expect = {};

  mocks::users::Fidelity fidelity = mocks::users::Fidelity::exact;
  ports::Duration lead = std::chrono::seconds(60);  // logins before the driver begins
  ports::Duration tail = std::chrono::minutes(2);   // and after it has ended
  ports::Duration at_most = std::chrono::hours(4);  // a run longer than this is `unknown`
  std::set<Wire> wires = {Wire::sim, Wire::http};

  // How much faster than written this scenario runs (compression.h); not in the file.
  int compression = 1;
};

// Error of code configuration: one sentence with file, line, key and what to do.
ports::Result<Scenario> load_scenario(const std::string& path);
ports::Result<Scenario> parse_scenario(const std::string& text, const std::string& path);

// Bounds: fault rules of one scenario; at the fidelities whose logins are events, logins a minute,
// and logins under way at once.
inline constexpr std::size_t max_faults = 1000;
inline constexpr int max_event_logins_per_minute = 600'000;
inline constexpr double max_event_logins_under_way = 1e6;

// The fidelity of a run for which `asked` was asked for; without a wish the scenario's own, or what
// its faults and partitions need: what happens to a login's own calls only `exact` sees. Error of
// code configuration when that fidelity cannot see them, or not bear the scenario's logins.
ports::Result<mocks::users::Fidelity> fidelity_of(const Scenario& scenario,
                                                  std::optional<mocks::users::Fidelity> asked);
// What of it only `exact` sees, as a report names it; empty when nothing.
std::string seen_by_exact_only(const Scenario& scenario);

// Whether a rotator that was killed or interrupted comes back after a moment, as a CronJob's does;
// otherwise the timeline says when, by `start`.
bool restarts_by_itself(const Scenario& scenario);

// "scenarios/guide/x.yaml" becomes "guide/x": what a report calls it.
std::string scenario_name(const std::string& path);

// Every *.yaml below a folder, sorted; Error when the folder does not exist or holds none.
ports::Result<std::vector<std::string>> scenario_files(const std::string& folder);

}  // namespace scenarios
