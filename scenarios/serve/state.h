// What is in a served world now, as the control API shows it (`rehearse schema control` has the
// shapes): which secrets there are and who uses each, what Vault and the pods hold, what stands in
// the way. Secrets by fingerprint only (known_secrets.h). JSON texts.
#pragma once

#include <string>

#include "scenarios/serve/served.h"

namespace scenarios {

// All without the world's lock.
std::string state_json(Served& served);
std::string clock_json(Served& served);
std::string scenario_json(const Served& served);
std::string faults_json(Served& served);
// Of the rule with this label; it must be there.
std::string fault_json(Served& served, const std::string& label);

}  // namespace scenarios
