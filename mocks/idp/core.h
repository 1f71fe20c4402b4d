// Core: the identity provider's truth, whatever dialect it speaks: clients, their secrets, and
// which secret the token endpoint accepts at which instant.
//
// One piece of code decides a token request, decide(): the dialects' HTTP endpoints and the
// simulated logins, which never render a request, both ask it. A secret is administered in one
// place and accepted in another: each change reaches the token endpoint after a lag drawn for it,
// in the order in which the changes were made, and decide() looks at nothing but the instant.
// Strings are known to the typed calls by mocks::name_of, so that no secret travels in them.
//
// Facts told (subject = name_of(client_id), object = name_of(secret value)): secret_created,
// secret_disabled, secret_enabled and secret_deleted when the administration took the change;
// secret_accepted and secret_refused at the instant the token endpoint's verdict changes, with
// number = replicas that accept it then. A secret counts as accepted while every replica accepts
// it. One whose time is over counts as disabled by it, and as enabled when it is given more time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mocks/facts.h"
#include "mocks/idp/grants.h"
#include "mocks/scheduler.h"
#include "mocks/sim/draws.h"
#include "mocks/time_range.h"
#include "rotator/ports/clock.h"

namespace mocks::idp {

// Bound: deleted secrets of one client that are remembered, so that accepts() can be asked about
// the past and a late refusal can still come. The oldest are forgotten first, once refused
// everywhere.
inline constexpr std::size_t max_remembered_deletions = 64;
// Bound: replicas of the token endpoint.
inline constexpr int max_replicas = 16;

// token_endpoint_auth_method (OpenID Connect Core 1.0 section 9), registered and presented.
enum class AuthenticationMethod {
  none,
  client_secret_basic,
  client_secret_post,
  client_secret_jwt,
  private_key_jwt,
};
const char* to_string(AuthenticationMethod method);

enum class GrantType : std::uint8_t { authorization_code, refresh_token, client_credentials };
const char* to_string(GrantType grant);
std::optional<GrantType> parse_grant_type(std::string_view text);

// The one group of the tenant; every user is in it.
inline constexpr const char* everyone = "00g1everyone00000001";

// How a client is registered.
struct Registration {
  std::string client_id = {};
  std::string object_id =
      {};  // the administration API's handle where it differs; default client_id
  std::string label = {};
  AuthenticationMethod authentication_method = AuthenticationMethod::client_secret_post;
  std::vector<GrantType> grant_types = {GrantType::authorization_code, GrantType::refresh_token,
                                        GrantType::client_credentials};
  std::vector<std::string> redirect_uris = {};
  std::vector<std::string> scopes = {"openid", "profile", "email", "offline_access"};
  // Whose users may log in, where a dialect asks for that. Without any, nobody gets a code.
  std::vector<std::string> groups = {everyone};
  bool consent_required = false;  // users are asked before they get their first code
  bool active = true;  // else it gets neither codes nor tokens, where a dialect can switch it off
  ports::WallTime created = {};  // both set by Core
  ports::WallTime updated = {};
};

// What a tenant's policy says of new secrets. The dialects that have such policies enforce it.
struct SecretPolicy {
  bool forbids_new = false;
  ports::Duration longest_life{0};  // 0 = any
  bool restricts() const { return forbids_new || longest_life > ports::Duration(0); }
};

// What becomes of a secret when another takes its place, where a dialect has a place for the one
// before.
struct Succession {
  bool possible = true;                                // else it ends at once
  ports::Duration grace = std::chrono::hours(48);      // how long it lives on
  ports::Duration life = std::chrono::hours(24 * 29);  // of the new one
  bool readable = true;      // the rotator's credential may read what is said here
  bool placeholder = false;  // reading the one before shows a placeholder instead of its value
};

struct CoreOptions {
  int max_secrets = 2;  // secret objects of one client at once, disabled ones counted; 0 = no limit
  // How late the token endpoint follows the administration, drawn for each change.
  TimeRange create_lag = {};
  TimeRange enable_lag = {};
  TimeRange retire_lag = {};  // disable and delete
  // A replica turns from a client's secrets to the one that replaces them at one instant, within
  // create_lag: it accepts either the old or the new one at any time, never both and never none.
  // Without, a replacement is a creation and a deletion, each with its own lag.
  bool replacement_is_one_turn = false;
  // Replicas of the token endpoint. With more than one, each follows at its own instant, the last
  // of them at the drawn lag, and until then a request meets any one of them: the verdict flaps.
  int replicas = 1;
  // How long the token endpoint takes to answer.
  TimeRange answer_time = {};
  // How late a read of the administration follows its writes, drawn for each write and replica;
  // which of the replicas a read meets is a draw of its instant.
  TimeRange read_lag = {};
  // client_secret_basic and client_secret_post are as good as each other, whichever is registered.
  bool either_secret_method = false;
  SecretPolicy policy = {};
  Succession succession = {};
  // The client is open to people's private accounts too, for which a vendor may allow fewer
  // secrets.
  bool personal_accounts = false;
  // Whoever administers is a machine client that fetches its tokens, where the dialect has both
  // those and tokens for good.
  bool machine_administrator = false;
  // The client is itself an administrator, where the dialect has such clients.
  bool holds_administrator_role = false;
  // Requests of one user a second at the token endpoint; 0 = no limit (Okta: 4).
  int user_requests_per_second = 0;
  GrantOptions grants = {};
};

// multi: two secrets at once. single: the tenant caps clients at one. slow: two, answers that take
// 0.2 to 2 s, and changes that reach the token endpoint 5 to 45 s late on three replicas.
enum class Variant { multi, single, slow };
inline constexpr Variant all_variants[] = {Variant::multi, Variant::single, Variant::slow};
const char* to_string(Variant variant);
CoreOptions options_of(Variant variant);

// One secret object as the administration sees it.
struct SecretObject {
  std::string id = {};
  std::string value = {};
  bool active = true;
  ports::WallTime created = {};
  ports::WallTime updated = {};
  ports::WallTime expires = {};  // from then on it is refused; the epoch = never
  std::string label = {};        // what the administrator called it, where the dialect has room
};

// A token request (RFC 6749 sections 4.1.3, 4.4.2 and 6) in typed form. Names are mocks::name_of of
// the string; 0 stands for "not sent".
struct TokenAttempt {
  std::uint64_t client = 0;
  AuthenticationMethod method = AuthenticationMethod::client_secret_post;  // as presented
  std::uint64_t secret = 0;
  // Presented at once, on the same connection and so to the same replica, where `secret` is
  // refused; 0 = none.
  std::uint64_t fallback = 0;
  GrantType grant = GrantType::client_credentials;
  GrantHandle handle = no_grant;   // the code or refresh token, for those grants
  std::uint64_t redirect_uri = 0;  // for authorization_code
  bool offline_access = true;  // a code is worth a refresh token too, if the client has that grant
};

// In the order in which a token request is checked: the first that holds is the answer.
enum class TokenVerdict : std::uint8_t {
  granted,
  no_credentials,
  unknown_client,
  method_mismatch,  // authenticated in another way than the client is registered for
  wrong_secret,
  grant_not_allowed,
  code_invalid,       // unknown, expired, or used already
  refresh_invalid,    // unknown, expired, or revoked
  other_client,       // the code or refresh token was issued to another client
  redirect_mismatch,  // the code was issued for another redirect URI
  throttled,          // this user asked too often
};
const char* to_string(TokenVerdict verdict);

// The answer to one request.
struct TokenDecision {
  TokenVerdict verdict = TokenVerdict::unknown_client;
  ports::Duration answer_time{0};  // until the answer leaves
  // From redeem() only: the refresh token issued with a code, when the client has that grant.
  GrantHandle refresh_token = no_grant;
};

// What an administrative change came to. Dialects turn it into their own status and text.
enum class Change {
  done,
  unchanged,     // it was so already
  missing,       // no such client or secret
  limit,         // would exceed max_secrets
  still_active,  // must be disabled before it is deleted
  last_active,   // would leave the client without an active secret
};

class Core final : public Timed {
 public:
  // `scheduler` and `observer` must outlive the Core.
  Core(Scheduler& scheduler, Observer& observer, sim::Draws draws, CoreOptions options = {});
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  const CoreOptions& options() const { return options_; }
  const sim::Draws& draws() const { return draws_; }
  Scheduler& scheduler() const { return scheduler_; }

