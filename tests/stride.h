// Which calls a test disturbs that disturbs one call after the other: every one; but sanitised
// builds, twenty times as slow, take each third one, from another one for each kind of fault.
#pragma once

#include <cstdint>

namespace testing {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr std::uint64_t stride = 3;
#else
inline constexpr std::uint64_t stride = 1;
#endif

// The first call that the `row`-th kind of fault meets.
constexpr std::uint64_t stride_begin(std::uint64_t row) { return 1 + row % stride; }

}  // namespace testing
