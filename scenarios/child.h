// Child: an executable as a child process: the rotator in a rehearsal on the HTTP wire, and what
// the tests start.
#pragma once

#include <sys/types.h>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "rotator/ports/result.h"

namespace scenarios {

// Bound on what is kept of its output; the rest is read and dropped.
inline constexpr std::size_t max_child_output = std::size_t{16} << 20;  // bytes

struct ChildExit {
  int code = -1;   // exit status, or -1
  int signal = 0;  // that ended it, or 0
  std::string standard_output = {};
  std::string standard_error = {};
};

class Child {
 public:
  // Told each line as it comes, and the end; on a thread of the Child's own.
  using OnLine = std::function<void(const std::string& line)>;
  using OnExit = std::function<void(const ChildExit& how)>;

  // Starts `argv` with exactly this environment and an empty stdin. `on_line` is told what it says
  // on stderr, `on_output` what on stdout. Error of code configuration when it cannot be executed.
  static ports::Result<std::unique_ptr<Child>> start(
      const std::vector<std::string>& argv, const std::map<std::string, std::string>& environment,
      OnLine on_line, OnExit on_exit, OnLine on_output = {});
  // Kills it if it still runs, and waits until on_exit has returned.
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // SIGKILL or SIGTERM, to this very process; nothing once it has been waited for.
  void send(int signal);
  // Waits for its end.
  void join();

 private:
  Child() = default;
  void watch(int standard_output, int standard_error, const OnLine& on_line, const OnExit& on_exit,
             const OnLine& on_output);

  pid_t pid_ = -1;
  bool reaped_ = false;
  std::mutex mutex_;
  std::thread watcher_;
};

}  // namespace scenarios
