#include "scenarios/witness.h"

#include <algorithm>
#include <utility>

namespace scenarios {

using mocks::FactKind;

void Witness::watch(const mocks::idp::Core& core, std::string client) {
  core_ = &core;
  client_ = std::move(client);
}

void Witness::observe(ports::Instant, const mocks::Fact& fact) {
  if (core_ != nullptr && core_->secrets_created() != seen_) {
    collect();
    // A fact may come from the midst of the change; the call that made it ends later.
    if (fact.kind == FactKind::call_made) seen_ = core_->secrets_created();
  }
  if (fact.text.empty()) return;
  if (fact.kind != FactKind::call_made && fact.kind != FactKind::event_recorded &&
      fact.kind != FactKind::lease_changed)
    return;
  overflowed_ = overflowed_ || texts_.size() + fact.text.size() > max_witness_bytes;
  if (!overflowed_) texts_.append(fact.text).push_back('\n');
}

void Witness::collect() {
  for (const auto* secret : core_->secrets(client_))
    if (std::find(secrets_.begin(), secrets_.end(), secret->value) == secrets_.end())
      secrets_.push_back(secret->value);
}

}  // namespace scenarios
