#include "mocks/read_json.h"

#include <simdjson.h>
#include <nlohmann/json.hpp>
#include <string>

namespace mocks {
namespace {

using nlohmann::json;
namespace dom = simdjson::dom;

// Bound by simdjson's nesting. The value is of the type asked for: its own type says so.
json tree_of(dom::element value) {
  switch (value.type()) {
    case dom::element_type::OBJECT: {
      json::object_t object;
      for (const auto [name, member] : dom::object(value))
        object.insert_or_assign(std::string(name), tree_of(member));
      return object;
    }
    case dom::element_type::ARRAY: {
      json::array_t array;
      for (const auto element : dom::array(value)) array.push_back(tree_of(element));
      return array;
    }
    case dom::element_type::STRING: return std::string(std::string_view(value));
    case dom::element_type::INT64: {
      const std::int64_t number = value;
      // nlohmann/json keeps what has no sign as unsigned.
      if (number > 0) return static_cast<std::uint64_t>(number);
      return number;
    }
    case dom::element_type::UINT64: return std::uint64_t(value);
    case dom::element_type::DOUBLE: return double(value);
    case dom::element_type::BOOL: return bool(value);
    case dom::element_type::NULL_VALUE: break;
  }
  return nullptr;
}

}  // namespace

json read_json(std::string_view text) {
  thread_local dom::parser parser;
  dom::element root;
  if (parser.parse(text.data(), text.size()).get(root) != simdjson::SUCCESS)
    return json::parse(text, nullptr, false);
  return tree_of(root);
}

}  // namespace mocks
