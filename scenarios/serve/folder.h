// ServeFolder: the folder of one `rehearse serve`: certificates, credentials and who has it. Mode
// 0700, and nobody's twice: the file serve.pid is locked by the server for as long as it lives
// (fcntl(2) record locks, of which the kernel tells the holder), so that a folder in use is told
// from one that a dead server left, whatever process has its number by now.
//
// What is taken away are the files that a server writes, by name, and then the folder if nothing
// else is in it: a folder named by mistake loses nothing.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>

#include "rotator/ports/clock.h"
#include "rotator/ports/result.h"

namespace scenarios {

// How long a server that was told to end may take; then it is killed.
inline constexpr ports::Duration end_patience = std::chrono::seconds(10);

// A folder that is told by nobody: the user's own below TMPDIR, or /tmp.
std::string default_serve_folder();

class ServeFolder {
 public:
  // Makes the folder, with the ones above it, or takes one that is empty or that a dead server
  // left. Error of code configuration, with what to do: a living server has it (its process id is
  // in the sentence), it holds something else, or it is not the user's own. The claim ends with the
  // process; a child made by fork(2) has none.
  static ports::Result<std::unique_ptr<ServeFolder>> claim(const std::string& path);
  // A new one below TMPDIR, or /tmp.
  static ports::Result<std::unique_ptr<ServeFolder>> claim_temporary();
  // Takes away the files and the folder.
  ~ServeFolder();
  ServeFolder(const ServeFolder&) = delete;
  ServeFolder& operator=(const ServeFolder&) = delete;

  // Absolute.
  const std::string& path() const { return path_; }

 private:
  ServeFolder(std::string path, int folder, int lock)
      : path_(std::move(path)), folder_(folder), lock_(lock) {}
  static ports::Result<std::unique_ptr<ServeFolder>> take(const std::string& path);

  std::string path_;
  int folder_;
  int lock_;
};

// Tells the server of this folder to end (SIGTERM), waits until it has, kills it after
// end_patience, and takes away what is left of it; that alone where it had died before. Error of
// code configuration when the folder is no server's, or of a process that cannot be told.
ports::Status end_server_of(const std::string& path);

}  // namespace scenarios
