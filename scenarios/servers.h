// Servers: one world's mocks behind loopback HTTPS, with a private certificate authority and the
// files that a client needs, in a folder. For runs on the HTTP wire and for `rehearse serve`.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "mocks/portal/metrics.h"
#include "mocks/sim/faults/conditions.h"
#include "mocks/sim/trace.h"
#include "mocks/wire/certificates.h"
#include "mocks/wire/serve.h"
#include "rotator/ports/result.h"
#include "rotator/ports/system_http.h"
#include "scenarios/run.h"
#include "scenarios/world.h"

namespace scenarios {

// How a User-Agent begins that names its caller to the servers.
inline constexpr const char* caller_prefix = "overlap-";

// On 127.0.0.1; 0 = any free one.
struct ServerPorts {
  std::uint16_t idp = 0;
  std::uint16_t vault = 0;
  std::uint16_t kubernetes = 0;
  std::uint16_t metrics = 0;
};

// What a person reads whose server `name` could not be had at that port.
ports::Error not_served(const std::string& name, std::uint16_t port, const ports::Error& why);

struct ServersOptions {
  ports::WallTime now = {};  // dates the certificates
  // Where the files go: an existing folder of mode 0700, which is left as it is then; the
  // certificates that lie there are used on. Empty: a temporary one that goes with the servers.
  std::string folder = {};
  ServerPorts ports = {};
  // Kills the process of a caller (faults crash_before, crash_after).
  std::function<void(std::string_view)> crash = {};
  // Told each exchange (mocks::wire::ServerOptions::record).
  std::function<void(const mocks::wire::Exchange&)> record = {};
  std::uint64_t most_requests = 0;  // of one connection (mocks::wire::ServerOptions)
};

class Servers {
 public:
  // All references must outlive the servers. Error of code configuration when a file or a port
  // cannot be had.
  static ports::Result<std::unique_ptr<Servers>> start(
      World& world, mocks::portal::Metrics& metrics, std::mutex& world_mutex,
      mocks::Scheduler& scheduler, mocks::sim::Conditions& conditions, mocks::sim::Trace& trace,
      ServersOptions options);
  ~Servers();
  Servers(const Servers&) = delete;
  Servers& operator=(const Servers&) = delete;

  // Every file that a server of a folder may have in it, those of `rehearse serve` among them.
  static constexpr std::string_view file_names[] = {"ca.crt",
                                                    "server.crt",
                                                    "server.key",
                                                    "kubeconfig",
                                                    "vault-token",
                                                    "vault-operator-token",
                                                    "idp-admin-token",
                                                    "kubernetes-token",
                                                    "operator-token",
                                                    "operator.kubeconfig",
                                                    "rotation.yaml",
                                                    "control-token",
                                                    "control-header",
                                                    "env.sh",
                                                    "log"};

  const Endpoints& endpoints() const { return endpoints_; }
  ServerPorts ports() const;
  // For an HTTP client that trusts these servers and calls itself `user_agent`, which is
  // caller_prefix and a caller as fault rules know it: "overlap-operator".
  ports::HttpOptions client_options(const std::string& user_agent) const;

  // Files in the folder: certificate authority, kubeconfig, and one credential a file (mode 0600).
  const std::string& folder() const { return folder_; }
  std::string ca_file() const { return folder_ + "/ca.crt"; }
  mocks::wire::CertificateFiles certificate() const {
    return {.certificate_file = folder_ + "/server.crt", .key_file = folder_ + "/server.key"};
  }
  std::string kubeconfig_file() const { return folder_ + "/kubeconfig"; }
  std::string operator_kubeconfig_file() const { return folder_ + "/operator.kubeconfig"; }
  std::string vault_token_file() const { return folder_ + "/vault-token"; }
  std::string vault_operator_token_file() const { return folder_ + "/vault-operator-token"; }
  std::string idp_admin_token_file() const { return folder_ + "/idp-admin-token"; }
  std::string kubernetes_token_file() const { return folder_ + "/kubernetes-token"; }
  std::string operator_token_file() const { return folder_ + "/operator-token"; }
  std::string control_token_file() const { return folder_ + "/control-token"; }
  // The same as a header's line, for `curl -H @FILE`.
  std::string control_header_file() const { return folder_ + "/control-header"; }
  std::string configuration_file() const { return folder_ + "/rotation.yaml"; }

  // Writes the token of a person who may do everything in Vault. Only `rehearse serve` has one.
  ports::Status write_vault_operator_token(const std::string& token) const;
  // Writes rotation.yaml for a rotator of this world.
  ports::Status write_configuration(const rotator::Configuration& configuration) const;

 private:
  Servers() = default;
  ports::Status prepare_folder(const ServersOptions& options);
  ports::Status write_credentials(const Credentials& credentials) const;

  std::string folder_;
  bool own_folder_ = false;
  Endpoints endpoints_;
  std::unique_ptr<mocks::wire::Server> idp_;
  std::unique_ptr<mocks::wire::Server> vault_;
  std::unique_ptr<mocks::wire::Server> kubernetes_;
  std::unique_ptr<mocks::wire::Server> metrics_;
};

}  // namespace scenarios
