#include "mocks/json_escape.h"

namespace mocks {

std::string go_escape(char c) {
  constexpr std::string_view digits = "0123456789abcdef";
  switch (c) {
    case '"': return "\\\"";
    case '\\': return "\\\\";
    case '\n': return "\\n";
    case '\r': return "\\r";
    case '\t': return "\\t";
    default: break;
  }
  const auto byte = static_cast<unsigned char>(c);
  return std::string("\\u00") + digits[byte >> 4U] + digits[byte & 15U];
}

}  // namespace mocks
