#include "rotator/kubernetes/kubeconfig.h"

#include <yaml-cpp/yaml.h>

#include <utility>
#include <vector>

#include "rotator/calls/encoding.h"

namespace rotator {
namespace {

using ports::ErrorCode;

const std::string service_account = "/var/run/secrets/kubernetes.io/serviceaccount/";

tl::unexpected<ports::Error> wrong(const std::string& source, const std::string& what) {
  return ports::fail(ErrorCode::configuration, source + ": " + what);
}

std::string variable(const Environment& environment, const std::string& name) {
  const auto found = environment.find(name);
  return found == environment.end() ? std::string() : found->second;
}

// A scalar member, or empty.
std::string text(const YAML::Node& node, const char* key) {
  if (!node.IsMap()) return {};
  const YAML::Node value = node[key];
  return value && value.IsScalar() ? value.Scalar() : std::string();
}

bool has(const YAML::Node& node, const char* key) {
  return node.IsMap() && node[key] && !node[key].IsNull();
}

// One named cluster, user or context, and the file that it comes from: paths in it are relative to
// that.
struct NamedEntry {
  YAML::Node node = {};
  std::string file = {};

  std::string path(const char* key) const {
    const auto named = text(node, key);
    if (named.empty() || named.front() == '/') return named;
    const auto slash = file.rfind('/');
    return slash == std::string::npos ? named : file.substr(0, slash + 1) + named;
  }
};

// Several kubeconfig files as one: the first to say a thing decides.
struct Merged {
  std::string current_context = {};
  std::map<std::string, NamedEntry> clusters = {}, users = {}, contexts = {};
};

ports::Status add_entries(const YAML::Node& document, const char* list, const char* kind,
                          const std::string& file, std::map<std::string, NamedEntry>& into) {
  if (!has(document, list)) return {};
  if (!document[list].IsSequence())
    return wrong("kubeconfig " + file, std::string(list) + " is not a list");
  for (const auto& item : document[list]) {
    const auto name = text(item, "name");
    if (name.empty() || !has(item, kind) || !item[kind].IsMap())
      return wrong("kubeconfig " + file, "line " + std::to_string(item.Mark().line + 1) +
                                             ": an entry of " + list + " lacks name or " + kind);
    into.emplace(name, NamedEntry{.node = item[kind], .file = file});
  }
  return {};
}

ports::Status add_file(const std::string& file, const ports::Secret& content, Merged& merged) {
  try {
    const YAML::Node document = YAML::Load(std::string(content.reveal_to_wire()));
    if (!document.IsMap()) return wrong("kubeconfig " + file, "it is not a YAML mapping");
    if (merged.current_context.empty()) merged.current_context = text(document, "current-context");
    for (auto status : {add_entries(document, "clusters", "cluster", file, merged.clusters),
                        add_entries(document, "users", "user", file, merged.users),
                        add_entries(document, "contexts", "context", file, merged.contexts)})
      if (!status) return status;
    return {};
  } catch (const YAML::Exception& exception) {
    // Only place and kind: the text around it may be a token.
    return wrong("kubeconfig " + file,
                 "line " + std::to_string(exception.mark.line + 1) + " is not readable as YAML");
  }
}

std::vector<std::string> split_list(const std::string& list) {
  std::vector<std::string> parts;
  std::size_t from = 0;
  while (from <= list.size()) {
    const auto end = std::min(list.find(':', from), list.size());
    if (end > from) parts.push_back(list.substr(from, end - from));
    from = end + 1;
  }
  return parts;
}

ports::Status set_server(ClusterConnection& connection, const std::string& server) {
  const auto url = split_https_url(server, "the API server's address");
  if (!url) return wrong(connection.source, url.error().message);
  connection.options.server = url->origin + url->path;
  return {};
}

ports::Status read_cluster(const NamedEntry& cluster, ClusterConnection& connection) {
  const auto& node = cluster.node;
  if (text(node, "insecure-skip-tls-verify") == "true")
    return wrong(
        connection.source,
        "insecure-skip-tls-verify is refused: give the cluster's certificate-authority instead");
  if (has(node, "proxy-url")) return wrong(connection.source, "proxy-url is not supported");
  if (auto set = set_server(connection, text(node, "server")); !set) return set;
  connection.origin.tls_server_name = text(node, "tls-server-name");
  const auto data = text(node, "certificate-authority-data");
  if (data.empty()) {
    connection.origin.ca_file = cluster.path("certificate-authority");
    return {};
  }
  auto pem = base64_decode(data);
  if (!pem) return wrong(connection.source, "certificate-authority-data is not base64");
  connection.origin.ca_pem = std::move(*pem);
  return {};
}

ports::Status read_user(const NamedEntry& user, ClusterConnection& connection) {
  const auto& node = user.node;
  for (const char* refused : {"exec", "auth-provider"})
    if (has(node, refused))
      return wrong(connection.source,
                   std::string(refused) +
                       " plug-ins run other programs and are refused: use a service account's "
                       "token (kubectl create token), or a client certificate");
  if (has(node, "username") || has(node, "password"))
    return wrong(connection.source,
                 "username and password are refused: use a token or a client certificate");
  for (const char* refused : {"as", "as-uid", "as-groups", "as-user-extra"})
    if (has(node, refused))
      return wrong(connection.source,
                   "impersonation (" + std::string(refused) + ") is not supported");

  // A tokenFile is read at every call; it wins over token.
  connection.options.token_file = user.path("tokenFile");
  if (connection.options.token_file.empty()) connection.token = ports::Secret(text(node, "token"));
  const auto certificate = text(node, "client-certificate-data");
  if (certificate.empty()) {
    connection.origin.client_certificate_file = user.path("client-certificate");
  } else {
    auto pem = base64_decode(certificate);
    if (!pem) return wrong(connection.source, "client-certificate-data is not base64");
    connection.origin.client_certificate_pem = std::move(*pem);
  }
  const auto key = text(node, "client-key-data");
  if (key.empty()) {
    connection.origin.client_key_file = user.path("client-key");
  } else {
    auto pem = base64_decode(key);
    if (!pem) return wrong(connection.source, "client-key-data is not base64");
    connection.origin.client_key_pem = ports::Secret(std::move(*pem));
  }
  const bool has_certificate = !connection.origin.client_certificate_file.empty() ||
                               !connection.origin.client_certificate_pem.empty();
  const bool has_key =
      !connection.origin.client_key_file.empty() || !connection.origin.client_key_pem.empty();
  if (has_certificate != has_key)
    return wrong(connection.source, "client-certificate and client-key must be given together");
  if (!has_certificate && connection.token.empty() && connection.options.token_file.empty())
    return wrong(connection.source, "the user has neither token, tokenFile nor client-certificate");
  return {};
}

ports::Result<ClusterConnection> from_kubeconfig(const std::vector<std::string>& list,
                                                 const KubeconfigChoice& choice,
                                                 ports::CredentialFiles& files) {
  Merged merged;
  std::optional<ports::Error> unreadable;
  bool any = false;
  for (const auto& file : list) {
    const auto content = files.read(file);
    if (!content) {
      // Of a list, kubectl passes over what is not there.
      unreadable = content.error();
      continue;
    }
    any = true;
    if (auto added = add_file(file, *content, merged); !added) return ports::fail(added.error());
  }
  if (!any)
    return ports::fail(
        unreadable.value_or(ports::Error{ErrorCode::configuration, "KUBECONFIG is empty"}));

  ClusterConnection connection;
  const auto context_name = choice.context.empty() ? merged.current_context : choice.context;
  connection.source = "kubeconfig " + list.front();
  for (std::size_t i = 1; i < list.size(); ++i) connection.source += ":" + list[i];
  if (context_name.empty())
    return wrong(connection.source, "there is no current-context; choose a context");
  connection.source += ", context " + context_name;
  const auto context = merged.contexts.find(context_name);
  if (context == merged.contexts.end()) return wrong(connection.source, "there is no such context");
  const auto cluster = merged.clusters.find(text(context->second.node, "cluster"));
  if (cluster == merged.clusters.end())
    return wrong(connection.source, "the context names a cluster that is not there");
  const auto user = merged.users.find(text(context->second.node, "user"));
  if (user == merged.users.end())
    return wrong(connection.source, "the context names a user that is not there");
  connection.options.kubernetes_namespace = text(context->second.node, "namespace");
  if (auto read = read_cluster(cluster->second, connection); !read)
    return ports::fail(read.error());
  if (auto read = read_user(user->second, connection); !read) return ports::fail(read.error());
  return connection;
}

// https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/
ports::Result<ClusterConnection> in_cluster(const std::string& host, const std::string& port,
                                            ports::CredentialFiles& files) {
  ClusterConnection connection;
  connection.source = "the pod's service account";
  const bool ipv6 = host.find(':') != std::string::npos;
  if (auto set = set_server(connection, "https://" + (ipv6 ? "[" + host + "]" : host) + ":" + port);
      !set)
    return ports::fail(set.error());
  connection.options.token_file = service_account + "token";
  connection.origin.ca_file = service_account + "ca.crt";
  if (const auto name = files.read(service_account + "namespace"))
    connection.options.kubernetes_namespace = std::string(name->reveal_to_wire());
  return connection;
}

}  // namespace

ports::Result<ClusterConnection> cluster_connection(const Environment& environment,
                                                    const KubeconfigChoice& choice,
                                                    ports::CredentialFiles& files) {
  const auto host = variable(environment, "KUBERNETES_SERVICE_HOST");
  const auto port = variable(environment, "KUBERNETES_SERVICE_PORT");
  const auto home = variable(environment, "HOME");
  std::vector<std::string> list;
  if (!choice.file.empty()) {
    list = {choice.file};
  } else {
    list = split_list(variable(environment, "KUBECONFIG"));
    if (list.empty() && (host.empty() || port.empty())) {
      if (home.empty())
        return ports::fail(
            ErrorCode::configuration,
            "no Kubernetes credentials: set KUBECONFIG, or run in a pod with a service account");
      list = {home + "/.kube/config"};
    }
  }
  auto connection =
      list.empty() ? in_cluster(host, port, files) : from_kubeconfig(list, choice, files);
  if (!connection) return connection;
  auto& name = connection->options.kubernetes_namespace;
  if (!choice.kubernetes_namespace.empty()) name = choice.kubernetes_namespace;
  if (name.empty()) name = "default";
  return connection;
}

}  // namespace rotator
