// The driver over a toy strategy whose phases do as they are told: where a walk begins, goes on and
// ends, whatever the phases are.
#include "rotator/rotation/driver.h"

#include <boost/test/unit_test.hpp>

#include "tests/rotator/rotation/print.h"
#include "tests/rotator/rotation/world.h"

namespace {

using namespace std::chrono_literals;
using ports::ErrorCode;
using rotator::Context;
using rotator::Disposition;
using rotator::Driver;
using rotator::Ending;
using rotator::Outcome;
using rotator::Phase;
using rotator::Step;
using rotator::Stepped;

class Toy final : public rotator::PhaseWork {
 public:
  Toy(std::string label, Phase name, std::vector<std::string>& performed)
      : label_(std::move(label)), name_(name), performed_(performed) {}
  Phase name() const override { return name_; }
  bool wanted(const Context&) const override { return is_wanted; }
  Stepped perform(Context& context) const override {
    performed_.push_back(label_);
    return does ? does(context) : Stepped(Step::done());
  }

  std::function<Stepped(Context&)> does = {};
  bool is_wanted = true;

 private:
  std::string label_;
  Phase name_;
  std::vector<std::string>& performed_;
};

struct ToyWorld {
  testing::World world;
  rotator::Configuration configuration = world.configuration();
  std::vector<std::string> performed;
  Toy opening{"opening", Phase::preflight, performed};
  Toy first{"first", Phase::create, performed};
  Toy second{"second", Phase::store, performed};
  Toy third{"third", Phase::rollout, performed};
  Toy fourth{"fourth", Phase::verify, performed};
  Toy undo{"undo", Phase::rollback, performed};
  Toy undo_more{"undo_more", Phase::rollback, performed};
  rotator::Strategy toy = {.name = "toy",
                           .forward = {{&first}, {&second}, {&third}, {&fourth, &second}},
                           .back = {&undo, &undo_more},
                           .last_turn_by_itself = &second,
                           .last_turn = &third};
  rotator::Journal left;  // the entry in memory when the last process ended

  ToyWorld() {
    opening.does = [](Context& context) -> Stepped {
      context.ledger.entry() = {.rotation_id = "toy",
                                .strategy = "toy",
                                .disposition = Disposition::running,
                                .new_secret_id = "new"};
      return Step::done();
    };
  }

  // One process of a rotator that holds the lock and has read the journal.
  Outcome process(const std::function<Outcome(Driver&, Context&)>& act) {
    performed.clear();
    Outcome outcome;
    world.inside([&](const rotator::RotationPorts& ports, rotator::Credentials credentials) {
      Context context(ports, configuration, std::move(credentials), world.recorder);
      BOOST_REQUIRE(context.lock.take().has_value());
      BOOST_REQUIRE(context.ledger.load().has_value());
      Driver driver(context, toy);
      outcome = act(driver, context);
      left = context.ledger.entry();
      // A process that was asked to stop may not get through: the lock lapses.
      if (!context.lock.give_back()) BOOST_TEST_MESSAGE("the lock was kept");
    });
    return outcome;
  }
  Outcome begin() {
    return process([this](Driver& driver, Context&) { return driver.begin(opening); });
  }
  Outcome resume() {
    return process([](Driver& driver, Context&) { return driver.resume(); });
  }
  // What the next process finds.
  rotator::Journal stored() {
    rotator::Journal found;
    process([&found](Driver&, Context& context) {
      found = context.ledger.entry();
      return Outcome{};
    });
    return found;
  }
  // A process that leaves the journal at that phase.
  void leave_at(Phase phase, Disposition disposition) {
    process([=](Driver&, Context& context) {
      context.ledger.entry() = {.rotation_id = "toy",
                                .strategy = "toy",
                                .phase = phase,
                                .disposition = disposition,
                                .new_secret_id = "new",
                                .reason = "left"};
      BOOST_REQUIRE(context.ledger.append().has_value());
      return Outcome{};
    });
  }
  void check_performed(const std::vector<std::string>& expected) {
    BOOST_TEST(performed == expected, boost::test_tools::per_element());
  }
};

// An answer for the first `times`, then done.
std::function<Stepped(Context&)> answers(int times, const Stepped& answer) {
  return [times, answer, given = 0](Context&) mutable -> Stepped {
    return given++ < times ? answer : Stepped(Step::done());
  };
}

Stepped error(ErrorCode code) { return ports::fail(code, "trouble"); }

}  // namespace

