#include "scenarios/compression.h"

#include <algorithm>

#include "rotator/cli/config_keys.h"
#include "scenarios/scenario_keys.h"

namespace scenarios {
namespace {

// Divides the times of every key of a list, as its row says.
class Divider final : public rotator::Keys {
 public:
  explicit Divider(int factor) : factor_(factor) {}

 private:
  ports::Duration divided(ports::Duration time, const rotator::TimeOptions& options) const {
    if (!options.divides) return time;
    return std::max({time / factor_, options.at_least, options.divided_at_least});
  }

  void on_duration(const rotator::Key&, std::optional<ports::Duration>& value,
                   const rotator::TimeOptions& options) override {
    if (value) value = divided(*value, options);
  }
  void on_range(const rotator::Key&, std::optional<Ends>& value,
                const rotator::TimeOptions& options) override {
    if (value) value = Ends{divided(value->low, options), divided(value->high, options)};
  }
  void on_number(const rotator::Key&, std::optional<std::int64_t>& value,
                 const rotator::NumberOptions& options) override {
    using Of = rotator::NumberOptions::Of;
    if (!value || *value == 0) return;
    if (options.of == Of::seconds) value = std::max<std::int64_t>(1, *value / factor_);
    if (options.of == Of::times_a_minute) *value *= factor_;
  }

  void on_other(const rotator::Key&, const rotator::OtherValue& value) override {
    if (value.divide) value.divide(factor_);
  }

  int factor_;
};

}  // namespace

Scenario compressed(const Scenario& scenario, int factor) {
  Scenario fast = scenario;
  fast.compression = factor;
  Divider divider(factor);
  list_keys(divider, fast);
  return fast;
}

rotator::Configuration compressed(const rotator::Configuration& configuration, int factor) {
  rotator::ProgramConfiguration fast{.rotation = configuration};
  Divider divider(factor);
  rotator::list_keys(divider, fast);
  return std::move(fast.rotation);
}

void decompress(Report& report, int factor) {
  const auto stretch = [factor](double& seconds) { seconds *= factor; };
  stretch(report.rotation.duration_s);
  if (auto& exposed = report.rotation.exposure_s) stretch(*exposed);
  if (auto& unused = report.rotation.unused_exposure_s) stretch(*unused);
  for (auto& phase : report.phases) {
    stretch(phase.from_s);
    stretch(phase.to_s);
  }
  for (auto& invariant : report.invariants) stretch(invariant.at_s);
  for (auto& entry : report.timeline) stretch(entry.at_s);
}

}  // namespace scenarios
