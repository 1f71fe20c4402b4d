#include "scenarios/child.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

namespace scenarios {
namespace {

using ports::ErrorCode;
using ports::fail;

struct Pipe {
  int read = -1;
  int write = -1;
};

bool open_pipe(Pipe& pipe) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return false;
  pipe = {.read = ends[0], .write = ends[1]};
  return true;
}

// Reads what is there; false at the end of the stream.
bool drain(int descriptor, std::string& into) {
  std::array<char, 65536> buffer{};
  const auto got = read(descriptor, buffer.data(), buffer.size());
  if (got < 0) return errno == EINTR || errno == EAGAIN;
  if (got == 0) return false;
  if (into.size() < max_child_output) into.append(buffer.data(), static_cast<std::size_t>(got));
  return true;
}

// Tells the whole lines of `text` from `told` on; how far it has told then.
std::size_t tell_lines(const std::string& text, std::size_t told, const Child::OnLine& on_line) {
  for (auto end = text.find('\n', told); end != std::string::npos; end = text.find('\n', told)) {
    if (on_line) on_line(text.substr(told, end - told));
    told = end + 1;
  }
  return told;
}

}  // namespace

ports::Result<std::unique_ptr<Child>> Child::start(
    const std::vector<std::string>& argv, const std::map<std::string, std::string>& environment,
    OnLine on_line, OnExit on_exit, OnLine on_output) {
  Pipe out;
  Pipe err;
  if (!open_pipe(out) || !open_pipe(err))
    return fail(ErrorCode::configuration,
                std::string("no pipe for a child process: ") + std::strerror(errno));
  std::vector<char*> arguments;
  for (const auto& argument : argv)
    arguments.push_back(const_cast<char*>(argument.c_str()));  // NOLINT
  arguments.push_back(nullptr);
  std::vector<std::string> pairs;
  for (const auto& [name, value] : environment) pairs.push_back(name + "=" + value);
  std::vector<char*> variables;
  variables.reserve(pairs.size() + 1);
  for (auto& pair : pairs) variables.push_back(pair.data());
  variables.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, out.write, 1);
  posix_spawn_file_actions_adddup2(&actions, err.write, 2);
  std::unique_ptr<Child> child(new Child());
  const int error = posix_spawnp(&child->pid_, argv.front().c_str(), &actions, nullptr,
                                 arguments.data(), variables.data());
  posix_spawn_file_actions_destroy(&actions);
  close(out.write);
  close(err.write);
  if (error != 0) {
    close(out.read);
    close(err.read);
    child->reaped_ = true;
    return fail(ErrorCode::configuration, argv.front() +
                                              ": cannot be executed: " + std::strerror(error) +
                                              "; name the rotator's executable with --rotator");
  }
  child->watcher_ = std::thread(
      [child = child.get(), out = out.read, err = err.read, on_line = std::move(on_line),
       on_exit = std::move(on_exit),
       on_output = std::move(on_output)] { child->watch(out, err, on_line, on_exit, on_output); });
  return child;
}

Child::~Child() {
  send(SIGKILL);
  join();
}

void Child::send(int signal) {
  const std::lock_guard lock(mutex_);
  if (!reaped_) ::kill(pid_, signal);
}

void Child::join() {
  if (watcher_.joinable()) watcher_.join();
}

void Child::watch(int standard_output, int standard_error, const OnLine& on_line,
                  const OnExit& on_exit, const OnLine& on_output) {
  ChildExit exit;
  std::size_t told_output = 0;
  std::size_t told_error = 0;
  std::array<pollfd, 2> open{{{.fd = standard_output, .events = POLLIN, .revents = 0},
                              {.fd = standard_error, .events = POLLIN, .revents = 0}}};
  while (open[0].fd >= 0 || open[1].fd >= 0) {
    if (poll(open.data(), open.size(), -1) < 0 && errno != EINTR) break;
    if (open[0].fd >= 0 && open[0].revents != 0 && !drain(standard_output, exit.standard_output))
      open[0].fd = -1;
    if (open[1].fd >= 0 && open[1].revents != 0 && !drain(standard_error, exit.standard_error))
      open[1].fd = -1;
    told_output = tell_lines(exit.standard_output, told_output, on_output);
    told_error = tell_lines(exit.standard_error, told_error, on_line);
  }
  close(standard_output);
  close(standard_error);
  // Wait without reaping first: once reaped, the process id may be somebody else's, and send() must
  // not reach them.
  siginfo_t ignored{};
  while (waitid(P_PID, static_cast<id_t>(pid_), &ignored, WEXITED | WNOWAIT) < 0 &&
         errno == EINTR) {
  }
  int status = 0;
  {
    const std::lock_guard lock(mutex_);
    waitpid(pid_, &status, 0);
    reaped_ = true;
  }
  if (WIFEXITED(status)) exit.code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) exit.signal = WTERMSIG(status);
  on_exit(exit);
}

}  // namespace scenarios
