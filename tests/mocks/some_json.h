// JSON of any shape, for properties that hold of every text.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace mocks {

// Drawn by rapidcheck, inside a property: arrays and objects at most `depth` in one another.
nlohmann::json some_json(int depth);

// What alike trees share and others do not: an integer and a fraction of one value print
// differently.
std::string printed(const nlohmann::json& tree);

}  // namespace mocks
