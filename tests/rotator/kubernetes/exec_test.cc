#include <boost/test/unit_test.hpp>

#include "tests/rotator/kubernetes/cluster_world.h"

namespace rotator {

using namespace std::chrono_literals;
using ports::ErrorCode;

namespace exec {

const std::string url =
    "GET " + server +
    "/api/v1/namespaces/portal/pods/web-1/"
    "exec?command=cat&command=%2Fvault%2Fsecrets%2Foidc&container=portal&stdout=true&stderr=true";
const ports::Headers v5 = {{"Sec-WebSocket-Protocol", "v5.channel.k8s.io"}};
const std::string success = R"({"metadata":{},"status":"Success"})";

std::string on(int channel, const std::string& payload) {
  return std::string(1, static_cast<char>(channel)) + payload;
}

struct World : ClusterWorld {
  ports::Result<ExecOutcome> cat(std::vector<Beat> beats, ports::Headers headers = v5) {
    http.expect_stream(url, 101, std::move(beats), std::move(headers));
    return cluster.exec("web-1", "portal", {"cat", "/vault/secrets/oidc"});
  }
};

}  // namespace exec

BOOST_FIXTURE_TEST_SUITE(exec, exec::World)

BOOST_AUTO_TEST_CASE(puts_output_together_and_takes_the_explicit_status) {
  // As a real server sends it: an empty message first, output split anywhere, then the Status.
  const auto outcome =
      cat({data(on(1, "")), data(on(1, "OIDC_CLIENT_SECRET=synth")), data(on(2, "a warning")),
           data(on(1, "etic-secret\n")), data(on(3, success)), end()});
  REQUIRE_OK(outcome);
  BOOST_TEST(outcome->exit_code == 0);
  BOOST_TEST(outcome->standard_output.reveal_to_wire() == "OIDC_CLIENT_SECRET=synthetic-secret\n");
  BOOST_TEST(outcome->standard_error == "a warning");
  const std::vector<std::string> offered = {"v5.channel.k8s.io", "v4.channel.k8s.io"};
  BOOST_TEST(http.offered == offered, boost::test_tools::per_element());
  BOOST_TEST(header(http.requests[0], "Authorization") == "Bearer " + service_token);
}

BOOST_AUTO_TEST_CASE(takes_output_that_comes_after_the_status) {
  const auto outcome = cat({data(on(3, success)), data(on(1, "late")), end()},
                           {{"sec-websocket-protocol", "v4.channel.k8s.io"}});
  REQUIRE_OK(outcome);
  BOOST_TEST(outcome->standard_output.reveal_to_wire() == "late");
}

BOOST_AUTO_TEST_CASE(reads_the_exit_code_from_the_status) {
  const auto outcome = cat(
      {data(on(2, "cat: no such file")),
       data(on(
           3,
           R"({"status":"Failure","reason":"NonZeroExitCode","message":"command terminated with non-zero exit code","details":{"causes":[{"reason":"ExitCode","message":"7"}]}})")),
       end()});
  REQUIRE_OK(outcome);
  BOOST_TEST(outcome->exit_code == 7);
  BOOST_TEST(outcome->standard_error == "cat: no such file");
  check_error(cat({data(on(3, R"({"status":"Failure","reason":"NonZeroExitCode"})")), end()}),
              ErrorCode::malformed, "exit code");
  check_error(
      cat({data(on(
               3,
               R"({"status":"Failure","reason":"InternalError","message":"container not found","code":500})")),
           end()}),
      ErrorCode::busy, "container not found");
}

BOOST_AUTO_TEST_CASE(tells_a_program_that_is_not_in_the_image_from_trouble_that_may_pass) {
  check_error(
      cat({data(on(
               3,
               R"({"status":"Failure","reason":"InternalError","message":"OCI runtime exec failed: exec failed: unable to start container process: exec: \"cat\": executable file not found in $PATH","code":500})")),
           end()}),
      ErrorCode::refused, "the image must have that program");
}

BOOST_AUTO_TEST_CASE(never_takes_cut_output_for_the_whole) {
  const std::string part = on(1, "OIDC_CLIENT_SECRET=synthetic-secret");
  check_error(cat({data(part), end()}), ErrorCode::ambiguous, "without a Status");
  check_error(cat({data(part), broken()}), ErrorCode::ambiguous, "connection broke");
  check_error(cat({data(part), data(on(3, success)), broken(ErrorCode::unreachable)}),
              ErrorCode::ambiguous, "connection broke");
  check_error(cat({data(part), data(on(3, success)), quiet()}), ErrorCode::ambiguous, "deadline");
  check_error(cat({data(part), data(on(3, R"({"status":"Succ)")), end()}), ErrorCode::ambiguous,
              "JSON");
  check_error(cat({data(part), data(on(3, R"({"status":"Unknown"})")), end()}),
              ErrorCode::ambiguous, "neither");
}

BOOST_AUTO_TEST_CASE(bounds_both_outputs) {
  std::vector<Beat> flood;
  for (int i = 0; i < 3; ++i) flood.push_back(data(on(1, std::string(500'000, 'x'))));
  check_error(cat(flood), ErrorCode::malformed, "bytes of output");
  const auto outcome =
      cat({data(on(2, std::string(5000, 'e'))), data(on(2, "more")), data(on(3, success)), end()});
  REQUIRE_OK(outcome);
  BOOST_TEST(outcome->standard_error.size() == max_exec_error);
}

BOOST_AUTO_TEST_CASE(refuses_another_protocol) {
  check_error(cat({end()}, {}), ErrorCode::malformed, "neither v5 nor v4");
  check_error(cat({end()}, {{"Sec-WebSocket-Protocol", "channel.k8s.io"}}), ErrorCode::malformed,
              "neither v5 nor v4");
}

BOOST_AUTO_TEST_CASE(passes_on_why_the_server_declined) {
  const auto declined = [&](int code, const std::string& message) {
    http.expect_stream(url, code, {}, {}, status_json(code, "R", message));
    return cluster.exec("web-1", "portal", {"cat", "/vault/secrets/oidc"});
  };
  check_error(declined(403, "cannot create resource pods/exec"), ErrorCode::refused, "pods/exec");
  check_error(declined(404, "pods not found"), ErrorCode::missing, "not found");
  check_error(declined(400, "container portal is not valid for pod web-1"), ErrorCode::refused,
              "not valid");
  check_error(declined(403, "pods \"web-1\" is forbidden: "), ErrorCode::refused,
              "grant get and create on pods/exec");
  check_error(declined(500, "no preferred addresses found"), ErrorCode::busy, "addresses");
}

BOOST_AUTO_TEST_CASE(tries_again_only_before_the_command_could_run) {
  http.expect_error(url, ErrorCode::unreachable);
  http.expect_stream(url, 503, {}, {{"Retry-After", "1"}},
                     status_json(503, "ServiceUnavailable", "busy"));
  http.expect_stream(url, 401, {}, {}, status_json(401, "Unauthorized", "Unauthorized"));
  const auto outcome = cat({data(on(3, success)), end()});
  REQUIRE_OK(outcome);
  http.expect_error(url, ErrorCode::untrusted);
  check_error(cluster.exec("web-1", "portal", {"cat", "/vault/secrets/oidc"}), ErrorCode::untrusted,
              "web-1");
  http.expect_error(url, ErrorCode::ambiguous);
  check_error(cluster.exec("web-1", "portal", {"cat", "/vault/secrets/oidc"}), ErrorCode::ambiguous,
              "web-1");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rotator
