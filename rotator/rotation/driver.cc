#include "rotator/rotation/driver.h"

#include <algorithm>
#include <utility>

#include "rotator/calls/times.h"
#include "rotator/rotation/strategies/strategies.h"

namespace rotator {

using ports::ErrorCode;

Driver::Driver(Context& context, const Strategy& strategy)
    : context_(context), strategy_(&strategy) {
  if (never_turns_back()) context.failures.only_the_new_one_helps();
}

// ---- Where a walk begins

Outcome Driver::begin(const PhaseWork& opening) {
  opening_ = &opening;
  return walk({.where = Place::Where::opening});
}

Outcome Driver::resume() {
  auto& journal = context_.ledger.entry();
  if (journal.disposition == Disposition::rolling_back) return walk({.where = Place::Where::back});
  const auto row = strategy_->row_of(journal.phase);
  if (row == strategy_->forward.size())
    return outcome(Ending::misconfigured, "rotation " + journal.rotation_id + " is in phase " +
                                              to_string(journal.phase) + ", which strategy " +
                                              std::string(strategy_->name) +
                                              " does not have; use the rotator that began it");
  if (journal.disposition == Disposition::stopped) {
    journal.disposition = Disposition::running;
    journal.reason.clear();
    // An operator has looked at the failures that stopped it.
    journal.failures_at_start = context_.failures.count();
    context_.failures.forgive();
    context_.ledger.touch();
  }
  return walk({.row = row});
}

bool Driver::can_turn_back() const {
  if (never_turns_back()) return false;
  const auto row = strategy_->row_of(context_.ledger.entry().phase);
  return row <= strategy_->row_of(strategy_->last_turn);
}

bool Driver::has_way_back() const {
  return !never_turns_back() && !only_forward_ &&
         (strategy_->replaces_back || nothing_made() ||
          !context_.systems.capability().create_replaces);
}

bool Driver::nothing_made() const {
  return context_.ledger.entry().new_secret_id.empty() && !context_.values.create_in_doubt();
}

Outcome Driver::turn_back(std::string why) {
  context_.ledger.entry().rollback_asked = true;
  return walk(turn(std::move(why)));
}

// ---- The walk

Outcome Driver::walk(Place from) {
  std::optional<Place> place = from;
  auto result = outcome(Ending::unknown, "the rotation entered too many phases");
  for (int steps = 0; place && steps < max_steps; ++steps) {
    if (due_now(*place)) place = go_to_due("the exposure that is bearable is over");
    const auto phase = name_of(*place);
    const auto entered = context_.clock.now();
    context_.teller.began(phase, context_.ledger.entry().rotation_id);
    const auto step = perform_with_patience(*place);
    const auto took = context_.clock.now() - entered;
    durations_.emplace_back(phase, took);
    const bool well = step && (step->kind == Step::Kind::done || step->kind == Step::Kind::again);
    context_.teller.ended(
        well, took,
        step ? step->why : std::string(to_string(step.error().code)) + ": " + step.error().message);
    place = step ? after_step(*place, *step, result) : after_error(*place, step.error(), result);
  }
  result.phase = context_.teller.phase();
  result.rotation_id = context_.ledger.entry().rotation_id;
  result.durations = durations_;
  return result;
}

// Every phase looks at the world first, so trouble that may pass is met by doing the phase again.
Stepped Driver::perform_with_patience(Place place) {
  auto& clock = context_.clock;
  const auto phase = name_of(place);
  const bool patient = place.where != Place::Where::opening;
  const auto ends = clock.now() + context_.configuration.rotation.patience;
  auto backoff = first_backoff;
  if (place.where == Place::Where::forward) context_.ledger.entry().phase = phase;
  context_.exposure.heed(lies_before_due(place));
  for (;;) {
    if (clock.interrupted())
      return ports::fail(ErrorCode::interrupted,
                         "asked to stop in phase " + std::string(to_string(phase)));
    Stepped step = Step::again();
    if (context_.ledger.dirty())
      if (const auto written = context_.ledger.append(); !written)
        step = ports::fail(written.error());
    if (step) step = perform(place);
    if (step || context_.lock.lost() || !may_pass(step.error().code) || !patient) return step;
    if (due_now(place)) return step;
    if (clock.now() + backoff >= ends) return step;
    context_.teller.note(Severity::warning, std::string(to_string(phase)) + " is tried again in " +
                                                to_text(backoff) + ": " + step.error().message);
    const auto waited = context_.waiter.wait(clock.now() + backoff);
    if (!waited && (context_.lock.lost() || !may_pass(waited.error().code)))
      return ports::fail(waited.error());
    if (due_now(place)) return step;
    // A wait that failed at once must not make this loop spin.
    if (!waited && clock.sleep_until(clock.now() + backoff) == ports::Wake::interrupted) continue;
    backoff = std::min(2 * backoff, longest_backoff);
  }
}

Stepped Driver::perform(Place place) {
  if (place.where == Place::Where::opening) return opening_->perform(context_);
  if (place.where == Place::Where::back) return perform_back();
  auto step = strategy_->forward[place.row].phase->perform(context_);
  if (!step) return step;
  if (step->kind == Step::Kind::refuse) {
    context_.ledger.entry().reason = step->why;
    if (const auto closed = close(Disposition::rolled_back); !closed)
      return ports::fail(closed.error());
  }
  if (step->kind == Step::Kind::done && last(place))
    if (const auto closed = close(Disposition::done); !closed) return ports::fail(closed.error());
  return step;
}

Stepped Driver::perform_back() {
  Stepped step = Step::done();
  for (const auto* phase : strategy_->back) {
    if (!phase->wanted(context_)) continue;
    step = phase->perform(context_);
    if (!step || step->kind != Step::Kind::done) return step;
  }
  if (const auto closed = close(Disposition::rolled_back); !closed)
    return ports::fail(closed.error());
  return step;
}

// An end that could not be written has not come: whoever resumes goes on the same way.
ports::Status Driver::close(Disposition disposition) {
  auto& journal = context_.ledger.entry();
  const auto before = std::exchange(journal.disposition, disposition);
  const auto finished_before = std::exchange(journal.finished, context_.clock.wall_now());
  const auto written = context_.ledger.append();
  if (!written) {
    journal.disposition = before;
    journal.finished = finished_before;
  }
  return written;
}

// ---- Where it goes on

std::optional<Driver::Place> Driver::after_step(Place place, const Step& step, Outcome& result) {
  switch (step.kind) {
    case Step::Kind::done:
      if (place.where == Place::Where::opening) {
        if (const auto* chosen = find_strategy(context_.ledger.entry().strategy))
          strategy_ = chosen;
        return Place{};
      }
      if (!last(place)) return after(place.row);
      result =
          outcome(place.where == Place::Where::back ? Ending::rolled_back : Ending::done, step.why);
      return std::nullopt;
    case Step::Kind::again:
      return place.where == Place::Where::forward ? again_of(place.row) : place;
    case Step::Kind::forward: return only_forward(step.why);
    case Step::Kind::turn_back:
      if (before_due(place)) return go_to_due(step.why);
      if (place.where != Place::Where::back && has_way_back() &&
          context_.configuration.rotation.automatic_rollback)
        return turn(step.why);
      result = stopped(step.why);
      return std::nullopt;
    case Step::Kind::stop:
      if (before_due(place)) return go_to_due(step.why);
      if (step.from_again) context_.ledger.entry().phase = name_of(again_of(place.row));
      result = stopped(step.why);
      return std::nullopt;
    case Step::Kind::refuse: result = outcome(Ending::refused, step.why); return std::nullopt;
  }
  return std::nullopt;
}

std::optional<Driver::Place> Driver::after_error(Place place, const ports::Error& error,
                                                 Outcome& result) {
  auto& journal = context_.ledger.entry();
  if (context_.lock.lost()) {
    result = outcome(Ending::locked,
                     "this rotator no longer holds the rotation and has stopped "
                     "acting: " +
                         error.message);
    return std::nullopt;
  }
  const auto* const goes_on = place.where == Place::Where::opening
                                  ? "; nothing was changed: `rotator run` begins anew"
                                  : "; `rotator resume` goes on";
  if (error.code == ErrorCode::interrupted) {
    if (context_.ledger.has_unwritten_end())
      if (const auto written = context_.ledger.append(); !written)
        context_.teller.note(Severity::warning, "not journaled: " + written.error().message);
    result = outcome(Ending::interrupted, error.message + goes_on);
    return std::nullopt;
  }
  if (before_due(place)) return go_to_due(error.message);
  if (may_pass(error.code)) {
    relieve(place);
    result = outcome(Ending::unknown, std::string(to_string(name_of(place))) +
                                          " could not go on: " + error.message + goes_on);
    return std::nullopt;
  }
  if (place.where == Place::Where::opening) {
    result =
        outcome(error.code == ErrorCode::configuration ? Ending::misconfigured : Ending::refused,
                error.message);
    return std::nullopt;
  }
  const bool forward = place.where == Place::Where::forward;
  // The very first journal entry, or the create itself, was refused: there is nothing to take back.
  if (forward && nothing_made() && journal.staged_kv_version == 0 &&
      journal.intent != Intent::stage_value) {
    result = outcome(Ending::refused, error.message + "; nothing was changed");
    journal.disposition = Disposition::rolled_back;
    journal.reason = error.message;
    if (const auto written = context_.ledger.append(); !written)
      context_.teller.note(Severity::warning, "not journaled: " + written.error().message);
    return std::nullopt;
  }
  if (forward && place.row <= strategy_->row_of(strategy_->last_turn_by_itself) && has_way_back() &&
      context_.configuration.rotation.automatic_rollback)
    return turn(error.message);
  relieve(place);
  result = stopped(error.message);
  return std::nullopt;
}

Driver::Place Driver::after(std::size_t row) const {
  do ++row;
  while (row + 1 < strategy_->forward.size() && !strategy_->forward[row].phase->wanted(context_));
  return {.row = row};
}

Driver::Place Driver::again_of(std::size_t row) const {
  const auto* again = strategy_->forward[row].again;
  return {.row = again != nullptr ? strategy_->row_of(again) : row};
}

bool Driver::last(Place place) const {
  return place.where == Place::Where::back || place.row + 1 == strategy_->forward.size();
}

Driver::Place Driver::turn(std::string why) {
  auto& journal = context_.ledger.entry();
  context_.teller.note(Severity::warning, "rolling back: " + why);
  journal.disposition = Disposition::rolling_back;
  journal.reason = std::move(why);
  context_.ledger.touch();
  return {.where = Place::Where::back};
}

Driver::Place Driver::only_forward(const std::string& why) {
  auto& journal = context_.ledger.entry();
  context_.teller.note(Severity::warning, why + ": going on to the new one");
  only_forward_ = true;
  context_.failures.forgive();
  context_.failures.only_the_new_one_helps();
  journal.disposition = Disposition::running;
  journal.reason.clear();
  context_.ledger.touch();
  return {.row = strategy_->row_of(journal.phase)};
}

bool Driver::lies_before_due(Place place) const {
  return strategy_->due != nullptr && place.where == Place::Where::forward &&
         place.row < strategy_->row_of(strategy_->due);
}

bool Driver::before_due(Place place) const {
  return lies_before_due(place) && context_.exposure.runs();
}

Driver::Place Driver::go_to_due(const std::string& why) {
  context_.teller.note(Severity::warning, why + ": the leaked secret ends at " +
                                              to_rfc3339(context_.ledger.entry().exposure_ends) +
                                              ", whoever still uses it");
  context_.exposure.cut_short();
  return {.row = strategy_->row_of(strategy_->due)};
}

void Driver::relieve(Place place) {
  if (place.where != Place::Where::forward) return;
  if (!strategy_->forward[place.row].phase->relieve(context_)) return;
  context_.ledger.entry().phase = name_of(again_of(place.row));
  if (const auto written = context_.ledger.append(); !written)
    context_.teller.note(Severity::warning, "not journaled: " + written.error().message);
}

// ---- How it ends

Outcome Driver::stopped(std::string why) {
  auto& journal = context_.ledger.entry();
  // A way back that cannot be finished stays one: whoever resumes goes on going back.
  if (journal.disposition != Disposition::rolling_back) journal.disposition = Disposition::stopped;
  journal.reason = why;
  if (const auto written = context_.ledger.append(); !written)
    context_.teller.note(Severity::error,
                         "the stop could not be journaled: " + written.error().message);
  return outcome(Ending::stopped, std::move(why));
}

Outcome Driver::outcome(Ending ending, std::string message) const {
  // What was asked for has been done.
  const bool as_asked = ending == Ending::rolled_back && context_.ledger.entry().rollback_asked;
  return {.ending = ending,
          .phase = context_.teller.phase(),
          .exit_code = as_asked ? 0 : exit_code(ending),
          .message = std::move(message),
          .rotation_id = context_.ledger.entry().rotation_id,
          .strategy = std::string(strategy_->name)};
}

Phase Driver::name_of(Place place) const {
  switch (place.where) {
    case Place::Where::opening: return opening_->name();
    case Place::Where::forward: return strategy_->forward[place.row].phase->name();
    case Place::Where::back: return Phase::rollback;
  }
  return Phase::rollback;
}

}  // namespace rotator
