// Giving the old secret back while it is out of use: what is done first of all when anything looks
// wrong between its disabling and its removal.
#pragma once

#include "rotator/rotation/context/context.h"

namespace rotator::phases {

// Enables the old secret; at once done where the provider cannot disable. Giving a secret back is
// always safe, so it does not wait for the journal; only a lost lock stops it, because then
// somebody else is in charge. An Error says that it could NOT be enabled, and of a refusal that it
// may be tried again (busy).
ports::Status give_old_back(Context& context);

// What that came to, for people: "the old secret was enabled again", or that it works as before.
const char* old_given_back(Context& context);

// The same when the run ends and leaves the old secret to whoever resumes: whether it was given
// back. Not after its deletion was announced: it may be gone, and who resumes looks.
bool leave_old_enabled(Context& context);

}  // namespace rotator::phases
