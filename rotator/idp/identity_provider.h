// IdentityProvider: what the rotation needs from an identity provider's administration API. One
// adapter a vendor.
//
// An adapter declares what its provider can do (Capability), and the strategy is chosen by that,
// never by the vendor's name. Every operation is one administrative act with at most one external
// effect, so that the journal can name it before it happens. All errors are as in ports/result.h; a
// lost reply is `ambiguous`, and resolve_create() settles it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rotator/ports/clock.h"
#include "rotator/ports/http.h"
#include "rotator/ports/result.h"
#include "rotator/ports/secret.h"

namespace rotator {

struct HttpDescription;

enum class AuthenticationMethod { client_secret_post, client_secret_basic };
// "client_secret_post", "client_secret_basic" (OpenID Connect Core 1.0 section 9).
const char* to_string(AuthenticationMethod method);
std::optional<AuthenticationMethod> parse_authentication_method(std::string_view text);

// What a provider can do, as its adapter declares it; the rotation goes by this alone.
struct Capability {
  // How many secrets of one client work at once.
  enum class Slots {
    independent,           // several; each is made and retired by itself
    current_and_retiring,  // making one turns the other into one that lapses
    single,                // one
  };
  Slots slots = Slots::single;
  int max_secrets = 1;  // secret objects at once, inactive ones counted; 0 = no small limit
  // Making a secret ends the one before it at that instant: nothing is left to retire, and there is
  // no way back.
  bool create_replaces = false;
  bool secret_ids = true;       // secrets have handles; without, SecretRecord::id is sole_secret_id
  bool can_disable = false;     // a reversible retire exists
  bool value_readable = false;  // the plain value can be read again after creation
  bool chooses_value = false;   // a secret's value may be chosen by whoever makes it
  // The secret before may take its place again, which ends the one that had taken it: what there is
  // for a way back where making a secret turns the other into one that lapses.
  bool can_restore = false;
  // How late a secret that was made, enabled or retired may take effect at the token endpoint, as
  // far as the vendor says: zero = at once; nothing = it says nothing, and its replicas may lag.
  std::optional<ports::Duration> propagation = {};
  // For how long its answers may show the state before such a change, on any replica, until that is
  // trouble and no lag any more: what `propagation` promises, and room for it to be missed. Of a
  // secret just made, and of one enabled or retired.
  ports::Duration longest_birth = std::chrono::minutes(2);
  ports::Duration longest_change = std::chrono::minutes(2);
};

// Stands for the handle of a client's only secret where a provider gives secrets none.
inline constexpr const char* sole_secret_id = "sole";

// One secret object at the provider, without its value.
struct SecretRecord {
  std::string id = {};  // the provider's handle, e.g. Okta "ocs...", Entra keyId; or sole_secret_id
  ports::WallTime created = {};
  bool active = true;
  ports::WallTime expires = {};  // refused from then on; the epoch = never
  std::string label = {};        // as create_secret was given it, where the provider has room
  // A provider's own digest of the value where it shows one (Okta secret_hash). A hint, never a
  // proof.
  std::string value_digest = {};
};

// The record of that handle; null when there is none.
const SecretRecord* find_secret(const std::vector<SecretRecord>& records, const std::string& id);

// A secret that is to be made.
struct SecretWish {
  std::string label = {};    // goes where the provider has room for one (Entra displayName)
  ports::Secret value = {};  // with capability().chooses_value; else empty
};

// What a secret is known by that may have been made unheard.
struct SecretSought {
  std::string label = {};
  // Whether a value is one that was wished for; empty where none was, or nobody knows any more.
  std::function<bool(const ports::Secret& value)> ours = {};
};

struct CreatedSecret {
  SecretRecord record = {};
  ports::Secret value = {};
};

// What the provider knows of the client.
struct Registration {
  std::string client_id = {};
  std::string label = {};
  // The registered token_endpoint_auth_method, verbatim; empty where the provider takes
  // client_secret_basic and client_secret_post alike.
  std::string authentication_method = {};
  std::vector<std::string> grant_types = {};
  std::vector<std::string> redirect_uris = {};
  std::string token_endpoint = {};  // from discovery
  // What a client_credentials request must ask for, where it must name something; else empty.
  std::string probe_scope = {};
  // How many secrets this client may have, where that is less than Capability says; 0 = as it says.
  int max_secrets = 0;
  // How long the secret in use would live on beside a new one, where that is limited and known.
  std::optional<ports::Duration> old_lives_on = {};
};

// What the provider's own rules, such as a tenant's policy, say of a secret that would be made now.
struct Restriction {
  bool forbids = true;    // making one would be refused; else it is only worth knowing
  std::string says = {};  // one sentence: the rule and what to do
};

class IdentityProvider {
 public:
  virtual ~IdentityProvider() = default;

  virtual Capability capability() const = 0;

  // Reads the client and its discovery document; proves that the admin credential may read it.
  virtual ports::Result<Registration> registration() = 0;

