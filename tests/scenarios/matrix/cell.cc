#include "tests/scenarios/matrix/cell.h"

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <vector>

#include "mocks/sim/draws.h"

namespace testing::matrix {
namespace {

using scenarios::Report;
using scenarios::Scenario;

const char* word(Way way) {
  switch (way) {
    case Way::forward: return "forward";
    case Way::back_from_rollout: return "back_from_rollout";
    case Way::back_from_overlap: return "back_from_overlap";
    case Way::back_from_soak: return "back_from_soak";
  }
  return "?";
}

const char* word(Circumstance circumstance) {
  switch (circumstance) {
    case Circumstance::nobody: return "nobody";
    case Circumstance::actor: return "actor";
    case Circumstance::written_back: return "written_back";
    case Circumstance::leftover: return "leftover";
    case Circumstance::expiring: return "expiring";
    case Circumstance::basic: return "basic";
  }
  return "?";
}

// What makes the rotation go there, as lines of a timeline.
std::string_view push(const Setting& setting) {
  const auto& pushes = *setting.row->pushes;
  switch (setting.way) {
    case Way::forward: return "";
    case Way::back_from_rollout: return pushes.from_rollout;
    case Way::back_from_overlap: return pushes.from_overlap;
    case Way::back_from_soak: return pushes.from_soak;
  }
  return "";
}

// One thing that somebody does or that happens, as lines of a timeline.
std::string act_of(const Setting& setting) {
  const mocks::sim::Draws draws(setting.seed);
  const auto draw = [&](std::uint64_t bound, std::uint64_t index) {
    return draws.below(bound, mocks::sim::Stream::identifiers, 0, index);
  };
  const auto phases = setting.row->pushes->phases;
  const std::array acts = {
      std::array{"restart: true", ""},
      std::array{"crash_container: 1", ""},
      std::array{"interrupt: rotator", ""},
      std::array{"seal: vault", "unseal: vault"},
      std::array{"take_down: kubernetes", "bring_up: kubernetes"},
      std::array{"partition: \"rotator>idp\"", "repair: \"rotator>idp\""},
      std::array{"take_down: metrics", "bring_up: metrics"},
  };
  const auto when = "  - {after: " + std::string(phases[draw(phases.size(), 0)]) + ", plus: ";
  const auto begins = draw(8, 1);
  const auto& act = acts[draw(acts.size(), 2)];
  auto lines = when + std::to_string(begins) + "s, " + act[0] + "}\n";
  if (*act[1] != '\0')
    lines += when + std::to_string(begins + 3 + draw(6, 3)) + "s, " + act[1] + "}\n";
  return lines;
}

std::string timeline_of(const Setting& setting) {
  std::string timeline(push(setting));
  if (setting.circumstance == Circumstance::actor) timeline += act_of(setting);
  if (setting.circumstance == Circumstance::written_back)
    timeline += "  - {after: overlap, plus: 100ms, put_secret: old}\n";
  return timeline.empty() ? "" : "timeline:\n" + timeline;
}

// A brisk rotation in a small fleet: short waits, so that few of the calls are renewals.
Scenario scenario_of(const Setting& setting) {
  const auto& row = *setting.row;
  auto scenario = scenarios::parse_scenario(
      "purpose: A brisk rotation.\n"
      "source: The crash matrix.\n"
      "world:\n"
      "  identity_provider: " +
          std::string(row.provider) +
          "\n"
          "  vault: {render_interval: 20s}\n"
          "  fleet: {replicas: 2, pod_ready: 3s..6s, termination: 2s..4s,\n"
          "    termination_grace_s: 5, progress_deadline_s: 30}\n"
          "  portal: {logins_per_minute: 120" +
          std::string(row.portal) +
          "}\n"
          "rotation:\n" +
          std::string(row.rotation) +
          (setting.way == Way::back_from_overlap ? "  window: 8m\n" : "") +
          "  soak: 20s\n"
          "  quiet_period: 10s\n"
          "  probes: 2\n"
          "  longest_token_exchange: 5s\n"
          "  refresh_in_flight: 5s\n"
          "  pod_ready_estimate: 6s\n" +
          timeline_of(setting) +
          "lead: 10s\n"
          "tail: 1m\n"
          "at_most: 2h\n",
      "scenarios/matrix.yaml");
  if (!scenario) throw std::runtime_error(scenario.error().message);
  auto& provider = scenario->identity_provider;
  if (row.description != nullptr) provider.http = row.description();
  if (setting.circumstance == Circumstance::leftover) provider.leftover_secret = true;
  if (setting.circumstance == Circumstance::expiring) provider.secret_life = std::chrono::days(12);
  if (setting.circumstance == Circumstance::basic) {
    provider.authentication_method = mocks::idp::AuthenticationMethod::client_secret_basic;
    scenario->portal.authentication_method = provider.authentication_method;
  }
  return *scenario;
}

mocks::sim::FaultRule rule_of(const Cell& cell) {
  constexpr std::array delays = {2, 11, 25, 45};
  constexpr std::array busy = {429, 500, 502, 503};
  constexpr std::array noes = {400, 401, 403, 404, 409, 412};
  const auto turn = cell.setting.seed + cell.call;
  mocks::sim::FaultRule rule{
      .label = "the mishap", .kind = cell.mishap->kind, .caller = "rotator", .nth = cell.call};
  if (cell.mishap->kind == &mocks::sim::fault::slow)
    rule.delay = std::chrono::seconds(delays[turn % delays.size()]);
  if (cell.mishap->kind == &mocks::sim::fault::answer) {
    rule.response = {.status = cell.mishap->column == Class::clear_no ? noes[turn % noes.size()]
                                                                      : busy[turn % busy.size()],
                     .headers = {{"Content-Type", "text/html"}},
                     .body = "<html>from a gateway</html>"};
    if (rule.response.status == 429) rule.response.headers.push_back({"Retry-After", "2"});
  }
  return rule;
}

template <typename Enumeration, std::size_t size>
const Enumeration* named(const std::array<Enumeration, size>& all, std::string_view name) {
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const auto& one) { return name == word(one); });
  return found == all.end() ? nullptr : &*found;
}

