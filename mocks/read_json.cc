#include "mocks/read_json.h"

#include <nlohmann/json.hpp>

#include "mocks/json_view.h"

namespace mocks {

nlohmann::json read_json(std::string_view text) {
  if (const auto document = JsonDocument::parse_plain(text, JsonDocument::default_depth))
    return document->root().tree();
  return nlohmann::json::parse(text, nullptr, false);
}

}  // namespace mocks
