// The product's ports as a simulated process sees them: virtual time, counted random numbers, files
// in memory. The HTTP port is network.h's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>

#include "mocks/sim/draws.h"
#include "mocks/sim/process.h"
#include "rotator/ports/clock.h"
#include "rotator/ports/files.h"
#include "rotator/ports/random.h"

namespace mocks::sim {

// The clock of `process`, which must outlive it.
class SimClock final : public ports::Clock {
 public:
  explicit SimClock(Process& process) : process_(process) {}

  ports::Instant now() const override { return process_.scheduler().now(); }
  ports::WallTime wall_now() const override { return process_.scheduler().wall_now(); }
  // Suspends the fiber. Gives Wake::interrupted after Process::interrupt(), and at once on a killed
  // process.
  [[nodiscard]] ports::Wake sleep_until(ports::Instant when) override;
  bool interrupted() const override { return process_.interrupted() || process_.unwinding(); }

 private:
  Process& process_;
};

// Bytes drawn from Stream::rotator_random. Give each process, and each incarnation of one, its own
// `entity`, or they make up the same ids.
class SimRandom final : public ports::Random {
 public:
  SimRandom(Draws draws, std::uint64_t entity) : draws_(draws), entity_(entity) {}

  void fill(std::span<std::byte> out) override;

 private:
  Draws draws_;
  std::uint64_t entity_;
  std::uint64_t index_ = 0;
};

// Credential files in memory. Same promises as the port: trailing white space is cut; a file that
// is absent, empty or larger than 64 KiB is an Error of code configuration.
class SimFiles final : public ports::CredentialFiles {
 public:
  void write(std::string path, std::string content);
  void remove(const std::string& path);

  ports::Result<ports::Secret> read(const std::string& path) override;

 private:
  std::map<std::string, std::string> files_;
};

}  // namespace mocks::sim