BOOST_FIXTURE_TEST_SUITE(driver, ToyWorld)

BOOST_AUTO_TEST_CASE(performs_the_rows_in_order_and_journals_the_end) {
  fourth.does = answers(1, Step::done("all is well"));
  const auto outcome = begin();
  BOOST_TEST(outcome.ending == Ending::done);
  BOOST_TEST(outcome.message == "all is well");
  check_performed({"opening", "first", "second", "third", "fourth"});
  const std::vector<Phase> told = {Phase::preflight, Phase::create, Phase::store, Phase::rollout,
                                   Phase::verify};
  BOOST_TEST(world.recorder.phases == told, boost::test_tools::per_element());
  BOOST_TEST(outcome.durations.size() == 5U);
  BOOST_TEST(stored().disposition == Disposition::done);
  BOOST_TEST(stored().phase == Phase::verify);
}

BOOST_AUTO_TEST_CASE(passes_over_what_is_not_wanted_without_a_word) {
  second.is_wanted = third.is_wanted = false;
  BOOST_TEST(begin().ending == Ending::done);
  check_performed({"opening", "first", "fourth"});
  BOOST_TEST(world.recorder.phases.size() == 3U);
}

BOOST_AUTO_TEST_CASE(goes_on_at_the_row_that_the_table_names_when_a_phase_answers_again) {
  first.does = answers(1, Step::again());
  fourth.does = answers(1, Step::again());
  BOOST_TEST(begin().ending == Ending::done);
  check_performed(
      {"opening", "first", "first", "second", "third", "fourth", "second", "third", "fourth"});
}

BOOST_AUTO_TEST_CASE(enters_no_more_phases_than_its_budget) {
  fourth.does = answers(1000, Step::again());
  const auto outcome = begin();
  BOOST_TEST(outcome.ending == Ending::unknown);
  BOOST_TEST(outcome.message == "the rotation entered too many phases");
  BOOST_TEST(outcome.durations.size() == static_cast<std::size_t>(rotator::max_steps));
}

BOOST_AUTO_TEST_CASE(performs_a_phase_again_while_its_trouble_may_pass) {
  second.does = answers(3, error(ErrorCode::busy));
  const auto outcome = begin();
  BOOST_TEST(outcome.ending == Ending::done);
  check_performed({"opening", "first", "second", "second", "second", "second", "third", "fourth"});
  // 1 s, 2 s and 4 s.
  BOOST_TEST((outcome.durations[2].second >= 7s));
  BOOST_TEST((outcome.durations[2].second < 8s));
}

BOOST_AUTO_TEST_CASE(gives_up_after_patience_and_leaves_the_place_to_whoever_resumes) {
  second.does = answers(1000, error(ErrorCode::unreachable));
  configuration.rotation.patience = 1min;
  auto outcome = begin();
  BOOST_TEST(outcome.ending == Ending::unknown);
  BOOST_TEST(outcome.message == "store could not go on: trouble; `rotator resume` goes on");
  BOOST_TEST((outcome.durations.back().second > 30s));
  BOOST_TEST((outcome.durations.back().second < 1min));
  BOOST_TEST(left.phase == Phase::store);
}

BOOST_AUTO_TEST_CASE(has_no_patience_before_anything_has_begun) {
  opening.does = answers(1, error(ErrorCode::busy));
  BOOST_TEST(begin().ending == Ending::unknown);
  check_performed({"opening"});
  opening.does = answers(1, Step::refuse("not now"));
  const auto outcome = begin();
  BOOST_TEST(outcome.ending == Ending::refused);
  BOOST_TEST(outcome.message == "not now");
  BOOST_TEST(stored().disposition == Disposition::none);
}

