// Each invariant can be violated: from the facts of one plain history, and leaks from each place
// where a secret could show.
#include "scenarios/invariants.h"

#include <boost/test/unit_test.hpp>

#include "mocks/sim/event_queue.h"
#include "scenarios/world.h"

BOOST_AUTO_TEST_SUITE(invariants)

namespace {

using mocks::Fact;
using mocks::FactKind;
using mocks::name_of;
using scenarios::Invariant;
using scenarios::Invariants;

constexpr std::uint64_t client = name_of("the client");
constexpr std::uint64_t path = name_of("the path");
constexpr std::uint64_t old_secret = name_of("synthetic old secret");
constexpr std::uint64_t new_secret = name_of("synthetic new secret");
constexpr std::uint64_t pod = 1;

// A client whose one secret is Vault's and a pod's.
struct History {
  Invariants invariants{client, path};
  int second = 0;

  History() {
    tell({.kind = FactKind::secret_created, .subject = client, .object = old_secret});
    tell({.kind = FactKind::secret_accepted, .subject = client, .object = old_secret});
    tell({.kind = FactKind::kv_written, .subject = path, .object = old_secret, .number = 1});
    tell({.kind = FactKind::pod_started, .subject = pod, .object = old_secret});
  }
  void tell(const Fact& fact) {
    invariants.observe(ports::Instant(std::chrono::seconds(++second)), fact);
  }
  void create_new() {
    tell({.kind = FactKind::secret_created, .subject = client, .object = new_secret});
    tell({.kind = FactKind::secret_accepted, .subject = client, .object = new_secret});
  }
  void starts(const char* rotator) {
    tell({.kind = FactKind::rotator_started, .subject = name_of(rotator)});
  }
  void stops(const char* rotator) {
    tell({.kind = FactKind::rotator_stopped, .subject = name_of(rotator)});
  }
  void calls(const char* rotator, const char* what) {
    tell({.kind = FactKind::call_made, .object = name_of(rotator), .number = 200, .text = what});
  }
  // The names of those violated, one a line.
  std::string violated() const {
    std::string names;
    for (const auto& report : invariants.reports())
      if (report.verdict == scenarios::Verdict::fail)
        names += std::string(to_string(report.invariant)) + "\n";
    return names;
  }
  std::string what(Invariant invariant) const {
    for (const auto& report : invariants.reports())
      if (report.invariant == invariant) return report.what;
    return {};
  }
};

// A world with users' mocks and no wire.
struct StillWorld {
  scenarios::Scenario scenario;
  mocks::sim::EventQueue queue;
  mocks::sim::Trace trace;
  mocks::sim::NoFaults faults;
  scenarios::World world{queue, trace, faults, scenario, 5};

