// The project's sources as text, for tests that hold its style.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tidy {

struct SourceFile {
  std::string path = {};  // relative to the project's root
  std::string text = {};
};

// Every .h and .cc below the rooms of the house, sorted by path.
const std::vector<SourceFile>& sources();

// The text without comments and what string literals hold, so that prose may name what code may not
// call. Line breaks outside of literals stay.
std::string code_of(const std::string& text);

// The paths of ours that a file includes, in its order.
std::vector<std::string> includes_of(const SourceFile& file);

bool starts_with_any(const std::string& path, const std::vector<std::string>& prefixes);

// "rotator/cli/config.h" -> "rotator/cli/config".
std::string stem_of(const std::string& path);

}  // namespace tidy
