#include "scenarios/servers.h"

#include <stdlib.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "mocks/wire/certificates.h"
#include "scenarios/private_file.h"

namespace scenarios {
namespace {

using ports::ErrorCode;
using ports::fail;
using Json = nlohmann::ordered_json;

// Clients tell who they are by their User-Agent: "overlap-rotator", "overlap-portal/<pod>".
// Whatever else calls is nobody that a rehearsal knows.
std::string caller_of(const ports::Request& request) {
  const std::string_view prefix = caller_prefix;
  const auto agent = ports::find_header(request.headers, "User-Agent");
  if (!agent || !agent->starts_with(prefix)) return "client";
  return std::string(agent->substr(prefix.size()));
}

// `credential` names the user's token: {"tokenFile": PATH} or {"token": TEXT}.
std::string kubeconfig(const std::string& server, const std::string& ca, const Json& credential) {
  const Json cluster = {{"server", server}, {"certificate-authority", ca}};
  const Json context = {
      {"cluster", "rehearsal"}, {"user", "rehearsal"}, {"namespace", kubernetes_namespace}};
  const Json whole = {{"apiVersion", "v1"},
                      {"kind", "Config"},
                      {"current-context", "rehearsal"},
                      {"clusters", Json::array({{{"name", "rehearsal"}, {"cluster", cluster}}})},
                      {"contexts", Json::array({{{"name", "rehearsal"}, {"context", context}}})},
                      {"users", Json::array({{{"name", "rehearsal"}, {"user", credential}}})}};
  return whole.dump(2) + "\n";  // every JSON text is YAML
}

}  // namespace

ports::Error not_served(const std::string& name, std::uint16_t port, const ports::Error& why) {
  if (port == 0) return {.code = why.code, .message = name + ": " + why.message};
  return {.code = why.code,
          .message = name + ": " + why.message + "; choose another port with --port-" + name};
}

// The folder with the certificates.
ports::Status Servers::prepare_folder(const ServersOptions& options) {
  folder_ = options.folder;
  if (folder_.empty()) {
    std::string made = (std::filesystem::temp_directory_path() / "rehearse-XXXXXX").string();
    if (mkdtemp(made.data()) == nullptr)
      return fail(ErrorCode::configuration,
                  made + ": no temporary folder: " + std::strerror(errno) + "; set TMPDIR");
    folder_ = made;
    own_folder_ = true;
  }
  std::error_code absent;
  if (std::filesystem::exists(certificate().key_file, absent)) return {};
  const mocks::wire::CertificateAuthority authority("rehearsal", options.now);
  auto saved = authority.write_certificate(ca_file());
  if (!saved) return saved;
  const auto issued = authority.issue(folder_, "server");
  return issued ? ports::Status() : fail(issued.error());
}

ports::Result<std::unique_ptr<Servers>> Servers::start(
    World& world, mocks::portal::Metrics& metrics, std::mutex& world_mutex,
    mocks::Scheduler& scheduler, mocks::sim::Conditions& conditions, mocks::sim::Trace& trace,
    ServersOptions options) {
  std::unique_ptr<Servers> servers(new Servers());
  if (auto prepared = servers->prepare_folder(options); !prepared) return fail(prepared.error());
  const auto certificate = servers->certificate();
  const auto serve = [&](const char* name, mocks::Handler& handler, std::uint16_t port) {
    return mocks::wire::Server::start(handler, world_mutex, scheduler, conditions,
                                      {.name = name,
                                       .certificate_file = certificate.certificate_file,
                                       .key_file = certificate.key_file,
                                       .port = port,
                                       .caller_of = caller_of,
                                       .crash = options.crash,
                                       .observer = &trace,
                                       .record = options.record,
                                       .most_requests = options.most_requests});
  };
  struct Entry {
    const char* name;
    mocks::Handler& handler;
    std::unique_ptr<mocks::wire::Server>& server;
    std::string& origin;
    std::uint16_t port = 0;
  };
  for (const auto& entry :
       {Entry{"idp", world.idp(), servers->idp_, servers->endpoints_.idp, options.ports.idp},
        Entry{"vault", world.vault(), servers->vault_, servers->endpoints_.vault,
              options.ports.vault},
        Entry{"kubernetes", world.kubernetes(), servers->kubernetes_,
              servers->endpoints_.kubernetes, options.ports.kubernetes},
        Entry{"metrics", metrics, servers->metrics_, servers->endpoints_.metrics,
              options.ports.metrics}}) {
    auto server = serve(entry.name, entry.handler, entry.port);
    if (!server) return fail(not_served(entry.name, entry.port, server.error()));
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

ServerPorts Servers::ports() const {
  return {.idp = idp_->port(),
          .vault = vault_->port(),
          .kubernetes = kubernetes_->port(),
          .metrics = metrics_->port()};
}

Servers::~Servers() {
  for (auto* server : {&idp_, &vault_, &kubernetes_, &metrics_})
    if (*server) (*server)->stop();
  std::error_code ignored;
  if (own_folder_) std::filesystem::remove_all(folder_, ignored);
}

ports::Status Servers::write_credentials(const Credentials& credentials) const {
  const std::pair<std::string, std::string> files[] = {
      {vault_token_file(), credentials.vault_token},
      {idp_admin_token_file(), credentials.idp_admin_token},
      {kubernetes_token_file(), credentials.kubernetes_token},
      {operator_token_file(), credentials.operator_token},
      {kubeconfig_file(),
       kubeconfig(endpoints_.kubernetes, ca_file(), {{"tokenFile", kubernetes_token_file()}})},
      // In the file itself: some clients know no tokenFile.
      {operator_kubeconfig_file(),
       kubeconfig(endpoints_.kubernetes, ca_file(), {{"token", credentials.operator_token}})}};
  for (const auto& [path, text] : files) {
    auto written = write_private_file(path, text);
    if (!written) return written;
  }
  return {};
}

ports::Status Servers::write_vault_operator_token(const std::string& token) const {
  return write_private_file(vault_operator_token_file(), token);
}

ports::Status Servers::write_configuration(const rotator::Configuration& configuration) const {
  return write_private_file(configuration_file(),
                            configuration_yaml(configuration, kubeconfig_file(), ca_file()));
}

ports::HttpOptions Servers::client_options(const std::string& user_agent) const {
  ports::HttpOptions options;
  options.ca_files = {ca_file()};
  options.user_agent = user_agent;
  return options;
}

}  // namespace scenarios
