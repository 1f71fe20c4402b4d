// Conditions: the state of the network between those who call: who is cut off from whom, and which
// servers are down, in front of a fault plan. The one place for it: both wires and every caller of
// a run (the rotator, a human, Vault Agents, portal pods) ask the same Conditions, so that an act
// of a scenario reaches them all alike.
//
// The plan is asked first, whatever the conditions are: its rules count the same calls with a
// partition as without one. Then what stands in the way replaces what the plan says, but for a
// caller that dies before its request leaves.
//
// Not for several threads: on the HTTP wire everything here is called under the world's lock.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mocks/sim/faults/faults.h"

namespace mocks::sim {

class Conditions final : public Faults {
 public:
  // Told after every change. A wire looks then at what is under way: streams, connections.
  class Listener {
   public:
    virtual void conditions_changed() = 0;

   protected:
    ~Listener() = default;
  };

  // `plan` is borrowed and must outlive it.
  explicit Conditions(Faults& plan) : plan_(&plan) {}
  Conditions(const Conditions&) = delete;
  Conditions& operator=(const Conditions&) = delete;

  Fate consult(ports::Instant now, const Call& call) override;

  // Opposites. Globs (glob.h) of callers and servers. Under a partition nothing passes in either
  // direction: requests and replies are lost, stream pieces wait for the repair. repair() takes
  // back the partition of the same two globs.
  void partition(std::string_view caller, std::string_view server);
  void repair(std::string_view caller, std::string_view server);
  // Opposites, by the name of a server. While down, connections are refused; open streams break.
  void take_down(std::string_view server);
  void bring_up(std::string_view server);
  // Another plan from now on, for instance NoFaults when all heals.
  void set_plan(Faults& plan) { plan_ = &plan; }

  // What stands in the way now: globs of callers and servers, in the order made.
  const std::vector<std::pair<std::string, std::string>>& partitions() const { return cuts_; }
  bool is_cut(std::string_view caller, std::string_view server) const;
  bool is_down(std::string_view server) const;

  // Opposites. A listener must be removed before it ends.
  void add(Listener& listener) { listeners_.push_back(&listener); }
  void remove(Listener& listener) { std::erase(listeners_, &listener); }

 private:
  void tell() const;

  Faults* plan_;
  std::vector<std::pair<std::string, std::string>> cuts_;  // globs: caller, server
  std::vector<std::string> down_;
  std::vector<Listener*> listeners_;
};

}  // namespace mocks::sim
