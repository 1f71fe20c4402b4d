// Phase: where a rotation stands, by name. What a phase does is its own file's business
// (rotation/phases/); what follows it is the strategy's. The names are public: logs, journal,
// metrics and scenarios carry them.
#pragma once

#include <optional>
#include <string_view>

namespace rotator {

enum class Phase {
  preflight,      // looks, changes nothing
  stage,          // the new value beside the old one in KV, before the provider knows it
  stage_rollout,  // the rolling restart that brings both to the pods
  stage_verify,   // every pod and process holds both
  create,         // the second secret at the identity provider, until its token endpoint accepts it
  store,          // the new value as a new KV version
  rollout,        // the rolling restart, until the workload says that it is complete
  verify,         // old pods gone, every pod and process on the new value; else another restart
  overlap,        // both secrets valid until window and quiet period have passed
  disable,        // the old secret made inactive, reversibly
  soak,           // watching; any new failure enables it again
  removal,        // "delete": the old secret removed for good
  clear,          // the old value is no longer beside the new one in KV
  confirm,        // the old one refused, exactly one secret left
  rollback,       // the whole way back: the old secret active, KV, fleet, the new secret removed
};
// The names above; "delete" for removal.
const char* to_string(Phase phase);
// Nothing for a name that this rotator does not know.
std::optional<Phase> parse_phase(std::string_view text);

}  // namespace rotator
