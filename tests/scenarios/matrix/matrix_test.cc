// The crash matrix: every kind of fault at every call of the rotator, forward and on the way back,
// with providers that lag and others at work, over many seeds. Users log in all the while; a
// rotator that dies is started again, and one that stops is resumed. However it went: no login is
// lost to the rotation, no invariant broken, one secret is left, and it turned back only where it
// could not go on.
//
// `test_scenarios_matrix` plays a few cells of each kind, `-- sample` some thousands,
// `-- whole` all of them; `-- CELL` prints everything that happens in one.
#include <algorithm>
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <iostream>
#include <map>
#include <mutex>
#include <thread>

#include "scenarios/side_by_side.h"
#include "tests/scenarios/matrix/cell.h"

BOOST_AUTO_TEST_SUITE(matrix)

namespace {

using scenarios::Report;
using testing::matrix::all_mishaps;
using testing::matrix::Cell;
using testing::matrix::cell_named;
using testing::matrix::flaw;
using testing::matrix::Mishap;
using testing::matrix::name_of;
using testing::matrix::play;
using testing::matrix::Setting;

// So many flawed cells are printed whole.
constexpr std::size_t most_told = 20;

// Which part of the matrix is played.
struct Slice {
  std::uint64_t seeds = 1;
  std::uint64_t stride = 1;  // of the calls with each mishap, each so manyth
};
constexpr Slice quick = {.seeds = 1, .stride = 263};
constexpr Slice sample = {.seeds = testing::matrix::seeds, .stride = 97};
constexpr Slice whole = {.seeds = testing::matrix::seeds, .stride = 1};

std::string argument() {
  const auto& suite = boost::unit_test::framework::master_test_suite();
  return suite.argc > 1 ? suite.argv[1] : "";
}

std::vector<Setting> settings(std::uint64_t seeds) {
  std::vector<Setting> all;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed)
    for (const auto way : testing::matrix::all_ways)
      for (const auto provider : testing::matrix::all_providers)
        for (const auto outsider : testing::matrix::all_outsiders)
          all.push_back({.way = way, .provider = provider, .outsider = outsider, .seed = seed});
  return all;
}

// What all threads find.
class Findings {
 public:
  void add(const Cell& cell, const Report& report) {
    const auto what = flaw(cell, report);
    const std::lock_guard lock(mutex_);
    ++runs_;
    if (cell.mishap != nullptr)
      ++endings_[std::string(cell.mishap->name)][scenarios::to_string(report.rotation.outcome)];
    if (what.empty()) return;
    ++flaws_;
    if (flaws_ <= most_told) told_ += name_of(cell) + ": " + what + "\n";
  }

  std::uint64_t runs() const { return runs_; }
  std::uint64_t flaws() const { return flaws_; }
  const std::string& told() const { return told_; }
  const std::map<std::string, std::map<std::string, std::uint64_t>>& endings() const {
    return endings_;
  }

 private:
  std::mutex mutex_;
  std::uint64_t runs_ = 0;
  std::uint64_t flaws_ = 0;
  std::string told_;
  std::map<std::string, std::map<std::string, std::uint64_t>> endings_;  // by mishap
};

// The first call of the rotator that the other ways have not met as well: a little before it turns
// back. Among the calls that the run tells of there may be some of a person.
std::uint64_t first_of_its_own(const Report& quiet) {
  constexpr std::uint64_t margin = 5;
  std::uint64_t calls = 0;
  for (const auto& entry : quiet.timeline) {
    if (entry.what == "phase rollback") return calls > margin ? calls - margin : 1;
    if (entry.what.starts_with("call ")) ++calls;
  }
  return 1;
}

// Every mishap at every `stride`th call, each from another one on, so that together they meet every
// call.
void play_setting(const Setting& setting, std::uint64_t number, std::uint64_t stride,
                  Findings& findings) {
  const auto quiet = play({.setting = setting}, true);
  findings.add({.setting = setting}, quiet);
  const auto begin = first_of_its_own(quiet);
  for (std::uint64_t i = 0; i < all_mishaps.size(); ++i) {
    const auto skipped = (number * 37 + i * 53) % stride;
    for (auto call = begin + skipped; call <= quiet.rotation.api_calls; call += stride) {
      const Cell cell{.setting = setting, .mishap = &all_mishaps[i], .call = call};
      findings.add(cell, play(cell));
    }
  }
}

void play_slice(const Slice& slice) {
  Findings findings;
  const auto all = settings(slice.seeds);
  std::atomic<std::size_t> next{0};
  scenarios::side_by_side(std::max(1U, std::thread::hardware_concurrency()), [&] {
    for (std::size_t i = next++; i < all.size(); i = next++)
      play_setting(all[i], i, slice.stride, findings);
  });
  for (const auto& [mishap, endings] : findings.endings()) {
    std::cout << mishap << ":";
    for (const auto& [ending, runs] : endings) std::cout << " " << runs << " " << ending;
    std::cout << "\n";
  }
  std::cout << findings.runs() << " runs of the crash matrix, " << findings.flaws()
            << " of them flawed\n";
  BOOST_TEST(findings.flaws() == 0U, findings.told());
}

void tell(const Cell& cell) {
  const auto report = play(cell, true);
  for (const auto& entry : report.timeline) std::cout << entry.at_s << " " << entry.what << "\n";
  std::cout << scenarios::text_details(report);
  BOOST_TEST(flaw(cell, report) == "");
}

}  // namespace

BOOST_AUTO_TEST_CASE(no_fault_at_any_call_costs_a_login_a_secret_or_the_rotation) {
  const auto wanted = argument();
  if (const auto cell = cell_named(wanted)) return tell(*cell);
  BOOST_REQUIRE_MESSAGE(wanted.empty() || wanted == "sample" || wanted == "whole",
                        wanted << " is neither sample nor whole nor the name of a cell");
  play_slice(wanted == "whole" ? whole : wanted == "sample" ? sample : quick);
}

BOOST_AUTO_TEST_CASE(every_kind_of_fault_is_in_it) {
  for (const auto* kind : mocks::sim::all_kinds)
    BOOST_TEST((std::any_of(all_mishaps.begin(), all_mishaps.end(),
                            [&](const Mishap& mishap) { return mishap.kind == kind; })),
               kind->name);
}

BOOST_AUTO_TEST_CASE(the_name_of_a_cell_is_enough_to_play_it_again) {
  for (const std::string name : {"forward/multi/nobody/1/slow/3",
                                 "back_from_soak/lagging/actor/20/"
                                 "crash_after/117"}) {
    const auto cell = cell_named(name);
    BOOST_TEST_REQUIRE(cell.has_value());
    BOOST_TEST(name_of(*cell) == name);
  }
  for (const auto* const name : {"", "forward/multi/nobody/1/slow", "forward/multi/nobody/1/slow/0",
                                 "sideways/multi/nobody/1/slow/3"})
    BOOST_TEST(!cell_named(name).has_value(), name);
}

BOOST_AUTO_TEST_SUITE_END()
