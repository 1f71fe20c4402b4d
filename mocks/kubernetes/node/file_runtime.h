// FileRuntime: the trivial PodRuntime. Every pod has the same files and is ready after the drawn
// time; exec knows cat, sh -c 'echo ...' and 'exit N', enough for tests and recorded exchanges.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "mocks/kubernetes/node/pod_runtime.h"

namespace mocks::kubernetes {

class FileRuntime final : public PodRuntime {
 public:
  // By path.
  explicit FileRuntime(std::map<std::string, std::string> files = {}) : files_(std::move(files)) {}

  // Seen by the next exec in any pod.
  void set_file(const std::string& path, std::string content) { files_[path] = std::move(content); }

  void attach(PodHost& host) override { host_ = &host; }
  // Starts succeed at once; nothing is told to the host before the time drawn for the pod.
  AppStart adopt(const PodView& pod) override;
  void start_init(const PodView& pod) override;
  AppStart start_app(const PodView& pod, ports::Duration ready_after) override;
  void begin_termination(PodId pod) override;
  void stop(PodId pod, bool restarting) override;
  // Exit code 1 with cat's own sentence for a file that is not there, 127 for any other command.
  ExecResult exec(PodId pod, std::string_view container,
                  const std::vector<std::string>& argv) override;

 private:
  PodHost* host_ = nullptr;
  std::map<std::string, std::string> files_;
};

}  // namespace mocks::kubernetes
