// The decision table of blame(), row by row, and that an earlier row wins over every later one.
#include "mocks/users/cause.h"

#include <boost/test/unit_test.hpp>
#include <set>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(cause)

namespace {

using mocks::users::blame;
using mocks::users::Cause;
using mocks::users::Count;
using mocks::users::ExchangeFacts;

struct Row {
  Cause cause;
  void (*spoil)(ExchangeFacts&);
};

// In the order of the table. A refused secret has three rows, told apart by two further facts.
const std::vector<Row> table = {
    {Cause::pod_gone, [](ExchangeFacts& f) { f.process_alive = false; }},
    {Cause::idp_unavailable, [](ExchangeFacts& f) { f.provider_up = false; }},
    {Cause::wrong_client, [](ExchangeFacts& f) { f.client_known = false; }},
    {Cause::auth_method, [](ExchangeFacts& f) { f.method_registered = false; }},
    {Cause::secret_retired,
     [](ExchangeFacts& f) {
       f.secret_accepted = false;
       f.secret_retired = true;
     }},
    {Cause::code_expired, [](ExchangeFacts& f) { f.code_fresh = false; }},
    {Cause::wrong_client, [](ExchangeFacts& f) { f.code_of_this_client = false; }},
    {Cause::rate_limited, [](ExchangeFacts& f) { f.throttled = true; }},
};

std::string name(std::optional<Cause> cause) { return cause ? to_string(*cause) : "success"; }

}  // namespace

BOOST_AUTO_TEST_CASE(blames_nothing_when_all_is_well) {
  BOOST_TEST(name(blame(ExchangeFacts{})) == "success");
  // Facts that matter only for a refused secret do not make one.
  BOOST_TEST(name(blame(ExchangeFacts{.secret_retired = true, .created_after_successor = true})) ==
             "success");
}

BOOST_AUTO_TEST_CASE(blames_each_row_of_the_table_for_its_own_fact) {
  for (const auto& row : table) {
    ExchangeFacts facts;
    row.spoil(facts);
    BOOST_TEST(name(blame(facts)) == to_string(row.cause));
  }
}

BOOST_AUTO_TEST_CASE(lets_an_earlier_row_win_over_every_later_one) {
  for (std::size_t first = 0; first < table.size(); ++first) {
    ExchangeFacts facts;
    for (std::size_t later = first; later < table.size(); ++later) table[later].spoil(facts);
    BOOST_TEST(name(blame(facts)) == to_string(table[first].cause));
  }
}

BOOST_AUTO_TEST_CASE(tells_the_three_reasons_for_a_refused_secret_apart) {
  BOOST_TEST(name(blame(ExchangeFacts{.secret_accepted = false})) == "secret_not_propagated");
  BOOST_TEST(
      name(blame(ExchangeFacts{.secret_accepted = false, .created_after_successor = true})) ==
      "secret_not_propagated");
  BOOST_TEST(name(blame(ExchangeFacts{.secret_accepted = false, .secret_retired = true})) ==
             "secret_retired");
  BOOST_TEST(name(blame(ExchangeFacts{.secret_accepted = false,
                                      .secret_retired = true,
                                      .created_after_successor = true})) == "stale_render");
}

BOOST_AUTO_TEST_CASE(gives_every_cause_a_name_of_its_own) {
  std::set<std::string> names;
  for (std::size_t i = 0; i < mocks::users::cause_count; ++i)
    names.insert(to_string(static_cast<Cause>(i)));
  BOOST_TEST(names.size() == mocks::users::cause_count);
  BOOST_TEST(names.count("unknown") == 0U);
}

BOOST_AUTO_TEST_CASE(counts_successes_and_failures_by_cause) {
  Count count;
  count.add(std::nullopt, 5);
  count.add(Cause::stale_render, 2);
  Count other;
  other.add(Cause::pod_gone);
  count += other;
  BOOST_TEST(count.tried == 8U);
  BOOST_TEST(count.failed == 3U);
  BOOST_TEST(count.of(Cause::stale_render) == 2U);
  BOOST_TEST(count.of(Cause::pod_gone) == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
