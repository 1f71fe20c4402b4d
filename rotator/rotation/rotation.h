// Rotation: rotates one OIDC client secret without one failed login. The engine behind the
// `rotator` executable; the harness runs the same class in a simulated world.
//
// Every phase first looks at the world and then acts, so that a run that died anywhere is finished
// or rolled back by resume(). Before each external effect the intent is in the journal (check-and-
// set) and the Lease is proved to be ours. Nothing is retired before every gate is open.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "rotator/ports/clock.h"
#include "rotator/ports/files.h"
#include "rotator/ports/http.h"
#include "rotator/ports/random.h"
#include "rotator/ports/result.h"
#include "rotator/rotation/configuration.h"
#include "rotator/rotation/journal.h"
#include "rotator/rotation/listener.h"
#include "rotator/rotation/plan.h"

namespace rotator {

// What the rotation asks of the world. All must outlive it.
struct RotationPorts {
  ports::HttpClient& http;
  ports::Clock& clock;
  ports::Random& random;
  ports::CredentialFiles& files;
};

// Bearers of the rotator itself. Either may be empty (Kubernetes login; a token file or a client
// certificate).
struct Credentials {
  ports::Secret vault_token = {};
  ports::Secret cluster_token = {};
};

// How a run ended.
enum class Ending {
  done,           // exit 0: rotated; or nothing was left to do
  rolled_back,    // exit 1: everything is as it was before
  refused,        // exit 1: the preflight found an obstacle; nothing was changed
  unknown,        // exit 2: a system could not be reached or understood; resumable
  stopped,        // exit 3: a stop condition; both secrets are valid; an operator decides
  misconfigured,  // exit 65
  locked,         // exit 75: another rotator holds the lock or has moved the journal
  interrupted,    // exit 130: asked to stop; resumable
};
const char* to_string(Ending ending);
int exit_code(Ending ending);

struct Outcome {
  Ending ending = Ending::unknown;
  Phase phase = Phase::preflight;  // the last one entered
  int exit_code = 2;
  std::string message = {};  // one sentence for the operator
  std::string rotation_id = {};
  Strategy strategy = Strategy::overlap;
  // In the order entered; a phase entered twice is there twice.
  std::vector<std::pair<Phase, ports::Duration>> durations = {};
  ports::Duration took{0};
  std::uint64_t api_calls = 0;
  int restarts = 0;  // of the Deployment
};

struct StatusReport {
  bool journal_exists = false;
  Journal journal = {};
  std::vector<SecretRecord> secrets = {};  // at the provider now; empty when it cannot be asked
  int kv_version = 0;                      // current, 0 when it cannot be read
  std::string kv_holds = {};               // "old", "new", "other" or "unknown", by fingerprint
  std::vector<std::string> problems = {};  // what could not be asked
};

// Each system reached, each permission held: for the first hour with the tool.
struct DoctorReport {
  std::vector<Finding> findings = {};
  Judgement verdict() const;
};

class Rotation {
 public:
  // `configuration` is copied; ports and listener must outlive the rotation.
  Rotation(const RotationPorts& ports, const Configuration& configuration, Credentials credentials,
           Listener& listener);
  ~Rotation();
  Rotation(const Rotation&) = delete;
  Rotation& operator=(const Rotation&) = delete;

  // Looks and changes nothing. An Error only when not even a list of findings could be made.
  ports::Result<Plan> plan();
  // A whole rotation. Continues one that a crash left unfinished.
  Outcome run();
  // Continues an unfinished or stopped rotation from wherever its journal says; `done` at once when
  // there is none.
  Outcome resume();
  // Takes an unfinished or stopped rotation back; refused once the old secret may have been
  // deleted.
  Outcome rollback();
  ports::Result<StatusReport> status();
  ports::Result<DoctorReport> doctor();

 private:
  class Engine;
  std::unique_ptr<Engine> engine_;
};

}  // namespace rotator
