// SystemFiles: the files port on the file system. May be used by many threads.
#pragma once

#include <cstddef>

#include "rotator/ports/files.h"

namespace ports {

// Bound: a token is a few kilobytes at most; a larger file is the wrong file.
inline constexpr std::size_t max_credential_file = std::size_t{64} << 10;  // bytes

class SystemFiles final : public CredentialFiles {
 public:
  Result<Secret> read(const std::string& path) override;
};

}  // namespace ports
