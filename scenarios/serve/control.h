// Control: the control API of a served world as a Handler: the routes (control_routes.h) behind a
// bearer token (RFC 6750). It has a server and a lock of its own, so that it answers whatever
// happens to the world, and may wait for it.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "mocks/handler.h"
#include "mocks/sim/faults/conditions.h"
#include "mocks/wire/serve.h"
#include "rotator/ports/secret.h"
#include "scenarios/serve/served.h"

namespace scenarios {

class Control final : public mocks::Handler {
 public:
  // `scenarios_folder` is where scenarios are loaded from by name.
  Control(Served& served, std::string scenarios_folder, ports::Secret token)
      : served_(served), scenarios_folder_(std::move(scenarios_folder)), token_(std::move(token)) {}

  mocks::Answer handle(const ports::Request& request) override;

 private:
  ports::Response answer(const ports::Request& request);
  bool admits(const ports::Request& request) const;

  Served& served_;
  std::string scenarios_folder_;
  ports::Secret token_;
};

// A Control behind HTTPS, with the certificate of the world's own servers. The served world must
// outlive it, and is changed by nobody else.
class ControlServer {
 public:
  struct Options {
    std::string scenarios_folder = {};
    std::uint16_t port = 0;  // 0 = any free one
    std::string token = {};
  };
  // Error of code configuration when the port cannot be had.
  static ports::Result<std::unique_ptr<ControlServer>> start(Served& served,
                                                             const Options& options);

  // "https://127.0.0.1:PORT"
  std::string origin() const { return server_->origin(); }

 private:
  ControlServer(Served& served, const Options& options)
      : control_(served, options.scenarios_folder, ports::Secret(std::string(options.token))) {}

  std::mutex mutex_;
  mocks::sim::NoFaults no_faults_;
  mocks::sim::Conditions conditions_{no_faults_};
  Control control_;
  std::unique_ptr<mocks::wire::Server> server_;
};

}  // namespace scenarios
