// A number with the word for what it counts, for messages: "1 pod", "0 pods", "3 pods".
#pragma once

#include <concepts>
#include <string>
#include <string_view>

namespace rotator {

// `one` is the word for a single thing; more of them end in s.
template <std::integral Number>
std::string counted(Number number, std::string_view one) {
  auto text = std::to_string(number) + " ";
  text.append(one).append(number == 1 ? "" : "s");
  return text;
}

}  // namespace rotator
