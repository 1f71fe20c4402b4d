// Conditions: what stands between callers and servers, in front of a plan.
#include "mocks/sim/faults/conditions.h"

#include <boost/test/unit_test.hpp>

#include "mocks/sim/faults/kinds.h"

BOOST_AUTO_TEST_SUITE(conditions)

namespace {

using mocks::sim::Call;
using mocks::sim::Conditions;
using mocks::sim::Course;
using mocks::sim::Fate;
using Request = Course::Request;
namespace fault = mocks::sim::fault;

constexpr Call of_rotator = {.caller = "rotator", .server = "vault", .method = "GET"};
constexpr Call of_agent = {.caller = "agent/portal-1", .server = "vault", .method = "GET"};
constexpr Call to_idp = {.caller = "rotator", .server = "idp", .method = "GET"};

// One kind for every call, and how many were asked about.
class Plan final : public mocks::sim::Faults {
 public:
  Fate consult(ports::Instant, const Call&) override {
    ++asked;
    return {.course = kind->course, .delay = delay};
  }
  const mocks::sim::FaultKind* kind = &fault::slow;
  ports::Duration delay{0};
  int asked = 0;
};

struct World {
  Request request(const Call& call) { return conditions.consult({}, call).course.request; }
  Plan plan;
  Conditions conditions{plan};
};

}  // namespace

BOOST_AUTO_TEST_CASE(leave_a_call_to_the_plan_while_nothing_stands_in_its_way) {
  World world;
  world.plan.kind = &fault::lost_reply;
  BOOST_TEST((world.conditions.consult({}, of_rotator).course == fault::lost_reply.course));
  world.conditions.partition("operator", "vault");
  world.conditions.take_down("kubernetes");
  BOOST_TEST((world.conditions.consult({}, of_rotator).course == fault::lost_reply.course));
}

BOOST_AUTO_TEST_CASE(lose_what_a_partition_cuts_off_and_nothing_else_until_its_repair) {
  World world;
  world.conditions.partition("agent/*", "vault");
  BOOST_TEST((world.request(of_agent) == Request::lost));
  BOOST_TEST((world.request(of_rotator) == Request::arrives));
  world.conditions.repair("agent/*", "vault");
  BOOST_TEST((world.request(of_agent) == Request::arrives));
}

BOOST_AUTO_TEST_CASE(cut_a_caller_off_from_every_server) {
  World world;
  world.conditions.partition("rotator", "*");
  BOOST_TEST((world.request(of_rotator) == Request::lost));
  BOOST_TEST((world.request(to_idp) == Request::lost));
  BOOST_TEST((world.request(of_agent) == Request::arrives));
}

BOOST_AUTO_TEST_CASE(refuse_every_caller_of_a_server_that_is_down) {
  World world;
  world.conditions.take_down("vault");
  BOOST_TEST((world.request(of_rotator) == Request::refused));
  BOOST_TEST((world.request(of_agent) == Request::refused));
  BOOST_TEST((world.request(to_idp) == Request::arrives));
  world.conditions.bring_up("vault");
  BOOST_TEST((world.request(of_rotator) == Request::arrives));
}

BOOST_AUTO_TEST_CASE(let_the_plan_count_and_delay_also_what_they_stop) {
  World world;
  world.plan.delay = std::chrono::seconds(3);
  world.conditions.partition("*", "*");
  const auto fate = world.conditions.consult({}, of_rotator);
  BOOST_TEST(world.plan.asked == 1);
  BOOST_TEST((fate.delay == std::chrono::seconds(3)));
}

BOOST_AUTO_TEST_CASE(do_not_save_a_caller_that_dies_before_its_request_leaves) {
  World world;
  world.plan.kind = &fault::crash_before;
  world.conditions.partition("*", "*");
  BOOST_TEST((world.request(of_rotator) == Request::caller_dies));
}

BOOST_AUTO_TEST_CASE(tell_their_listeners_of_every_change_until_removed) {
  struct Listener final : Conditions::Listener {
    void conditions_changed() override { ++told; }
    int told = 0;
  } listener;
  World world;
  world.conditions.add(listener);
  world.conditions.partition("rotator", "vault");
  world.conditions.take_down("vault");
  world.conditions.bring_up("vault");
  world.conditions.repair("rotator", "vault");
  BOOST_TEST(listener.told == 4);
  world.conditions.remove(listener);
  world.conditions.take_down("vault");
  BOOST_TEST(listener.told == 4);
}

BOOST_AUTO_TEST_SUITE_END()
