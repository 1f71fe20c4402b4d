#include "tests/tidy/sources.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

namespace tidy {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

std::vector<SourceFile> read_all() {
  const fs::path root = OVERLAP_SOURCE_DIR;
  std::vector<SourceFile> all;
  for (const char* room : {"rotator", "mocks", "scenarios", "bench", "tests"}) {
    for (const auto& entry : fs::recursive_directory_iterator(root / room)) {
      const auto extension = entry.path().extension();
      if (extension != ".h" && extension != ".cc") continue;
      all.push_back({fs::relative(entry.path(), root).generic_string(), read(entry.path())});
    }
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  return all;
}

}  // namespace

const std::vector<SourceFile>& sources() {
  static const std::vector<SourceFile> all = read_all();
  return all;
}

bool starts_with_any(const std::string& path, const std::vector<std::string>& prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](const auto& prefix) { return path.starts_with(prefix); });
}

std::string stem_of(const std::string& path) { return path.substr(0, path.rfind('.')); }

std::vector<std::string> includes_of(const SourceFile& file) {
  static const std::regex include(R"re((?:^|\n)#include "([^"]+)")re");
  std::vector<std::string> all;
  for (std::sregex_iterator it(file.text.begin(), file.text.end(), include), end; it != end; ++it)
    all.push_back((*it)[1]);
  return all;
}

std::string code_of(const std::string& text) {
  std::string code;
  enum class In { program, line_comment, block_comment, string, character } in = In::program;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const char next = i + 1 < text.size() ? text[i + 1] : '\0';
    switch (in) {
      case In::program:
        if (c == '/' && next == '/') in = In::line_comment;
        if (c == '/' && next == '*') in = In::block_comment;
        if (c == '"') in = In::string;
        if (c == '\'' && (i == 0 || std::isalnum(static_cast<unsigned char>(text[i - 1])) == 0))
          in = In::character;
        code += c;
        break;
      case In::line_comment:
        if (c == '\n') in = In::program, code += c;
        break;
      case In::block_comment:
        if (c == '/' && text[i - 1] == '*') in = In::program;
        break;
      case In::string:
        if (c == '\\') ++i;
        if (c == '"') in = In::program, code += c;
        break;
      case In::character:
        if (c == '\\') ++i;
        if (c == '\'') in = In::program, code += c;
        break;
    }
  }
  return code;
}

}  // namespace tidy
