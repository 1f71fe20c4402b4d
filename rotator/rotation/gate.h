// Gate: one of the questions that must be answered yes before the old secret is retired, and what
// the answer was. How each is judged: gates.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rotator {

// The gates before the old secret is disabled. Each can be switched off only under `unsafe`, for
// drills and planted mistakes.
enum class Gate {
  old_pods_gone,            // no pod of an older template is left, Terminating ones included
  every_pod_on_new,         // the rendered file of every live pod holds the new secret
  process_newer_than_file,  // every portal process started after its file was written
  new_secret_accepted,      // N accepted probes in a row
  window_elapsed,           // the overlap window has passed
  quiet_period,             // no login failure for a while
};
inline constexpr Gate all_gates[] = {Gate::old_pods_gone,           Gate::every_pod_on_new,
                                     Gate::process_newer_than_file, Gate::new_secret_accepted,
                                     Gate::window_elapsed,          Gate::quiet_period};
// The names above: public, in configuration files and logs.
const char* to_string(Gate gate);

// What an examination concludes, of a gate or of a finding of the preflight. Three-valued: what
// cannot be evaluated is unknown, and unknown never passes.
enum class Judgement { pass, fail, unknown };
const char* to_string(Judgement judgement);

struct GateResult {
  Gate gate = Gate::old_pods_gone;
  Judgement verdict = Judgement::unknown;
  bool disabled = false;    // switched off by configuration; then nothing was looked at
  std::string reason = {};  // one sentence; names pods and fingerprints, never a secret
  // Whether it lets the rotation go on.
  bool open() const { return disabled || verdict == Judgement::pass; }
};

}  // namespace rotator
