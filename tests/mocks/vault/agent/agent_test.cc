// The Vault Agent model in virtual time, beside what was measured on the real one.
#include "mocks/vault/agent/agent.h"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <functional>
#include <memory>

#include "mocks/sim/faults/kinds.h"
#include "tests/mocks/vault/world.h"

BOOST_AUTO_TEST_SUITE(agent)

namespace {

using mocks::FactKind;
using mocks::vault::Agent;
using mocks::vault::AgentOptions;
using mocks::vault::AgentSpec;
using namespace std::chrono_literals;

// Refuses or answers what a test says, and remembers when each call was made.
class Script final : public mocks::sim::Faults {
 public:
  explicit Script(vault_test::Clock& clock) : clock_(clock) {}
  mocks::sim::Fate consult(ports::Instant, const mocks::sim::Call& call) override {
    calls.push_back({std::string(call.method) + " " + std::string(call.target), clock_.now()});
    BOOST_TEST(call.server == "vault");
    BOOST_TEST(call.caller == "agent/portal-1");
    return rule ? rule(call) : mocks::sim::Fate{};
  }
  std::size_t count(std::string_view part) const {
    std::size_t found = 0;
    for (const auto& [what, when] : calls) found += what.find(part) != std::string::npos ? 1U : 0U;
    return found;
  }
  std::vector<ports::Instant> times(std::string_view part) const {
    std::vector<ports::Instant> found;
    for (const auto& [what, when] : calls)
      if (what.find(part) != std::string::npos) found.push_back(when);
    return found;
  }
  std::vector<std::pair<std::string, ports::Instant>> calls;
  std::function<mocks::sim::Fate(const mocks::sim::Call&)> rule;

 private:
  vault_test::Clock& clock_;
};

class Listener final : public mocks::vault::AgentListener {
 public:
  void on_init_done(bool ok) override { inits.push_back(ok); }
  void on_rendered() override { ++rendered; }
  void on_exit(int code) override { exits.push_back(code); }
  void on_restarted() override { ++restarts; }
  std::vector<bool> inits;
  std::vector<int> exits;
  int rendered = 0;
  int restarts = 0;
};

struct Pod : vault_test::World {
  explicit Pod(const std::function<void(AgentSpec&)>& adjust = {}, AgentOptions options = {},
               ports::Duration ttl = {})
      : faults(clock) {
    vault.enable_kv("portal-kv");
    BOOST_REQUIRE(vault.set_policy(
        "portal", "path \"portal-kv/data/oidc/portal\" { capabilities = [\"read\"] }"));
    vault.set_kubernetes_role("portal", {.names = {"portal-backend"},
                                         .namespaces = {"platform"},
                                         .policies = {"portal"},
                                         .ttl = ttl});
    put("synthetic-one");
    auto spec = std::make_shared<AgentSpec>();
    if (adjust) adjust(*spec);
    options.spec = std::move(spec);
    options.pod = "portal-1";
    options.entity = 1;
    agent = std::make_unique<Agent>(clock, facts, mocks::sim::Draws(7), vault, faults,
                                    std::move(options), listener);
  }
  void put(std::string_view secret) {
    BOOST_TEST((vault.write(vault.root(), "portal-kv/data/oidc/portal", "client_secret", secret) ==
                mocks::vault::Outcome::ok));
  }
  void boot() {
    agent->start_init();
    clock.run_for(1s);
    agent->start_sidecar();
    clock.run_for(1s);
  }
  std::string content() const { return agent->file() ? agent->file()->content : std::string(); }

  Script faults;
  Listener listener;
  std::unique_ptr<Agent> agent;
};

double seconds(ports::Duration duration) { return static_cast<double>(duration.count()) / 1e9; }

}  // namespace

