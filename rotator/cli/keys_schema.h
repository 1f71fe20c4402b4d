// The JSON Schema (draft 7) of a list of keys (keys.h).
#pragma once

#include <functional>
#include <string>

#include "rotator/cli/keys.h"

namespace rotator {

// The schema of an object with the keys of `list` and no other, as JSON text: for each its type,
// bounds, default and sentence; required keys are required. Refers to the definitions below, which
// must be beside it in the document.
std::string object_schema(const std::function<void(Keys&)>& list);

// {"duration": ..., "range": ...}: the definitions that object_schema() refers to.
std::string time_definitions();

}  // namespace rotator
