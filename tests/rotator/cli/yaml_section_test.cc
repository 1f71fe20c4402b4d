#include "rotator/cli/yaml_section.h"

#include <rapidcheck.h>
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
             }) == "x.yaml:2: windwo: unknown key; known here: a, window");
}

BOOST_AUTO_TEST_CASE(gives_the_path_of_a_nested_key_and_the_first_complaint_of_the_file) {
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
             "unit of ns, us, ms, s, m, h or d, for example 15m, 90s or 1h30m");
}

BOOST_AUTO_TEST_CASE(says_what_a_choice_a_number_and_a_truth_value_may_be) {
  BOOST_TEST(complaint("s: okto\n", [](auto& file) {
               std::string s;
               file.read_choice("s", s, {"okta", "entra"});
             }) == "x.yaml:1: s: expected one of okta, entra, got 'okto'");
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
    const ports::Duration duration(*rc::gen::inRange<std::int64_t>(0, std::int64_t{1} << 60));
    RC_ASSERT(*rotator::parse_duration(rotator::format_duration(duration)) == duration);
  });
  BOOST_TEST(rotator::format_duration(std::chrono::minutes(90)) == "1h30m");
  for (const char* bad : {"", "15", "m", "-5s", "5 s", "5sec", "1e3s", "999999999999d"})
    BOOST_TEST(!rotator::parse_duration(bad).has_value(), bad);
}

BOOST_AUTO_TEST_SUITE_END()
