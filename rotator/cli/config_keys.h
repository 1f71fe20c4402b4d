// The keys of rotation.yaml: one row a key, for all who read, write, describe or divide them
// (keys.h). A new key is a member of its struct and its row here.
#pragma once

#include "rotator/cli/config.h"
#include "rotator/cli/keys.h"

namespace rotator {

// The whole file.
void list_keys(Keys& keys, ProgramConfiguration& program);

// The rows of identity_provider.http, for files that describe a provider too.
void list_http_keys(Keys& keys, HttpDescription& description);
// The rows of its sections `rotation` and `unsafe`, for files that have these sections too.
void list_rotation_keys(Keys& keys, RotationConfiguration& rotation);
void list_unsafe_keys(Keys& keys, RotationConfiguration& rotation);

}  // namespace rotator
