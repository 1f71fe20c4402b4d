// SystemRandom: the entropy port on OpenSSL's RAND_bytes. May be used by many threads.
#pragma once

#include "rotator/ports/random.h"

namespace ports {

class SystemRandom final : public Random {
 public:
  // Ends the process when the system gives no entropy: nothing we could do then would be safe.
  void fill(std::span<std::byte> out) override;
};

}  // namespace ports
