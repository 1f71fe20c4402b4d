// Metrics: answers like a Prometheus server's instant query
// (https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries) about one counter:
// the portal's failed logins. GET or POST /api/v1/query with query=NAME, optionally sum(NAME) or
// NAME{...}; another metric's name gives an empty vector, an expression that cannot be one of these
// 400 bad_data. It is no PromQL engine.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "mocks/handler.h"
#include "mocks/scheduler.h"

namespace mocks::portal {

struct MetricsOptions {
  std::string name = "portal_login_failures_total";
  // How old the answered sample is: the time since the last scrape.
  ports::Duration scrape_age{0};
  // Before the first scrape there is no series: an empty vector.
  bool empty = false;
};

class Metrics final : public Handler {
 public:
  // `failures` tells the counter's value now.
  Metrics(Scheduler& scheduler, std::function<std::uint64_t()> failures,
          MetricsOptions options = {});

  void set_empty(bool empty) { options_.empty = empty; }

  Answer handle(const ports::Request& request) override;

 private:
  Scheduler& scheduler_;
  std::function<std::uint64_t()> failures_;
  MetricsOptions options_;
};

}  // namespace mocks::portal