  // ---- Clients. client_id must be new; so must object_id.
  void add_client(Registration registration);
  void remove_client(std::string_view client_id);  // its secrets are deleted, its grants are void
  const Registration* find_client(std::string_view client_id) const;
  // Those not removed, in order of registration.
  std::vector<const Registration*> clients() const;
  const Registration* find_client_by_object(std::string_view object_id) const;
  // For a client registered otherwise than its portal believes. False when there is no such client.
  bool set_authentication_method(std::string_view client_id, AuthenticationMethod method);
  // Changes everything but its ids, its dates and whether it is active; codes that were issued stay
  // good. missing when there is no such client.
  Change replace_registration(std::string_view client_id, Registration registration);
  // The group's users may log in from now on, or no longer.
  Change assign(std::string_view client_id, std::string_view group);
  Change unassign(std::string_view client_id, std::string_view group);
  // Its secrets and grants stay as they are, of no use while it is inactive.
  Change set_client_active(std::string_view client_id, bool active);
  // How many were ever added: what dialects number ids by.
  std::uint64_t clients_added() const { return clients_.size(); }

  // ---- Secrets, as the administration API changes them. A secret's id and value are given by the
  // dialect, which knows their shape.
  struct NewSecret {
    std::string id = {};
    std::string value = {};
    bool active = true;
    bool settled = false;  // accepted from the beginning, without lag: for a world being built
    ports::WallTime expires = {};  // as in SecretObject
    std::string label = {};
  };
  Change create_secret(std::string_view client_id, NewSecret secret);
  // Refuses with last_active what would leave the client without an active secret.
  Change set_active(std::string_view client_id, std::string_view secret_id, bool active);
  // Refuses with still_active while the secret is active.
  Change delete_secret(std::string_view client_id, std::string_view secret_id);
  // Deletes it, active or not, and be it the last one: for a dialect that knows no disabled
  // secrets.
  Change remove_secret(std::string_view client_id, std::string_view secret_id);
  // Refused everywhere from then on, on every replica at once; the epoch = never.
  Change set_expiry(std::string_view client_id, std::string_view secret_id,
                    ports::WallTime expires);
  // The hard cut: deletes every secret, however active, and creates `secret` (never `limit`).
  Change replace_secrets(std::string_view client_id, NewSecret secret);

