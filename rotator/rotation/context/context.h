// Context: what the phases of one rotation work with: small objects, each the only owner of what it
// knows. A phase leaves nothing to the next one but in the journal or in one of these.
#pragma once

#include "rotator/rotation/configuration.h"
#include "rotator/rotation/context/exposure.h"
#include "rotator/rotation/context/failure_watch.h"
#include "rotator/rotation/context/fleet.h"
#include "rotator/rotation/context/ledger.h"
#include "rotator/rotation/context/lock.h"
#include "rotator/rotation/context/retirement.h"
#include "rotator/rotation/context/systems.h"
#include "rotator/rotation/context/teller.h"
#include "rotator/rotation/context/values.h"
#include "rotator/rotation/context/vault_value.h"
#include "rotator/rotation/context/waiter.h"
#include "rotator/rotation/context/window.h"
#include "rotator/rotation/rotation_ports.h"

namespace rotator {

struct Context {
  // `configuration` is copied; ports and listener must outlive the context.
  Context(const RotationPorts& ports, const Configuration& configuration, Credentials credentials,
          Listener& listener);
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  // What a run that takes up another's rotation must know again: the journal's is held against the
  // configuration, the lines are connected, the workload, the two values, the window and the count
  // of failures looked up. Error configuration when the journal is of another client or workload.
  ports::Status reconnect();

  // Until when the token endpoint is given to know of a secret's enabling or end at `since`.
  ports::Instant propagation_ends(ports::Instant since) const;

  const Configuration configuration;
  ports::Clock& clock;
  ports::Random& random;
  Teller teller;           // tells the listener
  Systems systems;         // the lines to everything outside
  Lock lock;               // the right to act
  Ledger ledger;           // the journal at work
  Values values;           // the two secrets in plain
  VaultValue vault_value;  // the portal's KV path
  FailureWatch failures;   // login failures
  Exposure exposure;       // how long a leaked secret is borne
  Waiter waiter;           // passing time
  Window window;           // how long both secrets stay valid
  Fleet fleet;             // the workload and its pods
  Retirement retirement;   // the old secret's end
};

}  // namespace rotator
