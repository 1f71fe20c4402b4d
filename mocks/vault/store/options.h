// VaultOptions: which Vault a world has. Everything defaulted: a development server of the measured
// version, one node, unsealed.
#pragma once

#include <string>

#include "rotator/ports/clock.h"

namespace mocks::vault {

struct VaultOptions {
  std::string version = "1.14.2";
  // Since about 1.17 the envelope ends in "mount_type".
  bool mount_type = false;
  // "2 errors occurred: ... invalid token" for an unknown token, as 1.16 and later say it; the
  // measured 1.14 says "permission denied".
  bool invalid_token_text = false;
  bool initialised = true;
  std::string root_token = "root";
  // Shares and threshold of the unseal key; see Vault::unseal_key().
  int unseal_shares = 1;
  int unseal_threshold = 1;
  // With high availability: sys/leader tells it, standby() exists, a failover takes time.
  bool high_availability = false;
  std::string address = "https://127.0.0.1:8200";  // where a standby's 307 points
  // A standby answers reads itself, this much behind (Enterprise performance standbys, OpenBao 2.5
  // and later); 0 = it forwards, as the community edition does.
  ports::Duration standby_lag{0};
  // How long the cluster has no active node after sys/step-down or step_down().
  ports::Duration election = std::chrono::seconds(10);
  // How long a fresh or upgraded KV version 2 mount answers 400 "Upgrading from non-versioned ...".
  ports::Duration upgrade_window{0};
};

}  // namespace mocks::vault
