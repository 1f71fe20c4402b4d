#include "rotator/rotation/phase.h"

#include <array>

namespace rotator {
namespace {

constexpr std::array all_phases = {
    Phase::preflight, Phase::stage,   Phase::stage_rollout, Phase::stage_verify, Phase::create,
    Phase::store,     Phase::rollout, Phase::verify,        Phase::overlap,      Phase::disable,
    Phase::soak,      Phase::removal, Phase::clear,         Phase::confirm,      Phase::rollback};

}  // namespace

const char* to_string(Phase phase) {
  switch (phase) {
    case Phase::preflight: return "preflight";
    case Phase::stage: return "stage";
    case Phase::stage_rollout: return "stage_rollout";
    case Phase::stage_verify: return "stage_verify";
    case Phase::create: return "create";
    case Phase::store: return "store";
    case Phase::rollout: return "rollout";
    case Phase::verify: return "verify";
    case Phase::overlap: return "overlap";
    case Phase::disable: return "disable";
    case Phase::soak: return "soak";
    case Phase::removal: return "delete";
    case Phase::clear: return "clear";
    case Phase::confirm: return "confirm";
    case Phase::rollback: return "rollback";
  }
  return "unknown";
}

std::optional<Phase> parse_phase(std::string_view text) {
  for (const auto phase : all_phases)
    if (text == to_string(phase)) return phase;
  return std::nullopt;
}

}  // namespace rotator
