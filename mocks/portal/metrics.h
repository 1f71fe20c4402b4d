// Metrics: answers like a Prometheus server's instant query
// (https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries) about one counter:
// the portal's failed logins. GET or POST on /api/v1/query with query=EXPRESSION.
//
// It is no PromQL engine. It evaluates NAME, NAME{label="value",...} and sum(either); the series
// has the labels of its options. Another name, or labels that do not match, give an empty vector,
// and what is none of these is 400 bad_data, as a text that Prometheus cannot parse.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "mocks/handler.h"
#include "mocks/scheduler.h"

namespace mocks::portal {

struct MetricsOptions {
  std::string name = "portal_login_failures_total";
  std::vector<std::pair<std::string, std::string>> labels = {};
  // Before the first failure is exported there is no series: an empty vector.
  bool empty = false;
};

class Metrics final : public Handler {
 public:
  // `failures` tells the counter's value now, under the world's lock.
  Metrics(Scheduler& scheduler, std::function<std::uint64_t()> failures,
          MetricsOptions options = {});

  void set_empty(bool empty) { options_.empty = empty; }

  Answer handle(const ports::Request& request) override;

 private:
  ports::Response answer(const std::string& expression);

  Scheduler& scheduler_;
  std::function<std::uint64_t()> failures_;
  MetricsOptions options_;
};

}  // namespace mocks::portal
