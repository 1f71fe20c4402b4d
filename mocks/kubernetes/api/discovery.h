// Discovery: /version, health, and the lists of groups and resources. Only what this server serves
// is listed, so that a client is never promised what it cannot have.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mocks/kubernetes/codec/failure.h"

namespace mocks::kubernetes {

inline constexpr std::string_view server_version = "v1.36.3";

// The answer to GET of a path that is no object; nothing when the path is unknown.
std::optional<Answer> answer_discovery(std::string_view path);
// Whether a group (and version, unless empty) is served: its unknown resources are a Status, other
// groups' a plain 404.
bool serves_group(std::string_view group, std::string_view version);

}  // namespace mocks::kubernetes
