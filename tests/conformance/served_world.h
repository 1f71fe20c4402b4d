// ServedWorld: one `rehearse serve scenarios/guide/zero_downtime.yaml`, started as a user starts
// it, for all cases of this program; and the clients that no one here wrote, run against it
// unmodified, each as a child process of bounded time.
//
// Secrets never stand in argv: they go through files, the environment of a script, or its pipes.
#pragma once

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace conformance {

// Bounds. A client that takes longer is killed and its case fails.
inline constexpr auto client_patience = std::chrono::seconds(30);
inline constexpr auto server_patience = std::chrono::seconds(20);
// Time passes this much faster for pods and agents than in the scenario.
inline constexpr int compression = 20;

using Environment = std::map<std::string, std::string>;

struct Said {
  int code = -1;
  std::string output = {};
  std::string error = {};
};
std::ostream& operator<<(std::ostream& out, const Said& said);

class ServedWorld {
 public:
  // Started by the first that asks; ends with the program.
  static ServedWorld& get();
  // Sends SIGTERM and waits; the exit code.
  static int stop();

  // A member of the first line that it printed: "vault", "ca_file", "operator_kubeconfig"...
  std::string told(const std::string& key) const;
  // A folder that is the clients' HOME, and gone when the world is.
  std::string file(const std::string& name) const;

  // The certificate of an authority that has issued nothing here.
  std::string wrong_authority() const { return file("wrong-ca.crt"); }

  // Runs a client with the world's environment (KUBECONFIG, VAULT_ADDR, CURL_CA_BUNDLE, the guide's
  // IDP_TENANT_DOMAIN...), overruled by `with`. A client that is not installed fails the test.
  Said run(const std::vector<std::string>& argv, const Environment& with = {}) const;
  // `bash -c`: the guide's commands as they stand there.
  Said script(const std::string& text, const Environment& with = {}) const;

  ~ServedWorld();
  ServedWorld(const ServedWorld&) = delete;
  ServedWorld& operator=(const ServedWorld&) = delete;

 private:
  struct Process;
  ServedWorld();
  Environment environment() const;

  std::string home_;
  std::unique_ptr<Process> process_;
  Environment greeting_;
};

}  // namespace conformance
