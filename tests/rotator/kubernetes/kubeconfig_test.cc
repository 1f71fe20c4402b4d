#include "rotator/kubernetes/kubeconfig.h"

#include <boost/test/unit_test.hpp>

#include "tests/rotator/scripted_http.h"

namespace rotator {

using ports::ErrorCode;
using tests::check_discreet;
using tests::holds;
using tests::MemoryFiles;

namespace kubeconfig {

const std::string full = R"(apiVersion: v1
kind: Config
current-context: staging
clusters:
- name: one
  cluster: {server: "https://one.example:6443", certificate-authority: ca.pem, tls-server-name: kubernetes}
- name: two
  cluster: {server: "https://two.example", certificate-authority-data: LS0tLS1CRUdJTg==}
users:
- name: robot
  user: {token: synthetic-token}
- name: pod
  user: {token: synthetic-token, tokenFile: tokens/robot}
- name: person
  user: {client-certificate-data: Y2VydA==, client-key-data: a2V5}
contexts:
- name: staging
  context: {cluster: one, user: robot, namespace: portal}
- name: file
  context: {cluster: two, user: pod}
- name: certificate
  context: {cluster: two, user: person}
- name: nowhere
  context: {cluster: three, user: robot}
)";

struct World {
  MemoryFiles files;

  ports::Result<ClusterConnection> load(const std::string& content,
                                        const KubeconfigChoice& choice = {}) {
    files.content["/home/a/.kube/config"] = content;
    return cluster_connection({{"HOME", "/home/a"}}, choice, files);
  }
  // One cluster and one user, given by their members.
  ports::Result<ClusterConnection> load_pair(const std::string& cluster, const std::string& user) {
    return load("current-context: c\nclusters: [{name: k, cluster: {" + cluster +
                "}}]\nusers: [{name: u, user: {" + user +
                "}}]\ncontexts: [{name: c, context: {cluster: k, user: u}}]\n");
  }
};

void check_refused(const ports::Result<ClusterConnection>& result, const std::string& part) {
  BOOST_REQUIRE(!result.has_value());
  BOOST_TEST(result.error().code == ErrorCode::configuration);
  BOOST_TEST(holds(result.error().message, part),
             "\"" << result.error().message << "\" lacks " << part);
  check_discreet(result.error(), {"synthetic-token"});
}

}  // namespace kubeconfig

BOOST_FIXTURE_TEST_SUITE(kubeconfig, kubeconfig::World)

BOOST_AUTO_TEST_CASE(takes_the_current_context) {
  const auto found = load(full);
  REQUIRE_OK(found);
  BOOST_TEST(found->options.server == "https://one.example:6443");
  BOOST_TEST(found->options.kubernetes_namespace == "portal");
  BOOST_TEST(found->options.token_file == "");
  BOOST_TEST(found->token.reveal_to_wire() == "synthetic-token");
  BOOST_TEST(found->origin.ca_file == "/home/a/.kube/ca.pem");
  BOOST_TEST(found->origin.tls_server_name == "kubernetes");
  BOOST_TEST(found->source == "kubeconfig /home/a/.kube/config, context staging");
}

BOOST_AUTO_TEST_CASE(takes_another_context_by_name) {
  const auto file = load(full, {.context = "file", .kubernetes_namespace = "chosen"});
  REQUIRE_OK(file);
  BOOST_TEST(file->options.server == "https://two.example");
  BOOST_TEST(file->options.kubernetes_namespace == "chosen");
  BOOST_TEST(file->options.token_file == "/home/a/.kube/tokens/robot");
  BOOST_TEST(file->token.empty());
  BOOST_TEST(file->origin.ca_pem == "-----BEGIN");
  const auto certificate = load(full, {.context = "certificate"});
  REQUIRE_OK(certificate);
  BOOST_TEST(certificate->options.kubernetes_namespace == "default");
  BOOST_TEST(certificate->origin.client_certificate_pem == "cert");
  BOOST_TEST(certificate->origin.client_key_pem.reveal_to_wire() == "key");
}

BOOST_AUTO_TEST_CASE(merges_a_list_first_definition_wins) {
  files.content["/first"] = "users: [{name: robot, user: {token: synthetic-token-first}}]\n";
  files.content["/second"] = full;
  const auto merged = cluster_connection({{"KUBECONFIG", "/absent:/first:/second"}}, {}, files);
  REQUIRE_OK(merged);
  BOOST_TEST(merged->token.reveal_to_wire() == "synthetic-token-first");
  BOOST_TEST(merged->options.server == "https://one.example:6443");
  check_refused(cluster_connection({{"KUBECONFIG", "/absent"}}, {}, files), "/absent");
}

BOOST_AUTO_TEST_CASE(uses_the_service_account_inside_a_pod) {
  files.content["/var/run/secrets/kubernetes.io/serviceaccount/namespace"] = "portal";
  const Environment pod = {{"KUBERNETES_SERVICE_HOST", "fd00::1"},
                           {"KUBERNETES_SERVICE_PORT", "443"},
                           {"HOME", "/root"}};
  const auto found = cluster_connection(pod, {}, files);
  REQUIRE_OK(found);
  BOOST_TEST(found->options.server == "https://[fd00::1]:443");
  BOOST_TEST(found->options.kubernetes_namespace == "portal");
  BOOST_TEST(found->options.token_file == "/var/run/secrets/kubernetes.io/serviceaccount/token");
  BOOST_TEST(found->origin.ca_file == "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt");
  check_refused(cluster_connection({}, {}, files), "KUBECONFIG");
}

BOOST_AUTO_TEST_CASE(refuses_what_is_not_safe_or_not_supported) {
  const std::string cluster = "server: 'https://k.example'", user = "token: synthetic-token";
  REQUIRE_OK(load_pair(cluster, user));
  check_refused(load_pair(cluster, "exec: {command: aws}"), "plug-ins run other programs");
  check_refused(load_pair(cluster, "auth-provider: {name: gcp}"), "auth-provider");
  check_refused(load_pair(cluster, "username: a, password: synthetic-token"), "password");
  check_refused(load_pair(cluster, user + ", as: admin"), "impersonation");
  check_refused(load_pair(cluster + ", insecure-skip-tls-verify: true", user),
                "insecure-skip-tls-verify");
  check_refused(load_pair(cluster + ", proxy-url: 'http://p'", user), "proxy-url");
  check_refused(load_pair("server: 'http://k.example'", user), "https");
  check_refused(load_pair("", user), "https");
  check_refused(load_pair(cluster, ""), "neither token");
  check_refused(load_pair(cluster, "client-certificate: a.pem"), "together");
  check_refused(load_pair(cluster, "client-certificate-data: '!', client-key-data: a2V5"),
                "base64");
}

BOOST_AUTO_TEST_CASE(says_what_is_missing_or_unreadable) {
  check_refused(load(full, {.context = "prod"}), "context prod: there is no such context");
  check_refused(load(full, {.context = "nowhere"}), "cluster that is not there");
  check_refused(load("clusters: []"), "current-context");
  check_refused(load("- a list"), "not a YAML mapping");
  check_refused(load("clusters: {a: b}"), "clusters is not a list");
  check_refused(load("current-context: a\nusers:\n- user: {token: synthetic-token}\n"), "line 3");
  check_refused(load("users:\n- token: synthetic-token\n  bad: [\n"), "line");
  files.content.clear();
  check_refused(cluster_connection({{"HOME", "/nobody"}}, {}, files), "/nobody/.kube/config");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rotator