BOOST_AUTO_TEST_CASE(renders_the_guides_template_in_the_init_container_and_exits) {
  Pod pod;
  pod.agent->start_init();
  BOOST_TEST(!pod.agent->file().has_value());
  pod.clock.run_for(1s);
  BOOST_TEST(pod.listener.inits == std::vector<bool>{true}, boost::test_tools::per_element());
  BOOST_TEST(pod.content() == "OIDC_CLIENT_SECRET=synthetic-one\n");
  BOOST_TEST(pod.agent->file()->mode == 0644U);
  BOOST_TEST(pod.agent->file()->version == 1);
  BOOST_TEST(pod.agent->file()->secret == mocks::name_of("synthetic-one"));
  BOOST_TEST(pod.clock.pending() == 0U);
  BOOST_TEST(pod.faults.count("PUT /v1/auth/kubernetes/login") == 1U);
  BOOST_TEST(pod.faults.count("GET /v1/sys/internal/ui/mounts/portal-kv/data/oidc/portal") == 1U);
  BOOST_TEST(pod.faults.count("GET /v1/portal-kv/data/oidc/portal") == 1U);
}

BOOST_AUTO_TEST_CASE(polls_every_85_to_95_percent_of_the_interval) {
  Pod pod;
  pod.boot();
  pod.faults.calls.clear();
  pod.clock.run_for(24h * 30);
  const auto polls = pod.faults.times("GET /v1/portal-kv/data");
  BOOST_REQUIRE(polls.size() > 9000U);
  double least = 1e9;
  double most = 0;
  double sum = 0;
  for (std::size_t i = 1; i < polls.size(); ++i) {
    const double gap = seconds(polls[i] - polls[i - 1]);
    least = std::min(least, gap);
    most = std::max(most, gap);
    sum += gap;
  }
  // 300 s x U(0.85, 0.95): [255, 285], mean 270, and both ends are reached.
  BOOST_TEST(least >= 255.0);
  BOOST_TEST(most <= 285.0);
  BOOST_TEST(least < 255.1);
  BOOST_TEST(most > 284.9);
  BOOST_TEST(std::abs(sum / static_cast<double>(polls.size() - 1) - 270.0) < 0.5);
  BOOST_TEST(pod.faults.count("login") == 0U);
  BOOST_TEST(pod.faults.count("sys/internal") == 0U);
}

BOOST_AUTO_TEST_CASE(a_new_version_reaches_the_file_at_the_next_poll_with_a_new_inode) {
  Pod pod;
  pod.boot();
  const auto before = *pod.agent->file();
  pod.clock.run_for(600s);
  BOOST_TEST(pod.agent->file()->inode == before.inode);
  BOOST_TEST(pod.listener.rendered == 1);
  pod.put("synthetic-two");
  BOOST_TEST(pod.content() == before.content);
  pod.clock.run_for(286s);
  BOOST_TEST(pod.content() == "OIDC_CLIENT_SECRET=synthetic-two\n");
  BOOST_TEST(pod.agent->file()->inode != before.inode);
  BOOST_TEST((pod.agent->file()->modified > before.modified));
  BOOST_TEST(pod.listener.rendered == 2);
  BOOST_TEST(pod.facts.count(FactKind::file_rendered) == 2U);
}

BOOST_AUTO_TEST_CASE(a_version_with_the_same_data_does_not_touch_the_file) {
  Pod pod;
  pod.boot();
  const auto inode = pod.agent->file()->inode;
  pod.put("synthetic-one");
  pod.clock.run_for(600s);
  BOOST_TEST(pod.agent->file()->inode == inode);
  BOOST_TEST(pod.agent->file()->version == 2);
}

BOOST_AUTO_TEST_CASE(retries_a_deleted_secret_twelve_times_then_exits_and_keeps_the_file) {
  Pod pod;
  pod.boot();
  pod.send("DELETE", "portal-kv/data/oidc/portal");
  pod.faults.calls.clear();
  pod.clock.run_for(900s);
  const auto reads = pod.faults.times("GET /v1/portal-kv/data");
  BOOST_REQUIRE(reads.size() >= 13U);
  const std::vector<double> sleeps{.25, .5, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60};
  for (std::size_t i = 0; i < sleeps.size(); ++i)
    BOOST_TEST(std::abs(seconds(reads[i + 1] - reads[i]) - sleeps[i]) < 1e-6);
  BOOST_REQUIRE(!pod.listener.exits.empty());
  BOOST_TEST(pod.listener.exits.front() == 1);
  BOOST_TEST(pod.listener.restarts >= 1);
  BOOST_TEST(pod.facts.count(FactKind::agent_failed) == pod.listener.exits.size());
  BOOST_TEST(pod.content() == "OIDC_CLIENT_SECRET=synthetic-one\n");
}

