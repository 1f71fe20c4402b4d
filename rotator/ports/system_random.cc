#include "rotator/ports/system_random.h"

#include <openssl/rand.h>

#include "rotator/ports/check.h"

namespace ports {

void SystemRandom::fill(std::span<std::byte> out) {
  check(RAND_bytes(reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(out.size())) == 1,
        "the system gives entropy");
}

}  // namespace ports
