// Registry: what every part of the cluster shares: the store, time, the source of names and draws,
// and the few writes that more than one part makes.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "mocks/facts.h"
#include "mocks/kubernetes/store/admission.h"
#include "mocks/kubernetes/store/objects.h"
#include "mocks/kubernetes/store/options.h"
#include "mocks/kubernetes/store/store.h"
#include "mocks/scheduler.h"
#include "mocks/sim/draws.h"

namespace mocks::kubernetes {

class Registry {
 public:
  // Scheduler and observer must outlive it.
  Registry(Scheduler& scheduler, Observer& observer, sim::Draws draws, ApiServerOptions options);

  Store& store() { return store_; }
  const Store& store() const { return store_; }
  Scheduler& scheduler() { return scheduler_; }
  Observer& observer() { return observer_; }
  const sim::Draws& draws() const { return draws_; }
  const ApiServerOptions& options() const { return options_; }
  // Whose admission webhook sees new pods; null for none.
  void set_admission(Admission* admission) { admission_ = admission; }
  // The annotations of a pod made from a template that has `annotations`.
  Strings admitted(Strings annotations) const {
    if (admission_ != nullptr) admission_->admit(annotations);
    return annotations;
  }
  ports::Instant now() const { return scheduler_.now(); }
  // API timestamps count whole seconds.
  ports::WallTime wall_second() const;
  ports::WallTime wall_now() const { return scheduler_.wall_now(); }

  // Uniform in the range; the same for the same seed, stream, entity and index.
  ports::Duration draw(const TimeRange& range, sim::Stream stream, std::uint64_t entity,
                       std::uint64_t index) const;

  // A new object's identity: serial, uid, creation time; owner may be null.
  std::shared_ptr<const Identity> identify(Kind kind, std::string kubernetes_namespace,
                                           std::string name, std::string generate_name = {},
                                           const Object* owner = nullptr);
  std::string uid();     // version 4 (RFC 9562 section 5.4)
  std::string suffix();  // five letters, as generateName appends

  // Records an Event about `about`; `instance` is empty for the old API's events.
  void record_event(const Object& about, std::string_view component, std::string_view type,
                    std::string_view reason, std::string message);

  // Marks a pod as terminating, as DELETE does; with grace 0 it goes at once.
  void delete_pod(const Pod& pod, std::int64_t grace_s);

 private:
  Store store_;
  Scheduler& scheduler_;
  Observer& observer_;
  sim::Draws draws_;
  ApiServerOptions options_;
  Admission* admission_ = nullptr;
  std::uint64_t made_ = 0;        // identifiers made so far
  std::uint64_t last_event_ = 0;  // the number in the last Event's name
};

}  // namespace mocks::kubernetes
