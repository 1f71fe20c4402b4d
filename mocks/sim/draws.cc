#include "mocks/sim/draws.h"

namespace mocks::sim {

std::string Draws::text(std::size_t length, std::string_view alphabet, Stream stream,
                        std::uint64_t entity) const {
  std::string out;
  out.reserve(length);
  for (std::size_t i = 0; i < length; ++i)
    out += alphabet[below(alphabet.size(), stream, entity, i)];
  return out;
}

}  // namespace mocks::sim
