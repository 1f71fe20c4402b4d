// The rows of the crash matrix: an identity provider, as a scenario's world describes it, and the
// strategy that rotates there.
#pragma once

#include <span>
#include <string_view>

#include "rotator/idp/description.h"
#include "scenarios/scenario.h"

namespace testing::matrix {

// How the rotation is pushed back, and when others are at work: by the phases that its strategy
// has.
struct Pushes {
  std::string_view from_rollout;  // lines of a timeline
  std::string_view from_overlap;
  std::string_view from_soak;
  std::span<const std::string_view> phases;  // that others come in between
};

struct Row {
  std::string_view name;  // the second part of a cell's name
  std::string_view strategy;
  std::string_view provider;       // what `world.identity_provider` is, in one line of YAML
  std::string_view portal = {};    // more of `world.portal`
  std::string_view rotation = {};  // more lines of the section `rotation`
  const Pushes* pushes = nullptr;
  // Puts in the place of the adapter a description of the provider; null: the adapter.
  rotator::HttpDescription (*description)() = nullptr;
  // May hold a secret beside those of the rotation; makes secrets that expire.
  bool takes_leftover = false;
  bool secrets_expire = false;
};

std::span<const Row> all_rows();

}  // namespace testing::matrix
