// What the preflight and the doctor find, each in a whole world: refused before anything is
// changed, told with what to do.
#include "rotator/rotation/preflight/preflight.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "tests/rotator/rotation/print.h"
#include "tests/rotator/rotation/world.h"

BOOST_AUTO_TEST_SUITE(preflight)

namespace {

using namespace std::chrono_literals;
using rotator::Check;
using rotator::Ending;
using rotator::Judgement;
using testing::World;

rotator::Plan plan_of(World& world, const rotator::Configuration& configuration) {
  std::optional<rotator::Plan> plan;
  world.look(configuration, [&](rotator::Rotation& rotation) { plan = *rotation.plan(); });
  BOOST_REQUIRE(plan.has_value());
  return *plan;
}

rotator::DoctorReport doctor_of(World& world) {
  std::optional<rotator::DoctorReport> report;
  world.look(world.configuration(),
             [&](rotator::Rotation& rotation) { report = *rotation.doctor(); });
  BOOST_REQUIRE(report.has_value());
  return *report;
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

// A run that is refused by that check, names `what`, and changes nothing.
void refuses(World& world, const rotator::Configuration& configuration, Check check,
             std::string_view what) {
  const auto outcome = world.run(configuration);
  BOOST_REQUIRE(outcome.has_value());
  BOOST_TEST(outcome->ending == Ending::refused, outcome->message);
  BOOST_TEST(outcome->exit_code == 1);
  BOOST_TEST(outcome->message.starts_with(std::string(to_string(check)) + ": "), outcome->message);
  BOOST_TEST(has(outcome->message, what), outcome->message);
  BOOST_TEST(world.secret_ids().size() == 1U);
  BOOST_TEST((world.vault_value() == testing::first_secret));
}
void refuses(World& world, Check check, std::string_view what) {
  refuses(world, world.configuration(), check, what);
}

// A client to whom one server shows a certificate that it does not trust.
class Distrustful final : public ports::HttpClient {
 public:
  Distrustful(ports::HttpClient& next, std::string origin)
      : next_(next), origin_(std::move(origin)) {}
  int refused = 0;

  ports::Result<ports::Response> send(const ports::Request& request,
                                      ports::Instant deadline) override {
    if (request.origin != origin_) return next_.send(request, deadline);
    ++refused;
    return ports::fail(ports::ErrorCode::untrusted,
                       origin_ +
                           ": its certificate is refused: its issuer is unknown (CN=x): give "
                           "the authority's certificate file");
  }
  ports::Result<std::unique_ptr<ports::Stream>> open_stream(const ports::Request& request,
                                                            ports::Instant deadline) override {
    return next_.open_stream(request, deadline);
  }
  ports::Result<std::unique_ptr<ports::Stream>> open_websocket(
      const ports::Request& request, const std::vector<std::string>& subprotocols,
      ports::Instant deadline) override {
    return next_.open_websocket(request, subprotocols, deadline);
  }

 private:
  ports::HttpClient& next_;
  std::string origin_;
};

}  // namespace

// ---- Vault

BOOST_AUTO_TEST_CASE(refuses_a_mount_that_deletes_versions_by_itself) {
  World world;
  BOOST_TEST(world.ask_vault("POST", "portal-kv/config", R"({"delete_version_after":"1h"})") ==
             204);
  refuses(world, Check::secret_lasts, "after 1h (delete_version_after");
}

BOOST_AUTO_TEST_CASE(refuses_a_secret_whose_path_deletes_versions_by_itself) {
  World world;
  world.ask_vault("POST", "portal-kv/metadata/oidc/portal", R"({"delete_version_after":"90m"})");
  refuses(world, Check::secret_lasts, "after 1h30m (delete_version_after");
}

BOOST_AUTO_TEST_CASE(refuses_a_version_in_use_that_will_be_deleted_whatever_the_settings_say_now) {
  World world;
  world.ask_vault("POST", "portal-kv/metadata/oidc/portal", R"({"delete_version_after":"2h"})");
  world.vault.write(world.vault.root(), "portal-kv/data/oidc/portal", "client_secret",
                    testing::first_secret);
  world.ask_vault("POST", "portal-kv/metadata/oidc/portal", R"({"delete_version_after":"0s"})");
  refuses(world, Check::secret_lasts, "after 2h (delete_version_after");
}

BOOST_AUTO_TEST_CASE(refuses_a_journal_that_would_be_deleted) {
  World world;
  world.ask_vault("POST", "portal-kv/metadata/oidc/portal-rotation",
                  R"({"delete_version_after":"10m"})");
  refuses(world, Check::journal_lasts, "portal-kv/oidc/portal-rotation after 10m");
}

BOOST_AUTO_TEST_CASE(a_mount_that_switches_the_deletion_off_is_fine) {
  World world;
  world.ask_vault("POST", "portal-kv/config", R"({"delete_version_after":"-1s"})");
  world.ask_vault("POST", "portal-kv/metadata/oidc/portal", R"({"delete_version_after":"1h"})");
  BOOST_TEST((plan_of(world, world.configuration()).verdict() == Judgement::pass));
}

BOOST_AUTO_TEST_CASE(refuses_a_path_that_keeps_one_version_and_takes_two) {
  World world;
  world.ask_vault("POST", "portal-kv/metadata/oidc/portal", R"({"max_versions":1})");
  refuses(world, Check::kv_window, " keeps 1 version; the old value must");
  world.ask_vault("POST", "portal-kv/metadata/oidc/portal", R"({"max_versions":2})");
  BOOST_TEST((plan_of(world, world.configuration()).verdict() == Judgement::pass));
}

// ---- The workload

BOOST_AUTO_TEST_CASE(refuses_a_template_that_pins_a_version) {
  World world({.rendered = "portal-kv/data/oidc/portal?version=1"});
  refuses(world, Check::no_pinned_version, "pins a KV version");
}

BOOST_AUTO_TEST_CASE(refuses_a_rollout_that_is_an_outage) {
  World alone({.replicas = 1, .max_surge = "0", .max_unavailable = "1"});
  refuses(alone, Check::rollout_serves,
          "keeps 0 of 1 pod while it restarts (maxSurge 0, maxUnavailable 1)");
  World all({.replicas = 4, .max_surge = "1", .max_unavailable = "100%"});
  refuses(all, Check::rollout_serves, "keeps 0 of 4 pods");
}

BOOST_AUTO_TEST_CASE(goes_through_an_outage_that_was_accepted_and_says_so) {
  World world({.replicas = 1, .max_surge = "0", .max_unavailable = "1"});
  auto configuration = world.configuration();
  configuration.rotation.accept_downtime = true;
  BOOST_TEST(world.run(configuration)->ending == Ending::done);
  BOOST_TEST(world.recorder.told("warning rollout_serves: Deployment portal-backend keeps 0 of 1"));
  world.check_whole();
}

BOOST_AUTO_TEST_CASE(warns_of_a_rollout_that_leaves_less_than_half_of_the_pods) {
  World thin({.replicas = 4, .max_surge = "0", .max_unavailable = "3"});
  const auto plan = plan_of(thin, thin.configuration());
  BOOST_TEST((plan.verdict() == Judgement::pass));
  BOOST_TEST(plan.of(Check::rollout_serves)->warning);
  BOOST_TEST(has(plan.of(Check::rollout_serves)->detail, "keeps 1 of 4 pods while it restarts"));
  BOOST_TEST(has(plan.of(Check::rollout_serves)->detail, "logins meanwhile are lost"));
  World two({.replicas = 5, .max_surge = "0", .max_unavailable = "3"});
  BOOST_TEST(has(plan_of(two, two.configuration()).of(Check::rollout_serves)->detail,
                 "keeps 2 of 5 pods while it restarts (maxSurge 0, maxUnavailable 3): logins are "
                 "lost if so few cannot bear all of them"));
  World half({.replicas = 4, .max_surge = "0", .max_unavailable = "2"});
  BOOST_TEST(!plan_of(half, half.configuration()).of(Check::rollout_serves)->warning);
}

BOOST_AUTO_TEST_CASE(warns_of_a_last_pod_that_goes_before_the_next_one_is_known) {
  for (const auto& [replicas, unavailable] : {std::pair(1, "0"), std::pair(2, "1")}) {
    World world({.replicas = replicas, .max_surge = "1", .max_unavailable = unavailable});
    const auto plan = plan_of(world, world.configuration());
    BOOST_TEST((plan.verdict() == Judgement::pass));
    BOOST_TEST(plan.of(Check::rollout_serves)->warning);
    BOOST_TEST(has(plan.of(Check::rollout_serves)->detail, "with minReadySeconds: 5 it does"));
    World slow(
        {.replicas = replicas, .max_surge = "1", .max_unavailable = unavailable, .min_ready_s = 5});
    BOOST_TEST(!plan_of(slow, slow.configuration()).of(Check::rollout_serves)->warning);
  }
}

// ---- The window

BOOST_AUTO_TEST_CASE(refuses_half_the_safe_window_and_all_of_it_but_a_moment) {
  World world;
  auto configuration = world.configuration();
  const auto safe = plan_of(world, configuration).safe_window.total;
  for (const auto window : {safe / 2, safe - 1ms}) {
    configuration.rotation.window = window;
    refuses(world, configuration, Check::window, "is shorter than the safe minimum");
  }
  configuration.rotation.window = safe;
  BOOST_TEST((plan_of(world, configuration).verdict() == Judgement::pass));
}

// ---- Permissions

BOOST_AUTO_TEST_CASE(forbidden_exec_is_refused_at_once_with_what_to_grant) {
  for (const auto* verb : {"get", "create"}) {
    auto rules = testing::shipped_rules();
    for (auto& rule : rules)
      if (rule.resources == std::vector<std::string>{"pods/exec"}) std::erase(rule.verbs, verb);
    World world({.rules = rules});
    int looks = 0;
    world.ledger.on_call = [&looks](const std::string& call) {
      if (has(call, "/exec?")) ++looks;
    };
    refuses(world, Check::pods_on_current_secret, "grant get and create on pods/exec");
    BOOST_TEST(looks == 3);
  }
}

// Each permission of the shipped Role, taken away alone.
BOOST_AUTO_TEST_CASE(the_doctor_misses_every_permission_that_is_taken_away) {
  const auto whole = testing::shipped_rules();
  BOOST_TEST(whole.size() > 4U);
  World allowed;
  BOOST_TEST((doctor_of(allowed).verdict() == Judgement::pass));
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const auto& verb : whole[at].verbs) {
      auto rules = whole;
      std::erase(rules[at].verbs, verb);
      World world({.rules = rules});
      BOOST_TEST((doctor_of(world).verdict() == Judgement::fail),
                 verb << " " << whole[at].resources.front());
    }
  }
}