  // After registration(). Makes nothing and tries nothing: so that what will be refused is known
  // before anything is begun. Of a provider without such rules: none.
  virtual ports::Result<std::vector<Restriction>> restrictions() {
    return std::vector<Restriction>();
  }

  // Every secret object of the client, oldest first.
  virtual ports::Result<std::vector<SecretRecord>> list_secrets() = 0;

  // Which of `records` holds `value`: the provider's digest says where to look first, reading the
  // value back decides. Nothing when none does. Where values cannot be read again, the caller
  // leaves only the record that an id beside the value names, if there is one, and the adapter
  // never guesses among several: Error of code conflict.
  virtual ports::Result<std::optional<std::string>> find_secret(
      const ports::Secret& value, const std::vector<SecretRecord>& records) = 0;

  // Adds an active secret; with capability().create_replaces it takes the place of the one before.
  // Error conflict when no slot is free; ambiguous when it may have been made (see resolve_create).
  virtual ports::Result<CreatedSecret> create_secret(const SecretWish& wish) = 0;

  // Whether a create that nobody heard of made one: the secret that came to be since `before` was
  // listed and is ours by what is sought; or nothing when the request never arrived, or when asking
  // again is as good (with create_replaces, another one replaces whatever the first one made). An
  // Error of code conflict when that cannot be told. Its value is empty where it was lost with the
  // reply: it is of no use, and is to be removed. An Error of code busy while a list may not show
  // yet what was made; the adapter counts such lists, so the same one is asked again.
  virtual ports::Result<std::optional<CreatedSecret>> resolve_create(
      const std::vector<SecretRecord>& before, const SecretSought& sought) = 0;

  // Reads one secret's value again; Error of code missing when it is gone or refused when the
  // provider never tells.
  virtual ports::Result<ports::Secret> read_secret(const std::string& id) = 0;

  // Idempotent: done already is success; so is disabling or deleting what is gone, once a list
  // shows that it is gone; enabling what is gone is Error missing. A lost reply is settled by
  // reading; `ambiguous` is left for when nothing has happened so far or reading fails as well: the
  // caller checks its fence before it asks again. disable/enable only where
  // capability().can_disable; delete only without create_replaces, where there is
  // something left to delete.
  virtual ports::Status disable_secret(const std::string& id) = 0;
  virtual ports::Status enable_secret(const std::string& id) = 0;
  virtual ports::Status delete_secret(const std::string& id) = 0;

  // For a plan, on a line that sends no change: the call of delete_secret(id), when a new secret
  // will have been made.
  virtual ports::Status foresee_delete(const std::string& id) { return delete_secret(id); }

  // Only where capability().can_restore: `value` is the client's secret again, and `replaced`, the
  // secret that took its place, ends at once. Idempotent. Error conflict when the client's secret
  // is neither of the two: somebody else's is never taken away; ambiguous as above.
  virtual ports::Status restore_secret(const ports::Secret& value, const std::string& replaced);
};

class RepeatListener;

struct IdentityProviderOptions {
  std::string type = "okta";
  // "https://example.okta.com", or with the path of a custom authorization server
  // ("https://example.okta.com/oauth2/default"): administration is at its origin, discovery below
  // the whole.
  std::string url = {};
  std::string client_id = {};
  // The administration API's handle of the client where it differs (Okta's app id, Entra's object
  // id); empty = client_id.
  std::string application_id = {};
  // "https://graph.microsoft.com": where administration is at another origin than `url`; empty = as
  // the vendor has it.
  std::string admin_url = {};
  // Of type "http": what it is like (description.h); null otherwise.
  std::shared_ptr<const HttpDescription> description = {};
  // How long a secret lives that is made; zero = as the provider has it.
  ports::Duration secret_lifetime{0};
  // How long a secret lives on once another took its place, where the provider's own rules cannot
  // be read; zero = nobody says.
  ports::Duration rotated_secret_life{0};
  // For how long lists must go on without a thing until it counts as not there, at a provider that
  // shows changes late and does not say how late.
  ports::Duration absent_for = std::chrono::minutes(2);
  // One attempt; and a whole changing operation with its waits: it must fit into the life of the
  // lock that its caller holds.
  ports::Duration call_timeout = std::chrono::seconds(10);
  // How long a read is repeated while the provider is busy or unreachable. Okta's rate limits are
  // reset once a minute.
  ports::Duration patience = std::chrono::seconds(90);
  RepeatListener* told = nullptr;  // of a call that is repeated; must outlive whoever calls
};

// Makes an adapter; sends nothing yet. `admin_credential` is written as the adapter's header says.
// Error of code configuration for an unknown options.type, a URL that is not https, an empty
// client_id, or a credential that the adapter cannot use. `http` and `clock` must outlive it.
using ProviderFactory = ports::Result<std::unique_ptr<IdentityProvider>>(
    ports::HttpClient& http, ports::Clock& clock, IdentityProviderOptions options,
    ports::Secret admin_credential);

// Knows every adapter of this folder.
ProviderFactory new_identity_provider;
// What options.type may be: "okta", "auth0", "entra", "keycloak", "http".
std::vector<std::string> identity_provider_types();

}  // namespace rotator
