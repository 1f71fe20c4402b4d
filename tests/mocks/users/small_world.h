// A portal reduced to what a login meets: an identity provider's Core, the record, and pods that
// tests start, stop and put behind the load balancer by hand, in virtual time.
#pragma once

#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "mocks/idp/core.h"
#include "mocks/portal/load_balancer.h"
#include "mocks/sim/event_queue.h"
#include "mocks/sim/faults/faults.h"
#include "mocks/users/journey.h"
#include "mocks/users/logins.h"
#include "mocks/users/timeline.h"

namespace tests {

using namespace std::chrono_literals;
using mocks::portal::PodId;
using ports::Instant;

inline Instant at(ports::Duration since_start) { return Instant{} + since_start; }

struct SmallWorld : mocks::Observer {
  explicit SmallWorld(std::uint64_t seed = 7, mocks::idp::CoreOptions core_options = {})
      : draws(seed),
        timeline({.provider_replicas = core_options.replicas}),
        core(queue, *this, draws, core_options) {
    portal.client_id = "synthetic-portal";
    core.add_client({.client_id = "synthetic-portal", .redirect_uris = {"https://portal/cb"}});
  }

  void observe(Instant when, const mocks::Fact& fact) override {
    timeline.observe(when, fact);
    if (fact.kind == mocks::FactKind::login_failed) ++failed_told;
    if (fact.kind == mocks::FactKind::login_succeeded) ++succeeded_told;
  }

  void add_secret(const std::string& value, bool settled = true) {
    core.create_secret("synthetic-portal", {.id = value, .value = value, .settled = settled});
  }
  // It must not be the last active one.
  void retire_secret(const std::string& value) {
    BOOST_REQUIRE(core.set_active("synthetic-portal", value, false) !=
                  mocks::idp::Change::last_active);
  }
  void write_to_vault(const std::string& value) {
    timeline.observe(queue.now(), {.kind = mocks::FactKind::kv_written,
                                   .subject = mocks::name_of("portal-kv/oidc/portal"),
                                   .object = mocks::name_of(value)});
  }
  void create_pod(PodId pod) {
    timeline.observe(queue.now(), {.kind = mocks::FactKind::pod_created, .subject = pod});
  }
  void start_process(PodId pod, const std::string& secret) {
    timeline.process_started(queue.now(), pod,
                             mocks::portal::make_environment(portal, mocks::name_of(secret)));
  }
  // Created, started and serving at once.
  void serve(PodId pod, const std::string& secret) {
    create_pod(pod);
    start_process(pod, secret);
    balancer.endpoint_added(pod);
  }
  void retire_pod(PodId pod) { balancer.endpoint_removed(pod); }

  mocks::users::LoginOptions login_options(mocks::users::Fidelity fidelity) const {
    mocks::users::LoginOptions options{.fidelity = fidelity};
    options.journey.redirect_uri = mocks::name_of("https://portal/cb");
    return options;
  }

  mocks::sim::EventQueue queue;
  mocks::sim::Draws draws;
  mocks::sim::NoFaults no_faults;
  mocks::users::Timeline timeline;
  mocks::idp::Core core;
  mocks::portal::LoadBalancer balancer{queue, timeline};
  mocks::portal::PortalConfiguration portal;
  std::uint64_t failed_told = 0;
  std::uint64_t succeeded_told = 0;
};

}  // namespace tests