BOOST_AUTO_TEST_CASE(turns_back_by_itself_up_to_the_row_that_the_table_names) {
  second.does = answers(1, error(ErrorCode::refused));
  BOOST_TEST(begin().ending == Ending::rolled_back);
  check_performed({"opening", "first", "second", "undo", "undo_more"});
  BOOST_TEST(stored().disposition == Disposition::rolled_back);
  BOOST_TEST(stored().reason == "trouble");

  third.does = answers(1, error(ErrorCode::refused));
  BOOST_TEST(begin().ending == Ending::stopped);
  check_performed({"opening", "first", "second", "third"});
  BOOST_TEST(stored().disposition == Disposition::stopped);
  BOOST_TEST(stored().phase == Phase::rollout);
}

BOOST_AUTO_TEST_CASE(turns_back_when_a_phase_says_so_unless_the_configuration_forbids) {
  third.does = answers(1, Step::turn_back("enough"));
  BOOST_TEST(begin().ending == Ending::rolled_back);
  check_performed({"opening", "first", "second", "third", "undo", "undo_more"});

  configuration.rotation.automatic_rollback = false;
  third.does = answers(1, Step::turn_back("enough"));
  const auto outcome = begin();
  BOOST_TEST(outcome.ending == Ending::stopped);
  BOOST_TEST(outcome.message == "enough");
  check_performed({"opening", "first", "second", "third"});
}

BOOST_AUTO_TEST_CASE(begins_the_whole_way_back_anew_after_trouble_in_it) {
  third.does = answers(1, Step::turn_back("enough"));
  undo_more.does = answers(1, error(ErrorCode::ambiguous));
  BOOST_TEST(begin().ending == Ending::rolled_back);
  check_performed(
      {"opening", "first", "second", "third", "undo", "undo_more", "undo", "undo_more"});
  BOOST_TEST((world.recorder.phases.back() == Phase::rollback));
  BOOST_TEST(world.recorder.phases.size() == 5U);
}

BOOST_AUTO_TEST_CASE(a_way_back_that_stops_stays_one) {
  third.does = answers(1, Step::turn_back("enough"));
  undo.does = answers(1, Step::stop("stuck"));
  BOOST_TEST(begin().ending == Ending::stopped);
  BOOST_TEST(stored().disposition == Disposition::rolling_back);
  BOOST_TEST(resume().ending == Ending::rolled_back);
  check_performed({"undo", "undo_more"});
}

// The new secret is gone by then: going forward again would move the fleet to it.
BOOST_AUTO_TEST_CASE(a_way_back_whose_end_cannot_be_journaled_stays_one) {
  third.does = answers(1, Step::turn_back("enough"));
  undo_more.does = [this, first_time = true](Context&) mutable -> Stepped {
    if (std::exchange(first_time, false))
      world.plan.add({.label = "no",
                      .kind = &mocks::sim::fault::answer,
                      .caller = "rotator",
                      .method = "PUT",
                      .target = "*/oidc/portal-rotation",
                      .response = {.status = 401, .body = "{}"}});
    return Step::done();
  };
  BOOST_TEST(begin().ending == Ending::stopped);
  BOOST_TEST(stored().disposition == Disposition::rolling_back);
  BOOST_TEST(resume().ending == Ending::rolled_back);
  check_performed({"undo", "undo_more"});
}

