#include "rotator/cli/yaml_section.h"

#include <rapidcheck.h>
#include <algorithm>
#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(yaml_section)

namespace {

using rotator::YamlSection;

// The complaint about `text` after `ask` has read it, or "" when there is none.
template <typename Ask>
std::string complaint(const std::string& text, Ask ask) {
  auto file = YamlSection::parse(text, "x.yaml");
  if (!file) return file.error().message;
  ask(*file);
  const auto done = file->finish();
  return done ? "" : done.error().message;
}

}  // namespace

BOOST_AUTO_TEST_CASE(names_file_line_and_key_of_an_unknown_key) {
  BOOST_TEST(complaint("a: 1\nwindwo: 15m\n", [](auto& file) {
               std::string a;
               std::optional<ports::Duration> window;
               file.read("a", a);
               file.read("window", window);
             }) == "x.yaml:2: windwo: unknown key; known here: a, window; did you mean 'window'?");
}

BOOST_AUTO_TEST_CASE(gives_the_path_of_a_nested_key_and_every_complaint_in_the_order_of_lines) {
  BOOST_TEST(complaint("rotation:\n  soak: 5 minutes\n  probes: 0\n",
                       [](auto& file) {
                         auto rotation = file.section("rotation");
                         ports::Duration soak{7};
                         std::int64_t probes = 1;
                         rotation.read("probes", probes, 1, 100);
                         rotation.read("soak", soak);
                         BOOST_TEST(soak.count() == 7);
                       }) ==
             "x.yaml:2: rotation.soak: '5 minutes' is no duration; write whole numbers with a "
             "unit of ns, us, ms, s, m, h or d, for example 15m, 90s or 1h30m\n"
             "x.yaml:3: rotation.probes: expected a whole number from 1 to 100, got '0'");
}

BOOST_AUTO_TEST_CASE(refuses_a_text_that_would_speak_to_a_terminal) {
  BOOST_TEST(complaint("a: \"\\e[31mred\"\n", [](auto& file) {
               std::string a;
               file.read("a", a);
             }) == "x.yaml:1: a: holds a control character");
}

BOOST_AUTO_TEST_CASE(tells_one_complaint_a_key_and_counts_those_beyond_twenty) {
  BOOST_TEST(complaint("a: 1\n", [](auto& file) {
               std::string a;
               file.read("a", a);
               file.complain("a", "is odd");
               file.complain("a", "is small");
             }) == "x.yaml:1: a: is odd");
  std::string many;
  for (int i = 0; i < 25; ++i) many += "k" + std::to_string(i) + ": 1\n";
  const auto told = complaint(many, [](auto&) {});
  BOOST_TEST(std::count(told.begin(), told.end(), '\n') == 20);
  BOOST_TEST(told.ends_with("\nx.yaml: and 5 more"), told);
}

BOOST_AUTO_TEST_CASE(refuses_a_key_that_is_there_twice) {
  const auto ask = [](auto& file) {
    std::string a;
    file.read("a", a);
    file.section("s").read("b", a);
  };
  BOOST_TEST(complaint("a: 1\ns: {b: 1}\na: 2\n", ask) ==
             "x.yaml:3: a: is there twice, first in line 1; remove one");
  BOOST_TEST(complaint("s:\n  b: 1\na: 1\ns:\n  b: 2\n", ask) ==
             "x.yaml:4: s: is there twice, first in line 1; remove one");
  BOOST_TEST(complaint("s:\n  b: 1\n  b: 1\n", ask) ==
             "x.yaml:3: s.b: is there twice, first in line 2; remove one");
}

BOOST_AUTO_TEST_CASE(refuses_a_second_document_and_a_file_that_is_empty) {
  BOOST_TEST(
      complaint("a: 1\n---\na: 2\n", [](auto&) {}) ==
      "x.yaml:3: a second document begins here, and one is all that is read; remove the ---");
  for (const auto* empty : {"", "\n", "# nothing\n", "---\n"})
    BOOST_TEST(complaint(empty, [](auto&) {}) ==
                   "x.yaml:1: the file is empty; expected keys and values, such as `rotation:`",
               empty);
}

