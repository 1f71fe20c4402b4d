// Did you mean: the known word that an unknown one was probably meant to be.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rotator {

// "; did you mean 'window'?" when one of `known` is so near that the rest is a slip of the hand: at
// most one change in three letters, at most three in all, a swap of neighbours counting as one. Of
// several the nearest, of equals the first. Else "".
std::string did_you_mean(std::string_view word, const std::vector<std::string>& known);

}  // namespace rotator
