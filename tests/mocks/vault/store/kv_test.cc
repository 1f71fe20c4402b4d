// The KV engine's arithmetic, and what races leave behind.
#include "mocks/vault/store/kv.h"

#include <rapidcheck.h>

#include <boost/test/unit_test.hpp>

#include "mocks/vault/store/json_text.h"
#include "tests/mocks/vault/world.h"

BOOST_AUTO_TEST_SUITE(kv)

namespace {

using mocks::vault::KvEngine;
using mocks::vault::KvKey;
using namespace std::chrono_literals;

const ports::WallTime start{std::chrono::seconds(1'767'323'045)};

struct Windowed {
  KvEngine kv;
  const KvKey& write(int times) {
    for (int i = 0; i < times; ++i) kv.write("k", "{}", start);
    return *kv.find("k");
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(the_window_is_the_larger_of_mount_and_key_and_ten_by_default) {
  const auto kept = [](std::int64_t mount, std::int64_t key, int writes) {
    Windowed w;
    w.kv.config().max_versions = mount;
    w.kv.change_metadata("k", {.max_versions = key}, start);
    return w.write(writes).versions.size();
  };
  BOOST_TEST(kept(0, 0, 25) == 10U);
  BOOST_TEST(kept(3, 0, 25) == 3U);
  BOOST_TEST(kept(0, 4, 25) == 4U);
  BOOST_TEST(kept(5, 2, 25) == 5U);
  BOOST_TEST(kept(2, 5, 25) == 5U);
}

BOOST_AUTO_TEST_CASE(oldest_stays_zero_until_the_window_first_fills) {
  Windowed w;
  BOOST_TEST(w.write(9).oldest == 0);
  BOOST_TEST(w.write(1).oldest == 1);
  BOOST_TEST(w.write(1).oldest == 2);
  BOOST_TEST(w.kv.find("k")->versions.front().number == 2);
}

BOOST_AUTO_TEST_CASE(a_smaller_window_acts_at_the_next_write) {
  Windowed w;
  w.write(5);
  w.kv.change_metadata("k", {.max_versions = 2}, start);
  BOOST_TEST(w.kv.find("k")->versions.size() == 5U);
  BOOST_TEST(w.write(1).versions.size() == 2U);
  BOOST_TEST(w.kv.find("k")->oldest == 5);
}

BOOST_AUTO_TEST_CASE(holds_the_arithmetic_for_any_order_of_writes_and_windows) {
  BOOST_TEST(rc::check("window", [](const std::vector<std::uint8_t>& steps) {
    Windowed w;
    std::int64_t current = 0;
    std::int64_t oldest = 0;
    std::int64_t window = 10;
    for (const auto step : steps) {
      if (step % 4 == 0) {
        window = step / 4 % 8 == 0 ? 10 : step / 4 % 8;
        w.kv.change_metadata("k", {.max_versions = step / 4 % 8}, start);
        continue;
      }
      const KvKey& key = w.write(1);
      ++current;
      if (current - oldest >= window) oldest = current - window + 1;
      RC_ASSERT(key.current == current);
      RC_ASSERT(key.oldest == oldest);
      RC_ASSERT(key.versions.back().number == current);
      RC_ASSERT(key.versions.front().number == std::max<std::int64_t>(oldest, 1));
      RC_ASSERT(key.version(current + 1) == nullptr);
      RC_ASSERT(oldest <= 1 || key.version(oldest - 1) == nullptr);
    }
  }));
}

BOOST_AUTO_TEST_CASE(of_writers_that_race_with_one_cas_exactly_one_wins) {
  BOOST_TEST(rc::check("race", [] {
    const auto before = *rc::gen::inRange(0, 15);
    const auto writers = *rc::gen::inRange(1, 12);
    const bool deleted = *rc::gen::arbitrary<bool>();
    vault_test::World world;
    world.vault.enable_kv("m");
    for (int i = 0; i < before; ++i)
      world.send("POST", "m/data/k", R"({"data":{"client_secret":"before"}})");
    if (deleted) world.send("DELETE", "m/data/k");
    int winners = 0;
    for (int i = 0; i < writers; ++i) {
      const auto answer =
          world.send("POST", "m/data/k",
                     R"({"options":{"cas":)" + std::to_string(before) +
                         R"(},"data":{"client_secret":"w)" + std::to_string(i) + R"("}})");
      RC_ASSERT(answer.status == 200 || answer.status == 400);
      winners += answer.status == 200 ? 1 : 0;
    }
    RC_ASSERT(winners == 1);
    RC_ASSERT(world.vault.current_version("m", "k") == before + 1);
    RC_ASSERT(world.vault.field("m", "k", "client_secret") == std::string("w0"));
  }));
}

BOOST_AUTO_TEST_CASE(versions_expire_by_the_shorter_delay_unless_the_mount_says_never) {
  const auto deletion = [](ports::Duration mount, ports::Duration key) {
    Windowed w;
    w.kv.config().delete_version_after = mount;
    w.kv.change_metadata("k", {.delete_version_after = key}, start);
    const auto& version = w.write(1).versions.back();
    return version.deletion == mocks::vault::no_time ? ports::Duration{0}
                                                     : version.deletion - start;
  };
  BOOST_TEST((deletion(0s, 0s) == 0s));
  BOOST_TEST((deletion(10s, 0s) == 10s));
  BOOST_TEST((deletion(0s, 20s) == 20s));
  BOOST_TEST((deletion(10s, 20s) == 10s));
  BOOST_TEST((deletion(-1s, 20s) == 0s));
}

BOOST_AUTO_TEST_CASE(lists_a_folder_once_beside_a_key_of_the_same_name) {
  KvEngine kv;
  for (const char* key : {"a", "a/x", "a/y", "a-b", "c/d/e"}) kv.write(key, "{}", start);
  BOOST_TEST(kv.list("") == (std::vector<std::string>{"a", "a-b", "a/", "c/"}),
             boost::test_tools::per_element());
  BOOST_TEST(kv.list("a/") == (std::vector<std::string>{"x", "y"}),
             boost::test_tools::per_element());
  BOOST_TEST(kv.list("none/").empty());
}

BOOST_AUTO_TEST_CASE(finds_a_string_field_whatever_stands_before_it) {
  using mocks::vault::string_field;
  const std::string text =
      R"({"a":{"client_secret":"inner"},"b":["x","}"],"c":12,"client_secret":"s\"\\\u003c\n","d":null})";
  BOOST_TEST(string_field(text, "client_secret").value_or("none") == "s\"\\<\n");
  BOOST_TEST(!string_field(text, "d").has_value());
  BOOST_TEST(!string_field(text, "inner").has_value());
  BOOST_TEST(!string_field("null", "a").has_value());
  BOOST_TEST(rc::check("round trip", [](const std::string& name, const std::string& value) {
    RC_ASSERT(mocks::vault::string_field(mocks::vault::object_with(name, value), name) == value);
  }));
}

BOOST_AUTO_TEST_CASE(tells_what_was_written_and_deleted) {
  vault_test::World world;
  world.vault.enable_kv("m");
  world.send("POST", "m/data/k", R"({"data":{"client_secret":"synthetic-one","x":1}})");
  world.send("DELETE", "m/data/k");
  world.send("POST", "m/undelete/k", R"({"versions":[1]})");
  world.send("POST", "m/destroy/k", R"({"versions":[1,7]})");
  using mocks::FactKind;
  const std::vector<FactKind> kinds{FactKind::kv_written, FactKind::kv_deleted,
                                    FactKind::kv_written, FactKind::kv_deleted};
  BOOST_REQUIRE(world.facts.all.size() == kinds.size());
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    BOOST_TEST((world.facts.all[i].kind == kinds[i]));
    BOOST_TEST(world.facts.all[i].subject == mocks::name_of("m/k"));
    BOOST_TEST(world.facts.all[i].number == 1);
  }
  BOOST_TEST(world.facts.all[0].object == mocks::name_of("synthetic-one"));
}

BOOST_AUTO_TEST_CASE(writes_numbers_and_times_as_go_does) {
  BOOST_TEST(mocks::vault::rfc3339(start + 123'000'000ns) == "2026-01-02T03:04:05.123Z");
  BOOST_TEST(mocks::vault::rfc3339(start) == "2026-01-02T03:04:05Z");
  BOOST_TEST(mocks::vault::go_duration(3661s) == "1h1m1s");
  BOOST_TEST(mocks::vault::go_duration(60s) == "1m0s");
  BOOST_TEST(mocks::vault::go_duration(1500ms) == "1.5s");
  BOOST_TEST(mocks::vault::go_duration(250ms) == "250ms");
  BOOST_TEST(mocks::vault::go_duration(0s) == "0s");
  for (const auto& [text, expected] : std::vector<std::pair<const char*, ports::Duration>>{
           {"90", 90s}, {"1h30m", 90min}, {"7d", 168h}, {"250ms", 250ms}, {"-1s", -1s}, {"", 0s}})
    BOOST_TEST((mocks::vault::parse_duration(text) == expected), text);
  for (const char* text : {"x", "1x", "s", "1h-1m", "99999999999999999999s"})
    BOOST_TEST(!mocks::vault::parse_duration(text).has_value(), text);
  vault_test::World world;
  world.vault.enable_kv("m");
  world.send(
      "POST", "m/data/k",
      R"({"data":{"big":12345678901234567890,"one":7.0,"half":0.5,"tiny":1e-7,"huge":1e21,"minus":-1250.5}})");
  const std::string body = world.send("GET", "m/data/k").body;
  BOOST_TEST(
      body.find(R"({"big":12345678901234567000,"half":0.5,"huge":1e+21,"minus":-1250.5,"one":7,)"
                R"("tiny":1e-7})") != std::string::npos,
      body);
}

BOOST_AUTO_TEST_SUITE_END()
