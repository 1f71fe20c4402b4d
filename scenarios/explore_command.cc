#include "scenarios/explore_command.h"

#include <charconv>
#include <iostream>
#include <utility>

#include "rotator/calls/utf8.h"
#include "rotator/cli/yaml_section.h"
#include "rotator/ports/system_clock.h"
#include "scenarios/explore/explore.h"
#include "scenarios/scenario.h"

namespace scenarios {
namespace {

using explore::Court;
using ports::ErrorCode;
using ports::fail;

// A mistake of the command line.
int usage(const std::string& what) {
  std::cerr << "rehearse: " << rotator::printable(what) << "\n";
  return exit_usage;
}

int failed(const ports::Error& error, const CommonOptions& common) {
  if (common.output->error != nullptr &&
      !write_output(common.output_file, common.output->error(error)))
    return exit_output;
  return scenarios::complain(error);
}

int printed(const CommonOptions& common, const std::string& text, int code) {
  const auto written = write_output(common.output_file, text);
  if (written) return code;
  std::cerr << "rehearse: " << written.error().message << "\n";
  return exit_output;
}

struct Seeds {
  std::uint64_t first = 1;
  std::uint64_t count = 200;
};

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (text.empty() || read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return value;
}

ports::Result<Seeds> parse_seeds(const std::string& text) {
  const auto dots = text.find("..");
  const auto first = dots == std::string::npos ? std::optional<std::uint64_t>(1)
                                               : number(std::string_view(text).substr(0, dots));
  const auto last = number(dots == std::string::npos ? std::string_view(text)
                                                     : std::string_view(text).substr(dots + 2));
  if (!first || !last || *last < *first || *last - *first >= explore::max_seeds)
    return fail(ErrorCode::configuration, "--seeds: '" + text + "' is no range of at most " +
                                              grouped(explore::max_seeds) +
                                              " seeds; write for example 1..200");
  return Seeds{.first = *first, .count = *last - *first + 1};
}

// One run, told whole.
int play_one(const ExploreCommand& command, const Court& court, const explore::Ground& ground) {
  explore::Plan plan;
  if (command.plan.empty()) {
    plan = explore::plan_of_seed(*command.seed, ground);
  } else {
    auto parsed = explore::parse_plan(command.plan);
    if (!parsed) return usage("--plan: " + parsed.error().message);
    plan = std::move(*parsed);
  }
  const auto one = explore::play_one(court, plan, *command.seed);
  if (!one) return failed(one.error(), command.common);
  const auto& result = *one;
  const bool people = command.common.output->for_people;
  return printed(command.common, people ? explore::run_text(result) : explore::run_json(result),
                 result.trial.finding ? exit_deviates : exit_as_expected);
}

}  // namespace

int explore_command(const ExploreCommand& command) {
  explore::ExploreOptions options{.exhaustive = command.exhaustive,
                                  .prune = command.prune,
                                  .calls = command.calls,
                                  .kinds = command.kinds,
                                  .threads = command.common.threads};
  if (!command.real_time.empty()) {
    const auto real_time = rotator::parse_duration(command.real_time);
    if (!real_time) return usage("--for: " + real_time.error().message);
    options.real_time = *real_time;
    options.seeds = explore::max_seeds;
  }
  if (command.seeds) {
    const auto seeds = parse_seeds(*command.seeds);
    if (!seeds) return usage(seeds.error().message);
    options.first_seed = seeds->first;
    options.seeds = seeds->count;
  }
  auto scenario = load_scenario(command.path);
  if (!scenario) return failed(scenario.error(), command.common);
  ports::StopSignal stop;
  const ports::StopOnSignals on_signals(stop);
  const ports::SystemClock clock(stop);
  const auto court =
      Court::open(std::move(*scenario), {.policy = command.policy, .stop = &stop}, clock);
  if (!court) return failed(court.error(), command.common);
  const auto ground = explore::ground_of(*court, command.calls, command.kinds);
  if (ground.places.empty() || ground.mishaps.empty())
    return usage(ground.mishaps.empty()
                     ? "--kinds: no kind of fault matches '" + command.kinds + "'"
                     : "--calls: no call of the rotation matches '" + command.calls + "'");
  if (command.seed) return play_one(command, *court, ground);
  options.stop = &stop;
  std::optional<Progress> progress(std::in_place, std::cerr, clock, command.common.progress);
  options.progress = [&](double done, const std::string& what) { progress->show(done, what); };
  const auto result = explore::explore(*court, options, clock);
  progress.reset();
  if (!result) return failed(result.error(), command.common);
  const int code = result->interrupted      ? exit_interrupted
                   : result->groups.empty() ? exit_as_expected
                                            : exit_deviates;
  return printed(command.common,
                 command.common.output->for_people ? explore_text(*result) : explore_json(*result),
                 code);
}

}  // namespace scenarios
