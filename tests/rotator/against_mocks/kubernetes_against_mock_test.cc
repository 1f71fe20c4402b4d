// The Kubernetes adapter before the API server's mock.
#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "mocks/kubernetes/api_server.h"
#include "mocks/kubernetes/node/file_runtime.h"
#include "rotator/kubernetes/cluster.h"
#include "rotator/kubernetes/lease.h"
#include "rotator/kubernetes/workload_kinds.h"
#include "tests/mocks/kubernetes/rules.h"
#include "tests/rotator/against_mocks/direct_wire.h"

namespace tests {

using namespace std::chrono_literals;
using ports::ErrorCode;
using rotator::Cluster;
using rotator::Subject;

namespace kubernetes_against_mock {

const std::string server = "https://10.0.0.1:6443";
const std::string token = "synthetic.rotator.token";

mocks::kubernetes::ApiServerOptions options() {
  mocks::kubernetes::User user{.name = "system:serviceaccount:portal:rotator",
                               .token = token,
                               .kubernetes_namespace = "portal",
                               .rules = testing::rotator_rules("web", "rotator-web")};
  return {.users = {user},
          .namespaces = {"portal"},
          .pod_ready = {.low = 5s, .high = 8s},
          .pod_termination = {.low = 25s, .high = 25s}};
}

struct World {
  World() {
    api.set_pod_runtime(runtime);
    http.connect(server, api);
    files.content["/token"] = token;
    api.seed_workload({.kubernetes_namespace = "portal",
                       .name = "web",
                       .replicas = 4,
                       .containers = {"portal", "vault-agent"}});
    http.calls.clear();
  }
  Cluster make_cluster() {
    return {http,
            clock,
            files,
            {.server = server, .kubernetes_namespace = "portal", .token_file = "/token"}};
  }
  std::ptrdiff_t count(const std::string& part) const {
    return std::count_if(http.calls.begin(), http.calls.end(),
                         [&](const std::string& call) { return holds(call, part); });
  }

