// What both directions do with the new secret: forward it is made or found, on the way back found
// and removed.
#pragma once

#include <string>
#include <vector>

#include "rotator/idp/identity_provider.h"
#include "rotator/rotation/context/context.h"

namespace rotator::phases {

// What the new secret is called at a provider that has room for a name: unique to this rotation.
std::string new_secret_label(const Context& context);

// What is to be made; where its value may be chosen, the entry knows it by its fingerprint from
// here on, and is to be written before anybody else is told of it.
SecretWish new_secret_wish(Context& context);

// A create just succeeded, or one was found: value, id and fingerprint are kept, the window runs
// from now, the entry is written. Without a value there is no fingerprint either: it was lost.
// Error refused when the provider gave the old secret.
ports::Status adopt_new_secret(Context& context, CreatedSecret created);

// Looks for the secret of a create whose reply was lost, and adopts it; whether there was one.
// Error conflict when that cannot be told.
ports::Result<bool> find_lost_create(Context& context);

// Takes it away from the provider for good; where the old secret can be restored, by restoring it.
// The caller has announced it (Intent::delete_new).
ports::Status remove_new_secret(Context& context);

// A creation that arrived twice at a provider that makes the value itself leaves a second secret,
// which nobody can use: each of `records` that bears this rotation's name and is not its new secret
// is removed by its id. Where there is no room for a name, none is known. The entry's intent is
// over; it is not yet written.
ports::Status remove_doubles(Context& context, std::vector<SecretRecord>& records);

// Whether the new secret is the one in use at the provider: where making one turns the other into
// one that lapses, somebody else may have made another since. True elsewhere.
bool new_is_current(const Context& context, const std::vector<SecretRecord>& records);
// For an operator, where it is not.
std::string another_took_its_place(const Context& context);

}  // namespace rotator::phases
