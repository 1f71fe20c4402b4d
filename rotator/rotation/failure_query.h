// FailureQuery: reads the count of login failures from a Prometheus server by an instant query
// (https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries).
#pragma once

#include <cstdint>

#include "rotator/ports/clock.h"
#include "rotator/ports/http.h"
#include "rotator/ports/result.h"
#include "rotator/rotation/configuration.h"

namespace rotator {

class FailureQuery {
 public:
  FailureQuery(ports::HttpClient& http, ports::Clock& clock, FailureSignal signal);

  // The query's single value, rounded down. An empty result is 0 failures: a counter that was never
  // raised has no series. Errors: refused (status, or an error that Prometheus names), malformed
  // (not one value, not a number), and those of the HTTP port.
  ports::Result<std::int64_t> count();

 private:
  ports::HttpClient& http_;
  ports::Clock& clock_;
  FailureSignal signal_;
  ports::Request question_;
};

}  // namespace rotator
