#include "rotator/rotation/context/context.h"

#include <utility>

namespace rotator {
namespace {

constexpr std::size_t holder_bytes = 8;

}  // namespace

Context::Context(const RotationPorts& ports, const Configuration& wanted, Credentials credentials,
                 Listener& listener)
    : configuration(wanted),
      clock(ports.clock),
      random(ports.random),
      teller(listener, configuration),
      systems(ports, configuration, std::move(credentials), teller),
      lock(systems.cluster(), configuration, clock, teller,
           "rotator-" + ports::random_hex(ports.random, holder_bytes)),
      ledger(systems.journal_path(), clock, random, lock),
      values(systems, ledger, configuration),
      vault_value(systems, ledger, configuration, clock),
      failures(systems, values, configuration, clock, teller),
      exposure(ledger, clock),
      waiter(systems, lock, failures, exposure, clock, teller),
      window(ledger, clock),
      fleet(systems, ledger, failures, exposure, waiter, configuration, clock, teller) {}

ports::Status Context::reconnect() {
  const auto& journal = ledger.entry();
  if (journal.client_id != configuration.identity_provider.client_id ||
      journal.workload != configuration.kubernetes.workload.identity())
    return ports::fail(ports::ErrorCode::configuration,
                       "the journal at " + systems.journal_path().full_path() + " is of client " +
                           journal.client_id + " and " +
                           configuration.kubernetes.workload.kind->kind + " " + journal.workload +
                           ", not of the configured ones; set vault.journal_path");
  if (const auto connected = systems.connect_provider(); !connected) return connected;
  const auto registration = systems.provider().registration();
  if (!registration) return ports::fail(registration.error());
  if (const auto connected = systems.connect_probe(*registration); !connected) return connected;
  if (const auto read = fleet.read(); !read) return read;
  if (const auto recalled = values.recall(); !recalled) return recalled;
  window.recall();
  exposure.recall();
  fleet.recall_deadline();
  failures.recall(journal.failures_at_start);
  return {};
}

ports::Instant Context::propagation_ends(ports::Instant since) const {
  return since + systems.capability().longest_change;
}

}  // namespace rotator