std::uint64_t number(std::string_view text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

std::string_view word(Class column) {
  switch (column) {
    case Class::none: return "nothing";
    case Class::late: return "late";
    case Class::refused: return "refused";
    case Class::clear_no: return "a clear no";
    case Class::lost: return "lost";
    case Class::twice: return "twice";
    case Class::crash: return "crash";
  }
  return "?";
}

bool exists(const Setting& setting) {
  switch (setting.circumstance) {
    case Circumstance::nobody:
    case Circumstance::actor: return true;
    case Circumstance::written_back:
      return setting.way == Way::forward && setting.row->strategy == "overlap";
    case Circumstance::leftover: return setting.way == Way::forward && setting.row->takes_leftover;
    case Circumstance::expiring: return setting.way == Way::forward && setting.row->secrets_expire;
    case Circumstance::basic: return setting.way == Way::forward;
  }
  return false;
}

std::string name_of(const Cell& cell) {
  const auto& setting = cell.setting;
  return std::string(word(setting.way)) + "/" + std::string(setting.row->name) + "/" +
         word(setting.circumstance) + "/" + std::to_string(setting.seed) + "/" +
         (cell.mishap == nullptr
              ? "none/0"
              : std::string(cell.mishap->name) + "/" + std::to_string(cell.call));
}

std::optional<Cell> cell_named(std::string_view name) {
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0; begin <= name.size();) {
    const auto end = std::min(name.find('/', begin), name.size());
    parts.push_back(name.substr(begin, end - begin));
    begin = end + 1;
  }
  if (parts.size() != 6) return std::nullopt;
  const auto* const way = named(all_ways, parts[0]);
  const auto rows = all_rows();
  const auto row =
      std::find_if(rows.begin(), rows.end(), [&](const Row& one) { return one.name == parts[1]; });
  const auto* const circumstance = named(all_circumstances, parts[2]);
  const auto* const mishap = std::find_if(all_mishaps.begin(), all_mishaps.end(),
                                          [&](const Mishap& one) { return one.name == parts[4]; });
  const bool none = parts[4] == "none";
  if (way == nullptr || row == rows.end() || circumstance == nullptr || number(parts[3]) == 0 ||
      (!none && (mishap == all_mishaps.end() || number(parts[5]) == 0)))
    return std::nullopt;
  const Cell cell{.setting = {.way = *way,
                              .row = &*row,
                              .circumstance = *circumstance,
                              .seed = number(parts[3])},
                  .mishap = none ? nullptr : &*mishap,
                  .call = number(parts[5])};
  if (!exists(cell.setting)) return std::nullopt;
  return cell;
}

Report play(const Cell& cell, bool keep_timeline) {
  auto scenario = scenario_of(cell.setting);
  if (cell.mishap != nullptr) scenario.faults = {rule_of(cell)};
  const auto report = scenarios::run_simulated(
      scenario, {.seed = cell.setting.seed,
                 .on_stop = cell.setting.way == Way::back_from_soak ? scenarios::OnStop::roll_back
                                                                    : scenarios::OnStop::resume,
                 .keep_timeline = keep_timeline});
  if (!report) throw std::runtime_error(name_of(cell) + ": " + report.error().message);
  return *report;
}

Flaw flaw(const Cell& cell, const Report& report) {
  if (!report.faults_never_fired.empty())
    return {.untested = true, .what = "the mishap never happened"};
  const auto& setting = cell.setting;
  const bool may_go_back = setting.way != Way::forward ||
                           (cell.mishap != nullptr && cell.mishap->column == Class::clear_no);
  // A clear no before anything was begun ends the run, and nothing was changed; and what is not
  // ours is for people to judge.
  auto found = scenarios::flaw_of(
      report, {.turned_back = may_go_back,
               .refused = may_go_back || setting.circumstance == Circumstance::leftover});
  if (found.failed > 0 || found.broken) return found;
  if (cell.mishap == nullptr && setting.circumstance == Circumstance::nobody &&
      setting.way != Way::forward && !scenarios::turned_back(report))
    return {.untested = true, .what = "it did not go back, so that way is not tested"};
  return found;
}

}  // namespace testing::matrix
