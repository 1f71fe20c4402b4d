// Strings: a JSON object whose members are all texts, as labels, annotations and selectors are.
// Sorted by key, which is how Go writes a map.
#pragma once

#include <map>
#include <string>

namespace mocks::kubernetes {

using Strings = std::map<std::string, std::string>;

}  // namespace mocks::kubernetes
