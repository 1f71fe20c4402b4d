#include "rotator/ports/system_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace ports {
namespace {

constexpr std::string_view white_space = " \t\r\n\v\f";

tl::unexpected<Error> cannot_read(const std::string& path, const std::string& reason) {
  return fail(ErrorCode::configuration, "cannot read the credential file " + path + ": " + reason);
}

}  // namespace

Result<Secret> SystemFiles::read(const std::string& path) {
  // O_NONBLOCK: opening a FIFO that nobody writes to must not hang.
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  if (file < 0) return cannot_read(path, std::strerror(errno));
  struct stat about = {};
  const bool regular = fstat(file, &about) == 0 && S_ISREG(about.st_mode);
  std::string content(max_credential_file + 1, '\0');
  std::size_t length = 0;
  ssize_t got = 1;
  while (regular && got > 0 && length < content.size()) {
    got = ::read(file, content.data() + length, content.size() - length);
    if (got > 0) length += static_cast<std::size_t>(got);
    if (got < 0 && errno == EINTR) got = 1;
  }
  const int reason = errno;
  close(file);
  if (!regular || got < 0 || length > max_credential_file) {
    wipe(content);
    if (!regular) return cannot_read(path, "it is not a regular file");
    if (got < 0) return cannot_read(path, std::strerror(reason));
    return cannot_read(path, "it is larger than 64 KiB");
  }
  const std::size_t last = std::string_view(content.data(), length).find_last_not_of(white_space);
  if (last == std::string::npos) return cannot_read(path, "it is empty");
  std::string trimmed(content, 0, last + 1);
  wipe(content);
  return Secret(std::move(trimmed));
}

}  // namespace ports
