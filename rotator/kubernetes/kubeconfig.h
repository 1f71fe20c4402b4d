// Where the API server is and how to speak to it: from a kubeconfig file, or from inside a pod.
//
// As kubectl decides
// (https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/): a file
// given by name; else the list in KUBECONFIG, merged, first definition wins; else, inside a pod,
// the service account; else ~/.kube/config. Refused with a clear sentence: exec and auth-provider
// plug-ins (they run programs), passwords, insecure-skip-tls-verify, plain http, proxies,
// impersonation.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "rotator/kubernetes/cluster.h"
#include "rotator/ports/files.h"
#include "rotator/ports/result.h"
#include "rotator/ports/secret.h"
#include "rotator/ports/system_http.h"

namespace rotator {

// The environment variables that matter; only main reads the real ones.
using Environment = std::map<std::string, std::string>;

struct KubeconfigChoice {
  std::string file = {};                  // empty = as described above
  std::string context = {};               // empty = current-context
  std::string kubernetes_namespace = {};  // empty = the context's, the pod's own, else "default"
};

struct ClusterConnection {
  ClusterOptions options = {};       // server, namespace, token_file
  ports::Secret token = {};          // for Cluster, where options.token_file is empty
  ports::OriginOptions origin = {};  // for the HTTP client, under options.server's origin
  std::string source = {};  // for people: "kubeconfig /home/a/.kube/config, context staging"
};

// Error of code configuration names the file and what in it is wrong; a secret is never in it.
ports::Result<ClusterConnection> cluster_connection(const Environment& environment,
                                                    const KubeconfigChoice& choice,
                                                    ports::CredentialFiles& files);

}  // namespace rotator