  // Those not deleted, oldest first; null pointers never. Valid until the next change.
  std::vector<const SecretObject*> secrets(std::string_view client_id) const;
  const SecretObject* find_secret(std::string_view client_id, std::string_view secret_id) const;
  // What a read of the administration shows now, which may be as old as options().read_lag: a
  // secret that was deleted meanwhile has no value any more.
  std::vector<SecretObject> seen_secrets(std::string_view client_id) const;
  // How many secrets were ever created, over all clients: what dialects number ids by.
  std::uint64_t secrets_created() const { return secrets_created_; }

  // ---- The token endpoint.
  // What it would answer now. Changes nothing.
  TokenDecision decide(const TokenAttempt& attempt) const;
  // What it answers now, with its effects: the user's request is counted, and when granted the code
  // is used up and a refresh token issued, should the client have that grant.
  TokenDecision redeem(const TokenAttempt& attempt);
  // Whether a request at `at` that presents the secret would be authenticated as far as the secret
  // goes. Exact for the past, the present, and the future as administered so far.
  bool accepts(std::uint64_t client, std::uint64_t secret, ports::Instant at) const;
  // Whether that is the value of a secret whose time is over: why it is refused.
  bool expired(std::uint64_t client, std::uint64_t secret) const;
  // How many of options().replicas accept it at `at`.
  int accepting_replicas(std::uint64_t client, std::uint64_t secret, ports::Instant at) const;

