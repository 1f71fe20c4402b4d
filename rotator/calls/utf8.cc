#include "rotator/calls/utf8.h"

#include <algorithm>

namespace rotator {

std::size_t utf8_length(std::string_view text) {
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto follows = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xbf) {
    return text.size() > i && byte(i) >= low && byte(i) <= high;
  };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) return follows(1) ? 2 : 0;
  if (lead >= 0xe0 && lead <= 0xef) {
    const bool whole =
        follows(1, lead == 0xe0 ? 0xa0 : 0x80, lead == 0xed ? 0x9f : 0xbf) && follows(2);
    return whole ? 3 : 0;
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    const bool whole = follows(1, lead == 0xf0 ? 0x90 : 0x80, lead == 0xf4 ? 0x8f : 0xbf) &&
                       follows(2) && follows(3);
    return whole ? 4 : 0;
  }
  return 0;
}

std::string printable(std::string_view text) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string safe;
  const auto escape = [&safe](unsigned char byte) {
    safe += "\\x";
    safe += digits[byte >> 4U];
    safe += digits[byte & 0xfU];
  };
  while (!text.empty()) {
    const auto length = utf8_length(text);
    const auto lead = static_cast<unsigned char>(text.front());
    const bool control = (lead < 0x20 && lead != '\n' && lead != '\t') || lead == 0x7f;
    // U+0080 to U+009F: the second byte is the code point's.
    const bool control_1 =
        length == 2 && lead == 0xc2 && static_cast<unsigned char>(text[1]) < 0xa0;
    if (control || length == 0)
      escape(lead);
    else if (control_1)
      escape(static_cast<unsigned char>(text[1]));
    else
      safe += text.substr(0, length);
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return safe;
}

}  // namespace rotator
