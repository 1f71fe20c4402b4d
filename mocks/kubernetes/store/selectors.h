// Selectors: which objects a list, a watch or a Deployment means. Grammar and error texts as in
// k8s.io/apimachinery (labels and fields).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mocks/kubernetes/json/strings.h"
#include "rotator/ports/result.h"

namespace mocks::kubernetes {

inline constexpr std::size_t max_requirements = 64;  // of one selector

struct Requirement {
  enum class Operator { exists, does_not_exist, in, not_in } op = Operator::exists;
  std::string key = {};
  std::vector<std::string> values = {};
  friend bool operator==(const Requirement&, const Requirement&) = default;
};

// A conjunction of requirements on labels; empty matches everything.
struct LabelSelector {
  std::vector<Requirement> requirements = {};
  // How many of them stand in matchLabels (the first ones); the rest in matchExpressions.
  std::size_t match_labels = 0;
  bool matches(const Strings& labels) const;
  friend bool operator==(const LabelSelector&, const LabelSelector&) = default;
};

// "app=web,tier in (a, b),!legacy". The Error's message is the API's; its code is malformed.
ports::Result<LabelSelector> parse_label_selector(std::string_view text);
// As a query writes it: "a=b,c in (d,e)".
std::string to_text(const LabelSelector& selector);

struct FieldRequirement {
  std::string field = {};
  std::string value = {};
  bool equal = true;
};
// "metadata.name=web,status.phase!=Running".
ports::Result<std::vector<FieldRequirement>> parse_field_selector(std::string_view text);

}  // namespace mocks::kubernetes
