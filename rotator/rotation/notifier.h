// Notifiers: Listeners that carry the end of each phase further, and pass everything on to the next
// listener. Telling is best effort: what cannot be told is noted and changes nothing.
#pragma once

#include <string>

#include "rotator/kubernetes/cluster.h"
#include "rotator/ports/http.h"
#include "rotator/rotation/listener.h"

namespace rotator {

inline constexpr ports::Duration webhook_timeout = std::chrono::seconds(5);

// Passes everything on; the base of the two below.
class RelayListener : public Listener {
 public:
  explicit RelayListener(Listener& next) : next_(next) {}
  void phase_began(Phase phase, const std::string& rotation_id) override;
  void phase_ended(Phase phase, bool succeeded, ports::Duration took,
                   const std::string& message) override;
  void waiting(Phase phase, const std::string& what, ports::Duration at_most) override;
  void gate_evaluated(Phase phase, const GateResult& result) override;
  void noted(Severity severity, const std::string& message) override;

 protected:
  Listener& next_;
  std::string rotation_id_;
};

// One Kubernetes Event on the workload for each phase's end: Normal, or Warning when it failed.
class EventNotifier final : public RelayListener {
 public:
  EventNotifier(Cluster& cluster, WorkloadReference workload, Listener& next)
      : RelayListener(next), cluster_(cluster), workload_(std::move(workload)) {}
  void phase_ended(Phase phase, bool succeeded, ports::Duration took,
                   const std::string& message) override;

 private:
  Cluster& cluster_;
  WorkloadReference workload_;
  std::optional<Workload> about_;
};

// POST of {"rotation_id", "phase", "succeeded", "took_s", "message"} for each phase's end.
class WebhookNotifier final : public RelayListener {
 public:
  WebhookNotifier(ports::HttpClient& http, ports::Clock& clock, std::string url, Listener& next)
      : RelayListener(next), http_(http), clock_(clock), url_(std::move(url)) {}
  void phase_ended(Phase phase, bool succeeded, ports::Duration took,
                   const std::string& message) override;

 private:
  ports::HttpClient& http_;
  ports::Clock& clock_;
  std::string url_;
};

}  // namespace rotator
