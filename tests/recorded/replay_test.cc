// The replay engine must itself be able to go red: each test plants a difference and sees it named.
#include "tests/recorded/replay.h"

#include <boost/test/unit_test.hpp>
#include <map>

BOOST_AUTO_TEST_SUITE(replay)

namespace {

// Answers each request with the next response of a list, and keeps the requests.
class Scripted final : public mocks::Handler {
 public:
  explicit Scripted(std::vector<ports::Response> responses) : responses_(std::move(responses)) {}
  mocks::Answer handle(const ports::Request& request) override {
    requests.push_back(request);
    return {.response = responses_.at(requests.size() - 1)};
  }
  std::vector<ports::Request> requests;

 private:
  std::vector<ports::Response> responses_;
};

ports::Response ok(std::string body) {
  return {.status = 200,
          .headers = {{.name = "Content-Type", .value = "application/json"}},
          .body = std::move(body)};
}

std::string row(const std::string& name, const std::string& body, const std::string& path = "/x") {
  return R"({"name":")" + name + R"(","request":{"method":"GET","path":")" + path +
         R"(","headers":{"X-Token":"{{token:1}}"},"body":null},"response":{"status":200,)" +
         R"("headers":{"Content-Type":"application/json"},"body":)" + body + "}}";
}

// What comes out when `recorded` is expected and `came` is answered.
std::string difference(const std::string& recorded, const std::string& came,
                       const recorded::Options& options = {}) {
  Scripted server({ok(came)});
  const auto outcome = recorded::replay_lines(server, {row("one", recorded)}, options);
  BOOST_TEST(outcome.matched + outcome.differing == 1);
  return outcome.differences.empty() ? "" : outcome.differences.front().what;
}

}  // namespace

BOOST_AUTO_TEST_CASE(matches_the_same_shape_with_other_values) {
  BOOST_TEST(difference(R"({"a":1,"b":["x"],"at":"{{time}}","id":"{{any}}"})",
                        R"({"id":null,"a":2,"b":["y"],"at":"2026-01-02T03:04:05.5Z"})") == "");
}

BOOST_AUTO_TEST_CASE(reports_a_missing_key) {
  BOOST_TEST(difference(R"({"a":1,"b":2})", R"({"a":1})") == "body.b: missing");
}

BOOST_AUTO_TEST_CASE(reports_a_key_too_many) {
  BOOST_TEST(difference(R"({"a":1})", R"({"a":1,"b":2})") == "body.b: not in the recording: 2");
}

BOOST_AUTO_TEST_CASE(reports_another_type) {
  BOOST_TEST(difference(R"({"a":1})", R"({"a":"1"})") ==
             "body.a: number expected, string came: \"1\"");
  BOOST_TEST(difference(R"({"a":null})", R"({"a":{}})") ==
             "body.a: null expected, object came: {}");
}

BOOST_AUTO_TEST_CASE(reports_a_list_of_another_length) {
  BOOST_TEST(difference(R"({"a":[1,2]})", R"({"a":[1]})") == "body.a: [1,2] expected, [1] came");
}

BOOST_AUTO_TEST_CASE(reports_another_text_of_an_error) {
  BOOST_TEST(difference(R"({"errors":["permission denied"]})", R"({"errors":["no"]})") ==
             "body.errors[0]: \"permission denied\" expected, \"no\" came");
}

BOOST_AUTO_TEST_CASE(reports_other_values_when_asked_to_be_exact) {
  BOOST_TEST(difference(R"({"version":3})", R"({"version":4})") == "");
  BOOST_TEST(difference(R"({"version":3})", R"({"version":4})", {.exact = true}) ==
             "body.version: 3 expected, 4 came");
  BOOST_TEST(difference(R"({"version":3})", R"({"version":4})",
                        {.exact = true, .loose_keys = {"version"}}) == "");
}

BOOST_AUTO_TEST_CASE(reports_what_is_not_a_time_or_an_identifier) {
  BOOST_TEST(difference(R"({"a":"{{time}}"})", R"({"a":"yesterday"})") ==
             "body.a: \"{{time}}\" expected, \"yesterday\" came");
  BOOST_TEST(difference(R"({"a":"{{uuid:1}}"})", R"({"a":"not-a-uuid"})") ==
             "body.a: \"{{uuid:1}}\" expected, \"not-a-uuid\" came");
}

BOOST_AUTO_TEST_CASE(reports_another_status_and_another_header) {
  Scripted server({{.status = 404, .headers = {}, .body = "{}"}});
  const auto outcome = recorded::replay_lines(server, {row("one", "{}")}, {});
  BOOST_TEST(outcome.differing == 1);
  BOOST_REQUIRE(outcome.differences.size() == 2U);
  BOOST_TEST(outcome.differences[0].what == "status: 200 expected, 404 came: {}");
  BOOST_TEST(outcome.differences[1].what == "header Content-Type: missing");
}

BOOST_AUTO_TEST_CASE(reports_a_body_where_none_was_recorded) {
  BOOST_TEST(difference("null", "{}") == "body: none expected, came: {}");
  BOOST_TEST(difference("{}", "") == "body: JSON expected, came: ");
}

