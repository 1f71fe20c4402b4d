#include "scenarios/servers.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "mocks/wire/certificates.h"

namespace scenarios {
namespace {

using ports::ErrorCode;
using ports::fail;

// Writes a file that only its owner may read.
ports::Status write_private(const std::string& path, const std::string& text) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const bool written =
      file >= 0 && write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const int error = errno;
  if (file >= 0) close(file);
  if (written) return {};
  return fail(ErrorCode::configuration, path + ": cannot be written: " + std::strerror(error));
}

// Clients tell who they are by their User-Agent: "overlap-rotator", "overlap-portal/<pod>".
// Whatever else calls is nobody that a rehearsal knows.
std::string caller_of(const ports::Request& request) {
  const std::string_view prefix = caller_prefix;
  const auto agent = ports::find_header(request.headers, "User-Agent");
  if (!agent || !agent->starts_with(prefix)) return "client";
  return std::string(agent->substr(prefix.size()));
}

std::string kubeconfig(const std::string& server, const std::string& ca,
                       const std::string& token_file) {
  return "apiVersion: v1\nkind: Config\ncurrent-context: rehearsal\nclusters:\n- name: rehearsal\n "
         " cluster:\n    server: " +
         server + "\n    certificate-authority: " + ca +
         "\ncontexts:\n- name: rehearsal\n  context:\n    cluster: rehearsal\n    user: "
         "rehearsal\n    namespace: " +
         kubernetes_namespace +
         "\nusers:\n- name: rehearsal\n  user:\n    tokenFile: " + token_file + "\n";
}

}  // namespace

ports::Result<std::unique_ptr<Servers>> Servers::start(
    World& world, mocks::portal::Metrics& metrics, std::mutex& world_mutex,
    mocks::Scheduler& scheduler, mocks::sim::Conditions& conditions, mocks::sim::Trace& trace,
    ports::WallTime now, std::function<void(std::string_view)> crash) {
  std::unique_ptr<Servers> servers(new Servers());
  std::string folder = (std::filesystem::temp_directory_path() / "rehearse-XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr)
    return fail(ErrorCode::configuration,
                folder + ": no temporary folder: " + std::strerror(errno) + "; set TMPDIR");
  servers->folder_ = folder;
  const mocks::wire::CertificateAuthority authority("rehearsal", now);
  auto saved = authority.write_certificate(servers->ca_file());
  if (!saved) return fail(saved.error());
  const auto certificate = authority.issue(folder, "server");
  if (!certificate) return fail(certificate.error());
  const auto serve = [&](const char* name, mocks::Handler& handler) {
    return mocks::wire::Server::start(handler, world_mutex, scheduler, conditions,
                                      {.name = name,
                                       .certificate_file = certificate->certificate_file,
                                       .key_file = certificate->key_file,
                                       .caller_of = caller_of,
                                       .crash = crash,
                                       .observer = &trace});
  };
  struct Entry {
    const char* name;
    mocks::Handler& handler;
    std::unique_ptr<mocks::wire::Server>& server;
    std::string& origin;
  };
  for (const auto& entry :
       {Entry{"idp", world.idp(), servers->idp_, servers->endpoints_.idp},
        Entry{"vault", world.vault(), servers->vault_, servers->endpoints_.vault},
        Entry{"kubernetes", world.kubernetes(), servers->kubernetes_,
              servers->endpoints_.kubernetes},
        Entry{"metrics", metrics, servers->metrics_, servers->endpoints_.metrics}}) {
    auto server = serve(entry.name, entry.handler);
    if (!server) return fail(server.error());
    entry.origin = (*server)->origin();
    entry.server = std::move(*server);
  }
  servers->endpoints_.kubernetes_token_file = servers->kubernetes_token_file();
  {
    const std::lock_guard lock(world_mutex);
    world.idp().set_origin(servers->endpoints_.idp);
  }
  auto written = servers->write_credentials(world.credentials());
  if (!written) return fail(written.error());
  return servers;
}

Servers::~Servers() {
  for (auto* server : {&idp_, &vault_, &kubernetes_, &metrics_})
    if (*server) (*server)->stop();
  std::error_code ignored;
  if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
}

ports::Status Servers::write_credentials(const Credentials& credentials) const {
  const std::pair<std::string, std::string> files[] = {
      {vault_token_file(), credentials.vault_token},
      {idp_admin_token_file(), credentials.idp_admin_token},
      {kubernetes_token_file(), credentials.kubernetes_token},
      {operator_token_file(), credentials.operator_token},
      {kubeconfig_file(), kubeconfig(endpoints_.kubernetes, ca_file(), kubernetes_token_file())},
      {operator_kubeconfig_file(),
       kubeconfig(endpoints_.kubernetes, ca_file(), operator_token_file())}};
  for (const auto& [path, text] : files) {
    auto written = write_private(path, text);
    if (!written) return written;
  }
  return {};
}

ports::Status Servers::write_vault_operator_token(const std::string& token) const {
  return write_private(vault_operator_token_file(), token);
}

ports::Status Servers::write_configuration(const rotator::Configuration& configuration) const {
  return write_private(configuration_file(),
                       configuration_yaml(configuration, kubeconfig_file(), ca_file()));
}

ports::HttpOptions Servers::client_options(const std::string& user_agent) const {
  ports::HttpOptions options;
  options.ca_files = {ca_file()};
  options.user_agent = user_agent;
  return options;
}

}  // namespace scenarios
