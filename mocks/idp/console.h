// Console: what a person with curl and the vendor's documentation does to a client's secrets. One
// per dialect, beside its answers, and written from the documentation alone: it shares no code with
// the dialect's routes, nor with any rotator, so that each can show the others wrong.
//
// Like a shell line around `curl -s`, a command does not fail on a status: what is not in the
// answer comes back empty, and the person goes on believing. But for remove(), only an answer that
// never came is an Error.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "rotator/ports/http.h"
#include "rotator/ports/result.h"

namespace mocks::idp {

class Console {
 public:
  // Sends one request, whose origin is still empty, to the provider.
  using Send = std::function<ports::Result<ports::Response>(ports::Request)>;

  // Who types: for which client, with which credential.
  struct Session {
    Send send;
    std::string client_id = {};
    std::string admin_token = {};  // as it lies in Vault; of a synthetic world
  };

  // What the person copies out of an answer. Empty where the vendor shows none; "null" where
  // `jq -r` would print it because the answer lacks the field.
  struct Shown {
    std::string id = {};
    std::string value = {};
  };

  virtual ~Console() = default;

  // The id of the secret in use, as the documentation has it looked up before a second one is
  // added: the oldest one, where there are several. Empty when the list shows none or the vendor
  // gives secrets no id; then nothing is sent.
  virtual ports::Result<std::string> look_up(const Session& session) const = 0;
  // A second secret, or, with `value`, an earlier one entered again. Where a client has one secret
  // only, it takes that one's place.
  virtual ports::Result<Shown> create(const Session& session,
                                      std::optional<std::string> value) const = 0;
  // The hard cut: a new secret, and every earlier one is gone at once.
  virtual ports::Result<Shown> replace(const Session& session) const = 0;
  // Removes the secret that look_up or create named. Error refused, with the vendor's sentence,
  // when it was not removed: here a person who looks can see it.
  virtual ports::Status remove(const Session& session, const std::string& id) const = 0;
};

}  // namespace mocks::idp
