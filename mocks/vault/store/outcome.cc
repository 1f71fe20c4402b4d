#include "mocks/vault/store/outcome.h"

namespace mocks::vault {

const char* to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::ok: return "ok";
    case Outcome::sealed: return "sealed";
    case Outcome::leaderless: return "leaderless";
    case Outcome::rate_limited: return "rate_limited";
    case Outcome::bad_token: return "bad_token";
    case Outcome::denied: return "denied";
    case Outcome::missing: return "missing";
    case Outcome::deleted: return "deleted";
    case Outcome::conflict: return "conflict";
    case Outcome::refused: break;
  }
  return "refused";
}

}  // namespace mocks::vault