BOOST_AUTO_TEST_CASE(takes_a_version_that_will_be_deleted_for_one_that_is) {
  // Measured on Vault Agent 1.14.2, for a delay set on the mount and one set on the key.
  for (const auto& [path, body] :
       {std::pair{"portal-kv/config", R"({"delete_version_after":"1h"})"},
        std::pair{"portal-kv/metadata/oidc/portal", R"({"delete_version_after":"1h"})"}}) {
    Pod running;
    running.boot();
    Pod starting;
    for (Pod* pod : {&running, &starting}) {
      BOOST_TEST(pod->send("POST", path, body).status == 204);
      pod->put("synthetic-two");
      BOOST_TEST(pod->send("GET", "portal-kv/data/oidc/portal").status == 200);
    }
    starting.agent->start_init();
    for (Pod* pod : {&running, &starting}) pod->clock.run_for(900s);
    BOOST_TEST(!starting.agent->file().has_value());
    BOOST_TEST((!starting.listener.inits.empty() && !starting.listener.inits.front()));
    BOOST_TEST(running.content() == "OIDC_CLIENT_SECRET=synthetic-one\n");
    BOOST_TEST(!running.listener.exits.empty());
  }
}

BOOST_AUTO_TEST_CASE(a_later_agent_renders_a_version_until_it_is_deleted) {
  Pod pod([](AgentSpec& spec) { spec.compares_deletion_time = true; });
  pod.send("POST", "portal-kv/config", R"({"delete_version_after":"10m"})");
  pod.put("synthetic-two");
  pod.boot();
  BOOST_TEST(pod.content() == "OIDC_CLIENT_SECRET=synthetic-two\n");
  pod.clock.run_for(5min);
  BOOST_TEST(pod.listener.exits.empty());
  pod.clock.run_for(20min);
  BOOST_TEST(!pod.listener.exits.empty());
}

BOOST_AUTO_TEST_CASE(reads_a_version_again_that_was_restored_and_never_one_that_was_destroyed) {
  Pod pod;
  pod.boot();
  pod.put("synthetic-two");
  pod.send("POST", "portal-kv/delete/oidc/portal", R"({"versions":[2]})");
  pod.clock.run_for(400s);
  BOOST_TEST(pod.content() == "OIDC_CLIENT_SECRET=synthetic-one\n");
  pod.send("POST", "portal-kv/undelete/oidc/portal", R"({"versions":[2]})");
  pod.clock.run_for(61s);
  BOOST_TEST(pod.content() == "OIDC_CLIENT_SECRET=synthetic-two\n");
  pod.put("synthetic-three");
  pod.send("POST", "portal-kv/destroy/oidc/portal", R"({"versions":[3]})");
  pod.send("POST", "portal-kv/undelete/oidc/portal", R"({"versions":[3]})");
  pod.clock.run_for(900s);
  BOOST_TEST(pod.content() == "OIDC_CLIENT_SECRET=synthetic-two\n");
  BOOST_TEST(!pod.listener.exits.empty());
}

BOOST_AUTO_TEST_CASE(a_crash_loop_backs_off_like_the_kubelet) {
  Pod pod;
  pod.send("DELETE", "portal-kv/data/oidc/portal");
  pod.agent->start_init();
  pod.clock.run_for(3600s);
  const auto logins = pod.faults.times("login");
  BOOST_REQUIRE(logins.size() >= 5U);
  // Each run: 13 reads over 303.75 s. Then at once, 10 s, 20 s, 40 s.
  const std::vector<double> pauses{0, 10, 20, 40};
  for (std::size_t i = 0; i < pauses.size(); ++i)
    BOOST_TEST(std::abs(seconds(logins[i + 1] - logins[i]) - 303.75 - 0.306 - pauses[i]) < 1e-3);
  for (const bool ok : pod.listener.inits) BOOST_TEST(!ok);
}