  std::string a_secret() { return world.idp().core().secrets(scenarios::client_id).front()->value; }
  int to_kubernetes(const std::string& method, const std::string& target,
                    const std::string& content_type, const std::string& body) {
    return world.kubernetes()
        .handle({.method = method,
                 .origin = "https://kubernetes.example:6443",
                 .target = target,
                 .headers = {{"Content-Type", content_type},
                             {"Authorization", "Bearer " + world.credentials().operator_token}},
                 .body = body})
        .response.status;
  }
  std::string leak(const std::string& said = "nothing of interest") {
    world.look_for_leaks(said);
    for (const auto& report : world.invariants().reports())
      if (report.invariant == Invariant::no_plaintext_secret) return report.what;
    return "no such invariant";
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(hold_through_an_orderly_rotation) {
  History history;
  history.starts("rotator");
  history.create_new();
  history.tell({.kind = FactKind::kv_written, .subject = path, .object = new_secret, .number = 2});
  history.tell({.kind = FactKind::pod_gone, .subject = pod});
  history.tell({.kind = FactKind::pod_started, .subject = pod + 1, .object = new_secret});
  history.calls("rotator", "POST /secrets/1/lifecycle/deactivate");
  history.tell({.kind = FactKind::secret_disabled, .subject = client, .object = old_secret});
  history.tell({.kind = FactKind::secret_refused, .subject = client, .object = old_secret});
  history.tell({.kind = FactKind::secret_deleted, .subject = client, .object = old_secret});
  history.stops("rotator");
  BOOST_TEST(history.violated().empty());
  BOOST_TEST((history.invariants.existing() == std::set<std::uint64_t>{new_secret}));
}

BOOST_AUTO_TEST_CASE(vaults_value_must_be_accepted_when_it_is_written_and_ever_after) {
  {
    History history;
    history.tell({.kind = FactKind::secret_created, .subject = client, .object = new_secret});
    history.tell(
        {.kind = FactKind::kv_written, .subject = path, .object = new_secret, .number = 2});
    BOOST_TEST(history.violated() == "vault_secret_valid\n");
    BOOST_TEST(history.what(Invariant::vault_secret_valid) ==
               "Vault's current value is secret 2, which the identity provider does not accept");
  }
  History history;
  history.tell({.kind = FactKind::secret_refused, .subject = client, .object = old_secret});
  BOOST_TEST(history.violated() == "vault_secret_valid\n");
}

BOOST_AUTO_TEST_CASE(a_second_secret_that_is_tried_stands_in_for_the_first_and_no_other_does) {
  for (const bool another : {true, false}) {
    History history;
    history.invariants.allow_second(
        {.vault_holds_one = [&](ports::Instant) { return another; },
         .pod_tries_another = [&](std::uint64_t one) { return another && one == pod; }});
    history.tell({.kind = FactKind::secret_deleted, .subject = client, .object = old_secret});
    history.create_new();
    history.tell({.kind = FactKind::secret_refused, .subject = client, .object = old_secret});
    BOOST_TEST(history.violated() ==
               (another ? "" : "vault_secret_valid\nno_live_secret_retired\n"));
  }
}

BOOST_AUTO_TEST_CASE(a_secret_that_a_live_pod_holds_must_be_neither_disabled_nor_deleted) {
  for (const auto kind : {FactKind::secret_disabled, FactKind::secret_deleted}) {
    History history;
    history.tell({.kind = kind, .subject = client, .object = old_secret});
    BOOST_TEST(history.violated() == "no_live_secret_retired\n");
    BOOST_TEST(
        history.what(Invariant::no_live_secret_retired).ends_with(" while 1 live pods used it"));
  }
}

BOOST_AUTO_TEST_CASE(two_running_rotators_must_not_both_act) {
  History history;
  history.starts("first");
  history.starts("second");
  history.calls("first", "POST /secrets");
  history.calls("second", "GET /secrets");
  history.calls("second", "PUT /apis/coordination.k8s.io/v1/namespaces/platform/leases/x");
  BOOST_TEST(history.violated().empty());
  history.calls("second", "DELETE /secrets/1");
  BOOST_TEST(history.violated() == "one_rotator_acts\n");
  BOOST_TEST(history.what(Invariant::one_rotator_acts) ==
             "two running rotators both acted; the second did DELETE /secrets/1");
}

BOOST_AUTO_TEST_CASE(a_rotator_may_act_after_another_one_has_stopped) {
  History history;
  history.starts("first");
  history.calls("first", "POST /secrets");
  history.stops("first");
  history.starts("second");
  history.calls("second", "DELETE /secrets/1");
  BOOST_TEST(history.violated().empty());
}

BOOST_AUTO_TEST_CASE(a_strangers_secret_must_stay_as_it_is) {
  for (const auto kind : {FactKind::secret_disabled, FactKind::secret_deleted}) {
    History history;
    history.create_new();
    history.invariants.mark_foreign(new_secret);
    history.tell({.kind = kind, .subject = client, .object = new_secret});
    BOOST_TEST(history.violated() == "nothing_foreign_deleted\n");
  }
}

BOOST_AUTO_TEST_CASE(the_first_violation_is_kept_and_one_that_could_not_be_checked_is_no_pass) {
  History history;
  history.invariants.violate(Invariant::one_secret_left, ports::Instant(std::chrono::seconds(9)),
                             "first");
  history.invariants.violate(Invariant::one_secret_left, ports::Instant(std::chrono::seconds(10)),
                             "second");
  BOOST_TEST(history.what(Invariant::one_secret_left) == "first");
  history.invariants.cannot_check(Invariant::no_plaintext_secret, "no eyes");
  const auto reports = history.invariants.reports();
  for (const auto& report : reports)
    if (report.invariant == Invariant::no_plaintext_secret)
      BOOST_TEST((report.verdict == scenarios::Verdict::unknown));
}

BOOST_AUTO_TEST_CASE(the_end_needs_one_accepted_secret_that_vault_and_every_pod_hold) {
  {
    StillWorld still;
    still.world.check_end_state();
    BOOST_TEST(!still.world.invariants().violated(Invariant::one_secret_left));
  }
  {
    StillWorld still;
    still.world.idp().core().create_secret(
        scenarios::client_id, {.id = "ocssynthetic", .value = "synthetic orphan", .settled = true});
    still.world.check_end_state();
    BOOST_TEST(still.world.invariants().violated(Invariant::one_secret_left));
  }
  StillWorld still;
  static_cast<void>(still.world.vault().write(
      still.world.vault().root(),
      std::string(scenarios::vault_mount) + "/data/" + scenarios::secret_path, "client_secret",
      "synthetic value of nobody's"));
  still.world.check_end_state();
  BOOST_TEST(still.world.invariants().violated(Invariant::one_secret_left));
}

BOOST_AUTO_TEST_CASE(no_leak_is_found_where_there_is_none) {
  StillWorld still;
  BOOST_TEST(still.leak() == "");
}

BOOST_AUTO_TEST_CASE(a_leak_is_found_in_what_the_rotator_said) {
  StillWorld still;
  BOOST_TEST(still.leak("the secret is " + still.a_secret()) ==
             "what the rotator said holds a secret in plain");
}

BOOST_AUTO_TEST_CASE(a_leak_is_found_in_the_path_of_a_call) {
  StillWorld still;
  const std::string text = "GET /probe?client_secret=" + still.a_secret();
  still.trace.observe(still.queue.now(), {.kind = FactKind::call_made, .text = text});
  BOOST_TEST(still.leak() == "a call's path holds a secret in plain");
}

BOOST_AUTO_TEST_CASE(a_leak_is_found_in_an_older_version_of_the_journal) {
  StillWorld still;
  auto& vault = still.world.vault();
  const std::string journal =
      std::string(scenarios::vault_mount) + "/data/" + scenarios::journal_path;
  static_cast<void>(vault.write(vault.root(), journal, "notes", "x" + still.a_secret() + "x"));
  static_cast<void>(vault.write(vault.root(), journal, "notes", "nothing"));
  BOOST_TEST(still.leak() == "the journal holds a secret in plain");
}

BOOST_AUTO_TEST_CASE(a_leak_is_found_in_an_event) {
  StillWorld still;
  const auto status = still.to_kubernetes(
      "POST", "/api/v1/namespaces/platform/events", "application/json",
      R"({"apiVersion":"v1","kind":"Event","metadata":{"name":"leaky","namespace":"platform"},)"
      R"("involvedObject":{"kind":"Deployment","namespace":"platform","name":"portal-backend"},)"
      R"("reason":"Leak","type":"Normal","message":")" +
          still.a_secret() + "\"}");
  BOOST_REQUIRE(status == 201);
  BOOST_TEST(still.leak() == "an Event holds a secret in plain");
}

BOOST_AUTO_TEST_CASE(a_leak_is_found_in_the_deployment) {
  StillWorld still;
  const auto status = still.to_kubernetes(
      "PATCH", "/apis/apps/v1/namespaces/platform/deployments/portal-backend",
      "application/merge-patch+json",
      R"({"metadata":{"annotations":{"synthetic.example/leak":")" + still.a_secret() + "\"}}}");
  BOOST_REQUIRE(status == 200);
  BOOST_TEST(still.leak() == "the Deployment holds a secret in plain");
}

// A rollback deletes the new secret; its value is still one that nobody may see.
BOOST_AUTO_TEST_CASE(a_secret_that_was_deleted_again_is_still_a_secret) {
  StillWorld still;
  auto& core = still.world.idp().core();
  core.create_secret(scenarios::client_id,
                     {.id = "ocssynthetic", .value = "synthetic short life", .settled = true});
  core.set_active(scenarios::client_id, "ocssynthetic", false);
  core.delete_secret(scenarios::client_id, "ocssynthetic");
  BOOST_REQUIRE(core.secrets(scenarios::client_id).size() == 1U);
  BOOST_TEST(still.leak("created synthetic short life") ==
             "what the rotator said holds a secret in plain");
}

BOOST_AUTO_TEST_SUITE_END()
