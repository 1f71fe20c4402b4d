// The crash matrix: for each provider and strategy every kind of fault at every call of the
// rotator, forward and on the way back, with others at work, over many seeds. Users log in all the
// while; a rotator that dies is started again, and one that stops is resumed. However it went: no
// login is lost to the rotation, no invariant broken, one secret is left, and it turned back only
// where it could not go on.
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
using testing::matrix::all_circumstances;
using testing::matrix::all_classes;
using testing::matrix::all_mishaps;
using testing::matrix::all_rows;
using testing::matrix::all_ways;
using testing::matrix::Cell;
using testing::matrix::cell_named;
using testing::matrix::Class;
using testing::matrix::exists;
using testing::matrix::flaw;
using testing::matrix::Mishap;
using testing::matrix::name_of;
using testing::matrix::play;
using testing::matrix::Row;
using testing::matrix::Setting;

// So many flawed cells are printed whole.
constexpr std::size_t most_told = 20;

// Which part of the matrix is played.
struct Slice {
  std::uint64_t seeds = 1;
  std::uint64_t stride = 1;  // of the calls with each mishap, each so manyth
};
constexpr Slice quick = {.seeds = 1, .stride = 127};
constexpr Slice sample = {.seeds = testing::matrix::seeds, .stride = 197};
constexpr Slice whole = {.seeds = testing::matrix::seeds, .stride = 1};

std::string argument() {
  const auto& suite = boost::unit_test::framework::master_test_suite();
  return suite.argc > 1 ? suite.argv[1] : "";
}

std::vector<Setting> settings(std::uint64_t seeds) {
  std::vector<Setting> all;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed)
    for (const auto way : all_ways)
      for (const auto& row : all_rows())
        for (const auto circumstance : all_circumstances) {
          const Setting setting{
              .way = way, .row = &row, .circumstance = circumstance, .seed = seed};
          if (exists(setting)) all.push_back(setting);
        }
  return all;
}

// A field of the table.
struct Count {
  std::uint64_t runs = 0;
  std::uint64_t failed = 0;
  std::uint64_t orphans = 0;
  std::uint64_t stuck = 0;
};

// What all threads find.
class Findings {
 public:
  void add(const Cell& cell, const Report& report) {
    const auto found = flaw(cell, report);
    const std::lock_guard lock(mutex_);
    const auto column = cell.mishap == nullptr ? Class::none : cell.mishap->column;
    auto& count = table_[{cell.setting.row, column}];
    ++runs_;
    if (!found.untested) ++count.runs;
    count.failed += found.failed;
    if (found.broken) ++count.orphans;
    if (found.stuck) ++count.stuck;
    if (found.whole()) return;
    ++flaws_;
    if (flaws_ <= most_told) told_ += name_of(cell) + ": " + found.what + "\n";
  }

  std::uint64_t runs() const { return runs_; }
  std::uint64_t flaws() const { return flaws_; }
  const std::string& told() const { return told_; }
  Count of(const Row& row, Class column) const {
    const auto found = table_.find({&row, column});
    return found == table_.end() ? Count{} : found->second;
  }

 private:
  std::mutex mutex_;
  std::uint64_t runs_ = 0;
  std::uint64_t flaws_ = 0;
  std::string told_;
  std::map<std::pair<const Row*, Class>, Count> table_;
};

// In Markdown, as the README shows it.
void print(const Findings& findings) {
  std::cout << "| provider, strategy |";
  for (const auto column : all_classes) std::cout << " " << word(column) << " |";
  std::cout << "\n|---|";
  for (std::size_t i = 0; i < all_classes.size(); ++i) std::cout << "---|";
  for (const auto& row : all_rows()) {
    std::cout << "\n| " << row.name << ", " << row.strategy << " |";
    for (const auto column : all_classes) {
      const auto count = findings.of(row, column);
      std::cout << " " << scenarios::grouped(count.runs) << " / " << count.failed << " / "
                << count.orphans << " / " << count.stuck << " |";
    }
  }
  std::cout << "\n\nruns / failed logins / runs with a broken invariant / stuck\n"
            << scenarios::grouped(findings.runs()) << " runs of the crash matrix, "
            << findings.flaws() << " of them flawed\n";
}

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
  print(findings);
  BOOST_TEST(findings.flaws() == 0U, findings.told());
  for (const auto& row : all_rows())
    for (const auto column : all_classes)
      BOOST_TEST(findings.of(row, column).runs > 0U,
                 "nothing was tried: " << row.name << ", " << word(column));
}

void tell(const Cell& cell) {
  const auto report = play(cell, true);
  for (const auto& entry : report.timeline) std::cout << entry.at_s << " " << entry.what << "\n";
  std::cout << scenarios::text_details(report);
  BOOST_TEST(flaw(cell, report).what == "");
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
  for (const std::string name : {"forward/okta/nobody/1/slow/3",
                                 "back_from_soak/okta_lagging/actor/20/"
                                 "crash_after/117"}) {
    const auto cell = cell_named(name);
    BOOST_TEST_REQUIRE(cell.has_value());
    BOOST_TEST(name_of(*cell) == name);
  }
  for (const auto* const name :
       {"", "forward/okta/nobody/1/slow", "forward/okta/nobody/1/slow/0",
        "sideways/okta/nobody/1/slow/3", "back_from_soak/okta/leftover/1/slow/3"})
    BOOST_TEST(!cell_named(name).has_value(), name);
}

BOOST_AUTO_TEST_SUITE_END()
