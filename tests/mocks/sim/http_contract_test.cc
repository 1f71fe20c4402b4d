// The simulated network keeps the contract of ports::HttpClient: the same cases as real HTTPS.
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "mocks/sim/event_queue.h"
#include "mocks/sim/network.h"
#include "mocks/sim/sim_ports.h"
#include "mocks/sim/trace.h"
#include "tests/contract/http_client_contract.h"

BOOST_AUTO_TEST_SUITE(sim_http_contract)

namespace {

class SimWire final : public contract::HttpWire {
 public:
  SimWire() {
    network_.add_server({.origin = origin(), .name = "contract"}, handler_);
    client_ = network_.client("contract test", process_);
  }

  void run(const std::function<void()>& body) override {
    bool returned = false;
    process_.start([&] {
      body();
      returned = true;
    });
    queue_.run();
    BOOST_TEST(returned);
  }
  void in_world(const std::function<void()>& act) override { act(); }
  ports::HttpClient& client() override { return *client_; }
  ports::Clock& clock() override { return clock_; }
  std::string origin() override { return "https://contract.example:8443"; }
  contract::ContractHandler& handler() override { return handler_; }
  contract::ScriptedFaults& faults() override { return faults_; }

 private:
  mocks::sim::EventQueue queue_;
  mocks::sim::Trace trace_;
  contract::ScriptedFaults faults_;
  contract::ContractHandler handler_;
  mocks::sim::Conditions conditions_{faults_};
  mocks::sim::Network network_{queue_, trace_, mocks::sim::Draws(1), conditions_};
  mocks::sim::Process process_{queue_, "contract test"};
  mocks::sim::SimClock clock_{process_};
  std::unique_ptr<ports::HttpClient> client_;
};

}  // namespace

HTTP_CLIENT_CONTRACT(SimWire)

BOOST_AUTO_TEST_CASE(asks_the_fault_plan_by_the_names_of_caller_and_server) {
  SimWire wire;
  wire.run([&] {
    contract::must_succeed(wire.client().send(wire.get("/echo"), wire.later()));
    BOOST_TEST(wire.faults().last_caller == "contract test");
    BOOST_TEST(wire.faults().last_server == "contract");
  });
}

BOOST_AUTO_TEST_SUITE_END()
