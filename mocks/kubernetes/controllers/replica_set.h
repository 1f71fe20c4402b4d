// ReplicaSetController: keeps as many pods as each ReplicaSet wants.
//
// Imitates kubernetes/pkg/controller/replicaset, down to the order in which pods are given up: not
// ready before ready, the youngest first.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "mocks/kubernetes/controllers/controller.h"
#include "mocks/kubernetes/controllers/work_queue.h"
#include "mocks/kubernetes/store/replica_set.h"

namespace mocks::kubernetes {

// Bound: pods that one sync of a ReplicaSet creates or deletes (the real burst).
inline constexpr int burst_replicas = 500;

class ReplicaSetController final : public Controller {
 public:
  // Follows the registry's store, which must outlive it.
  explicit ReplicaSetController(Registry& registry);
  void on_change(const Change& change) override;
  void on_timer(std::uint32_t kind, std::uint64_t serial) override;

 private:
  using PodPointer = std::shared_ptr<const Pod>;
  // True unless a quota forbade it; then `failure` says so.
  bool create_pod(const ReplicaSet& set, std::string& failure);
  // As many as are wanted, or until one fails; then why ("" when none did).
  std::string create_pods(const ReplicaSet& set, int wanted);
  void delete_pods(const ReplicaSet& set, std::vector<PodPointer> active, std::size_t count);
  void write_status(std::uint64_t serial, const std::vector<PodPointer>& active, int terminating,
                    const std::string& failure);

  Registry& registry_;
  WorkQueue queue_;
  std::map<std::uint64_t, int> failures_;  // in a row, by ReplicaSet
};

}  // namespace mocks::kubernetes
