// A Vault alone on the simulated wire, and a process that talks to it: for what needs no more.
#pragma once

#include <memory>
#include <string>

#include "mocks/facts.h"
#include "mocks/sim/event_queue.h"
#include "mocks/sim/fault_plan.h"
#include "mocks/sim/network.h"
#include "mocks/sim/process.h"
#include "mocks/sim/sim_ports.h"
#include "mocks/vault/vault.h"
#include "rotator/vault/kv.h"
#include "rotator/vault/session.h"

namespace testing {

class Deaf final : public mocks::Observer {
 public:
  void observe(ports::Instant, const mocks::Fact&) override {}
};

struct VaultWorld {
  static constexpr const char* origin = "https://vault.example";

  Deaf observer;
  mocks::sim::Draws draws{7};
  mocks::sim::EventQueue queue;
  mocks::sim::FaultPlan plan{observer, draws};
  mocks::sim::NoFaults quiet;
  mocks::sim::Conditions conditions{plan};
  mocks::sim::Network network{queue, observer, draws, conditions};
  mocks::vault::Vault vault{queue, observer, draws};
  mocks::sim::Process process{queue, "rotator"};
  mocks::sim::SimClock clock{process};
  mocks::sim::SimRandom random{draws, 1};
  mocks::sim::SimFiles files;
  std::unique_ptr<ports::HttpClient> http = network.client("rotator", process);

  VaultWorld() {
    vault.enable_kv("kv");
    network.add_server({.origin = origin, .name = "vault"}, vault);
  }

  rotator::VaultSession session() {
    return {*http,
            clock,
            files,
            {.address = origin, .patience = std::chrono::seconds(30)},
            ports::Secret(std::string("root"))};
  }

  // The `nth` call from now on of this method meets this fault, `count` times.
  void fault(const mocks::sim::FaultKind* kind, std::string method, std::uint64_t nth = 1,
             std::uint64_t count = 1) {
    plan.add({.label = "planned " + std::to_string(plan.rules().size()),
              .kind = kind,
              .method = std::move(method),
              .nth = nth,
              .count = count});
  }

  // Runs `body` as the process's program, in virtual time, to its end.
  template <typename Body>
  void run(Body body) {
    process.start([&body] { body(); });
    queue.run();
  }
};

}  // namespace testing
