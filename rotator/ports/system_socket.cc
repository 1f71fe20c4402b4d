#include "rotator/ports/system_socket.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <memory>
#include <system_error>
#include <thread>

namespace ports {
namespace {

// One look-up, shared by the thread that waits for it and the thread that makes it.
struct LookUp {
  LookUp() : descriptor(eventfd(0, EFD_CLOEXEC)) {}
  ~LookUp() {
    if (descriptor >= 0) close(descriptor);
  }
  LookUp(const LookUp&) = delete;
  LookUp& operator=(const LookUp&) = delete;

  int descriptor;  // readable when the rest is there
  Addresses addresses = {};
};

Addresses look_up(const std::string& host, const std::string& port, int flags) {
  addrinfo hints = {};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* list = nullptr;
  Addresses addresses;
  const int error = getaddrinfo(host.c_str(), port.c_str(), &hints, &list);
  if (error != 0) {
    addresses.reason = error == EAI_SYSTEM ? std::strerror(errno) : gai_strerror(error);
    return addresses;
  }
  for (const addrinfo* it = list; it != nullptr; it = it->ai_next) {
    SocketAddress address{.length = it->ai_addrlen, .family = it->ai_family};
    std::memcpy(&address.storage, it->ai_addr, it->ai_addrlen);
    addresses.found.push_back(address);
  }
  freeaddrinfo(list);
  return addresses;
}

}  // namespace

Readiness wait_for(int descriptor, short events, Clock& clock, Instant deadline,
                   const StopSignal* stop) {
  for (;;) {
    const Duration left =
        std::clamp<Duration>(deadline - clock.now(), Duration::zero(), std::chrono::hours(24));
    const auto whole = std::chrono::duration_cast<std::chrono::seconds>(left);
    const timespec patience{.tv_sec = whole.count(), .tv_nsec = (left - whole).count()};
    std::array<pollfd, 2> polled = {
        pollfd{.fd = descriptor, .events = events, .revents = 0},
        pollfd{.fd = stop != nullptr ? stop->descriptor() : -1, .events = POLLIN, .revents = 0}};
    const int ready = ppoll(polled.data(), polled.size(), &patience, nullptr);
    if (ready > 0 && polled[1].revents != 0) return Readiness::interrupted;
    if (ready > 0) return Readiness::ready;
    if (ready == 0 && clock.now() >= deadline) return Readiness::timed_out;
  }
}

Addresses resolve(const std::string& host, const std::string& port, Clock& clock, Instant deadline,
                  const StopSignal* stop) {
  Addresses numeric = look_up(host, port, AI_NUMERICHOST);
  if (!numeric.found.empty()) return numeric;
  const auto shared = std::make_shared<LookUp>();
  if (shared->descriptor < 0) return {.reason = std::strerror(errno)};
  try {
    std::thread([shared, host, port] {
      shared->addresses = look_up(host, port, AI_ADDRCONFIG);
      const std::uint64_t one = 1;
      [[maybe_unused]] const ssize_t written = write(shared->descriptor, &one, sizeof one);
    }).detach();
  } catch (const std::system_error& error) {
    return {.reason = error.what()};
  }
  const Readiness readiness = wait_for(shared->descriptor, POLLIN, clock, deadline, stop);
  if (readiness != Readiness::ready) return {.readiness = readiness};
  // Reading what the thread wrote orders its other writes before what follows.
  std::uint64_t written = 0;
  [[maybe_unused]] const ssize_t got = read(shared->descriptor, &written, sizeof written);
  return shared->addresses;
}

Connected connect_to(const SocketAddress& address, Clock& clock, Instant deadline,
                     const StopSignal* stop) {
  const int made = socket(address.family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (made < 0) return {.reason = std::strerror(errno)};
  const auto give_up = [made](Readiness readiness, int error) {
    close(made);
    return Connected{.readiness = readiness, .reason = std::strerror(error)};
  };
  const int on = 1;
  setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const auto* where = reinterpret_cast<const sockaddr*>(&address.storage);
  if (connect(made, where, address.length) == 0) return {.socket = made};
  if (errno != EINPROGRESS) return give_up(Readiness::ready, errno);
  const Readiness readiness = wait_for(made, POLLOUT, clock, deadline, stop);
  if (readiness != Readiness::ready) return give_up(readiness, ETIMEDOUT);
  int error = 0;
  socklen_t length = sizeof error;
  getsockopt(made, SOL_SOCKET, SO_ERROR, &error, &length);
  if (error != 0) return give_up(Readiness::ready, error);
  return {.socket = made};
}

}  // namespace ports
