#include "rotator/rotation/gates.h"

#include <algorithm>

#include "rotator/calls/counted.h"
#include "rotator/calls/times.h"

namespace rotator {
namespace {

constexpr std::size_t max_named_pods = 5;

GateResult result(Gate gate, Judgement verdict, std::string reason) {
  return {.gate = gate, .verdict = verdict, .reason = std::move(reason)};
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < max_named_pods; ++i)
    text += (i == 0 ? "" : ", ") + names[i];
  if (names.size() > max_named_pods)
    text += " and " + std::to_string(names.size() - max_named_pods) + " more";
  return text;
}

std::string pods_text(std::size_t count) { return counted(count, "pod"); }

std::string both(const ports::Fingerprint& first, const ports::Fingerprint& second) {
  return first + " and " + (second.empty() ? "no other" : second);
}

// `shows` says what a pod's file shows, and `expected` what it should.
template <typename Shows>
GateResult judge_contents(const FleetProof& fleet, const std::string& expected, Shows shows) {
  std::vector<std::string> wrong;
  std::vector<std::string> dark;
  for (const auto& proof : fleet.live) {
    if (!proof.injected) {
      wrong.push_back(proof.pod + " (no Vault Agent was injected)");
      continue;
    }
    if (!proof.has_file)
      wrong.push_back(proof.pod + " (" + proof.trouble + ")");
    else if (proof.content.empty())
      dark.push_back(proof.pod + " (" + proof.trouble + ")");
    else if (shows(proof) != expected)
      wrong.push_back(proof.pod + " (shows " + shows(proof) + ")");
  }
  if (!wrong.empty())
    return result(Gate::every_pod_on_new, Judgement::fail,
                  pods_text(wrong.size()) + " not on " + expected + ": " + listed(wrong));
  if (!dark.empty())
    return result(Gate::every_pod_on_new, Judgement::unknown,
                  pods_text(dark.size()) + " could not be looked into: " + listed(dark));
  if (fleet.live.empty())
    return result(Gate::every_pod_on_new, Judgement::unknown, "no pod is there to look into");
  if (!fleet.stable)
    return result(Gate::every_pod_on_new, Judgement::unknown,
                  "the pods changed while they were looked into");
  return result(Gate::every_pod_on_new, Judgement::pass,
                "all " + pods_text(fleet.live.size()) + " show " + expected);
}

}  // namespace

GateResult judge_old_pods_gone(const FleetProof& fleet) {
  if (fleet.older.empty())
    return result(Gate::old_pods_gone, Judgement::pass, "no pod of an older template is left");
  std::vector<std::string> names;
  for (const auto& pod : fleet.older)
    names.push_back(pod.name + (pod.terminating ? " (Terminating)" : ""));
  return result(Gate::old_pods_gone, Judgement::fail,
                pods_text(fleet.older.size()) + " of an older template left: " + listed(names));
}

GateResult judge_every_pod_on(const FleetProof& fleet, const ports::Fingerprint& expected) {
  return judge_contents(fleet, expected, [](const PodProof& proof) { return proof.content; });
}

GateResult judge_every_pod_on_both(const FleetProof& fleet, const ports::Fingerprint& expected,
                                   const ports::Fingerprint& fallback) {
  return judge_contents(fleet, both(expected, fallback),
                        [](const PodProof& proof) { return both(proof.content, proof.fallback); });
}

GateResult judge_process_newer_than_file(const FleetProof& fleet) {
  std::vector<std::string> stale;
  std::vector<std::string> dark;
  for (const auto& proof : fleet.live) {
    if (!proof.process_started || !proof.file_written) {
      dark.push_back(proof.pod + " (" + proof.trouble + ")");
      continue;
    }
    // Whole seconds on both sides; a clock that shows more is cut to what the file's time has.
    const auto started = std::chrono::floor<std::chrono::seconds>(*proof.process_started);
    if (*proof.file_written > started) stale.push_back(proof.pod);
  }
  if (!stale.empty())
    return result(Gate::process_newer_than_file, Judgement::fail,
                  pods_text(stale.size()) +
                      " whose file was written after the process started: " + listed(stale));
  if (!dark.empty())
    return result(Gate::process_newer_than_file, Judgement::unknown,
                  pods_text(dark.size()) + " without a start or file time: " + listed(dark));
  if (fleet.live.empty())
    return result(Gate::process_newer_than_file, Judgement::unknown,
                  "no pod is there to look into");
  if (!fleet.stable)
    return result(Gate::process_newer_than_file, Judgement::unknown,
                  "the pods changed while they were looked into");
  return result(Gate::process_newer_than_file, Judgement::pass,
                "every process started after its file was written");
}

GateResult judge_accepted(int accepted, int needed, const std::optional<ProbeAnswer>& last) {
  const std::string row = std::to_string(accepted) + " of " + counted(needed, "probe") +
                          " in a row accepted the new secret";
  if (accepted >= needed) return result(Gate::new_secret_accepted, Judgement::pass, row);
  if (last && last->acceptance == Acceptance::refused)
    return result(Gate::new_secret_accepted, Judgement::fail,
                  row + ", then " + std::to_string(last->status) + " " + last->error);
  return result(Gate::new_secret_accepted, Judgement::unknown, row);
}

GateResult judge_window(ports::Instant now, ports::Instant ends) {
  if (now >= ends)
    return result(Gate::window_elapsed, Judgement::pass, "the overlap window has passed");
  return result(Gate::window_elapsed, Judgement::fail,
                "the overlap window has " + to_text(ends - now) + " left");
}

ports::Instant quiet_at(ports::Duration period, const Quiet& quiet) {
  if (!quiet.watched_since) return ports::Instant::max();
  return std::max(*quiet.watched_since, quiet.last_trouble.value_or(*quiet.watched_since)) + period;
}

GateResult judge_quiet(ports::Instant now, ports::Duration period, const Quiet& quiet) {
  if (quiet.blind || !quiet.watched_since)
    return result(Gate::quiet_period, Judgement::unknown,
                  "login failures cannot be seen, so quiet cannot be told");
  if (now >= quiet_at(period, quiet))
    return result(Gate::quiet_period, Judgement::pass,
                  "no login failure was seen for " + to_text(period));
  return result(
      Gate::quiet_period, Judgement::fail,
      "quiet for " + to_text(now - (quiet_at(period, quiet) - period)) + " of " + to_text(period));
}

}  // namespace rotator
