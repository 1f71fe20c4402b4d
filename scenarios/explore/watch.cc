#include "scenarios/explore/watch.h"

#include <algorithm>

#include "mocks/sim/draws.h"
#include "scenarios/callers.h"

namespace scenarios::explore {
namespace {

using mocks::FactKind;
using mocks::name_of;
using mocks::sim::Draws;

// Facts between two looks at the clock and at the signal.
constexpr std::uint64_t facts_between_looks = 1024;

// Shorter pieces with digits are versions of APIs.
constexpr std::size_t shortest_id = 8;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Whether a piece of a path is made up anew in each run.
bool made_up(std::string_view piece) {
  return piece.size() >= shortest_id && piece.find('.') == std::string_view::npos &&
         std::any_of(piece.begin(), piece.end(), is_digit);
}

// Of the query what tells one use of a path from another: a watch, the program of an exec.
std::string shape_of_query(std::string_view query) {
  if (query.starts_with("command=")) return std::string(query.substr(0, query.find('&'))) + "*";
  return query.find("watch=true") == std::string_view::npos ? "*" : "*watch=true*";
}

std::string server_of(std::uint64_t name) {
  const auto* const found =
      std::find_if(std::begin(servers), std::end(servers),
                   [&](std::string_view one) { return name_of(one) == name; });
  return found == std::end(servers) ? "" : std::string(*found);
}

std::uint64_t hash_of(const MadeCall& call) {
  std::uint64_t hash = Draws::mix(name_of(call.phase));
  hash = Draws::mix(hash ^ name_of(call.server));
  hash = Draws::mix(hash ^ name_of(call.method));
  hash = Draws::mix(hash ^ name_of(shape_of(call.target)));
  return Draws::mix(hash ^ static_cast<std::uint64_t>(call.status));
}

}  // namespace

std::string shape_of(std::string_view target) {
  const auto question = target.find('?');
  const auto path = target.substr(0, question);
  std::string shape;
  for (std::size_t begin = 0; begin <= path.size();) {
    const auto end = std::min(path.find('/', begin), path.size());
    const auto piece = path.substr(begin, end - begin);
    if (begin > 0) shape += '/';
    shape += made_up(piece) ? "*" : piece;
    begin = end + 1;
  }
  if (question != std::string_view::npos)
    shape += "?" + shape_of_query(target.substr(question + 1));
  return shape;
}

std::string describe(const MadeCall& call) {
  return call.method + " " + call.server + " " + shape_of(call.target) + " -> " +
         std::to_string(call.status);
}

Watch::Watch(std::string_view driver, Limits limits, const ports::Clock& clock,
             const ports::StopSignal* stop)
    : driver_(name_of(driver)), limits_(limits), clock_(clock), stop_(stop), begun_(clock.now()) {}

void Watch::entered(const std::string& phase) {
  if (phase == "before" || phase == "after") return;
  phase_ = phase;
  began_ = true;
}

void Watch::observe(ports::Instant at, const mocks::Fact& fact) {
  if (++seen_ % facts_between_looks == 0) look_at_the_time();
  if (fact.kind != FactKind::fault_fired) facts_.observe(at, fact);
  switch (fact.kind) {
    case FactKind::secret_created:
    case FactKind::secret_disabled:
    case FactKind::secret_deleted: secrets_changed_ = secrets_changed_ || began_; return;
    case FactKind::kv_written:
      secrets_changed_ = secrets_changed_ || (began_ && fact.object != 0);
      return;
    case FactKind::call_made: return made(at, fact);
    default: return;
  }
}

std::uint64_t Watch::call_order() const {
  std::uint64_t hash = 0;
  for (const auto step : steps_) hash = Draws::mix(hash ^ step);
  return hash;
}

void Watch::end(Ended why) {
  if (ended_ != Ended::no) return;
  ended_ = why;
  own_stop_.request();
}

void Watch::look_at_the_time() {
  if (stop_ != nullptr && stop_->requested()) end(Ended::told_to);
  if (limits_.real_time > ports::Duration(0) && clock_.now() - begun_ > limits_.real_time)
    end(Ended::too_long);
}

void Watch::made(ports::Instant at, const mocks::Fact& fact) {
  if (fact.object != driver_) return;
  look_at_the_time();
  const auto space = fact.text.find(' ');
  calls_.push_back(
      {.phase = phase_,
       .server = server_of(fact.subject),
       .method = std::string(fact.text.substr(0, space)),
       .target = std::string(fact.text.substr(std::min(space, fact.text.size() - 1) + 1)),
       .status = fact.number,
       .at_s = static_cast<double>(at.time_since_epoch().count()) / 1e9});
  const auto call = hash_of(calls_.back());
  steps_.insert(Draws::mix(last_call_ + call * 3));
  last_call_ = call;
  if (limits_.calls > 0 && calls_.size() > limits_.calls) end(Ended::too_many_calls);
}

}  // namespace scenarios::explore
