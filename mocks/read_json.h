// JSON that clients send, as a tree. The same as nlohmann::json::parse(text, nullptr, false), whose
// own lexer takes most of a small request's time: simdjson reads the text, and whatever it refuses
// (integers beyond 64 bits, a nesting of more than 1,024, what is no JSON at all) nlohmann/json
// judges.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>

namespace mocks {

// A discarded value when `text` is not one JSON value (RFC 8259). Of a name that an object gives
// twice the last one counts.
nlohmann::json read_json(std::string_view text);

}  // namespace mocks
