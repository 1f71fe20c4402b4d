// Trace: what changes the hash, and what is kept and passed on.
#include "mocks/sim/trace.h"

#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(trace)

using mocks::Fact;
using mocks::FactKind;
using mocks::sim::Trace;
using ports::Duration;
using ports::Instant;

namespace {

std::uint64_t hash_of(const std::vector<std::pair<std::int64_t, Fact>>& facts) {
  Trace trace;
  for (const auto& [at, fact] : facts) trace.observe(Instant(Duration(at)), fact);
  return trace.hash();
}

const Fact plain{.kind = FactKind::kv_written, .subject = 2, .object = 3, .number = 4, .text = "t"};

}  // namespace

BOOST_AUTO_TEST_CASE(every_part_of_a_fact_changes_the_hash) {
  std::set<std::uint64_t> hashes{hash_of({{1, plain}}), hash_of({{2, plain}}), hash_of({}),
                                 hash_of({{1, plain}, {1, plain}})};
  Fact other = plain;
  other.kind = FactKind::kv_deleted;
  hashes.insert(hash_of({{1, other}}));
  other = plain;
  other.subject = 5;
  hashes.insert(hash_of({{1, other}}));
  other = plain;
  other.object = 5;
  hashes.insert(hash_of({{1, other}}));
  other = plain;
  other.number = 5;
  hashes.insert(hash_of({{1, other}}));
  for (const char* text :
       {"", "u", "tt", "12345678", "123456789", "12345678\0", "1234567812345678"}) {
    other = plain;
    other.text = text;
    hashes.insert(hash_of({{1, other}}));
  }
  other = plain;
  other.text = std::string_view("t\0", 2);
  hashes.insert(hash_of({{1, other}}));
  BOOST_TEST(hashes.size() == 15U);  // "12345678" is there twice
}

BOOST_AUTO_TEST_CASE(the_order_of_facts_matters) {
  Fact other = plain;
  other.number = 5;
  BOOST_TEST(hash_of({{1, plain}, {1, other}}) != hash_of({{1, other}, {1, plain}}));
}

BOOST_AUTO_TEST_CASE(has_the_same_value_on_every_machine) {
  BOOST_TEST(hash_of({{1, plain}, {-7, {.text = "a text of more than eight bytes"}}}) ==
             13453925554901600921ULL);
}

BOOST_AUTO_TEST_CASE(keeps_as_many_facts_as_it_was_told_and_hashes_the_rest) {
  Trace few({.keep = 2});
  Trace none;
  for (int i = 0; i < 5; ++i) {
    few.observe(Instant(Duration(i)), plain);
    none.observe(Instant(Duration(i)), plain);
  }
  BOOST_TEST(few.recorded().size() == 2U);
  BOOST_TEST(few.recorded()[1].text == "t");
  BOOST_TEST(none.recorded().empty());
  BOOST_TEST(few.facts() == 5U);
  BOOST_TEST(few.hash() == none.hash());
  BOOST_TEST(few.hash_text().size() == 16U);
  BOOST_TEST(std::stoull(few.hash_text(), nullptr, 16) == few.hash());
}

BOOST_AUTO_TEST_CASE(passes_facts_on_in_order) {
  Trace trace;
  Trace second({.keep = 9});
  trace.observe(Instant{}, plain);
  trace.add(second);
  Fact later = plain;
  later.number = 99;
  trace.observe(Instant(Duration(8)), later);
  BOOST_REQUIRE(second.recorded().size() == 1U);
  BOOST_TEST(second.recorded()[0].number == 99);
}

BOOST_AUTO_TEST_SUITE_END()
