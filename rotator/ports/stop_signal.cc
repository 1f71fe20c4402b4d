#include "rotator/ports/stop_signal.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>

#include "rotator/ports/check.h"

namespace ports {
namespace {

// What the handler reaches. A handler has no argument of its own.
std::atomic<StopSignal*> asked_by_signals = nullptr;
struct sigaction former_terminate = {};
struct sigaction former_interrupt = {};

void on_signal(int) {
  const int kept_errno = errno;
  if (StopSignal* stop = asked_by_signals.load(); stop != nullptr) stop->request();
  errno = kept_errno;
}

}  // namespace

StopSignal::StopSignal() : descriptor_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  check(descriptor_ >= 0, "a file descriptor is left for the stop signal");
}

StopSignal::~StopSignal() { close(descriptor_); }

void StopSignal::request() noexcept {
  // EAGAIN means that the counter is full, and so that it has been asked often enough.
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(descriptor_, &one, sizeof one);
}

bool StopSignal::requested() const noexcept {
  // The descriptor is the only state: there is no instant at which a flag and it could disagree.
  pollfd asked{.fd = descriptor_, .events = POLLIN, .revents = 0};
  return poll(&asked, 1, 0) == 1;
}

StopOnSignals::StopOnSignals(StopSignal& stop) {
  check(asked_by_signals.exchange(&stop) == nullptr, "one StopOnSignals a process at a time");
  struct sigaction action = {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(SIGTERM, &action, &former_terminate);
  sigaction(SIGINT, &action, &former_interrupt);
}

StopOnSignals::~StopOnSignals() {
  sigaction(SIGTERM, &former_terminate, nullptr);
  sigaction(SIGINT, &former_interrupt, nullptr);
  asked_by_signals = nullptr;
}

}  // namespace ports
