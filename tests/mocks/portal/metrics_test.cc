// Metrics: the answers of a Prometheus server about one counter.
#include "mocks/portal/metrics.h"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "mocks/portal/credentials.h"
#include "mocks/sim/event_queue.h"

BOOST_AUTO_TEST_SUITE(metrics)

namespace {

struct Server {
  mocks::sim::EventQueue queue;
  std::uint64_t failures = 12;
  mocks::portal::Metrics metrics{
      queue, [this] { return failures; }, {.labels = {{"job", "portal"}}}};

  ports::Response get(const std::string& query) {
    return metrics.handle({.target = "/api/v1/query?" + mocks::portal::form({{"query", query}})})
        .response;
  }
  std::string body(const std::string& query) { return get(query).body; }
};

const std::string empty_vector =
    R"({"status":"success","data":{"resultType":"vector","result":[]}})";

}  // namespace

BOOST_AUTO_TEST_CASE(answers_with_the_counter_and_its_labels) {
  Server server;
  const auto answer = server.get("portal_login_failures_total");
  BOOST_TEST(answer.status == 200);
  BOOST_TEST(std::string(*ports::find_header(answer.headers, "content-type")) ==
             "application/json");
  const auto json = nlohmann::json::parse(answer.body);
  const auto& sample = json["data"]["result"][0];
  BOOST_TEST(sample["metric"]["__name__"].get<std::string>() == "portal_login_failures_total");
  BOOST_TEST(sample["metric"]["job"].get<std::string>() == "portal");
  BOOST_TEST(sample["value"][1].get<std::string>() == "12");
  // Monday, 5 January 2026, 08:00 UTC: the beginning of simulated time.
  BOOST_TEST(sample["value"][0].get<double>() == 1767600000.0);
}

BOOST_AUTO_TEST_CASE(follows_the_counter_and_the_clock) {
  Server server;
  server.failures = 13;
  server.queue.run_until(ports::Instant(std::chrono::milliseconds(1500)));
  BOOST_TEST(server.body("sum(portal_login_failures_total)") ==
             R"({"status":"success","data":{"resultType":"vector","result":[{"metric":{},)"
             R"("value":[1767600001.500,"13"]}]}})");
}

BOOST_AUTO_TEST_CASE(selects_by_label) {
  Server server;
  BOOST_TEST(server.body("portal_login_failures_total{job=\"portal\"}") != empty_vector);
  BOOST_TEST(server.body("sum( portal_login_failures_total { job = \"portal\", x=\"\" } )") !=
             empty_vector);
  BOOST_TEST(server.body("portal_login_failures_total{job=\"other\"}") == empty_vector);
  BOOST_TEST(server.body("portal_login_failures_total{pod=\"a\"}") == empty_vector);
}

BOOST_AUTO_TEST_CASE(has_no_series_of_another_name_or_before_the_first_failure) {
  Server server;
  BOOST_TEST(server.body("another_total") == empty_vector);
  server.metrics.set_empty(true);
  BOOST_TEST(server.body("portal_login_failures_total") == empty_vector);
}

BOOST_AUTO_TEST_CASE(refuses_what_it_cannot_parse_as_prometheus_refuses_it) {
  Server server;
  for (const std::string query :
       {"", "sum(", "sum(portal_login_failures_total", "portal_login_failures_total{",
        "portal_login_failures_total{job=}", "portal_login_failures_total{job=\"x\" y=\"z\"}",
        "1 +", "portal_login_failures_total extra", "{}"}) {
    const auto answer = server.get(query);
    BOOST_TEST(answer.status == 400, query);
    const auto json = nlohmann::json::parse(answer.body);
    BOOST_TEST(json["status"].get<std::string>() == "error");
    BOOST_TEST(json["errorType"].get<std::string>() == "bad_data");
    BOOST_TEST(!json["error"].get<std::string>().empty());
  }
}

BOOST_AUTO_TEST_CASE(takes_the_query_from_a_form_too_and_knows_one_path_only) {
  Server server;
  const auto posted = server.metrics.handle(
      {.method = "POST", .target = "/api/v1/query", .body = "query=portal_login_failures_total"});
  BOOST_TEST(posted.response.status == 200);
  BOOST_TEST(posted.response.body.find("\"12\"") != std::string::npos);
  BOOST_TEST(server.metrics.handle({.target = "/metrics"}).response.status == 404);
  BOOST_TEST(server.metrics.handle({.method = "PUT", .target = "/api/v1/query"}).response.status ==
             405);
}

BOOST_AUTO_TEST_SUITE_END()