BOOST_AUTO_TEST_CASE(a_stop_is_resumed_where_it_was_or_from_the_row_of_again) {
  fourth.does = answers(1, Step::stop("look at this"));
  BOOST_TEST(begin().ending == Ending::stopped);
  BOOST_TEST(stored().reason == "look at this");
  BOOST_TEST(resume().ending == Ending::done);
  check_performed({"fourth"});

  fourth.does = answers(1, Step::stop_before_again("look at this"));
  BOOST_TEST(begin().ending == Ending::stopped);
  BOOST_TEST(stored().phase == Phase::store);
  BOOST_TEST(resume().ending == Ending::done);
  check_performed({"second", "third", "fourth"});
  BOOST_TEST(stored().reason == "");
}

BOOST_AUTO_TEST_CASE(resumes_at_every_row_that_the_journal_may_name) {
  const std::vector<std::string> all = {"first", "second", "third", "fourth"};
  for (std::size_t row = 0; row < toy.forward.size(); ++row) {
    leave_at(toy.forward[row].phase->name(), Disposition::running);
    BOOST_TEST(resume().ending == Ending::done);
    check_performed({all.begin() + static_cast<std::ptrdiff_t>(row), all.end()});
  }
  leave_at(Phase::rollout, Disposition::rolling_back);
  BOOST_TEST(resume().ending == Ending::rolled_back);
  check_performed({"undo", "undo_more"});
}

BOOST_AUTO_TEST_CASE(does_not_guess_a_row_that_the_table_does_not_have) {
  leave_at(Phase::soak, Disposition::running);
  BOOST_TEST(resume().ending == Ending::misconfigured);
  check_performed({});
  BOOST_TEST(stored().disposition == Disposition::running);
}

BOOST_AUTO_TEST_CASE(an_operator_turns_back_up_to_the_last_turn) {
  for (const auto& row : toy.forward) {
    leave_at(row.phase->name(), Disposition::stopped);
    bool can = false;
    process([&can](Driver& driver, Context&) {
      can = driver.can_turn_back();
      return can ? driver.turn_back("asked for") : Outcome{};
    });
    BOOST_TEST(can == (row.phase != &fourth));
    check_performed(can ? std::vector<std::string>{"undo", "undo_more"}
                        : std::vector<std::string>{});
  }
}

BOOST_AUTO_TEST_CASE(ends_at_once_when_asked_to_stop_and_performs_nothing_more) {
  world.recorder.on_phase = [this](Phase phase) {
    if (phase == Phase::store) world.rotator_process.interrupt();
  };
  const auto outcome = begin();
  BOOST_TEST(outcome.ending == Ending::interrupted);
  check_performed({"opening", "first"});
  BOOST_TEST(left.phase == Phase::store);
}

BOOST_AUTO_TEST_CASE(a_refusal_is_journaled_as_nothing_done) {
  first.does = answers(1, Step::refuse("no room"));
  const auto outcome = begin();
  BOOST_TEST(outcome.ending == Ending::refused);
  check_performed({"opening", "first"});
  BOOST_TEST(stored().disposition == Disposition::rolled_back);
  BOOST_TEST(stored().reason == "no room");
}

BOOST_AUTO_TEST_CASE(takes_nothing_back_where_no_secret_was_made) {
  first.does = [](Context& context) -> Stepped {
    context.ledger.entry().new_secret_id.clear();
    return error(ErrorCode::refused);
  };
  const auto outcome = begin();
  BOOST_TEST(outcome.ending == Ending::refused);
  BOOST_TEST(outcome.message == "trouble; nothing was changed");
  check_performed({"opening", "first"});
  BOOST_TEST(stored().disposition == Disposition::rolled_back);
}

BOOST_AUTO_TEST_CASE(writes_what_is_unwritten_before_the_next_phase_acts) {
  Disposition seen = Disposition::none;
  first.does = [](Context& context) -> Stepped {
    context.ledger.touch();
    return Step::done();
  };
  second.does = [&seen](Context& context) -> Stepped {
    seen = context.ledger.dirty() ? Disposition::none : context.ledger.entry().disposition;
    return Step::done();
  };
  BOOST_TEST(begin().ending == Ending::done);
  BOOST_TEST(seen == Disposition::running);
}

BOOST_AUTO_TEST_SUITE_END()