// ---- What cannot be asked, and what will never be answered otherwise

BOOST_AUTO_TEST_CASE(the_doctor_tells_a_system_that_is_down_as_unknown_whichever_it_is) {
  for (const auto* down : {"vault", "idp", "kubernetes", "metrics"}) {
    World world({.failure_signal = true});
    world.conditions.take_down(down);
    BOOST_TEST((doctor_of(world).verdict() == Judgement::unknown), down);
  }
}

BOOST_AUTO_TEST_CASE(a_certificate_that_is_not_trusted_is_refused_and_not_tried_again) {
  World world;
  for (const auto* origin :
       {testing::idp_origin, testing::vault_origin, testing::kubernetes_origin}) {
    std::optional<rotator::Outcome> outcome;
    int refused = 0;
    const auto began = world.queue.now();
    world.inside([&](const rotator::RotationPorts& ports, rotator::Credentials credentials) {
      Distrustful http(ports.http, origin);
      rotator::Rotation rotation({http, ports.clock, ports.random, ports.files},
                                 world.configuration(), std::move(credentials), world.recorder);
      outcome = rotation.run();
      refused = http.refused;
    });
    BOOST_REQUIRE(outcome.has_value());
    BOOST_TEST((outcome->ending == Ending::refused || outcome->ending == Ending::misconfigured),
               origin << ": " << outcome->message);
    BOOST_TEST(has(outcome->message, "give the authority's certificate file"), outcome->message);
    BOOST_TEST(refused <= 2, origin);
    BOOST_TEST((world.queue.now() - began < 3s));
  }
  world.check_whole();
}

BOOST_AUTO_TEST_SUITE_END()
