#include "mocks/portal/load_balancer.h"

#include <algorithm>

namespace mocks::portal {
namespace {

__extension__ using Wide = unsigned __int128;

// `bits` of 64 uniform ones, scaled to [0, bound).
std::size_t scale(std::uint64_t bits, std::size_t bound) {
  return static_cast<std::size_t>((static_cast<Wide>(bits) * bound) >> 64U);
}

}  // namespace

std::optional<PodId> pick_endpoint(std::span<const PodId> endpoints, std::uint64_t bits,
                                   PodId preferred) {
  if (endpoints.empty()) return std::nullopt;
  if (preferred != 0 && std::find(endpoints.begin(), endpoints.end(), preferred) != endpoints.end())
    return preferred;
  return endpoints[scale(bits, endpoints.size())];
}

}  // namespace mocks::portal
