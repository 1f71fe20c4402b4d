// Hand: somebody who follows the guide by hand. Sends what its commands send: curl to the identity
// provider (as its console says), the vault CLI, kubectl; and believes what they print, as the
// guide's shell lines do. The baseline that the rotator is compared with.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "mocks/idp/console.h"
#include "rotator/ports/clock.h"
#include "rotator/ports/http.h"
#include "rotator/ports/result.h"
#include "rotator/ports/secret.h"
#include "scenarios/scenario.h"

namespace scenarios {

struct HandOptions {
  const mocks::idp::Console* console = nullptr;  // the provider's; must outlive the Hand
  std::string idp_origin = {};
  std::string vault_origin = {};
  std::string kubernetes_origin = {};
  std::string client_id = {};
  std::string vault_token = {};  // of a synthetic world: may be a plain string
  std::string kubernetes_token = {};
  std::string mount = "portal-kv";
  std::string path = "oidc/portal";
  std::string admin_path = "oidc/idp-admin";
  // Of the workload: where its kind is in its namespace, and its name there.
  std::string workload_path = {};
  std::string workload = {};
  std::string service_path = {};  // of the Service in front of it
  ports::Duration window{0};      // what `wait: window` waits
  // A person who looks at each answer, and says so when it is no; else one who, as the guide's
  // shell lines do, goes on whatever the provider said.
  bool looks = false;
  ports::Duration call_timeout = std::chrono::seconds(30);
};

class Hand {
 public:
  // `entered` is told each command as a phase: create, store, rollout, overlap, delete, ...
  Hand(ports::HttpClient& http, ports::Clock& clock, HandOptions options,
       std::function<void(const std::string&)> entered);

  // Runs acts that are done by hand (acts.h), in order. Error, with the sentence that the person
  // would read, when a command got no answer, or one of kubectl's or vault's failed; curl -s does
  // not fail on a status, as in the guide.
  ports::Status run(const std::vector<Step>& commands);

  // HTTP requests so far.
  std::uint64_t calls() const { return calls_; }

  // The commands themselves; each fails as run() does.
  // A second secret at the identity provider. The one that was there before is `the old one`.
  ports::Status create_secret();
  // The secret is replaced at once: lifecycle/newSecret.
  ports::Status replace_secret();
  // vault kv put: the secret that was created or replaced here, or the value of the KV version
  // before the current one.
  ports::Status put_secret(SecretValue which);
  // kubectl rollout restart, pause, resume.
  ports::Status restart();
  ports::Status pause();
  ports::Status resume();
  // kubectl rollout status --timeout: waits for the rollout; a timeout is an error.
  ports::Status rollout_status(ports::Duration timeout);
  // kubectl patch service: its selector's colour.
  ports::Status shift_traffic(Colour to);
  // Deletes the old secret at the identity provider.
  ports::Status delete_secret();
  // "Re-add the old secret at the IdP": its value is still the previous version in Vault.
  ports::Status re_add_secret();
  // Does nothing for so long, or for HandOptions::window. Error interrupted when asked to stop.
  ports::Status wait(ports::Duration how_long);
  ports::Status wait_for_the_window() { return wait(options_.window); }

 private:
  ports::Result<ports::Response> call(const ports::Request& request);
  ports::Result<ports::Response> vault(const std::string& method, const std::string& path,
                                       std::string body);
  // At the provider's console, the admin token in hand.
  ports::Result<mocks::idp::Console::Session> log_in();
  ports::Status read_admin_token();
  ports::Status look_up_old_secret();
  ports::Status set_paused(bool paused);
  ports::Status patch_workload(const std::string& command, std::string patch);
  struct Patch {
    std::string path = {};
    std::string field_manager = {};
    std::string body = {};
    std::string command = {};  // as kubectl's user typed it, for the sentence of a refusal
  };
  ports::Status send_patch(Patch patch);

  ports::HttpClient& http_;
  ports::Clock& clock_;
  HandOptions options_;
  std::function<void(const std::string&)> entered_;
  std::uint64_t calls_ = 0;
  std::string admin_token_;
  std::string old_id_;
  std::string new_value_;
};

}  // namespace scenarios
