// Spectator: somebody who looks on while a run is played on the simulated wire and changes nothing.
#pragma once

#include <string>

#include "mocks/facts.h"

namespace scenarios {

class Spectator : public mocks::Observer {
 public:
  // The run enters this phase: "before", those of its driver, "after". Facts come as to every
  // observer, in the order in which they happen.
  virtual void entered(const std::string& phase) = 0;
};

}  // namespace scenarios
