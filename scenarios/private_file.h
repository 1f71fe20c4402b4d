// A file that only its owner may read: for keys, tokens and whatever else holds a secret.
#pragma once

#include <string>

#include "rotator/ports/result.h"

namespace scenarios {

// Writes `text` to the file, which has mode 0600 if it is made here. Error of code configuration,
// with path and reason, when it cannot; never with the text.
ports::Status write_private_file(const std::string& path, const std::string& text);

}  // namespace scenarios
