// A mock behind real HTTPS on 127.0.0.1, and a real client that trusts it: for tests of both.
#pragma once

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>

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

class LoopbackWire final : public HttpWire {
 public:
  explicit LoopbackWire(mocks::wire::ServerOptions options = {},
                        const mocks::wire::CertificateOptions& certificate = {})
      : certificates_(certificate) {
    options.name = "contract";
    options.certificate_file = certificates_.server.certificate_file;
    options.key_file = certificates_.server.key_file;
    server_ = must_succeed(
        mocks::wire::Server::start(handler_, world_, scheduler_, faults_, std::move(options)));
    client_ = new_client();
  }

  std::unique_ptr<ports::HttpClient> new_client() {
    ports::HttpOptions options;
    options.origins[origin()].ca_file = certificates_.ca_file;
    return must_succeed(ports::new_http_client(clock_, stop_, std::move(options)));
  }

  void run(const std::function<void()>& body) override { body(); }
  void in_world(const std::function<void()>& act) override {
    const std::lock_guard lock(world_);
    act();
  }
  ports::HttpClient& client() override { return *client_; }
  ports::Clock& clock() override { return clock_; }
  std::string origin() override { return server_->origin(); }
  ContractHandler& handler() override { return handler_; }
  ScriptedFaults& faults() override { return faults_; }
  ports::StopSignal& stop() { return stop_; }
  mocks::wire::Server& server() { return *server_; }
  TestCertificates& certificates() { return certificates_; }

 private:
  TestCertificates certificates_;
  ports::StopSignal stop_;
  ports::SystemClock clock_{stop_};
  std::mutex world_;
  ContractHandler handler_;
  ScriptedFaults faults_;
  mocks::wire::RealTimeScheduler scheduler_{world_};
  std::unique_ptr<mocks::wire::Server> server_;
  std::unique_ptr<ports::HttpClient> client_;
};

}  // namespace contract
