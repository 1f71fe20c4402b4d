// Witness: remembers what a leaked secret would be recognised by and where it would show: every
// value that ever was a secret of the client, deleted ones included, and every text that a fact
// carried (the calls with their paths, the Events, the Leases).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mocks/facts.h"
#include "mocks/idp/core.h"

namespace scenarios {

// Bound on the texts kept; a run with more cannot be checked for leaks to its end.
inline constexpr std::size_t max_witness_bytes = std::size_t{8} << 20;

class Witness final : public mocks::Observer {
 public:
  // From now on the secrets of `client` are noticed as they are created. `core` must outlive the
  // facts.
  void watch(const mocks::idp::Core& core, std::string client);

  void observe(ports::Instant at, const mocks::Fact& fact) override;

  const std::vector<std::string>& secrets() const { return secrets_; }
  const std::string& texts() const { return texts_; }
  bool overflowed() const { return overflowed_; }

 private:
  void collect();

  const mocks::idp::Core* core_ = nullptr;
  std::string client_;
  std::uint64_t seen_ = 0;  // of core_->secrets_created()
  std::vector<std::string> secrets_;
  std::string texts_;
  bool overflowed_ = false;
};

}  // namespace scenarios
