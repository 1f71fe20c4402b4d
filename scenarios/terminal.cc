#include "scenarios/terminal.h"

#include <unistd.h>

#include <array>

namespace scenarios {
namespace {

struct Tint {
  std::string_view word;
  std::string_view code;
};

constexpr std::string_view green = "\033[32m";
constexpr std::string_view yellow = "\033[33m";
constexpr std::string_view red = "\033[31m";
constexpr std::string_view plain = "\033[0m";

// How the last column of a table ends; the longer ones first.
constexpr std::array row_ends = {Tint{"  fail, expected", yellow},
                                 Tint{"  unknown, expected", yellow}, Tint{"  pass", green},
                                 Tint{"  deviates", red}};
// How a line of details begins.
constexpr std::array line_begins = {
    Tint{"deviates:", red},          Tint{"  fail ", red},
    Tint{"  unknown ", red},         Tint{"  pass ", green},
    Tint{"fault never fired:", red}, Tint{"act never happened:", red},
    Tint{"act failed:", red}};

std::string painted_line(std::string_view line) {
  const auto tinted = [&](std::size_t at, const Tint& tint) {
    const auto word = tint.word.find_first_not_of(' ');
    return std::string(line.substr(0, at + word)) + std::string(tint.code) +
           std::string(tint.word.substr(word)) + std::string(plain) +
           std::string(line.substr(at + tint.word.size()));
  };
  for (const auto& tint : row_ends)
    if (line.ends_with(tint.word)) return tinted(line.size() - tint.word.size(), tint);
  for (const auto& tint : line_begins)
    if (line.starts_with(tint.word)) return tinted(0, tint);
  return std::string(line);
}

}  // namespace

std::string wrapped(std::string_view text, std::size_t column, std::size_t indent) {
  if (const auto end = text.find('\n'); end != std::string_view::npos)
    return wrapped(text.substr(0, end), column, indent) + "\n" +
           wrapped(text.substr(end + 1), 0, indent);
  std::string out;
  bool fresh = true;  // nothing stands on this line yet but what was there before
  while (!text.empty()) {
    const auto space = text.find(' ');
    const auto word = text.substr(0, space);
    text.remove_prefix(space == std::string_view::npos ? text.size() : space + 1);
    if (!fresh && column + 1 + word.size() > line_width) {
      out += "\n" + std::string(indent, ' ');
      column = indent;
      fresh = true;
    }
    if (!fresh) out += ' ';
    column += word.size() + (fresh ? 0 : 1);
    out += word;
    fresh = false;
  }
  return out;
}

bool takes_colour(int file_descriptor, const TerminalWishes& wishes) {
  return wishes.no_colour.empty() && wishes.type != "dumb" && isatty(file_descriptor) == 1;
}

std::string painted(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto end = text.find('\n');
    out += painted_line(text.substr(0, end));
    if (end == std::string_view::npos) break;
    out += '\n';
    text.remove_prefix(end + 1);
  }
  return out;
}

}  // namespace scenarios