BOOST_AUTO_TEST_CASE(binds_a_placeholder_and_uses_it_in_later_requests) {
  Scripted server({ok(R"({"token":"hvs.synthetic","pod":"rs-1-abc"})"), ok(R"({})")});
  const auto outcome =
      recorded::replay_lines(server,
                             {row("one", R"({"token":"{{token:1}}","pod":"rs-1-{{pod:1}}"})"),
                              row("two", "{}", "/pods/{{pod:1}}")},
                             {});
  BOOST_TEST(outcome.summary() == "2 exchanges: 2 matched, 0 differing, 0 skipped\n");
  BOOST_TEST(server.requests[0].headers[0].value == "{{token:1}}");
  BOOST_TEST(server.requests[1].headers[0].value == "hvs.synthetic");
  BOOST_TEST(server.requests[1].target == "/pods/abc");
}

BOOST_AUTO_TEST_CASE(puts_a_bound_placeholder_into_basic_credentials) {
  Scripted server({ok(R"({"secret":"synthetic"})"), ok("{}")});
  recorded::replay_lines(
      server,
      {row("one", R"({"secret":"{{secret:1}}"})"), row("two", "{}", "/{{basic:a:{{secret:1}}}}")},
      {});
  BOOST_TEST(server.requests[1].target == "/YTpzeW50aGV0aWM=");
}

BOOST_AUTO_TEST_CASE(reports_a_bound_placeholder_that_changes) {
  Scripted server({ok(R"({"a":"one","b":"two"})")});
  const auto outcome =
      recorded::replay_lines(server, {row("one", R"({"a":"{{token:1}}","b":"{{token:1}}"})")}, {});
  BOOST_REQUIRE(outcome.differences.size() == 1U);
  BOOST_TEST(outcome.differences[0].what == "body.b: \"one\" expected, \"two\" came");
}

BOOST_AUTO_TEST_CASE(skips_by_name_with_the_reason_and_reports_a_skip_of_nothing) {
  Scripted server({});
  const auto outcome =
      recorded::replay_lines(server, {row("some.one", "{}")},
                             {.skip = {{"some.*", "not built"}, {"other", "does not exist"}}});
  BOOST_TEST(outcome.summary() ==
             "2 exchanges: 0 matched, 1 differing, 1 skipped\n"
             "  differs: other: skipped, but no row has this name\n"
             "  skipped: some.one: not built\n");
}

BOOST_AUTO_TEST_CASE(bridges_a_gap_and_reports_a_bridge_that_fails) {
  const recorded::Options options{.bridges = {{"two", {{.method = "PUT", .target = "/left-out"}}},
                                              {"three", {{.method = "PUT", .target = "/broken"}}}}};
  Scripted server({ok("{}"), ok("{}"), ok("{}"), {.status = 400}, ok("{}")});
  const auto outcome = recorded::replay_lines(
      server, {row("one", "{}"), row("two", "{}"), row("three", "{}")}, options);
  BOOST_TEST(server.requests[1].target == "/left-out");
  BOOST_REQUIRE(outcome.differences.size() == 1U);
  BOOST_TEST(outcome.differences[0].what == "bridge PUT /broken answered 400");
}

BOOST_AUTO_TEST_CASE(reports_a_line_that_is_no_exchange_and_a_file_that_is_not_there) {
  Scripted server({});
  BOOST_TEST(recorded::replay_lines(server, {"{\"name\":"}, {}).differing == 1);
  BOOST_TEST(recorded::replay(server, "no/such/file.jsonl", {}).differing == 1);
}

BOOST_AUTO_TEST_CASE(compares_a_watch_event_by_event) {
  const std::string body = R"({"stream":[{"at_ms":1,"event":{"type":"ADDED"}}]})";
  BOOST_TEST(difference(body, "{\"type\":\"ADDED\"}\n") == "");
  BOOST_TEST(difference(body, "{\"type\":\"ADDED\"}\n{\"type\":\"DELETED\"}\n") != "");
  BOOST_TEST(difference(body, "{\"kind\":\"ADDED\"}\n") == "body[0].type: missing");
}

BOOST_AUTO_TEST_CASE(compares_what_each_channel_of_an_exec_carried) {
  const std::string body =
      R"({"frames":[{"op":"binary","channel":1,"data":"ou"},{"op":"binary","channel":1,"data":"t"},)"
      R"({"op":"binary","channel":3,"data":{"status":"Success"}},{"op":"close","code":1000}]})";
  const auto pieces = [](const std::vector<std::string>& given) {
    return [given](const std::string&, mocks::Answer&) { return given; };
  };
  using namespace std::string_literals;
  BOOST_TEST(difference(body, "", {.pieces = pieces({"\1out"s, "\3{\"status\":\"Success\"}"s})}) ==
             "");
  BOOST_TEST(difference(body, "", {.pieces = pieces({"\1out"s, "\3{\"status\":\"Failure\"}"s})}) ==
             "body.status: \"Success\" expected, \"Failure\" came");
  BOOST_TEST(difference(body, "", {.pieces = pieces({"\1other"s})}) ==
             "channel 1: \"out\" expected, \"other\" came");
}

BOOST_AUTO_TEST_SUITE_END()
