// Reading JSON answers: lenient about what servers leave out, strict about shape.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "rotator/calls/json_view.h"
#include "rotator/ports/result.h"

namespace rotator {

// The object in `text`, or an Error of code malformed: "<tried>: the answer is not a JSON object".
// The text itself is never shown. It must outlive the document.
ports::Result<JsonDocument> parse_object(std::string_view text, std::string_view tried);

// The member at the end of `path`; the empty value when any step is absent, no object or of
// another type.
std::string text_member(JsonView from, std::initializer_list<std::string_view> path);
std::int64_t integer_member(JsonView from, std::initializer_list<std::string_view> path,
                            std::int64_t otherwise = 0);
bool flag_member(JsonView from, std::initializer_list<std::string_view> path);
JsonView array_member(JsonView from, std::initializer_list<std::string_view> path);
// The texts in the array at the end of `path`; what else is in it is left out.
std::vector<std::string> texts_member(JsonView from, std::initializer_list<std::string_view> path);

// A server's own words for an error message: without control characters, cut at `most` bytes on a
// character boundary, and with `secret` (when it is not empty) blotted out.
std::string quotable(std::string_view text, std::string_view secret = {}, std::size_t most = 300);

}  // namespace rotator
