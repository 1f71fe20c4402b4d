#include "rotator/rotation/notifier.h"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include "tests/rotator/rotation/print.h"
#include "tests/rotator/rotation/world.h"

BOOST_AUTO_TEST_SUITE(notifier)

namespace {

using testing::World;

// A whole rotation whose listener is wrapped by `wrap`, on the rotator's fiber.
template <typename Wrap>
void rotate(World& world, Wrap wrap, rotator::Ending ending = rotator::Ending::done) {
  world.rotator_process.start([&] {
    mocks::sim::SimClock clock(world.rotator_process);
    mocks::sim::SimRandom random(world.draws, 1);
    const auto http = world.network.client("rotator", world.rotator_process);
    const auto configuration = world.configuration();
    rotator::Cluster cluster(*http, clock, world.files, configuration.kubernetes.cluster);
    const auto listener = wrap(*http, clock, cluster);
    auto token = world.vault_token;
    rotator::Rotation rotation({*http, clock, random, world.files}, configuration,
                               {.vault_token = ports::Secret(std::move(token))}, *listener);
    BOOST_TEST(rotation.run().ending == ending);
  });
  while (world.rotator_process.running() && world.queue.step()) {
  }
}

// How many Events there are about the workload.
std::size_t events_of(World& world) {
  const auto answer = world.kubernetes->handle(
      {.method = "GET",
       .origin = testing::kubernetes_origin,
       .target = "/apis/events.k8s.io/v1/namespaces/platform/events",
       .headers = {{"Authorization", std::string("Bearer ") + testing::kubernetes_token}}});
  BOOST_REQUIRE(answer.response.status == 200);
  const auto list = nlohmann::json::parse(answer.response.body);
  std::size_t count = 0;
  for (const auto& event : list["items"])
    if (event["reportingController"] == "overlap/rotator") ++count;
  return count;
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_event_tells_the_end_of_each_phase) {
  World world;
  std::vector<std::string> calls;
  world.ledger.on_call = [&calls](const std::string& call) {
    if (call.find("/events") != std::string::npos) calls.push_back(call);
  };
  rotate(world, [&world](ports::HttpClient&, ports::Clock&, rotator::Cluster& cluster) {
    return std::make_unique<rotator::EventNotifier>(
        cluster, world.configuration().kubernetes.workload, world.recorder);
  });
  BOOST_TEST(calls.size() == 10U);
  BOOST_TEST(!world.recorder.told("no Event"));
  world.check_whole();
}

// Whatever runs there are of one rotation id, as when a process takes up what another began.
BOOST_AUTO_TEST_CASE(no_event_takes_the_name_of_another_however_many_runs_there_are) {
  auto rules = testing::shipped_rules();
  rules.push_back({.verbs = {"list"}, .groups = {"events.k8s.io"}, .resources = {"events"}});
  World world({.rules = rules});
  const auto listen = [&](ports::HttpClient&, ports::Clock&, rotator::Cluster& cluster) {
    return std::make_unique<rotator::EventNotifier>(
        cluster, world.configuration().kubernetes.workload, world.recorder);
  };
  world.ask_vault("POST", "portal-kv/metadata/oidc/portal", R"({"max_versions":1})");
  for (int i = 0; i < 3; ++i) rotate(world, listen, rotator::Ending::refused);
  BOOST_TEST(events_of(world) == 3U);
  world.ask_vault("POST", "portal-kv/metadata/oidc/portal", R"({"max_versions":0})");
  rotate(world, listen);
  BOOST_TEST(events_of(world) == 13U);
}

BOOST_AUTO_TEST_CASE(a_webhook_gets_one_object_a_phase_and_no_secret) {
  World world;
  rotate(world, [&world](ports::HttpClient& http, ports::Clock& clock, rotator::Cluster&) {
    return std::make_unique<rotator::WebhookNotifier>(
        http, clock, std::string(testing::hook_origin) + "/rotations", world.recorder);
  });
  BOOST_REQUIRE(world.hook.bodies.size() == 10U);
  const auto last = nlohmann::json::parse(world.hook.bodies.back());
  BOOST_TEST(last["phase"] == "confirm");
  BOOST_TEST(last["succeeded"] == true);
  BOOST_TEST(last["rotation_id"].get<std::string>().size() == 12U);
  world.seen_secrets.push_back(world.vault_value());
  for (const auto& body : world.hook.bodies)
    for (const auto& plain : world.plaintexts()) BOOST_TEST(body.find(plain) == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_webhook_that_is_down_changes_nothing_but_a_note) {
  World world;
  world.conditions.take_down("hook");
  rotate(world, [&world](ports::HttpClient& http, ports::Clock& clock, rotator::Cluster&) {
    return std::make_unique<rotator::WebhookNotifier>(http, clock, testing::hook_origin,
                                                      world.recorder);
  });
  BOOST_TEST(world.recorder.told("warning webhook: "));
  world.check_whole();
}

BOOST_AUTO_TEST_SUITE_END()
