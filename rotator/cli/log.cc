#include "rotator/cli/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <nlohmann/json.hpp>

#include "rotator/calls/times.h"
#include "rotator/calls/utf8.h"
#include "rotator/rotation/journal.h"

namespace rotator {
namespace {

spdlog::level::level_enum level_of(Severity severity) {
  switch (severity) {
    case Severity::debug: return spdlog::level::debug;
    case Severity::info: return spdlog::level::info;
    case Severity::warning: return spdlog::level::warn;
    case Severity::error: return spdlog::level::err;
  }
  return spdlog::level::info;
}

}  // namespace

struct LogListener::Line {
  Severity severity = Severity::info;
  const char* event = "";
  std::string text = {};
  const char* phase = nullptr;
  const char* gate = nullptr;
  const char* verdict = nullptr;
  std::optional<ports::Duration> duration = {};
};

LogListener::LogListener(ports::Clock& clock, LogFormat format, bool verbose)
    : clock_(clock),
      format_(format),
      logger_(std::make_shared<spdlog::logger>("rotator",
                                               std::make_shared<spdlog::sinks::stderr_sink_st>())) {
  // The line is made here, whole: spdlog only writes it.
  logger_->set_pattern("%v");
  logger_->set_level(verbose ? spdlog::level::debug : spdlog::level::info);
  logger_->flush_on(spdlog::level::debug);
}

LogListener::~LogListener() = default;

void LogListener::write(const Line& line) {
  const auto level = level_of(line.severity);
  if (!logger_->should_log(level)) return;
  const auto time = to_rfc3339(clock_.wall_now());
  if (format_ == LogFormat::text) {
    std::string text = time.substr(0, 19) + "Z ";
    if (line.severity >= Severity::warning) text += std::string(to_string(line.severity)) + ": ";
    if (line.phase != nullptr) text += std::string(line.phase) + ": ";
    logger_->log(level, printable(text + line.text));
    return;
  }
  nlohmann::ordered_json json = {{"time", time},
                                 {"level", to_string(line.severity)},
                                 {"event", line.event},
                                 {"message", line.text}};
  if (!rotation_id_.empty()) json["rotation_id"] = rotation_id_;
  if (line.phase != nullptr) json["phase"] = line.phase;
  if (line.gate != nullptr) json["gate"] = line.gate;
  if (line.verdict != nullptr) json["verdict"] = line.verdict;
  if (line.duration) json["duration_s"] = in_seconds(*line.duration);
  logger_->log(level, spdlog::string_view_t(json.dump(
                          -1, ' ', false, nlohmann::ordered_json::error_handler_t::replace)));
}

void LogListener::phase_began(Phase phase, const std::string& rotation_id) {
  rotation_id_ = rotation_id;
  waits_in_.reset();
  write({.event = "phase_began", .text = "begins", .phase = to_string(phase)});
}

void LogListener::phase_ended(Phase phase, bool succeeded, ports::Duration took,
                              const std::string& message) {
  write({.severity = succeeded ? Severity::info : Severity::warning,
         .event = "phase_ended",
         .text = (succeeded ? "done in " : "failed after ") + to_text(took) +
                 (message.empty() ? "" : ": " + message),
         .phase = to_string(phase),
         .duration = took});
}

void LogListener::waiting(Phase phase, const std::string& what, ports::Duration at_most) {
  const auto until = clock_.wall_now() + at_most;
  // A long wait is told once, and not each time that it is looked up from.
  const bool news =
      at_most >= long_wait && (phase != waits_in_ || until > waits_until_ + long_wait);
  if (news) {
    waits_in_ = phase;
    waits_until_ = until;
  }
  write({.severity = news ? Severity::info : Severity::debug,
         .event = "waiting",
         .text = "waits for " + what + " until " + to_rfc3339(until).substr(0, 19) +
                 "Z at the latest, " + to_text(at_most) + " from now",
         .phase = to_string(phase),
         .duration = at_most});
}

void LogListener::gate_evaluated(Phase phase, const GateResult& result) {
  write({.severity = result.disabled ? Severity::warning : Severity::info,
         .event = "gate",
         .text = std::string("gate ") + to_string(result.gate) + " " +
                 (result.disabled ? "SWITCHED OFF" : to_string(result.verdict)) + ": " +
                 result.reason,
         .phase = to_string(phase),
         .gate = to_string(result.gate),
         .verdict = result.disabled ? "disabled" : to_string(result.verdict)});
}

void LogListener::noted(Severity severity, const std::string& message) {
  write({.severity = severity, .event = "note", .text = message});
}

}  // namespace rotator
