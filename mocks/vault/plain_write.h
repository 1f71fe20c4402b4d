// PlainWrite: the body of a KV write as most clients send it, read in one pass and without a tree:
// {"options":{"cas":3},"data":{"name":"value",...}}, where every value is a string of printable
// ASCII that Go's encoding/json leaves as it is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mocks::vault {

struct PlainWrite {
  std::optional<std::int64_t> cas = {};
  std::string data = {};  // canonical text (see json_text.h)
};

// Nothing for every other body, which may be a good one all the same: then the tree must tell.
std::optional<PlainWrite> read_plain_write(std::string_view body);

}  // namespace mocks::vault