  mocks::sim::EventQueue queue;
  NoObserver observer;
  mocks::kubernetes::FileRuntime runtime{
      {{"/vault/secrets/oidc", "OIDC_CLIENT_SECRET=synthetic-secret\n"}}};
  mocks::kubernetes::ApiServer api{queue, observer, mocks::sim::Draws(7), options()};
  QueueClock clock{queue};
  DirectHttp http{queue};
  MemoryFiles files;
  Cluster cluster = make_cluster();
};

template <typename R>
void check_code(const R& result, ErrorCode code) {
  BOOST_REQUIRE(!result.has_value());
  BOOST_TEST(result.error().code == code, result.error().message);
  check_discreet(result.error(), {token, "synthetic-secret"});
}

const rotator::WorkloadReference reference = {.kind = &rotator::workload_kinds::deployment,
                                              .name = "web"};

}  // namespace kubernetes_against_mock

BOOST_FIXTURE_TEST_SUITE(kubernetes_against_mock, kubernetes_against_mock::World)

BOOST_AUTO_TEST_CASE(reads_the_workload_and_its_pods) {
  const auto web = cluster.workload(reference);
  REQUIRE_OK(web);
  BOOST_TEST(web->replicas == 4);
  BOOST_TEST(web->rolled_out());
  BOOST_TEST(web->max_surge == 1);
  BOOST_TEST(web->max_unavailable == 1);
  BOOST_TEST(web->termination_grace_s == 30);
  BOOST_TEST(web->containers.size() == 2U);
  const auto pods = cluster.pods(*web);
  REQUIRE_OK(pods);
  BOOST_REQUIRE(pods->size() == 4U);
  for (const auto& pod : *pods) {
    BOOST_TEST(pod.ready);
    BOOST_TEST(pod.phase == "Running");
    BOOST_TEST((pod.started.at("portal") >= pod.created));
    BOOST_TEST((pod.started.at("portal") < clock.wall_now()));
  }
  check_code(cluster.workload({reference.kind, "absent"}),
             ErrorCode::refused);  // its role names only "web"
  BOOST_TEST(cluster.version().value().substr(0, 3) == "v1.");
}

BOOST_AUTO_TEST_CASE(follows_a_whole_rollout_with_few_calls) {
  const auto before = cluster.workload(reference);
  REQUIRE_OK(before);
  const auto patched = cluster.annotate_template(reference, "overlap/rotation", "r-1");
  REQUIRE_OK(patched);
  BOOST_TEST(patched->generation == before->generation + 1);
  BOOST_TEST(!patched->rolled_out());
  int waits = 0;
  while (!cluster.seen_workload()->rolled_out() && ++waits < 200)
    BOOST_TEST(cluster.wait_for_change(*patched, Subject::workload, clock.now() + 60s).value());
  BOOST_TEST(waits < 200);
  // Complete by status, and yet old pods are there, terminating.
  auto pods = cluster.pods(*patched);
  REQUIRE_OK(pods);
  BOOST_TEST(
      std::any_of(pods->begin(), pods->end(), [](const auto& pod) { return pod.terminating; }));
  auto seen = std::move(*pods);
  for (waits = 0; seen.size() > 4 && waits < 200; ++waits) {
    BOOST_TEST(cluster.wait_for_change(*patched, Subject::pods, clock.now() + 60s).value());
    seen = cluster.seen_pods();
  }
  BOOST_TEST(seen.size() == 4U);
  for (const auto& pod : seen) {
    BOOST_TEST(!pod.terminating);
    BOOST_TEST(pod.annotations.at("overlap/rotation") == "r-1");
  }
  const auto fresh = cluster.pods(*patched);
  REQUIRE_OK(fresh);
  BOOST_TEST(fresh->size() == 4U);
  // get, patch, watch, list, watch, list: 6 calls for everything above.
  BOOST_TEST(http.calls.size() == 6U);
}

BOOST_AUTO_TEST_CASE(restarts_once_however_often_it_is_asked) {
  http.lose_next_reply();
  const auto first = cluster.annotate_template(reference, "overlap/rotation", "r-1");
  REQUIRE_OK(first);
  const auto again = cluster.annotate_template(reference, "overlap/rotation", "r-1");
  REQUIRE_OK(again);
  BOOST_TEST(again->generation == first->generation);
}

BOOST_AUTO_TEST_CASE(waits_in_vain_when_nothing_happens) {
  const auto web = cluster.workload(reference);
  REQUIRE_OK(web);
  const auto start = clock.now();
  BOOST_TEST(!cluster.wait_for_change(*web, Subject::workload, start + 20min).value());
  BOOST_TEST((clock.now() == start + 20min));
  // The server ends a watch every 5 minutes: it is opened again, and nothing else is asked.
  BOOST_TEST(count("watch=true") == 4);
  BOOST_TEST(http.calls.size() == 5U);
}

BOOST_AUTO_TEST_CASE(reads_a_file_in_a_pod) {
  const auto web = cluster.workload(reference);
  REQUIRE_OK(web);
  const auto name = cluster.pods(*web)->at(0).name;
  const auto outcome = cluster.exec(name, "portal", {"cat", "/vault/secrets/oidc"});
  REQUIRE_OK(outcome);
  BOOST_TEST(outcome->exit_code == 0);
  BOOST_TEST(outcome->standard_output.reveal_to_wire() == "OIDC_CLIENT_SECRET=synthetic-secret\n");
  const auto missing = cluster.exec(name, "portal", {"cat", "/nothing/here"});
  REQUIRE_OK(missing);
  BOOST_TEST(missing->exit_code == 1);
  BOOST_TEST(!missing->standard_error.empty());
  check_code(cluster.exec(name, "portal", {"no-such-program"}), ErrorCode::refused);
  check_code(cluster.exec(name, "elsewhere", {"cat", "/vault/secrets/oidc"}), ErrorCode::refused);
  check_code(cluster.exec("no-such-pod", "portal", {"cat", "/vault/secrets/oidc"}),
             ErrorCode::missing);
  for (const auto fault :
       {mocks::kubernetes::ExecFault::no_status, mocks::kubernetes::ExecFault::truncated}) {
    api.set_exec_fault(fault);
    check_code(cluster.exec(name, "portal", {"cat", "/vault/secrets/oidc"}), ErrorCode::ambiguous);
  }
  api.set_exec_fault(mocks::kubernetes::ExecFault::refused);
  check_code(cluster.exec(name, "portal", {"cat", "/vault/secrets/oidc"}), ErrorCode::busy);
}

BOOST_AUTO_TEST_CASE(knows_what_it_may_do) {
  BOOST_TEST(cluster.allowed("patch", "apps", "deployments", {}, "web").value());
  BOOST_TEST(!cluster.allowed("patch", "apps", "deployments", {}, "other").value());
  BOOST_TEST(cluster.allowed("create", "", "pods", "exec").value());
  BOOST_TEST(!cluster.allowed("get", "", "secrets").value());
}

BOOST_AUTO_TEST_CASE(records_an_event) {
  const auto web = cluster.workload(reference);
  REQUIRE_OK(web);
  for (int twice = 0; twice < 2; ++twice)
    REQUIRE_OK(cluster.record_event(*web, "Normal", "SecretRotated", "Rotate",
                                    "rotation r-1 is done", "r-1.done"));
  http.lose_next_reply();
  REQUIRE_OK(cluster.record_event(*web, "Normal", "SecretRotated", "Rotate", "rotation r-2 is done",
                                  "r-2.done"));
}

BOOST_AUTO_TEST_CASE(takes_a_replaced_token_and_refuses_a_revoked_one) {
  BOOST_TEST(cluster.workload(reference).has_value());
  api.revoke_tokens("system:serviceaccount:portal:rotator");
  check_code(cluster.workload(reference), ErrorCode::refused);
  files.content["/token"] = api.issue_token("system:serviceaccount:portal:rotator", 10min);
  BOOST_TEST(cluster.workload(reference).has_value());
  BOOST_TEST((clock.sleep_until(clock.now() + 11min) == ports::Wake::reached));
  check_code(cluster.workload(reference), ErrorCode::refused);
}

BOOST_AUTO_TEST_CASE(passes_the_lease_from_one_to_the_next) {
  auto other_cluster = make_cluster();
  rotator::Lease first(cluster, {.name = "rotator-web", .holder = "first"});
  rotator::Lease second(other_cluster,
                        {.name = "rotator-web", .holder = "second", .acquire_patience = 5s});
  REQUIRE_OK(first.acquire());
  check_code(second.acquire(), ErrorCode::conflict);
  REQUIRE_OK(first.still_ours());
  REQUIRE_OK(first.release());
  REQUIRE_OK(second.acquire());
  check_code(first.still_ours(), ErrorCode::conflict);
  BOOST_TEST(!first.held());
  REQUIRE_OK(second.still_ours());
}

BOOST_AUTO_TEST_CASE(takes_over_from_a_dead_holder_who_then_finds_out) {
  auto other_cluster = make_cluster();
  rotator::Lease dead(cluster, {.name = "rotator-web", .holder = "dead"});
  rotator::Lease heir(other_cluster, {.name = "rotator-web", .holder = "heir"});
  REQUIRE_OK(dead.acquire());
  const auto start = clock.now();
  REQUIRE_OK(heir.acquire());
  BOOST_TEST((clock.now() - start >= 15s));
  BOOST_TEST((clock.now() - start < 20s));
  check_code(dead.still_ours(), ErrorCode::conflict);
}

BOOST_AUTO_TEST_CASE(keeps_the_lease_through_lost_replies) {
  rotator::Lease lease(cluster, {.name = "rotator-web", .holder = "me"});
  REQUIRE_OK(lease.acquire());
  for (int i = 0; i < 3; ++i) {
    BOOST_TEST((clock.sleep_until(lease.next_renewal()) == ports::Wake::reached));
    http.lose_next_reply();
    REQUIRE_OK(lease.keep());
    BOOST_TEST(lease.held());
  }
  REQUIRE_OK(lease.still_ours());
  REQUIRE_OK(lease.keep_for(15min));
  BOOST_TEST((lease.next_renewal() == clock.now() + 10min));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace tests
