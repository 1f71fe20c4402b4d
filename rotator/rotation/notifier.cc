#include "rotator/rotation/notifier.h"

#include <array>
#include <charconv>
#include <nlohmann/json.hpp>

#include "rotator/calls/encoding.h"
#include "rotator/calls/times.h"

namespace rotator {

namespace {

// Tells the Events of one phase apart, over all runs that perform it, as client-go does.
std::string moment(ports::WallTime time) {
  std::array<char, 16> digits{};
  const auto nanoseconds = static_cast<std::uint64_t>(time.time_since_epoch().count());
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), nanoseconds, 16).ptr;
  return {digits.data(), end};
}

}  // namespace

void RelayListener::phase_began(Phase phase, const std::string& rotation_id) {
  rotation_id_ = rotation_id;
  next_.phase_began(phase, rotation_id);
}
void RelayListener::phase_ended(Phase phase, bool succeeded, ports::Duration took,
                                const std::string& message) {
  next_.phase_ended(phase, succeeded, took, message);
}
void RelayListener::waiting(Phase phase, const std::string& what, ports::Duration at_most) {
  next_.waiting(phase, what, at_most);
}
void RelayListener::gate_evaluated(Phase phase, const GateResult& result) {
  next_.gate_evaluated(phase, result);
}
void RelayListener::noted(Severity severity, const std::string& message) {
  next_.noted(severity, message);
}

void EventNotifier::phase_ended(Phase phase, bool succeeded, ports::Duration took,
                                const std::string& message) {
  next_.phase_ended(phase, succeeded, took, message);
  if (!about_) {
    auto found = cluster_.workload(workload_);
    if (!found) return next_.noted(Severity::info, "no Event: " + found.error().message);
    about_ = std::move(*found);
  }
  std::string note = std::string("Secret rotation ") + rotation_id_ + ": " + to_string(phase) +
                     (succeeded ? " done in " : " failed after ") + to_text(took);
  if (!message.empty()) note += ": " + message;
  const auto told = cluster_.record_event(
      *about_, succeeded ? "Normal" : "Warning",
      succeeded ? "SecretRotationPhaseDone" : "SecretRotationPhaseFailed", to_string(phase), note,
      rotation_id_ + "." + to_string(phase) + "." + moment(cluster_.clock().wall_now()));
  if (!told) next_.noted(Severity::info, "no Event: " + told.error().message);
}

void WebhookNotifier::phase_ended(Phase phase, bool succeeded, ports::Duration took,
                                  const std::string& message) {
  next_.phase_ended(phase, succeeded, took, message);
  const auto url = split_https_url(url_, "notifications.webhook_url");
  if (!url) return next_.noted(Severity::warning, url.error().message);
  const nlohmann::json body = {{"rotation_id", rotation_id_},
                               {"phase", to_string(phase)},
                               {"succeeded", succeeded},
                               {"took_s", in_seconds(took)},
                               {"message", message}};
  const ports::Request request{
      .method = "POST",
      .origin = url->origin,
      .target = url->path.empty() ? "/" : url->path,
      .headers = {{"Content-Type", "application/json"}},
      .body = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)};
  const auto answer = http_.send(request, clock_.now() + webhook_timeout);
  if (!answer) return next_.noted(Severity::warning, "webhook: " + answer.error().message);
  if (answer->status >= 300)
    next_.noted(Severity::warning,
                "webhook: " + url->origin + " answered " + std::to_string(answer->status));
}

}  // namespace rotator
