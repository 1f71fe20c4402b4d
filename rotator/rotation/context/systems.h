// Systems: the lines to everything outside that a rotation talks to: Vault and its paths, the
// cluster, the identity provider, the token endpoint. Sends nothing by itself but to connect.
#pragma once

#include <memory>
#include <optional>

#include "rotator/idp/identity_provider.h"
#include "rotator/idp/token_probe.h"
#include "rotator/kubernetes/cluster.h"
#include "rotator/rotation/configuration.h"
#include "rotator/rotation/context/counting_client.h"
#include "rotator/rotation/rotation_ports.h"
#include "rotator/vault/kv.h"
#include "rotator/vault/session.h"

namespace rotator {

class Systems {
 public:
  // `configuration` and `told` must outlive this; the credentials are taken.
  Systems(const RotationPorts& ports, const Configuration& configuration, Credentials credentials,
          RepeatListener& told);

  // Reads the administration credential in Vault and makes the adapter; once, then at once. Error
  // configuration when that path has no such field or the adapter is not known.
  ports::Status connect_provider();
  // Makes the probe of the token endpoint that is configured or that the provider published. Error
  // configuration when neither is there. Sends nothing.
  ports::Status connect_probe(const Registration& registration);

  // No more than `most` secrets are allowed here; 0 = no limit.
  void limit_secrets(int most);

  bool has_provider() const { return provider_ != nullptr; }
  bool has_probe() const { return probe_.has_value(); }
  // Only after they were connected.
  IdentityProvider& provider() { return *provider_; }
  TokenProbe& probe() { return *probe_; }
  // What the provider can do, cut to what the tenant allows (identity_provider.max_secrets); that
  // of the default before it was connected.
  const Capability& capability() const { return capability_; }

  ports::HttpClient& http() { return http_; }
  VaultSession& vault() { return vault_; }
  KeyValue& secret_path() { return secret_path_; }
  KeyValue& journal_path() { return journal_path_; }
  Cluster& cluster() { return cluster_; }
  // What `act` would change, without a change (CountingClient::note).
  template <typename Act>
  std::vector<NotedCall> note(const Act& act) {
    return http_.note(act);
  }
  // Calls made so far, to all of them.
  std::uint64_t calls() const { return http_.calls(); }

 private:
  ports::Clock& clock_;
  ProviderFactory& new_provider_;
  const Configuration& configuration_;
  RepeatListener& told_;
  CountingClient http_;
  VaultSession vault_;
  KeyValue secret_path_;
  KeyValue admin_path_;
  KeyValue journal_path_;
  Cluster cluster_;
  std::unique_ptr<IdentityProvider> provider_;
  std::optional<TokenProbe> probe_;
  Capability capability_ = {};
};

}  // namespace rotator
