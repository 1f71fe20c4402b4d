#include "tests/mocks/some_json.h"

#include <rapidcheck.h>
#include <nlohmann/json.hpp>

namespace mocks {

using nlohmann::json;

json some_json(int depth) {
  switch (*rc::gen::inRange(0, depth > 0 ? 8 : 6)) {
    case 0: return nullptr;
    case 1: return *rc::gen::arbitrary<bool>();
    case 2: return *rc::gen::arbitrary<std::int64_t>();
    case 3: return *rc::gen::arbitrary<std::uint64_t>();
    case 4: return *rc::gen::arbitrary<double>();
    case 5: return *rc::gen::string<std::string>();
    case 6: {
      json array = json::array();
      for (int n = *rc::gen::inRange(0, 4); n > 0; --n) array.push_back(some_json(depth - 1));
      return array;
    }
    default: {
      json object = json::object();
      for (int n = *rc::gen::inRange(0, 4); n > 0; --n)
        object[*rc::gen::string<std::string>()] = some_json(depth - 1);
      return object;
    }
  }
}

std::string printed(const json& tree) {
  return tree.is_discarded() ? "discarded"
                             : tree.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace mocks
