// What an exploration came to, for people.
#include <array>
#include <cstdio>

#include "rotator/calls/utf8.h"
#include "scenarios/explore/explore.h"
#include "scenarios/terminal.h"

namespace scenarios::explore {
namespace {

std::string cell(const std::string& text, std::size_t width) {
  return text.size() < width ? std::string(width - text.size(), ' ') + text : text;
}

std::string number(std::uint64_t value, std::size_t width) { return cell(grouped(value), width); }

std::string table(const std::vector<WayResult>& ways) {
  std::string text =
      "way             runs     planned      pruned   wrong  call orders  rules idle\n";
  for (const auto& way : ways) {
    std::string name = way.name;
    name.resize(8, ' ');
    text += name + number(way.runs, 12) + number(way.planned, 12) + number(way.pruned, 12) +
            number(way.wrong, 8) + number(way.call_orders, 13) +
            cell(grouped(way.rules_idle) + " of " + grouped(way.rules), 16) + "\n";
  }
  return text;
}

std::string faults(const Plan& plan, const char* indent) {
  if (plan.empty()) return std::string(indent) + "faults: []\n";
  std::string text = std::string(indent) + "faults:\n";
  for (const auto& rule : plan) text += std::string(indent) + "  - " + yaml_of(rule) + "\n";
  return text;
}

std::string seconds(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%12.3f", value);
  return text.data();
}

std::string lines(const std::vector<TimelineEntry>& tail) {
  std::string text;
  for (const auto& entry : tail) text += seconds(entry.at_s) + "  " + entry.what + "\n";
  return text;
}

std::string told(const Group& group, std::size_t number, const std::string& path) {
  const auto& explained = group.explained;
  const auto& finding = explained.finding;
  std::string text = "\n" + std::to_string(number) + ". " + to_string(finding.wrong) + ", " +
                     grouped(group.runs) + (group.runs == 1 ? " run" : " runs") + "; found by " +
                     group.way + ", seed " + std::to_string(explained.seed) + "\n   " +
                     wrapped(finding.what, 3, 3) + "\n";
  if (!finding.call.empty())
    text += "   " + wrapped("in " + finding.phase + ", last call " + finding.call, 3, 3) + "\n";
  text += "   least plan, of " + std::to_string(explained.drawn.size()) +
          (explained.drawn.size() == 1 ? " rule" : " rules") + " that were drawn:\n" +
          faults(explained.minimal, "     ");
  if (explained.neighbour)
    text += "   passes (" + explained.neighbour->ended + ") if " + explained.neighbour->differs +
            ":\n" + faults(explained.neighbour->plan, "     ");
  if (!explained.tail.empty()) text += "   up to it:\n" + lines(explained.tail);
  for (const auto& plan : group.also) text += "   shown also by:\n" + faults(plan, "     ");
  return text + "   replay: " + replay_line(path, explained.seed, explained.minimal) + "\n";
}

// For a shell: within '...' only ' itself needs another form.
std::string in_single_quotes(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

}  // namespace

std::string replay_line(const std::string& path, std::uint64_t seed, const Plan& plan) {
  return "rehearse explore " + path + " --seed " + std::to_string(seed) + " --plan " +
         in_single_quotes(yaml_of(plan));
}

std::string run_text(const OneRun& one) {
  const auto& trial = one.trial;
  std::string text = one.scenario + ", seed " + std::to_string(trial.seed) + ", " +
                     grouped(trial.calls.size()) + " calls\n" + faults(trial.plan, "") +
                     lines(one.tail);
  if (trial.rules_idle > 0) text += "rules that never fired: " + grouped(trial.rules_idle) + "\n";
  if (!trial.ended.empty()) text += "ended " + trial.ended + "\n";
  if (trial.finding)
    text += std::string(to_string(trial.finding->wrong)) + ": " +
            wrapped(trial.finding->what, 0, 2) + "\n";
  return rotator::printable(text);
}

std::string explore_text(const ExploreResult& result) {
  std::string text = result.scenario + ": " + grouped(result.quiet_calls) +
                     " calls when nothing more goes wrong than it says\n" + table(result.ways);
  for (std::size_t i = 0; i < result.groups.size(); ++i)
    text += told(result.groups[i], i + 1, result.path);
  if (result.not_explained > 0)
    text += "\n" + grouped(result.not_explained) +
            " more runs went wrong in other ways, and were not looked into: mend these first\n";
  if (result.interrupted) text += "\ninterrupted: this is what was found until then\n";
  if (result.groups.empty() && !result.interrupted)
    text += "no login was lost, no invariant broken, and every rotation came to an end\n";
  return rotator::printable(text);
}

}  // namespace scenarios::explore
