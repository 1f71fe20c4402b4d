// The keys of a list (keys.h) from and to YAML.
#pragma once

#include <functional>
#include <string>

#include "rotator/cli/keys.h"
#include "rotator/cli/yaml_section.h"

namespace rotator {

// Reads every key of `list` from `file` into the value that its row names; a key that is absent
// leaves its value alone. Complaints, with file, line and key, are kept in `file`, whose finish()
// tells them: call it after this.
void read_keys(YamlSection& file, const std::function<void(Keys&)>& list);

// The keys of `list` with their values as YAML text, such that reading it gives the same values.
// What is not set, and texts and lists that are empty, are left out. Error of the list's author: a
// list with objects in lists, or values of a language of their own (Keys::other), cannot be
// written.
std::string write_keys(const std::function<void(Keys&)>& list);

}  // namespace rotator
