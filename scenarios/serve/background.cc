#include "scenarios/serve/background.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <iostream>

#include "scenarios/commands.h"

namespace scenarios {
namespace {

// The exit code to end with when the child has ended before it was ready.
int exit_code_of_child(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return exit_internal;
  if (WIFEXITED(status) && WEXITSTATUS(status) != 0) return WEXITSTATUS(status);
  std::cerr << "rehearse: the server ended before it was ready"
            << (WIFSIGNALED(status) ? ", by signal " + std::to_string(WTERMSIG(status)) : "")
            << "\n";
  return exit_internal;
}

}  // namespace

Background::~Background() {
  if (told_ >= 0) close(told_);
}

std::optional<int> Background::begin() {
  std::array<int, 2> ends{};
  std::cout.flush();
  const bool piped = pipe2(ends.data(), O_CLOEXEC) == 0;
  const pid_t child = piped ? fork() : -1;
  if (child < 0) {
    std::cerr << "rehearse: no process in the background: " << std::strerror(errno) << "\n";
    return exit_internal;
  }
  if (child == 0) {
    close(ends[0]);
    told_ = ends[1];
    return std::nullopt;
  }
  close(ends[1]);
  char word = 0;
  ssize_t got = 0;
  do got = read(ends[0], &word, 1);
  while (got < 0 && errno == EINTR);
  close(ends[0]);
  return got == 1 ? exit_as_expected : exit_code_of_child(child);
}

ports::Status Background::ready(const std::string& log) {
  const auto cannot = [](const std::string& what) {
    return ports::fail(ports::ErrorCode::configuration, what + ": " + std::strerror(errno));
  };
  const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
  const int errors = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const bool left = nothing >= 0 && errors >= 0 && dup2(nothing, STDIN_FILENO) >= 0 &&
                    dup2(nothing, STDOUT_FILENO) >= 0;
  if (!left || chdir("/") != 0) {
    const auto failed = cannot(log + ": no server in the background");
    if (nothing >= 0) close(nothing);
    if (errors >= 0) close(errors);
    return failed;
  }
  setsid();
  // A caller that has ended must not end this process by a signal, but by the answer below.
  struct sigaction ignoring {};
  ignoring.sa_handler = SIG_IGN;
  struct sigaction before {};
  sigaction(SIGPIPE, &ignoring, &before);
  const bool told = write(told_, "r", 1) == 1;
  sigaction(SIGPIPE, &before, nullptr);
  const auto status =
      told ? ports::Status() : ports::Status(cannot("nobody waits for this server any more"));
  dup2(errors, STDERR_FILENO);
  close(nothing);
  close(errors);
  close(told_);
  told_ = -1;
  return status;
}

}  // namespace scenarios
