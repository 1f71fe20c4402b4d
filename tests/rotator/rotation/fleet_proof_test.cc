#include "rotator/rotation/fleet_proof.h"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "tests/rotator/kubernetes/cluster_world.h"

namespace rotator {
namespace {

const std::string list_url = "GET " + pods_url + "&limit=500";

// One pod is looked into by one exec, and the list of metadata that follows is told apart by what
// it accepts.
struct FleetWorld : ClusterWorld {
  void expect_list(const std::string& version, const std::string& items) {
    http.expect(list_url, 200, pod_list(version, items));
  }
  void expect_look(const std::string& pod) {
    http.expect_stream("GET " + server + "/api/v1/namespaces/portal/pods/" + pod +
                           "/exec?command=cat&command=%2Fvault%2Fsecrets%2Foidc&container=portal"
                           "&stdout=true&stderr=true",
                       101,
                       {data("\x01OIDC_CLIENT_SECRET=synthetic-secret\n"),
                        data("\x03{\"metadata\":{},\"status\":\"Success\"}"), end()},
                       {{"Sec-WebSocket-Protocol", "v5.channel.k8s.io"}});
  }
  void expect_time(const std::string& pod) {
    http.expect_stream("GET " + server + "/api/v1/namespaces/portal/pods/" + pod +
                           "/exec?command=stat&command=-c&command=%25Y&command=%2Fvault%2Fsecrets"
                           "%2Foidc&container=portal&stdout=true&stderr=true",
                       101,
                       {data("\x01"
                             "1795427950\n"),
                        data("\x03{\"metadata\":{},\"status\":\"Success\"}"), end()},
                       {{"Sec-WebSocket-Protocol", "v5.channel.k8s.io"}});
  }
  ports::Result<FleetProof> inspect_times(std::vector<PodProof> proved) {
    return inspect_fleet(cluster, configuration, read_web,
                         {.every_pod = true, .proved = std::move(proved)},
                         ports::Secret(std::string("synthetic-key")));
  }
  std::vector<PodProof> proved_once() {
    expect_list("10", pod_json("a", "7"));
    expect_look("a");
    expect_time("a");
    expect_list("11", pod_json("a", "7"));
    return inspect_times({}).value().live;
  }
  ports::Result<FleetProof> inspect(std::vector<Pod> seen = {}) {
    return inspect_fleet(cluster, configuration, read_web,
                         {.every_pod = true, .file_times = false, .seen = std::move(seen)},
                         ports::Secret(std::string("synthetic-key")));
  }
  std::vector<Pod> listed(const std::string& version, const std::string& items) {
    expect_list(version, items);
    return cluster.pods(read_web).value();
  }
  bool metadata_alone(std::size_t request) const {
    return holds(header(http.requests.at(request), "Accept"), "as=PartialObjectMetadataList");
  }

