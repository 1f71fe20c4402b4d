// The files port: credentials that the platform renews on disk (a pod's service-account token).
#pragma once

#include <string>

#include "rotator/ports/result.h"
#include "rotator/ports/secret.h"

namespace ports {

class CredentialFiles {
 public:
  virtual ~CredentialFiles() = default;

  // The content of `path` without trailing white space, read afresh at every call: bound tokens
  // rotate. Error of code configuration, with path and reason, when it cannot be read, is empty, or
  // is larger than 64 KiB.
  virtual Result<Secret> read(const std::string& path) = 0;
};

}  // namespace ports
