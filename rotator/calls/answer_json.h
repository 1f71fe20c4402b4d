// Reading JSON answers: lenient about what servers leave out, strict about shape. For .cc files
// only (it pulls in nlohmann/json).
#pragma once

#include <cstdint>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "rotator/ports/result.h"

namespace rotator {

using Json = nlohmann::json;

// The object in `text`, or an Error of code malformed: "<tried>: the answer is not a JSON object".
// The text itself is never shown.
ports::Result<Json> parse_object(std::string_view text, std::string_view tried);

// The member at the end of `path`, or a null when any step is absent or no object.
const Json& member(const Json& from, std::initializer_list<std::string_view> path);

// The same as a string, number or flag; the empty value when absent or of another type.
std::string text_member(const Json& from, std::initializer_list<std::string_view> path);
std::int64_t integer_member(const Json& from, std::initializer_list<std::string_view> path,
                            std::int64_t otherwise = 0);
bool flag_member(const Json& from, std::initializer_list<std::string_view> path);

// `from[key]` when it is an array, else an empty array.
const Json& array_member(const Json& from, std::initializer_list<std::string_view> path);

// Overwrites every string in `value` (see ports::wipe): for documents that held a secret.
void wipe(Json& value);

// A server's own words for an error message: without control characters, cut at `most` bytes on a
// character boundary, and with `secret` (when it is not empty) blotted out.
std::string quotable(std::string_view text, std::string_view secret = {}, std::size_t most = 300);

}  // namespace rotator