  const KubernetesConfiguration configuration = {.workload = web,
                                                 .container = "portal",
                                                 .secret_file = "/vault/secrets/oidc",
                                                 .secret_key = "OIDC_CLIENT_SECRET"};
};

// The same pod with its process started a second later.
std::string restarted(std::string pod) {
  const std::string started = "09:59:20Z";
  return pod.replace(pod.find(started), started.size(), "09:59:21Z");
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(fleet_proof, FleetWorld)

BOOST_AUTO_TEST_CASE(is_proved_by_metadata_alone_when_no_pod_changed) {
  expect_list("10", pod_json("a", "7"));
  expect_look("a");
  expect_list("11", pod_json("a", "7"));
  const auto found = inspect();
  REQUIRE_OK(found);
  BOOST_TEST(found->stable);
  BOOST_REQUIRE(found->live.size() == 1U);
  BOOST_TEST(!found->live[0].content.empty());
  BOOST_TEST(!metadata_alone(0));
  BOOST_TEST(metadata_alone(2));
}

BOOST_AUTO_TEST_CASE(counts_an_older_pod_that_is_ending_and_none_that_has_ended) {
  auto gone = pod_json("b", "8");
  gone.replace(gone.find("Running"), 7, "Failed");
  expect_list("10",
              pod_json("a", "7", R"(,"deletionTimestamp":"2026-11-23T10:00:00Z")") + "," + gone);
  const auto found =
      inspect_fleet(cluster, configuration, read_web, {.restart_value = "2026-11-23T09:58:00Z"},
                    ports::Secret(std::string("synthetic-key")));
  REQUIRE_OK(found);
  BOOST_REQUIRE(found->older.size() == 1U);
  BOOST_TEST(found->older[0].name == "a");
  BOOST_TEST(found->live.empty());
}

BOOST_AUTO_TEST_CASE(is_proved_when_a_pod_changed_but_not_its_process) {
  expect_list("10", pod_json("a", "7"));
  expect_look("a");
  expect_list("12", pod_json("a", "12"));
  expect_list("12", pod_json("a", "12"));
  const auto found = inspect();
  REQUIRE_OK(found);
  BOOST_TEST(found->stable);
  BOOST_TEST(!metadata_alone(3));
}

BOOST_AUTO_TEST_CASE(is_not_proved_when_a_process_started_anew) {
  expect_list("10", pod_json("a", "7"));
  expect_look("a");
  expect_list("12", pod_json("a", "12"));
  expect_list("12", restarted(pod_json("a", "12")));
  const auto found = inspect();
  REQUIRE_OK(found);
  BOOST_TEST(!found->stable);
}

BOOST_AUTO_TEST_CASE(is_not_proved_when_a_pod_came_or_went) {
  expect_list("10", pod_json("a", "7"));
  expect_look("a");
  expect_list("12", pod_json("a", "7") + "," + pod_json("b", "12"));
  expect_list("12", pod_json("a", "7") + "," + pod_json("b", "12"));
  BOOST_TEST(!inspect().value().stable);
  expect_list("20", pod_json("a", "7"));
  expect_look("a");
  expect_list("21", "");
  expect_list("21", "");
  BOOST_TEST(!inspect().value().stable);
}

BOOST_AUTO_TEST_CASE(takes_pods_seen_before_for_the_first_list) {
  const auto seen = listed("10", pod_json("a", "7"));
  expect_look("a");
  expect_list("11", pod_json("a", "7"));
  const auto found = inspect(seen);
  REQUIRE_OK(found);
  BOOST_TEST(found->stable);
  BOOST_TEST(http.requests.size() == 3U);
}

BOOST_AUTO_TEST_CASE(does_it_all_again_when_the_pods_seen_before_are_others_now) {
  const auto seen = listed("10", pod_json("a", "7"));
  expect_look("a");
  expect_list("12", pod_json("b", "12"));
  expect_list("12", pod_json("b", "12"));
  expect_look("b");
  expect_list("13", pod_json("b", "12"));
  const auto found = inspect(seen);
  REQUIRE_OK(found);
  BOOST_TEST(found->stable);
  BOOST_REQUIRE(found->live.size() == 1U);
  BOOST_TEST(found->live[0].pod == "b");
}

BOOST_AUTO_TEST_CASE(stays_proved_while_the_same_process_shows_the_same_content) {
  const auto proved = proved_once();
  BOOST_REQUIRE((proved.at(0).file_written.has_value()));
  expect_list("20", pod_json("a", "19"));
  expect_look("a");
  expect_list("21", pod_json("a", "19"));
  const auto found = inspect_times(proved);
  REQUIRE_OK(found);
  BOOST_TEST((found->live.at(0).file_written == proved.at(0).file_written));
  BOOST_TEST(http.requests.size() == 7U);
}

BOOST_AUTO_TEST_CASE(is_asked_again_for_its_times_when_the_process_started_anew) {
  const auto proved = proved_once();
  expect_list("20", restarted(pod_json("a", "19")));
  expect_look("a");
  expect_time("a");
  expect_list("21", restarted(pod_json("a", "19")));
  REQUIRE_OK(inspect_times(proved));
  BOOST_TEST(http.requests.size() == 8U);
}

BOOST_AUTO_TEST_CASE(is_asked_again_for_its_times_when_the_file_shows_something_else) {
  auto proved = proved_once();
  proved.at(0).content = "another";
  expect_list("20", pod_json("a", "19"));
  expect_look("a");
  expect_time("a");
  expect_list("21", pod_json("a", "19"));
  REQUIRE_OK(inspect_times(proved));
  BOOST_TEST(http.requests.size() == 8U);
}

BOOST_AUTO_TEST_CASE(knows_a_pod_into_which_no_exec_will_ever_look) {
  const auto look = [&](std::vector<Beat> beats, int status, const std::string& body) {
    expect_list("10", pod_json("a", "7"));
    http.expect_stream("GET " + server +
                           "/api/v1/namespaces/portal/pods/a/exec?command=cat"
                           "&command=%2Fvault%2Fsecrets%2Foidc&container=portal"
                           "&stdout=true&stderr=true",
                       status, std::move(beats), {{"Sec-WebSocket-Protocol", "v5.channel.k8s.io"}},
                       body);
    expect_list("11", pod_json("a", "7"));
    return inspect().value().live.at(0);
  };
  const auto said = [](const std::string& reason, const std::string& message) {
    return std::vector<Beat>{
        data("\x03{\"status\":\"Failure\",\"reason\":\"" + reason + "\",\"message\":\"" + message +
             "\",\"details\":{\"causes\":[{\"reason\":\"ExitCode\",\"message\":\"127\"}]}}"),
        end()};
  };
  BOOST_TEST(look({}, 403, status_json(403, "Forbidden", "pods a is forbidden: ")).barred);
  BOOST_TEST(
      look(said("InternalError", "exec: cat: executable file not found in $PATH"), 101, "").barred);
  const auto shell = look(said("NonZeroExitCode", "exit code 127"), 101, "");
  BOOST_TEST(shell.barred);
  BOOST_TEST(shell.trouble.find("must have cat and stat") != std::string::npos, shell.trouble);
  // What may pass.
  BOOST_TEST(!look({}, 500, status_json(500, "InternalError", "dial tcp: i/o timeout")).barred);
  BOOST_TEST(!look(said("InternalError", "container not found"), 101, "").barred);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rotator