BOOST_AUTO_TEST_CASE(without_exit_on_retry_failure_the_runner_starts_anew) {
  Pod pod([](AgentSpec& spec) { spec.exit_on_retry_failure = false; });
  pod.boot();
  pod.send("DELETE", "portal-kv/data/oidc/portal");
  pod.clock.run_for(3600s);
  BOOST_TEST(pod.listener.exits.empty());
  BOOST_TEST(pod.agent->running());
  BOOST_TEST(pod.faults.count("login") == 2U);  // init and sidecar, no more
  pod.send("POST", "portal-kv/undelete/oidc/portal", R"({"versions":[1]})");
  pod.put("synthetic-two");
  pod.clock.run_for(400s);
  BOOST_TEST(pod.content() == "OIDC_CLIENT_SECRET=synthetic-two\n");
}

BOOST_AUTO_TEST_CASE(a_login_that_fails_is_tried_for_ever_from_one_second_to_five_minutes) {
  Pod pod;
  pod.vault.seal();
  pod.agent->start_init();
  pod.clock.run_for(3h);
  const auto logins = pod.faults.times("login");
  BOOST_REQUIRE(logins.size() > 20U);
  double backoff = 1;
  for (std::size_t i = 1; i < logins.size(); ++i) {
    const double gap = seconds(logins[i] - logins[i - 1]);
    BOOST_TEST(gap >= backoff * 0.75);
    BOOST_TEST(gap <= backoff);
    backoff = std::min(backoff * 2, 300.0);
  }
  BOOST_TEST(pod.listener.inits.empty());
  pod.vault.unseal();
  pod.clock.run_for(301s);
  BOOST_TEST(pod.listener.inits.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_sealed_vault_costs_nothing_when_it_comes_back_between_two_polls) {
  Pod pod;
  pod.boot();
  pod.vault.seal();
  pod.clock.run_for(30s);
  pod.vault.unseal();
  pod.clock.run_for(600s);
  BOOST_TEST(pod.listener.exits.empty());
  BOOST_TEST(pod.content() == "OIDC_CLIENT_SECRET=synthetic-one\n");
}

BOOST_AUTO_TEST_CASE(each_attempt_at_a_sealed_vault_is_three_tries_of_the_client) {
  Pod pod([](AgentSpec& spec) { spec.interval = 5s; });
  pod.boot();
  pod.vault.seal();
  pod.faults.calls.clear();
  pod.clock.run_for(12s);
  const auto reads = pod.faults.times("GET /v1/portal-kv/data");
  BOOST_REQUIRE(reads.size() >= 4U);
  BOOST_TEST(seconds(reads[1] - reads[0]) >= 1.0);
  BOOST_TEST(seconds(reads[1] - reads[0]) <= 1.5);
  BOOST_TEST(seconds(reads[2] - reads[1]) >= 1.0);
  BOOST_TEST(std::abs(seconds(reads[3] - reads[2]) - 0.25) < 1e-6);
}

BOOST_AUTO_TEST_CASE(a_revoked_token_is_replaced_only_in_the_last_part_of_its_lease) {
  // Measured: with a TTL of 20 minutes the file stayed stale for up to 15 min 56 s.
  Pod pod([](AgentSpec& spec) { spec.exit_on_retry_failure = false; }, {}, 20min);
  pod.boot();
  const ports::Instant start = pod.clock.now();
  // The sidecar's token is the last that was issued.
  const auto revoked = pod.vault.live_tokens();
  BOOST_TEST(revoked == 3U);  // root, init, sidecar
  for (mocks::vault::TokenHandle handle = 2; handle < 10; ++handle) pod.vault.revoke(handle);
  pod.put("synthetic-two");
  pod.faults.calls.clear();
  pod.clock.run_for(20min);
  const auto logins = pod.faults.times("login");
  BOOST_REQUIRE(!logins.empty());
  const double waited = seconds(logins.front() - start);
  BOOST_TEST(waited > 0.70 * 1200 - 2);
  BOOST_TEST(waited < 0.92 * 1200);
  BOOST_TEST(pod.content() == "OIDC_CLIENT_SECRET=synthetic-two\n");
}

BOOST_AUTO_TEST_CASE(renews_its_token_at_70_to_73_percent_of_the_lease) {
  Pod pod({}, {}, 1h);
  pod.boot();
  pod.faults.calls.clear();
  pod.clock.run_for(24h);
  const auto renewals = pod.faults.times("renew-self");
  BOOST_REQUIRE(renewals.size() > 30U);
  for (std::size_t i = 1; i < renewals.size(); ++i) {
    const double gap = seconds(renewals[i] - renewals[i - 1]);
    BOOST_TEST(gap >= 0.70 * 3600 - 1e-3);
    BOOST_TEST(gap <= 0.7334 * 3600);
  }
  BOOST_TEST(pod.faults.count("login") == 0U);
}

BOOST_AUTO_TEST_CASE(logs_in_again_and_reads_at_once_when_the_maximum_ttl_nears) {
  Pod pod({}, {}, 1h);
  pod.vault.set_kubernetes_role("portal", {.names = {"portal-backend"},
                                           .namespaces = {"platform"},
                                           .policies = {"portal"},
                                           .ttl = 1h,
                                           .max_ttl = 2h});
  pod.boot();
  pod.faults.calls.clear();
  pod.clock.run_for(2h);
  const auto logins = pod.faults.times("login");
  BOOST_REQUIRE(logins.size() == 1U);
  bool read_after = false;
  for (const auto read : pod.faults.times("GET /v1/portal-kv/data"))
    read_after = read_after || (read > logins[0] && read - logins[0] < 1s);
  BOOST_TEST(read_after);
}

BOOST_AUTO_TEST_CASE(a_lagging_standby_shows_the_version_before) {
  Pod pod({}, {.standby_lag = 10s});
  pod.clock.run_for(60s);
  pod.put("synthetic-two");
  pod.clock.run_for(5s);
  pod.agent->start_init();
  pod.clock.run_for(1s);
  BOOST_TEST(pod.content() == "OIDC_CLIENT_SECRET=synthetic-one\n");
  pod.agent->start_sidecar();
  pod.clock.run_for(300s);
  BOOST_TEST(pod.content() == "OIDC_CLIENT_SECRET=synthetic-two\n");
}

BOOST_AUTO_TEST_CASE(a_cached_prior_version_is_rendered_at_start_and_mended_by_the_poll) {
  Pod pod({}, {.prior_version_at_start = true});
  pod.put("synthetic-two");
  pod.boot();
  BOOST_TEST(pod.content() == "OIDC_CLIENT_SECRET=synthetic-one\n");
  pod.clock.run_for(300s);
  BOOST_TEST(pod.content() == "OIDC_CLIENT_SECRET=synthetic-two\n");
}

BOOST_AUTO_TEST_CASE(an_agent_that_never_refreshes_keeps_the_old_secret) {
  Pod pod({}, {.never_refreshes = true});
  pod.boot();
  pod.put("synthetic-two");
  pod.clock.run_for(24h);
  BOOST_TEST(pod.content() == "OIDC_CLIENT_SECRET=synthetic-one\n");
}

BOOST_AUTO_TEST_CASE(a_wedged_agent_goes_on_when_it_is_released) {
  Pod pod;
  pod.boot();
  pod.agent->wedge();
  pod.put("synthetic-two");
  pod.clock.run_for(2h);
  BOOST_TEST(pod.content() == "OIDC_CLIENT_SECRET=synthetic-one\n");
  pod.agent->release();
  pod.clock.run_for(1s);
  BOOST_TEST(pod.content() == "OIDC_CLIENT_SECRET=synthetic-two\n");
}

BOOST_AUTO_TEST_CASE(a_stopped_agent_makes_no_call_and_keeps_its_file) {
  Pod pod;
  pod.boot();
  pod.agent->stop();
  BOOST_TEST(pod.clock.pending() == 0U);
  pod.faults.calls.clear();
  pod.clock.run_for(1h);
  BOOST_TEST(pod.faults.calls.empty());
  BOOST_TEST(pod.content() == "OIDC_CLIENT_SECRET=synthetic-one\n");
}

BOOST_AUTO_TEST_CASE(a_preflight_that_fails_reads_the_path_as_it_stands) {
  // Without data/ in the template the secret is looked for where version 1 would have it.
  Pod pod([](AgentSpec& spec) {
    spec.file_template = *mocks::vault::Template::compile(
        R"({{ with secret "portal-kv/oidc/portal" }}{{ .Data.data.client_secret }}{{ end }})");
  });
  pod.agent->start_init();
  pod.clock.run_for(1s);
  BOOST_TEST(pod.content() == "synthetic-one");
  Pod poisoned([](AgentSpec& spec) {
    spec.file_template = *mocks::vault::Template::compile(
        R"({{ with secret "portal-kv/oidc/portal" }}{{ .Data.data.client_secret }}{{ end }})");
  });
  poisoned.faults.rule = [](const mocks::sim::Call& call) {
    if (call.target.find("sys/internal") == std::string_view::npos) return mocks::sim::Fate{};
    return mocks::sim::fate_of(mocks::sim::fault::refuse);
  };
  poisoned.agent->start_init();
  poisoned.clock.run_for(200s);
  BOOST_TEST(!poisoned.agent->file().has_value());
  BOOST_TEST(poisoned.faults.count("GET /v1/portal-kv/oidc/portal") > 0U);
}

BOOST_AUTO_TEST_CASE(a_slow_network_delays_the_render_and_a_dead_one_meets_the_clients_patience) {
  Pod pod;
  pod.faults.rule = [](const mocks::sim::Call&) { return mocks::sim::Fate{.delay = 2s}; };
  pod.agent->start_init();
  pod.clock.run_for(6s);
  BOOST_TEST(pod.listener.inits.empty());
  pod.clock.run_for(1s);
  BOOST_TEST(pod.listener.inits.size() == 1U);
  Pod dead;
  dead.faults.rule = [](const mocks::sim::Call&) {
    return mocks::sim::fate_of(mocks::sim::fault::hang);
  };
  dead.agent->start_init();
  dead.clock.run_for(200s);
  BOOST_TEST(dead.faults.count("login") == 4U);
}

BOOST_AUTO_TEST_CASE(a_crash_of_the_container_restarts_it_at_once) {
  Pod pod;
  pod.boot();
  bool once = true;
  pod.faults.rule = [&once](const mocks::sim::Call&) {
    return std::exchange(once, false) ? mocks::sim::fate_of(mocks::sim::fault::crash_before)
                                      : mocks::sim::Fate{};
  };
  pod.clock.run_for(300s);
  BOOST_TEST(pod.listener.exits == std::vector<int>{137}, boost::test_tools::per_element());
  BOOST_TEST(pod.listener.restarts == 1);
  BOOST_TEST(pod.agent->running());
}

BOOST_AUTO_TEST_CASE(removing_a_fault_moves_no_poll_of_another_agent) {
  const auto polls = [](bool sealed_first) {
    Pod pod;
    pod.boot();
    if (sealed_first) pod.agent->wedge();
    Listener other_listener;
    mocks::sim::NoFaults quiet;
    AgentOptions options{.spec = std::make_shared<AgentSpec>(), .pod = "portal-2", .entity = 2};
    Agent other(pod.clock, pod.facts, mocks::sim::Draws(7), pod.vault, quiet, options,
                other_listener);
    other.start_sidecar();
    pod.clock.run_for(500s);
    pod.put("synthetic-two");
    pod.clock.run_for(300s);
    return other.file()->modified;
  };
  BOOST_TEST((polls(false) == polls(true)));
}

BOOST_AUTO_TEST_SUITE_END()
