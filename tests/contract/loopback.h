// A mock behind real HTTPS on 127.0.0.1, and a real client that trusts it: for tests of both.
#pragma once

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "mocks/handler.h"
#include "mocks/scheduler.h"
#include "mocks/sim/faults/faults.h"
#include "mocks/wire/certificates.h"
#include "mocks/wire/real_time.h"
#include "mocks/wire/serve.h"
#include "rotator/ports/system_clock.h"
#include "rotator/ports/system_http.h"
#include "tests/contract/http_client_contract.h"

namespace contract {

// A directory of its own, gone when the test is.
class ScratchDirectory {
 public:
  ScratchDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "overlap-test-XXXXXX").string();
    BOOST_REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~ScratchDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;

  std::string path() const { return path_.string(); }
  std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

// An authority and the files of a server certificate that it issued.
struct TestCertificates {
  explicit TestCertificates(const mocks::wire::CertificateOptions& options = {})
      : authority("Synthetic Test Authority", ports::WallTime(clock_now())) {
    ca_file = directory.file("ca.crt");
    BOOST_REQUIRE(authority.write_certificate(ca_file).has_value());
    server = must_succeed(authority.issue(directory.path(), "server", options));
  }
  static ports::Duration clock_now() {
    ports::StopSignal stop;
    return ports::SystemClock(stop).wall_now().time_since_epoch();
  }

  ScratchDirectory directory;
  mocks::wire::CertificateAuthority authority;
  std::string ca_file;
  mocks::wire::CertificateFiles server;
};

struct LoopbackOptions {
  mocks::wire::ServerOptions server = {};  // its name and certificate are the loopback's own
  mocks::wire::CertificateOptions certificate = {};
  mocks::sim::Faults* faults = nullptr;  // null: none. Must outlive the loopback
};

// A handler behind HTTPS in real time, and the product's own client that trusts it. Requests are
// answered on the server's thread, timers fire on the scheduler's: a test waits for answers, for no
// time.
class Loopback {
 public:
  // Makes what is served; called once, under the world's lock.
  using Make = std::function<std::unique_ptr<mocks::Handler>(mocks::Scheduler&)>;

  explicit Loopback(const Make& make, LoopbackOptions options = {})
      : certificates_(options.certificate) {
    in_world([&] { handler_ = make(scheduler_); });
    mocks::wire::ServerOptions server = std::move(options.server);
    server.name = "contract";
    server.certificate_file = certificates_.server.certificate_file;
    server.key_file = certificates_.server.key_file;
    if (options.faults != nullptr) conditions_.set_plan(*options.faults);
    server_ = must_succeed(
        mocks::wire::Server::start(*handler_, world_, scheduler_, conditions_, std::move(server)));
    client_ = new_client();
  }
  // No request and no timer finds the handler gone.
  ~Loopback() {
    server_->stop();
    scheduler_.stop();
  }
  Loopback(const Loopback&) = delete;
  Loopback& operator=(const Loopback&) = delete;

  std::unique_ptr<ports::HttpClient> new_client() {
    ports::HttpOptions options;
    options.origins[origin()].ca_file = certificates_.ca_file;
    return must_succeed(ports::new_http_client(clock_, stop_, std::move(options)));
  }
  // Sends to this server, whatever the request's origin; the answer must come.
  ports::Response send(ports::Request request) {
    request.origin = origin();
    return must_succeed(client_->send(request, later()));
  }
  void in_world(const std::function<void()>& act) {
    const std::lock_guard lock(world_);
    act();
  }
  // Far enough never to be met by a server that works.
  ports::Instant later() const { return clock_.now() + std::chrono::seconds(60); }

  ports::HttpClient& client() { return *client_; }
  ports::SystemClock& clock() { return clock_; }
  std::string origin() const { return server_->origin(); }
  ports::StopSignal& stop() { return stop_; }
  mocks::wire::Server& server() { return *server_; }
  // Of the server "contract". Under the world's lock.
  mocks::sim::Conditions& conditions() { return conditions_; }
  TestCertificates& certificates() { return certificates_; }

 private:
  TestCertificates certificates_;
  ports::StopSignal stop_;
  ports::SystemClock clock_{stop_};
  std::mutex world_;
  mocks::sim::NoFaults no_faults_;
  mocks::sim::Conditions conditions_{no_faults_};
  mocks::wire::RealTimeScheduler scheduler_{world_};
  std::unique_ptr<mocks::Handler> handler_;
  std::unique_ptr<mocks::wire::Server> server_;
  std::unique_ptr<ports::HttpClient> client_;
};

// The loopback as a wire for the contract of the client itself.
class LoopbackWire final : public HttpWire {
 public:
  explicit LoopbackWire(mocks::wire::ServerOptions options = {},
                        const mocks::wire::CertificateOptions& certificate = {})
      : loopback_(
            [this](mocks::Scheduler&) {
              auto made = std::make_unique<ContractHandler>();
              handler_ = made.get();
              return made;
            },
            {.server = std::move(options), .certificate = certificate, .faults = &faults_}) {}

  std::unique_ptr<ports::HttpClient> new_client() { return loopback_.new_client(); }
  void run(const std::function<void()>& body) override { body(); }
  void in_world(const std::function<void()>& act) override { loopback_.in_world(act); }
  ports::HttpClient& client() override { return loopback_.client(); }
  ports::Clock& clock() override { return loopback_.clock(); }
  std::string origin() override { return loopback_.origin(); }
  ContractHandler& handler() override { return *handler_; }
  ScriptedFaults& faults() override { return faults_; }
  ports::StopSignal& stop() { return loopback_.stop(); }
  mocks::wire::Server& server() { return loopback_.server(); }
  mocks::sim::Conditions& conditions() { return loopback_.conditions(); }
  TestCertificates& certificates() { return loopback_.certificates(); }

 private:
  ScriptedFaults faults_;
  ContractHandler* handler_ = nullptr;  // the loopback's
  Loopback loopback_;
};

}  // namespace contract
