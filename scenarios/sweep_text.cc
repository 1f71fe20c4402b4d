// A sweep for people: one table, a column a policy.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "rotator/calls/counted.h"
#include "rotator/calls/times.h"
#include "rotator/calls/utf8.h"
#include "scenarios/sweep.h"
#include "scenarios/terminal.h"

namespace scenarios {
namespace {

std::string number(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), value < 9.95 ? "%.1f" : "%.0f", value);
  return text.data();
}

std::string cell(const SweepPoint& point) {
  if (point.failed == 0) {
    std::string text = "0";
    if (point.runs_refused == point.runs) return text + " (refused)";
    if (point.runs_refused > 0) text += " (" + std::to_string(point.runs_refused) + " refused)";
    if (point.runs_not_done > 0) text += " (" + std::to_string(point.runs_not_done) + " not done)";
    if (point.runs_broken > 0) text += " (" + std::to_string(point.runs_broken) + " broken)";
    return text;
  }
  return number(point.mean) + " [" + number(point.low) + ", " + number(point.high) + "]" +
         (point.expected ? " ~ " + number(*point.expected) : "");
}

// Its head, then a cell a row; all cells but the last column's are followed by two spaces.
using Column = std::vector<std::string>;

Column windows_of(const SweepPolicy& policy) {
  Column column = {"window"};
  for (const auto& point : policy.points) {
    auto window = rotator::to_text(point.window);
    window.insert(0, window.size() < 6 ? 6 - window.size() : 0, ' ');
    column.push_back(std::move(window));
  }
  return column;
}

Column cells_of(const SweepPolicy& policy) {
  Column column = {policy.policy};
  for (const auto& point : policy.points) column.push_back(cell(point));
  return column;
}

std::size_t width_of(const Column& column) {
  std::size_t width = 0;
  for (const auto& one : column) width = std::max(width, one.size());
  return width;
}

std::string side_by_side_text(const std::vector<Column>& columns) {
  std::string text;
  for (std::size_t row = 0; row < columns.front().size(); ++row) {
    for (const auto& column : columns) {
      text += column[row];
      text.append(width_of(column) - column[row].size() + 2, ' ');
    }
    while (text.ends_with(' ')) text.pop_back();
    text += "\n";
  }
  return text;
}

}  // namespace

std::string sweep_table(const SweepResult& result) {
  auto text = wrapped("failed logins per rotation, by overlap window (" +
                          rotator::counted(result.seeds, "seed") +
                          ", 95 % interval; closed form beside it)",
                      0, 0) +
              "\n";
  if (result.policies.empty()) return text;
  const auto windows = windows_of(result.policies.front());
  std::vector<Column> block = {windows};
  std::size_t width = width_of(windows);
  // Policies that do not fit on a line any more go into a table below.
  for (const auto& policy : result.policies) {
    auto column = cells_of(policy);
    if (block.size() > 1 && width + 2 + width_of(column) > line_width) {
      text += side_by_side_text(block) + "\n";
      block = {windows};
      width = width_of(windows);
    }
    width += 2 + width_of(column);
    block.push_back(std::move(column));
  }
  return rotator::printable(text + side_by_side_text(block));
}

}  // namespace scenarios
