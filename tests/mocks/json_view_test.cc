#include "mocks/json_view.h"

#include <rapidcheck.h>
#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "mocks/read_json.h"
#include "tests/mocks/some_json.h"

namespace mocks {

BOOST_AUTO_TEST_SUITE(json_view_suite)

namespace {

using nlohmann::json;

JsonView::Kind kind_of(const json& tree) {
  if (tree.is_number_integer()) return JsonView::Kind::integer;
  if (tree.is_number()) return JsonView::Kind::real;
  if (tree.is_boolean()) return JsonView::Kind::boolean;
  if (tree.is_string()) return JsonView::Kind::string;
  if (tree.is_array()) return JsonView::Kind::array;
  return tree.is_object() ? JsonView::Kind::object : JsonView::Kind::null;
}

// The view shows, question by question, what the tree holds.
bool alike(JsonView view, const json& tree) {
  if (view.kind() != kind_of(tree) || view.tree() != tree || view.dump() != tree.dump())
    return false;
  if (tree.is_boolean() && view.boolean() != tree.get<bool>()) return false;
  if (tree.is_number_integer() && view.integer() != tree.get<std::int64_t>()) return false;
  if (tree.is_number() && view.real() != tree.get<double>()) return false;
  if (tree.is_string() && view.text() != tree.get_ref<const std::string&>()) return false;
  const auto members = view.members();
  const auto elements = view.elements();
  if (members.size() != (tree.is_object() ? tree.size() : 0)) return false;
  if (elements.size() != (tree.is_array() ? tree.size() : 0)) return false;
  if (view.empty() != (members.empty() && elements.empty())) return false;
  for (std::size_t i = 0; i < elements.size(); ++i)
    if (!alike(elements[i], tree[i])) return false;
  auto member = members.begin();
  if (tree.is_object())
    for (const auto& [name, value] : tree.items()) {
      const auto found = view.find(name);
      if (!found || !alike(*found, value)) return false;
      if (member->name != name || !alike(member->value, value)) return false;
      ++member;
    }
  return true;
}

bool is_read_as_a_tree(const std::string& text) {
  const json tree = read_json(text);
  const auto document = JsonDocument::parse(text);
  return document ? alike(document->root(), tree) : tree.is_discarded();
}

}  // namespace

BOOST_AUTO_TEST_CASE(shows_what_the_tree_of_the_same_text_holds) {
  BOOST_TEST(rc::check("round trip", [] { RC_ASSERT(is_read_as_a_tree(printed(some_json(3)))); }));
}

BOOST_AUTO_TEST_CASE(refuses_what_the_tree_refuses) {
  BOOST_TEST(rc::check("one byte off", [] {
    auto text = printed(some_json(3));
    const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
    text[at] = *rc::gen::arbitrary<char>();
    RC_ASSERT(is_read_as_a_tree(text));
  }));
}

BOOST_AUTO_TEST_CASE(reads_what_simdjson_refuses_as_the_tree_does) {
  for (const std::string text :
       {"", "\xEF\xBB\xBF{}", "{}x", "1e400", "18446744073709551616", "-9223372036854775809", "-0",
        R"({"b":123456789012345678901234567890,"a":[1,2.5,"c"]})", "\"\xff\"", R"("\ud83d")",
        R"("\u0000")"})
    BOOST_TEST(is_read_as_a_tree(text), text);
}

BOOST_AUTO_TEST_CASE(of_a_name_given_twice_the_last_value_counts) {
  const auto document = JsonDocument::parse(R"({"b":1,"a":2,"b":{"x":3},"a":4,"c":5,"b":6})");
  BOOST_TEST(document->root().dump() == R"({"a":4,"b":6,"c":5})");
  BOOST_TEST(document->root().find("b")->integer() == 6);
  std::string names;
  for (const auto& [name, value] : document->root().members()) {
    names += name;
    names += std::to_string(value.integer());
  }
  BOOST_TEST(names == "a4b6c5");
}

BOOST_AUTO_TEST_CASE(a_text_nests_as_deeply_as_it_is_allowed_to) {
  const auto nested = [](std::size_t depth, const std::string& inside) {
    return std::string(depth, '[') + inside + std::string(depth, ']');
  };
  // Read by simdjson, and by what reads what that refuses.
  for (const std::string inside : {"1", "123456789012345678901234567890"}) {
    BOOST_TEST(JsonDocument::parse(nested(200, inside), 200).has_value(), inside);
    BOOST_TEST(!JsonDocument::parse(nested(201, inside), 200).has_value(), inside);
    BOOST_TEST(JsonDocument::parse(nested(JsonDocument::default_depth, inside)).has_value());
    BOOST_TEST(!JsonDocument::parse(nested(500'000, inside)).has_value());
  }
  BOOST_TEST(JsonDocument::of(json::parse(nested(200, "{}")), 201).has_value());
  BOOST_TEST(!JsonDocument::of(json::parse(nested(200, "{}")), 200).has_value());
}

BOOST_AUTO_TEST_CASE(documents_of_one_thread_are_good_side_by_side) {
  const auto text = [](int i) { return R"({"name":"document )" + std::to_string(i) + "\"}"; };
  std::vector<JsonDocument> documents;
  for (int i = 0; i < 20; ++i) documents.push_back(*JsonDocument::parse(text(i)));
  documents.erase(documents.begin() + 3, documents.begin() + 9);
  for (int i = 20; i < 30; ++i) documents.push_back(*JsonDocument::parse(text(i)));
  std::string last;
  for (const auto& document : documents) {
    const std::string name(document.root().find("name")->text());
    BOOST_TEST(name.starts_with("document "));
    BOOST_TEST(name != last);
    last = name;
  }
  BOOST_TEST(last == "document 29");
}

BOOST_AUTO_TEST_CASE(a_text_in_a_tree_that_is_no_utf8_is_replaced) {
  const auto document = JsonDocument::of(json{{"a", "b\xff"}});
  BOOST_TEST(document->root().find("a")->text() == "b\xEF\xBF\xBD");
}

BOOST_AUTO_TEST_CASE(a_view_of_nothing_is_null) {
  const JsonView view;
  BOOST_TEST(view.is_null());
  BOOST_TEST(view.dump() == "null");
  BOOST_TEST(!view.find("a").has_value());
  BOOST_TEST(view.empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace mocks
