#include "mocks/sim/sim_ports.h"

#include <utility>

namespace mocks::sim {
namespace {

constexpr std::size_t max_file_bytes = std::size_t{64} << 10U;

}  // namespace

ports::Wake SimClock::sleep_until(ports::Instant when) {
  for (;;) {
    if (interrupted()) {
      // On a killed process this throws, unless it is unwinding already.
      if (process_.unwinding()) process_.wait(now());
      return ports::Wake::interrupted;
    }
    if (now() >= when) return ports::Wake::reached;
    process_.wait(when);
  }
}

void SimRandom::fill(std::span<std::byte> out) {
  for (std::size_t i = 0; i < out.size();) {
    std::uint64_t bits = draws_.bits(Stream::rotator_random, entity_, index_++);
    for (int byte = 0; byte < 8 && i < out.size(); ++byte, bits >>= 8U)
      out[i++] = static_cast<std::byte>(bits & 0xffU);
  }
}

void SimFiles::write(std::string path, std::string content) {
  files_.insert_or_assign(std::move(path), std::move(content));
}

void SimFiles::remove(const std::string& path) { files_.erase(path); }

ports::Result<ports::Secret> SimFiles::read(const std::string& path) {
  const auto file = files_.find(path);
  if (file == files_.end())
    return ports::fail(ports::ErrorCode::configuration,
                       "cannot read " + path + ": no such file or directory");
  if (file->second.size() > max_file_bytes)
    return ports::fail(ports::ErrorCode::configuration,
                       "cannot use " + path + ": it is larger than 64 KiB");
  std::string content = file->second;
  content.erase(content.find_last_not_of(" \t\r\n") + 1);
  if (content.empty())
    return ports::fail(ports::ErrorCode::configuration, "cannot use " + path + ": it is empty");
  return ports::Secret(std::move(content));
}

}  // namespace mocks::sim
