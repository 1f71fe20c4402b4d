// Work that several threads share out among themselves.
#pragma once

#include <functional>

namespace scenarios {

// Runs `work` on `threads` threads, this one included, until each has returned. What one of them
// throws comes out here, after all have ended.
void side_by_side(unsigned threads, const std::function<void()>& work);

}  // namespace scenarios
