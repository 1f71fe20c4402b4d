#include "mocks/sim/faults/conditions.h"

#include <algorithm>

#include "mocks/sim/glob.h"

namespace mocks::sim {

Fate Conditions::consult(ports::Instant now, const Call& call) {
  Fate fate = plan_->consult(now, call);
  if (cuts_.empty() && down_.empty()) return fate;
  if (fate.course.request == Course::Request::caller_dies) return fate;
  if (is_cut(call.caller, call.server))
    fate.course = {.request = Course::Request::lost};
  else if (is_down(call.server))
    fate.course = {.request = Course::Request::refused};
  return fate;
}

void Conditions::partition(std::string_view caller, std::string_view server) {
  cuts_.emplace_back(caller, server);
  tell();
}

void Conditions::repair(std::string_view caller, std::string_view server) {
  std::erase_if(cuts_,
                [&](const auto& cut) { return cut.first == caller && cut.second == server; });
  tell();
}

void Conditions::take_down(std::string_view server) {
  if (is_down(server)) return;
  down_.emplace_back(server);
  tell();
}

void Conditions::bring_up(std::string_view server) {
  std::erase(down_, server);
  tell();
}

bool Conditions::is_cut(std::string_view caller, std::string_view server) const {
  return std::any_of(cuts_.begin(), cuts_.end(), [&](const auto& cut) {
    return glob_matches(cut.first, caller) && glob_matches(cut.second, server);
  });
}

bool Conditions::is_down(std::string_view server) const {
  return std::find(down_.begin(), down_.end(), server) != down_.end();
}

void Conditions::tell() const {
  for (Listener* listener : listeners_) listener->conditions_changed();
}

}  // namespace mocks::sim