  // ---- The authorization endpoint: a code for a client known by name, bound to client, redirect
  // URI and user. no_grant when there is no such client, or it is inactive, has no users assigned,
  // or lacks the grant or the redirect URI.
  GrantHandle issue_code(std::uint64_t client, std::uint64_t redirect_uri, std::uint64_t user);
  // Whether users are kept out of this client for no other reason than that none is assigned.
  bool nobody_assigned(std::uint64_t client) const;
  Grants& grants() { return grants_; }
  const Grants& grants() const { return grants_; }

  // While on, every user counts as having asked too often (TokenVerdict::throttled).
  void set_throttling(bool on) { throttling_ = on; }

  // The token endpoint's next answer takes this long: a draw from options().answer_time.
  ports::Duration answer_time(std::uint64_t client) const;

 private:
  // From `at` on, `replica` accepts the secret, or no longer.
  struct Step {
    ports::Instant at = {};
    std::int32_t replica = 0;
    bool accepted = false;
  };
  struct Secret {
    SecretObject object = {};
    std::uint64_t name = 0;
    std::uint64_t number = 0;  // its place among all secrets ever created, from 0
    std::uint64_t entity = 0;  // names its draws
    bool deleted = false;
    ports::Instant created_at = {};  // while a world is built: the beginning of time
    ports::Instant deleted_at = ports::Instant::max();
    ports::Instant expires_at = ports::Instant::max();
    std::uint32_t changes = 0;     // lags drawn for it
    int told = 0;                  // accepting replicas as last told
    std::vector<Step> steps = {};  // ascending for each replica
  };
  // How many replicas accept a value, as last told. By value: one value may sit in two objects.
  struct Told {
    std::uint64_t secret = 0;
    int replicas = 0;
  };
  struct Client {
    Registration registration = {};
    std::uint64_t name = 0;
    std::uint64_t object_name = 0;
    std::vector<std::uint64_t> redirect_names = {};
    bool removed = false;
    std::vector<Secret> secrets = {};  // in order of creation, deleted ones among them
    std::vector<Told> told = {};
    std::uint64_t secrets_created = 0;
  };

  // Kinds of timer; the subject is a secret's number.
  static constexpr std::uint32_t acceptance_timer = 0;
  static constexpr std::uint32_t expiry_timer = 1;
  void on_timer(std::uint32_t kind, std::uint64_t subject) override;

  const Client* client_named(std::uint64_t name) const;
  Client* client_of(std::string_view client_id);
  static Secret* secret_of(Client& client, std::string_view secret_id);
  void admit(Client& client, NewSecret secret);
  void retire(Client& client, Secret& secret);
  void end_at(Secret& secret, ports::WallTime expires);
  ports::Duration read_lag(const Secret& secret, int replica, bool deletion) const;
  void turn_over(Client& client, NewSecret secret);
  // The administration's half of the two: in the list, and out of it.
  Secret& enter(Client& client, NewSecret secret);
  void end(const Client& client, Secret& secret);
  void propagate(Client& client, Secret& secret, bool accepted, const TimeRange& lag);
  void tell(FactKind kind, const Client& client, std::uint64_t secret, std::int64_t number = 0);
  void tell_acceptance(Client& client, std::uint64_t secret);
  void forget_old_deletions(Client& client);
  bool accepts(const Client& client, std::uint64_t secret, std::uint64_t fallback,
               ports::Instant at) const;
  int accepting_replicas(const Client& client, std::uint64_t secret, ports::Instant at) const;
  // One bit a replica.
  std::uint32_t accepting(const Client& client, std::uint64_t secret, ports::Instant at) const;
  TokenVerdict verdict(const Client* client, const TokenAttempt& attempt, ports::Instant now) const;
  bool over_limit(std::uint64_t user) const;
  void count_request(std::uint64_t user);
  std::int64_t this_second() const;

  Scheduler& scheduler_;
  Observer& observer_;
  sim::Draws draws_;
  CoreOptions options_;
  std::deque<Client> clients_;  // few; stable addresses
  std::uint64_t secrets_created_ = 0;
  Grants grants_;
  bool throttling_ = false;
  std::int64_t counted_second_ = -1;
  std::map<std::uint64_t, int> counted_users_;  // of counted_second_
};

}  // namespace mocks::idp
