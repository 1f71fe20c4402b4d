#include "rotator/rotation/fleet_proof.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "rotator/calls/answer_json.h"

namespace rotator {
namespace {

// Ended for good: nothing of it runs, whatever the object says (an evicted pod stays as Failed).
bool ended(const Pod& pod) { return pod.phase == "Succeeded" || pod.phase == "Failed"; }

bool of_template(const Pod& pod, const FleetQuestion& question) {
  if (question.every_pod) return true;
  const auto found = pod.annotations.find(restart_annotation);
  if (found == pod.annotations.end()) return !question.restart_value;
  return question.restart_value == found->second;
}

std::optional<ports::WallTime> started_at(const Pod& pod, const std::string& container) {
  const auto found = pod.started.find(container);
  if (found == pod.started.end()) return std::nullopt;
  return found->second;
}

bool injected(const Pod& pod) {
  const auto asked = pod.annotations.find(inject_annotation);
  if (asked == pod.annotations.end() || asked->second != "true") return true;
  const auto status = pod.annotations.find(injected_annotation);
  return (status != pod.annotations.end() && status->second == "injected") ||
         pod.started.contains(agent_container) || pod.restarts.contains(agent_container);
}

int restarts_of(const Pod& pod, const std::string& container) {
  const auto found = pod.restarts.find(container);
  return found == pod.restarts.end() ? 0 : found->second;
}

std::optional<ports::WallTime> parse_epoch_seconds(const ports::Secret& output) {
  auto text = output.reveal_to_wire();
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return ports::WallTime(std::chrono::seconds(seconds));
}

// What a shell, or a runtime that is no containerd, says of a program that it cannot find or run.
bool lacks_program(int exit_code) { return exit_code == 126 || exit_code == 127; }

// The Error of a program that ran and did not do its work.
ports::Error exited(const std::string& command, const std::string& container,
                    const ExecOutcome& outcome) {
  const auto said = quotable(outcome.standard_error);
  const auto what = command + " exited " + std::to_string(outcome.exit_code) +
                    (said.empty() ? std::string() : ": " + said);
  if (!lacks_program(outcome.exit_code)) return {ports::ErrorCode::busy, what};
  return {ports::ErrorCode::refused,
          what + "; the image of container " + container + " must have cat and stat"};
}

void look_at_content(Cluster& cluster, const KubernetesConfiguration& configuration,
                     const FleetQuestion& question, const ports::Secret& key, PodProof& proof) {
  const auto output =
      cluster.exec(proof.pod, configuration.container, {"cat", configuration.secret_file});
  if (!output) {
    proof.trouble = output.error().message;
    proof.barred = output.error().code == ports::ErrorCode::refused;
    return;
  }
  if (output->exit_code != 0) {
    const auto error = exited("cat " + configuration.secret_file, configuration.container, *output);
    proof.has_file = output->standard_error.find("No such file") == std::string::npos;
    proof.trouble = error.message;
    proof.barred = error.code == ports::ErrorCode::refused;
    return;
  }
  const auto value = rendered_value(output->standard_output, configuration.secret_key);
  if (!value) {
    proof.trouble =
        configuration.secret_file + " has no single line " + configuration.secret_key + "=value";
    return;
  }
  proof.content = value->fingerprint(key);
  if (!question.fallback) return;
  if (const auto second = rendered_value(output->standard_output, configuration.fallback_key))
    proof.fallback = second->fingerprint(key);
}

void look_at_time(Cluster& cluster, const KubernetesConfiguration& configuration, PodProof& proof) {
  const auto written = file_time(cluster, configuration, proof.pod);
  if (written)
    proof.file_written = *written;
  else
    proof.trouble = written.error().message;
}

bool same_process(const PodProof& one, const PodProof& other) {
  return one.uid == other.uid && one.process_started == other.process_started &&
         one.restarts == other.restarts;
}

const PodProof* proof_of(const PodProof& now, const std::vector<PodProof>& proved) {
  const auto found = std::find_if(proved.begin(), proved.end(), [&](const PodProof& earlier) {
    return same_process(earlier, now);
  });
  return found == proved.end() ? nullptr : &*found;
}

// When the file was written that this very process read at its start, if an earlier look proved it.
std::optional<ports::WallTime> proved_time(const PodProof& now,
                                           const std::vector<PodProof>& proved) {
  const auto* earlier = proof_of(now, proved);
  if (earlier == nullptr || now.content.empty() || earlier->content != now.content)
    return std::nullopt;
  return earlier->file_written;
}

FleetProof look_into(Cluster& cluster, const KubernetesConfiguration& configuration,
                     const std::vector<Pod>& pods, const FleetQuestion& question,
                     const ports::Secret& fingerprint_key) {
  FleetProof fleet;
  for (const auto& pod : pods) {
    if (ended(pod)) continue;
    if (!of_template(pod, question)) {
      fleet.older.push_back(pod);
      continue;
    }
    PodProof proof{.pod = pod.name,
                   .uid = pod.uid,
                   .injected = injected(pod),
                   .terminating = pod.terminating,
                   .process_started = started_at(pod, configuration.container),
                   .restarts = restarts_of(pod, configuration.container),
                   .ready_after = pod.ready_after};
    proof.running = proof.process_started.has_value();
    if (const auto* earlier = proof_of(proof, question.proved);
        earlier != nullptr && question.trust_proved && proof.running) {
      fleet.live.push_back(*earlier);
      fleet.live.back().terminating = pod.terminating;
      continue;
    }
    if (proof.running && question.out_of_time && question.out_of_time()) {
      proof.trouble = "there was no time left to look into it";
      fleet.live.push_back(std::move(proof));
      continue;
    }
    if (!proof.running) proof.trouble = "container " + configuration.container + " does not run";
    if (proof.running && question.contents)
      look_at_content(cluster, configuration, question, fingerprint_key, proof);
    if (proof.running && question.file_times && proof.trouble.empty()) {
      proof.file_written = proved_time(proof, question.proved);
      if (!proof.file_written) look_at_time(cluster, configuration, proof);
    }
    fleet.live.push_back(std::move(proof));
  }
  return fleet;
}

// The same pods, each still running the process that was looked at.
bool same_pods(const std::vector<Pod>& before, const std::vector<Pod>& after,
               const std::string& container) {
  std::size_t matched = 0;
  std::size_t living = 0;
  for (const auto& pod : after) {
    if (ended(pod)) continue;
    ++living;
    for (const auto& earlier : before)
      if (!ended(earlier) && earlier.uid == pod.uid &&
          started_at(earlier, container) == started_at(pod, container) &&
          restarts_of(earlier, container) == restarts_of(pod, container))
        ++matched;
  }
  const auto lived = static_cast<std::size_t>(
      std::count_if(before.begin(), before.end(), [](const Pod& pod) { return !ended(pod); }));
  return matched == living && lived == living;
}

}  // namespace

ports::Result<ports::WallTime> file_time(Cluster& cluster,
                                         const KubernetesConfiguration& configuration,
                                         const std::string& pod) {
  const auto output =
      cluster.exec(pod, configuration.container, {"stat", "-c", "%Y", configuration.secret_file});
  if (!output) return ports::fail(output.error());
  const auto command = "stat -c %Y " + configuration.secret_file;
  if (output->exit_code != 0) return ports::fail(exited(command, configuration.container, *output));
  const auto written = parse_epoch_seconds(output->standard_output);
  if (!written) return ports::fail(ports::ErrorCode::malformed, command + " told no time");
  return *written;
}

ports::Result<FleetProof> inspect_fleet(Cluster& cluster,
                                        const KubernetesConfiguration& configuration,
                                        const Workload& workload, FleetQuestion question,
                                        const ports::Secret& fingerprint_key) {
  auto before = std::move(question.seen);
  bool listed = before.empty();
  if (listed) {
    auto pods = cluster.pods(workload);
    if (!pods) return ports::fail(pods.error());
    before = std::move(*pods);
  }
  for (;;) {
    auto fleet = look_into(cluster, configuration, before, question, fingerprint_key);
    const bool looked = (question.contents || question.file_times) &&
                        std::any_of(fleet.live.begin(), fleet.live.end(),
                                    [](const PodProof& proof) { return proof.running; });
    if (listed && !looked) {
      fleet.stable = true;
      return fleet;
    }
    const auto unchanged = cluster.unchanged(workload, before);
    if (!unchanged) return ports::fail(unchanged.error());
    if (*unchanged) {
      fleet.stable = true;
      return fleet;
    }
    // Something about a pod changed; its process may be the same nonetheless.
    auto after = cluster.pods(workload);
    if (!after) return ports::fail(after.error());
    fleet.stable = same_pods(before, *after, configuration.container);
    if (fleet.stable || listed) return fleet;
    before = std::move(*after);
    listed = true;
  }
}

bool is_older(const Pod& pod, const FleetQuestion& question) {
  return !ended(pod) && !of_template(pod, question);
}

std::optional<ports::Secret> rendered_value(const ports::Secret& content, std::string_view key) {
  auto rest = content.reveal_to_wire();
  std::optional<ports::Secret> found;
  while (!rest.empty()) {
    const auto newline = rest.find('\n');
    auto line = rest.substr(0, newline);
    rest.remove_prefix(newline == std::string_view::npos ? rest.size() : newline + 1);
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
    while (!line.empty() && line.front() == ' ') line.remove_prefix(1);
    constexpr std::string_view exported = "export ";
    if (line.starts_with(exported)) line.remove_prefix(exported.size());
    if (!line.starts_with(key) || line.size() <= key.size() || line[key.size()] != '=') continue;
    auto value = line.substr(key.size() + 1);
    if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'') &&
        value.back() == value.front())
      value = value.substr(1, value.size() - 2);
    if (found || value.empty()) return std::nullopt;
    found = ports::Secret(std::string(value));
  }
  return found;
}

}  // namespace rotator
