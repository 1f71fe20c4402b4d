// LogListener: what happens, on standard error: one JSON object a line for programs, a short line
// for people on a terminal. Holds no secret, because nothing that a Listener is told does.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "rotator/rotation/listener.h"

namespace spdlog {
class logger;
}

namespace rotator {

enum class LogFormat { text, json };

// Whoever waits for so long says so, and until when.
inline constexpr ports::Duration long_wait = std::chrono::seconds(10);

class LogListener final : public Listener {
 public:
  // `verbose` adds debug lines: every wait, not only the long ones.
  LogListener(ports::Clock& clock, LogFormat format, bool verbose);
  ~LogListener() override;

  void phase_began(Phase phase, const std::string& rotation_id) override;
  void phase_ended(Phase phase, bool succeeded, ports::Duration took,
                   const std::string& message) override;
  void waiting(Phase phase, const std::string& what, ports::Duration at_most) override;
  void gate_evaluated(Phase phase, const GateResult& result) override;
  void noted(Severity severity, const std::string& message) override;

 private:
  struct Line;
  void write(const Line& line);

  ports::Clock& clock_;
  LogFormat format_;
  std::string rotation_id_;
  // The last long wait that was told.
  std::optional<Phase> waits_in_;
  ports::WallTime waits_until_ = {};
  std::shared_ptr<spdlog::logger> logger_;
};

}  // namespace rotator
