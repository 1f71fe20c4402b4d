// Callers: who calls whom in a rehearsal, as fault rules and partitions name them by globs
// (mocks/sim/glob.h). A glob that can match nobody is a mistake of whoever wrote it.
#pragma once

#include <string>
#include <string_view>

namespace scenarios {

inline constexpr std::string_view servers[] = {"idp", "vault", "kubernetes", "metrics"};

// What is wrong with a glob of callers, or of servers, in half a sentence with the names that there
// are; empty when some call can match it.
std::string flaw_of_caller(const std::string& glob);
std::string flaw_of_server(const std::string& glob);

// Whether a login's calls may match: those of a user's browser and of the portal's pods to the
// identity provider.
bool may_be_a_login(std::string_view caller_glob, std::string_view server_glob);

}  // namespace scenarios
