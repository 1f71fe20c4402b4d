// ExposureForecast: how many logins it costs to end a leaked secret before every pod has moved to
// the new one, against how long it stays exposed. A pure function.
//
// All times count from the creation of the new secret. Logins are spread evenly over the pods that
// take them. Once the old secret has ended, whoever comes to a pod that holds it fails until that
// pod is replaced, and until the token endpoint knows the new secret everybody does. Where the old
// one ends before the new one is accepted, the pods are restarted at once: nothing is left to wait
// for.
#pragma once

#include <optional>
#include <vector>

#include "rotator/ports/clock.h"
#include "rotator/rotation/safe_window.h"

namespace rotator {

// Bound on the points of a curve.
inline constexpr int most_exposure_points = 12;

struct ExposurePoint {
  ports::Duration exposure{0};  // when the old secret ends
  ports::Duration lost{0};      // as many logins fail as come in this time
};

struct ExposureForecast {
  // Ascending by exposure, never ascending by loss; from an end at once to one that loses nothing.
  std::vector<ExposurePoint> curve = {};
  // What was said to be bearable.
  ExposurePoint chosen = {};
  // When every pod has moved, old ones that end counted: a secret that lives on till then ends
  // there.
  ports::Duration moved{0};
  std::optional<int> logins_per_minute = {};

  // Of the logins that come until every pod has moved; 0 to 1.
  double share(const ExposurePoint& point) const;
  // How many fail; nothing where nobody said how many there are.
  std::optional<double> failed(const ExposurePoint& point) const;
};

// What is lost where the old secret ends at `exposure`.
ports::Duration lost_logins(const FleetFacts& facts, ports::Duration exposure);

ExposureForecast exposure_forecast(const FleetFacts& facts, ports::Duration max_exposure,
                                   std::optional<int> logins_per_minute);

}  // namespace rotator
