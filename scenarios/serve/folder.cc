#include "scenarios/serve/folder.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string_view>
#include <utility>

#include "scenarios/servers.h"

namespace scenarios {
namespace serve_folder {
namespace {

using ports::ErrorCode;
using ports::fail;

constexpr const char* lock_name = "serve.pid";

// Claims are tried again when the server that had the folder takes it away meanwhile.
constexpr int max_claims = 20;

// A file descriptor that is closed with its scope.
class Descriptor {
 public:
  explicit Descriptor(int descriptor) : descriptor_(descriptor) {}
  ~Descriptor() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return descriptor_; }
  bool open() const { return descriptor_ >= 0; }
  int release() { return std::exchange(descriptor_, -1); }

 private:
  int descriptor_;
};

tl::unexpected<ports::Error> cannot(const std::string& path, const std::string& what) {
  return fail(ErrorCode::configuration, path + ": " + what);
}

std::string last_error() { return std::strerror(errno); }

int open_folder(const std::string& path) {
  return open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

// Who holds the lock; nothing when nobody does, 0 for a process that cannot be seen from here.
std::optional<pid_t> holder_of(int lock) {
  struct flock asked {};
  asked.l_type = F_WRLCK;
  asked.l_whence = SEEK_SET;
  if (fcntl(lock, F_GETLK, &asked) != 0 || asked.l_type == F_UNLCK) return std::nullopt;
  return asked.l_pid;
}

bool take_lock(int lock) {
  struct flock wanted {};
  wanted.l_type = F_WRLCK;
  wanted.l_whence = SEEK_SET;
  return fcntl(lock, F_SETLK, &wanted) == 0;
}

// Whether what is open is still what the path names.
bool is_there(int descriptor, const std::string& path) {
  struct stat opened {};
  struct stat named {};
  return fstat(descriptor, &opened) == 0 && lstat(path.c_str(), &named) == 0 &&
         opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

bool holds_something_else(const std::string& path) {
  std::error_code error;
  bool any = false;
  for (std::filesystem::directory_iterator entry(path, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->path().filename() == lock_name) return false;
    any = true;
  }
  return any;
}

void take_away_files(int folder) {
  for (const auto name : Servers::file_names) unlinkat(folder, std::string(name).c_str(), 0);
}

std::string in_use_by(pid_t pid) {
  return pid > 0 ? "in use by process " + std::to_string(pid)
                 : std::string("in use by a process that cannot be seen from here");
}

std::string absolute(const std::string& path) {
  std::error_code error;
  auto whole = std::filesystem::absolute(path, error).lexically_normal();
  if (!whole.has_filename()) whole = whole.parent_path();  // "f/" is "f"
  return error ? path : whole.string();
}

// pidfd_open(2) and pidfd_send_signal(2), which glibc 2.36 declares for C alone.
int open_process(pid_t pid) { return static_cast<int>(syscall(SYS_pidfd_open, pid, 0)); }
bool send_signal(int process, int signal) {
  return syscall(SYS_pidfd_send_signal, process, signal, nullptr, 0) == 0;
}

// Waits until the process has ended; false when it takes longer.
bool await_end(int process, ports::Duration patience) {
  pollfd ended{.fd = process, .events = POLLIN, .revents = 0};
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(patience).count();
  int found = 0;
  do found = poll(&ended, 1, static_cast<int>(ms));
  while (found < 0 && errno == EINTR);
  return found > 0;
}

// The process is held before it is asked again whether it is the one: what has its number later is
// never told anything.
ports::Status end_process(const std::string& path, int lock, pid_t pid) {
  if (pid <= 0) return cannot(path, in_use_by(pid) + ": end it there");
  const Descriptor process(open_process(pid));
  if (!process.open()) {
    if (errno == ESRCH) return {};
    return cannot(path, in_use_by(pid) + ", which cannot be told to end: " + last_error());
  }
  if (holder_of(lock) != pid) return {};
  for (const int signal : {SIGTERM, SIGKILL}) {
    if (!send_signal(process.get(), signal) && errno != ESRCH)
      return cannot(path, in_use_by(pid) + ", which cannot be told to end: " + last_error());
    if (await_end(process.get(), end_patience)) return {};
  }
  return cannot(path, in_use_by(pid) + ", which does not end");
}

}  // namespace
}  // namespace serve_folder

std::string default_serve_folder() {
  std::error_code error;
  auto above = std::filesystem::temp_directory_path(error);
  if (error) above = "/tmp";
  return (above / ("rehearse-" + std::to_string(geteuid()))).string();
}

ports::Result<std::unique_ptr<ServeFolder>> ServeFolder::claim(const std::string& path) {
  using serve_folder::cannot;
  const std::string whole = serve_folder::absolute(path);
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(whole).parent_path(), error);
  for (int tries = 0; tries < serve_folder::max_claims; ++tries) {
    if (mkdir(whole.c_str(), 0700) != 0 && errno != EEXIST)
      return cannot(whole, "cannot be made: " + serve_folder::last_error());
    auto taken = take(whole);
    if (!taken || *taken) return taken;
  }
  return cannot(whole, "others begin and end there all the time; name another with --folder");
}

// Null when what was there has gone meanwhile.
ports::Result<std::unique_ptr<ServeFolder>> ServeFolder::take(const std::string& path) {
  using serve_folder::cannot;
  using serve_folder::Descriptor;
  Descriptor folder(serve_folder::open_folder(path));
  if (!folder.open()) {
    if (errno == ENOENT) return nullptr;
    return cannot(path, "is no folder that can be used: " + serve_folder::last_error());
  }
  struct stat state {};
  if (fstat(folder.get(), &state) != 0 || state.st_uid != geteuid())
    return cannot(path, "belongs to another user; name another with --folder");
  if (serve_folder::holds_something_else(path))
    return cannot(path,
                  "holds what is no server's; name a folder that is empty or not there with "
                  "--folder");
  Descriptor lock(openat(folder.get(), serve_folder::lock_name,
                         O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!lock.open()) {
    if (errno == ENOENT) return nullptr;
    return cannot(path, "cannot be written: " + serve_folder::last_error());
  }
  if (!serve_folder::take_lock(lock.get())) {
    const auto holder = serve_folder::holder_of(lock.get());
    if (!holder) return nullptr;
    return cannot(path, serve_folder::in_use_by(*holder) +
                            "; end it with `rehearse stop --folder " + path +
                            "`, or name another with --folder");
  }
  if (!serve_folder::is_there(lock.get(), path + "/" + serve_folder::lock_name)) return nullptr;
  serve_folder::take_away_files(folder.get());
  const std::string pid = std::to_string(getpid()) + "\n";
  if (fchmod(folder.get(), 0700) != 0 || ftruncate(lock.get(), 0) != 0 ||
      write(lock.get(), pid.data(), pid.size()) != static_cast<ssize_t>(pid.size()))
    return cannot(path, "cannot be written: " + serve_folder::last_error());
  return std::unique_ptr<ServeFolder>(new ServeFolder(path, folder.release(), lock.release()));
}

ports::Result<std::unique_ptr<ServeFolder>> ServeFolder::claim_temporary() {
  std::error_code error;
  auto above = std::filesystem::temp_directory_path(error);
  if (error) above = "/tmp";
  std::string path = (above / "rehearse-XXXXXX").string();
  if (mkdtemp(path.data()) == nullptr)
    return serve_folder::cannot(
        path, "no temporary folder: " + serve_folder::last_error() + "; set TMPDIR");
  return claim(path);
}

ServeFolder::~ServeFolder() {
  serve_folder::take_away_files(folder_);
  unlinkat(folder_, serve_folder::lock_name, 0);
  rmdir(path_.c_str());
  close(folder_);
  close(lock_);
}

ports::Status end_server_of(const std::string& path) {
  const std::string whole = serve_folder::absolute(path);
  const serve_folder::Descriptor folder(serve_folder::open_folder(whole));
  const serve_folder::Descriptor lock(
      folder.open() ? openat(folder.get(), serve_folder::lock_name, O_RDWR | O_NOFOLLOW | O_CLOEXEC)
                    : -1);
  if (!lock.open())
    return serve_folder::cannot(
        whole, "no `rehearse serve` has this folder: " + serve_folder::last_error());
  if (const auto holder = serve_folder::holder_of(lock.get())) {
    const auto ended = serve_folder::end_process(whole, lock.get(), *holder);
    if (!ended) return ended;
  }
  if (!serve_folder::is_there(lock.get(), whole + "/" + serve_folder::lock_name)) return {};
  // It died before it could take away its files, now or earlier: whoever claims a folder has them
  // to take away.
  const auto claimed = ServeFolder::claim(whole);
  return claimed ? ports::Status() : ports::fail(claimed.error());
}

}  // namespace scenarios