BOOST_AUTO_TEST_CASE(shows_what_stands_where_something_else_was_expected) {
  const auto ask = [](auto& file) {
    std::string text;
    bool flag = false;
    std::int64_t number = 1;
    ports::Duration time{0};
    file.read("t", text);
    file.read("b", flag);
    file.read("n", number, 1, 9);
    file.read("d", time);
  };
  BOOST_TEST(complaint("t: [a]\nb: [true]\nn: {x: 1}\nd: [1s]\n", ask) ==
             "x.yaml:1: t: expected text, got a list\n"
             "x.yaml:2: b: expected true or false, got a list\n"
             "x.yaml:3: n: expected a whole number from 1 to 9, got keys and values\n"
             "x.yaml:4: d: expected a duration, such as 15m, got a list");
}

BOOST_AUTO_TEST_CASE(bounds_a_duration_and_says_so) {
  for (const auto* long_one : {"3651d", "999999999999d", "99999999999999999999s", "3650d1ns"})
    BOOST_TEST(rotator::parse_duration(long_one).error().message.ends_with(
                   "' is longer than any duration may be: 3650d"),
               long_one);
  BOOST_TEST(rotator::parse_duration("3650d").has_value());
}

BOOST_AUTO_TEST_CASE(reads_no_file_that_is_larger_than_any_need_be) {
  const auto endless = rotator::read_file("/dev/zero");
  BOOST_TEST(endless.error().message ==
             "/dev/zero: is larger than 512 KiB, which no such file needs");
  BOOST_TEST(rotator::read_file("/dev/null").value().empty());
  BOOST_TEST(rotator::read_file("/").error().message ==
             "/: cannot be read; check the path and its permissions");
}

BOOST_AUTO_TEST_CASE(says_what_a_choice_a_number_and_a_truth_value_may_be) {
  BOOST_TEST(complaint("s: okto\n", [](auto& file) {
               std::string s;
               file.read_choice("s", s, {"okta", "entra"});
             }) == "x.yaml:1: s: expected one of okta, entra, got 'okto'; did you mean 'okta'?");
  BOOST_TEST(complaint("n: 3.5\n", [](auto& file) {
               std::int64_t n = 0;
               file.read("n", n, 1, 9);
             }) == "x.yaml:1: n: expected a whole number from 1 to 9, got '3.5'");
  BOOST_TEST(complaint("b: yes\n", [](auto& file) {
               bool b = false;
               file.read("b", b);
             }) == "x.yaml:1: b: expected true or false, got 'yes'");
}

BOOST_AUTO_TEST_CASE(reads_ranges_and_refuses_one_that_ends_before_it_begins) {
  auto file = YamlSection::parse("r: 20s..40s\nq: 3s\nz: 4s..1s\n", "x.yaml");
  BOOST_REQUIRE(file.has_value());
  ports::Duration low{0};
  ports::Duration high{0};
  file->read_range("r", low, high);
  BOOST_TEST((low == std::chrono::seconds(20) && high == std::chrono::seconds(40)));
  file->read_range("q", low, high);
  BOOST_TEST((low == std::chrono::seconds(3) && high == low));
  file->read_range("z", low, high);
  BOOST_TEST(file->finish().error().message ==
             "x.yaml:3: z: the range '4s..1s' ends before it begins");
}

BOOST_AUTO_TEST_CASE(refuses_what_is_not_yaml_and_what_is_no_mapping) {
  BOOST_TEST(complaint("a: [1, 2\n", [](auto&) {}).find(": this is not YAML: ") !=
             std::string::npos);
  BOOST_TEST(complaint("- a\n", [](auto&) {}) ==
             "x.yaml:1: expected keys and values, such as `rotation:`");
  BOOST_TEST(rotator::read_file("no/such/file.yaml").error().message ==
             "no/such/file.yaml: cannot be read; check the path and its permissions");
}

BOOST_AUTO_TEST_CASE(formats_a_duration_so_that_it_parses_to_itself) {
  rc::check([] {
    const ports::Duration duration(
        *rc::gen::inRange<std::int64_t>(0, rotator::longest_duration.count()));
    RC_ASSERT(*rotator::parse_duration(rotator::format_duration(duration)) == duration);
  });
  BOOST_TEST(rotator::format_duration(std::chrono::minutes(90)) == "1h30m");
  for (const char* bad : {"", "15", "m", "-5s", "5 s", "5sec", "1e3s", "999999999999d"})
    BOOST_TEST(!rotator::parse_duration(bad).has_value(), bad);
}

BOOST_AUTO_TEST_SUITE_END()
