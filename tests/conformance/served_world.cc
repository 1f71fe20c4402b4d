#include "tests/conformance/served_world.h"

#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>

#include "scenarios/child.h"

namespace conformance {
namespace {

using scenarios::Child;
using scenarios::ChildExit;

// The Debian package that has a client; ./dev installs it.
std::string package_of(const std::string& client) {
  if (client == "kubectl") return "kubernetes-client";
  if (client == "/usr/bin/python3") return "python3-hvac";
  return client;
}

std::unique_ptr<ServedWorld>& the_world() {
  static std::unique_ptr<ServedWorld> world;
  return world;
}

}  // namespace

// A child process, and what is waited for of it.
struct ServedWorld::Process {
  std::mutex mutex;
  std::condition_variable changed;
  std::optional<std::string> first_line;
  std::optional<ChildExit> exit;
  std::unique_ptr<Child> child;

  void start(const std::vector<std::string>& argv, const Environment& environment) {
    auto started = Child::start(
        argv, environment, {},
        [this](const ChildExit& how) {
          const std::lock_guard lock(mutex);
          exit = how;
          changed.notify_all();
        },
        [this](const std::string& line) {
          const std::lock_guard lock(mutex);
          if (!first_line) first_line = line;
          changed.notify_all();
        });
    if (!started)
      BOOST_FAIL(argv.front() << " is not installed: ./dev installs " << package_of(argv.front()));
    child = std::move(*started);
  }

  // Waits for the first line or the end, whichever comes first.
  std::optional<std::string> read_line(std::chrono::seconds patience) {
    std::unique_lock lock(mutex);
    changed.wait_for(lock, patience, [this] { return first_line || exit; });
    return first_line;
  }

  // Waits for the end; kills it when it does not come. False then.
  bool wait(std::chrono::seconds patience) {
    bool ended = false;
    {
      std::unique_lock lock(mutex);
      ended = changed.wait_for(lock, patience, [this] { return exit.has_value(); });
    }
    if (!ended) child->send(SIGKILL);
    child->join();
    return ended;
  }
};

std::ostream& operator<<(std::ostream& out, const Said& said) {
  return out << "exit code " << said.code << "\n" << said.output << said.error;
}

ServedWorld& ServedWorld::get() {
  if (!the_world()) the_world().reset(new ServedWorld());
  return *the_world();
}

int ServedWorld::stop() {
  if (!the_world()) return 0;
  auto& process = *the_world()->process_;
  process.child->send(SIGTERM);
  const bool ended = process.wait(server_patience);
  const int code = ended ? process.exit->code : -1;
  the_world().reset();
  return code;
}

ServedWorld::ServedWorld() : process_(std::make_unique<Process>()) {
  home_ = (std::filesystem::temp_directory_path() / "overlap-clients-XXXXXX").string();
  BOOST_REQUIRE(mkdtemp(home_.data()) != nullptr);
  process_->start({std::string(OVERLAP_BINARY_DIR) + "/scenarios/rehearse", "serve",
                   std::string(OVERLAP_SOURCE_DIR) + "/scenarios/guide/zero_downtime.yaml",
                   "--compression", std::to_string(compression)},
                  {{"PATH", "/usr/bin:/bin"}, {"TMPDIR", home_}});
  const auto line = process_->read_line(server_patience);
  if (!line) BOOST_FAIL("`rehearse serve` printed no first line");
  const auto greeting = nlohmann::json::parse(*line, nullptr, false);
  BOOST_REQUIRE_MESSAGE(greeting.is_object() && greeting.value("ready", false), *line);
  for (const auto& [key, value] : greeting.items())
    if (value.is_string()) greeting_[key] = value.get<std::string>();
  run({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
       "-subj", "/CN=another", "-days", "1", "-keyout", file("wrong-ca.key"), "-out",
       wrong_authority()});
}

ServedWorld::~ServedWorld() {
  process_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(home_, ignored);
}

std::string ServedWorld::told(const std::string& key) const {
  const auto found = greeting_.find(key);
  BOOST_REQUIRE_MESSAGE(found != greeting_.end(), "`rehearse serve` did not tell " << key);
  return found->second;
}

std::string ServedWorld::file(const std::string& name) const { return home_ + "/" + name; }

Environment ServedWorld::environment() const {
  const std::string scheme = "https://";
  const char* path = std::getenv("PATH");
  return {{"PATH", path == nullptr ? "/usr/bin:/bin" : path},
          {"HOME", home_},
          {"KUBECONFIG", told("operator_kubeconfig")},
          {"VAULT_ADDR", told("vault")},
          {"VAULT_CACERT", told("ca_file")},
          {"CURL_CA_BUNDLE", told("ca_file")},
          {"VAULT_TOKEN_FILE", told("vault_token_file")},
          {"VAULT_OPERATOR_TOKEN_FILE", told("vault_operator_token_file")},
          {"WRONG_CA", wrong_authority()},
          {"KUBERNETES_TOKEN_FILE", told("kubernetes_token_file")},
          {"IDP_TENANT_DOMAIN", told("idp").substr(scheme.size())},
          {"OIDC_CLIENT_ID", told("client_id")}};
}

Said ServedWorld::run(const std::vector<std::string>& argv, const Environment& with) const {
  Environment all = with;
  all.merge(environment());
  Process client;
  client.start(argv, all);
  if (!client.wait(client_patience))
    BOOST_ERROR(argv.front() << " did not end within " << client_patience.count() << " s");
  Said said{.code = client.exit->code,
            .output = client.exit->standard_output,
            .error = client.exit->standard_error};
  // 127: the shell found no such command.
  BOOST_REQUIRE_MESSAGE(said.code != 127,
                        "a client is not installed, and ./dev installs it: " << said.error);
  return said;
}

Said ServedWorld::script(const std::string& text, const Environment& with) const {
  return run({"bash", "-euo", "pipefail", "-c", text}, with);
}

struct EndOfTheWorld {
  void teardown() {
    const int code = ServedWorld::stop();
    BOOST_TEST(code == 0, "`rehearse serve` ended at SIGTERM with exit code " << code);
  }
};
BOOST_TEST_GLOBAL_FIXTURE(EndOfTheWorld);

}  // namespace conformance
