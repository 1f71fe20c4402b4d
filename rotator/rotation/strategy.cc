#include "rotator/rotation/strategy.h"

#include <algorithm>

namespace rotator {
namespace {

template <typename Matches>
std::size_t first_row(const std::vector<Row>& rows, Matches matches) {
  return static_cast<std::size_t>(std::find_if(rows.begin(), rows.end(), matches) - rows.begin());
}

}  // namespace

std::size_t Strategy::row_of(Phase wanted) const {
  return first_row(forward, [wanted](const Row& row) { return row.phase->name() == wanted; });
}

std::size_t Strategy::row_of(const PhaseWork* wanted) const {
  return first_row(forward, [wanted](const Row& row) { return row.phase == wanted; });
}

}  // namespace rotator
