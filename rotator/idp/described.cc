#include "rotator/idp/described.h"

#include <algorithm>
#include <charconv>
#include <tuple>
#include <utility>

#include "rotator/calls/answer_json.h"
#include "rotator/calls/patience.h"
#include "rotator/calls/times.h"
#include "rotator/idp/discovery.h"

namespace rotator {
namespace described {
namespace {

using ports::ErrorCode;

// Where nothing is said of how late changes count: as at a provider that says nothing.
constexpr ports::Duration longest_birth = std::chrono::minutes(10);
// What is promised may be missed by as much again, and then some.
constexpr ports::Duration leeway = std::chrono::minutes(2);

std::string unescaped(std::string_view step) {
  std::string out;
  for (std::size_t i = 0; i < step.size(); ++i) {
    if (step[i] == '~' && i + 1 < step.size())
      out += step[++i] == '1' ? '/' : '~';
    else
      out += step[i];
  }
  return out;
}

JsonView element(JsonView array, std::string_view step) {
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(step.data(), step.data() + step.size(), index);
  if (error != std::errc() || end != step.data() + step.size()) return {};
  for (const auto one : array)
    if (index-- == 0) return one;
  return {};
}

// A string, or a whole number as it stands: some ids are numbers.
std::string text_at(JsonView from, std::string_view pointer) {
  const auto found = at_pointer(from, pointer);
  if (auto text = found.text()) return std::move(*text);
  if (const auto number = found.integer()) return std::to_string(*number);
  return {};
}

std::vector<std::string> texts_at(JsonView from, std::string_view pointer) {
  std::vector<std::string> out;
  if (pointer.empty()) return out;
  for (const auto one : at_pointer(from, pointer))
    if (auto text = one.text()) out.push_back(std::move(*text));
  return out;
}

// The members by which most APIs explain themselves.
AdminWords read_words(const ports::Response& response, std::string_view secret) {
  const auto body = JsonDocument::parse_or_null(response.body);
  AdminWords words;
  for (const auto* name : {"error", "code", "errorCode"})
    if (words.code.empty()) words.code = quotable(text_member(body, {name}), secret);
  for (const auto* name : {"error_description", "message", "errorSummary", "detail"})
    if (words.text.empty()) words.text = quotable(text_member(body, {name}), secret);
  return words;
}

ports::Error cannot(const char* act) {
  return {ErrorCode::refused,
          std::string("the provider that is described cannot ") + act + " a secret"};
}

}  // namespace
}  // namespace described

using ports::ErrorCode;

JsonView at_pointer(JsonView from, std::string_view pointer) {
  while (!pointer.empty()) {
    pointer.remove_prefix(1);  // the '/'
    const auto step = pointer.substr(0, pointer.find('/'));
    pointer.remove_prefix(step.size());
    from =
        from.is_array() ? described::element(from, step) : from.member(described::unescaped(step));
  }
  return from;
}

Described::Described(ports::Clock& clock, IdentityProviderOptions options, Url issuer, AdminApi api,
                     AdminApi login)
    : clock_(clock),
      options_(std::move(options)),
      described_(options_.description),
      issuer_(std::move(issuer)),
      api_(std::move(api)),
      login_(std::move(login)) {
  if (options_.application_id.empty()) options_.application_id = options_.client_id;
}

Capability Described::capability() const {
  using Slots = Capability::Slots;
  Capability can{.slots = single() ? Slots::single : Slots::independent,
                 .max_secrets = single() ? 1 : described_->max_secrets,
                 .create_replaces = single(),
                 .secret_ids = !single(),
                 .can_disable = !single() && described_->disable.has_value(),
                 .value_readable = described_->shows_value(),
                 .chooses_value = described_->chooses_value(),
                 .propagation = described_->propagation};
  if (!can.propagation) {
    can.longest_birth = described::longest_birth;
    return can;
  }
  can.longest_birth = 2 * *can.propagation + described::leeway;
  can.longest_change = can.longest_birth;
  return can;
}

std::string Described::named() const {
  return "client " + options_.client_id + " at " + api_.origin();
}

TemplateValues Described::values() const {
  return {.client_id = options_.client_id, .application_id = options_.application_id};
}

AdminCall Described::call_of(const HttpOperation& operation, std::string tried,
                             const TemplateValues& values) const {
  const bool form = operation.content_type != "application/json";
  AdminCall call{
      .tried = std::move(tried),
      .method = operation.method,
      .target = fill(operation.path, values, TemplateEncoding::path),
      .body = fill(operation.body, values, form ? TemplateEncoding::form : TemplateEncoding::json),
      .content_type = operation.content_type};
  for (const auto& header : operation.headers) {
    const auto colon = header.find(": ");
    call.headers.push_back({header.substr(0, colon), header.substr(colon + 2)});
  }
  return call;
}

ports::Result<ports::Response> Described::send(const HttpOperation& operation, AdminCall call) {
  Patience patience(clock_,
                    clock_.now() + (call.reads() ? options_.patience : options_.call_timeout),
                    options_.told);
  for (;;) {
    auto response = api_.send(call);
    const bool again = response && is_status(response->status, operation.retry);
    ports::Status waited;
    if (again) waited = patience.wait(api_.error_of(call, *response), retry_after(*response));
    if (again && waited) continue;
    ports::wipe(call.body);
    if (!waited) return ports::fail(waited.error());
    return response;
  }
}

ports::Result<ports::Response> Described::demand(const HttpOperation& operation, AdminCall call) {
  const AdminCall about{.tried = call.tried, .method = call.method};
  auto response = send(operation, std::move(call));
  if (!response) return ports::fail(response.error());
  const int status = response->status;
  const bool done =
      operation.done.empty() ? status >= 200 && status < 300 : is_status(status, operation.done);
  if (done) return response;
  auto trouble = api_.error_of(about, *response);
  // A success that is described as none may have had an effect.
  if (status < 300 && !about.reads()) trouble.code = ErrorCode::ambiguous;
  if (is_status(status, operation.gone)) trouble.code = ErrorCode::missing;
  if (is_status(status, operation.conflict))
    trouble = {ErrorCode::conflict,
               trouble.message + " (no slot is free: delete the secret that nothing uses)"};
  ports::wipe(response->body);
  return ports::fail(std::move(trouble));
}

ports::Result<Registration> Described::registration() {
  Registration found{.client_id = options_.client_id};
  if (described_->client) {
    const auto tried = "reading " + named();
    auto response = demand(*described_->client, call_of(*described_->client, tried, values()));
    if (!response) return ports::fail(response.error());
    const ports::Secret body(std::move(response->body));  // a secret may be in it
    const auto parsed = parse_object(body.reveal_to_wire(), tried);
    if (!parsed) return ports::fail(parsed.error());
    const auto& shape = described_->client_shape;
    if (!shape.client_id.empty()) found.client_id = described::text_at(*parsed, shape.client_id);
    if (!shape.authentication_method.empty())
      found.authentication_method = described::text_at(*parsed, shape.authentication_method);
    found.grant_types = described::texts_at(*parsed, shape.grant_types);
    found.redirect_uris = described::texts_at(*parsed, shape.redirect_uris);
    if (found.client_id != options_.client_id)
      return ports::fail(ErrorCode::configuration,
                         tried + ": its client_id is " + quotable(found.client_id) +
                             ", not the configured " + options_.client_id);
  }
  auto endpoint = discover_token_endpoint(login_, issuer_);
  if (!endpoint) return ports::fail(endpoint.error());
  found.token_endpoint = std::move(*endpoint);
  return found;
}

ports::Result<SecretRecord> Described::read_record(JsonView json, const std::string& tried) const {
  const auto& shape = described_->secret;
  SecretRecord record{.id = described::text_at(json, shape.id)};
  if (record.id.empty())
    return ports::fail(ErrorCode::malformed,
                       tried + ": a secret in the answer has no id at " + shape.id);
  if (!shape.status.empty()) record.active = described::text_at(json, shape.status) == shape.active;
  if (!shape.label.empty()) record.label = described::text_at(json, shape.label);
  for (const auto& [pointer, time] :
       {std::pair{&shape.created, &record.created}, {&shape.expires, &record.expires}}) {
    if (pointer->empty() || at_pointer(json, *pointer).is_null()) continue;
    const auto read = parse_rfc3339(described::text_at(json, *pointer));
    if (!read)
      return ports::fail(ErrorCode::malformed, tried + ": what a secret in the answer has at " +
                                                   *pointer + " is no RFC 3339 time");
    *time = *read;
  }
  return record;
}

ports::Result<std::vector<SecretRecord>> Described::list_secrets() {
  if (single()) return std::vector<SecretRecord>{{.id = sole_secret_id}};
  const auto tried = "listing the secrets of " + named();
  auto response = demand(*described_->list, call_of(*described_->list, tried, values()));
  if (!response) return ports::fail(response.error());
  const ports::Secret body(std::move(response->body));
  const auto parsed = JsonDocument::parse_or_null(body.reveal_to_wire());
  const auto list = at_pointer(parsed, described_->secret.list);
  if (!list.is_array())
    return ports::fail(ErrorCode::malformed,
                       tried + ": the answer has no array at \"" + described_->secret.list + "\"");
  std::vector<SecretRecord> records;
  for (const auto json : list) {
    auto record = read_record(json, tried);
    if (!record) return ports::fail(record.error());
    absent_.erase(record->id);
    records.push_back(std::move(*record));
  }
  // Where no time is shown, the list's own order stays.
  std::stable_sort(
      records.begin(), records.end(),
      [](const SecretRecord& a, const SecretRecord& b) { return a.created < b.created; });
  return records;
}

ports::Result<std::optional<std::string>> Described::find_secret(
    const ports::Secret& value, const std::vector<SecretRecord>& records) {
  if (described_->shows_value()) {
    for (const auto& record : records) {
      const auto read = read_secret(record.id);
      if (!read && read.error().code == ErrorCode::missing) continue;
      if (!read) return ports::fail(read.error());
      if (read->same_as(value)) return std::optional<std::string>(record.id);
    }
    return std::optional<std::string>();
  }
  if (records.size() > 1)
    return ports::fail(ErrorCode::conflict,
                       std::to_string(records.size()) + " secrets of " + named() + " (" +
                           records[0].id + ", " + records[1].id +
                           ") could be the value in Vault, and the provider shows none; write the "
                           "id of the right one as secret_id beside the value");
  if (records.empty()) return std::optional<std::string>();
  return std::optional<std::string>(records.front().id);
}

ports::Result<CreatedSecret> Described::create_secret(const SecretWish& wish) {
  const auto& maker = *described_->maker();
  const auto tried = (single() ? "replacing the secret of " : "adding a secret to ") + named();
  auto filled = values();
  filled.label = wish.label;
  filled.secret = wish.value.reveal_to_wire();
  auto response = demand(maker, call_of(maker, tried, filled));
  if (!response) return ports::fail(response.error());
  // It was made: an answer that cannot be read is as good as a lost one.
  const ports::Secret body(std::move(response->body));
  const bool chosen = described_->chooses_value();
  if (single())  // its value is always a chosen one
    return CreatedSecret{.record = {.id = sole_secret_id}, .value = wish.value.clone()};
  const auto parsed = parse_object(body.reveal_to_wire(), tried);
  if (!parsed) return ports::fail(ErrorCode::ambiguous, parsed.error().message);
  auto record = read_record(*parsed, tried);
  if (!record) return ports::fail(ErrorCode::ambiguous, record.error().message);
  CreatedSecret created{.record = std::move(*record)};
  if (!described_->secret.value.empty())
    created.value = ports::Secret(described::text_at(*parsed, described_->secret.value));
  if (chosen && (created.value.empty() || created.value.same_as(wish.value)))
    created.value = wish.value.clone();
  else if (chosen)
    return ports::fail(ErrorCode::ambiguous,
                       tried + ": the answer holds another value than was asked for");
  if (created.value.empty())
    return ports::fail(ErrorCode::ambiguous, tried + ": the answer does not hold the value");
  return created;
}

bool Described::surely_absent(const std::string& what) {
  if (!described_->lists_lag) return true;
  const auto now = clock_.now();
  auto& absence = absent_.try_emplace(what, Absence{.since = now}).first->second;
  ++absence.lists;
  return absence.lists >= described_absent_lists && now - absence.since >= options_.absent_for;
}

ports::Result<std::optional<CreatedSecret>> Described::resolve_create(
    const std::vector<SecretRecord>& before, const SecretSought& sought) {
  const auto tried = "looking for the new secret of " + named();
  std::vector<CreatedSecret> found;
  if (single()) {
    if (!described_->shows_value() || !sought.ours) return std::optional<CreatedSecret>();
    auto value = read_secret(sole_secret_id);
    if (!value) return ports::fail(value.error());
    if (!sought.ours(*value)) return std::optional<CreatedSecret>();
    return std::optional<CreatedSecret>(
        CreatedSecret{.record = {.id = sole_secret_id}, .value = std::move(*value)});
  }
  auto records = list_secrets();
  if (!records) return ports::fail(records.error());
  for (auto& record : *records) {
    if (rotator::find_secret(before, record.id) != nullptr || removed_.contains(record.id))
      continue;
    if (described_->knows_by_label() ? record.label != sought.label : !sought.ours) continue;
    CreatedSecret one{.record = std::move(record)};
    if (described_->shows_value()) {
      auto value = read_secret(one.record.id);
      if (!value) return ports::fail(value.error());
      if (sought.ours && !sought.ours(*value)) continue;
      one.value = std::move(*value);
    }
    found.push_back(std::move(one));
  }
  if (found.size() > 1)
    return ports::fail(ErrorCode::conflict, tried + ": " + std::to_string(found.size()) +
                                                " secrets are new (" + found.front().record.id +
                                                ", " + found.back().record.id +
                                                "), and only one of them can be ours");
  if (found.empty() && !surely_absent(sought.label))
    return ports::fail(ErrorCode::busy,
                       tried + ": none is listed so far, and lists may lag behind");
  absent_.erase(sought.label);
  if (found.empty()) return std::optional<CreatedSecret>();
  return std::optional<CreatedSecret>(std::move(found.front()));
}

ports::Result<ports::Secret> Described::read_secret(const std::string& id) {
  if (!described_->shows_value())
    return ports::fail(ErrorCode::refused,
                       "the provider that is described never shows a secret again");
  const auto tried = "reading secret " + id + " of " + named();
  auto filled = values();
  filled.secret_id = id;
  auto response = demand(*described_->read, call_of(*described_->read, tried, filled));
  if (!response) return ports::fail(response.error());
  const ports::Secret body(std::move(response->body));
  const auto parsed = parse_object(body.reveal_to_wire(), tried);
  if (!parsed) return ports::fail(parsed.error());
  ports::Secret value(described::text_at(*parsed, described_->secret.value));
  if (value.empty())
    return ports::fail(ErrorCode::refused,
                       tried + ": the answer shows no value at " + described_->secret.value);
  return value;
}

ports::Result<bool> Described::stands(const std::string& id, Desired desired) {
  const auto records = list_secrets();
  if (!records) return ports::fail(records.error());
  const auto* const record = rotator::find_secret(*records, id);
  if (record == nullptr) return desired != Desired::active && surely_absent(id);
  if (desired == Desired::gone) return false;
  return record->active == (desired == Desired::active);
}

ports::Status Described::bring(const std::optional<HttpOperation>& operation, const std::string& id,
                               Desired desired) {
  const char* act = desired == Desired::active     ? "enabling"
                    : desired == Desired::inactive ? "disabling"
                                                   : "deleting";
  auto filled = values();
  filled.secret_id = id;
  auto call = call_of(*operation, std::string(act) + " secret " + id + " of " + named(), filled);
  auto response = demand(*operation, std::move(call));
  if (response) {
    ports::wipe(response->body);
    if (desired == Desired::gone) removed_.insert(id);
    return {};
  }
  auto trouble = response.error();
  // What it answers to doing it twice is its own affair, and a reply may be lost: how the secret
  // stands decides.
  if (trouble.code != ErrorCode::ambiguous && trouble.code != ErrorCode::missing &&
      trouble.code != ErrorCode::refused)
    return ports::fail(std::move(trouble));
  const auto settled = stands(id, desired);
  if (settled && *settled) return {};
  if (!settled && trouble.code == ErrorCode::ambiguous)
    trouble.message += "; then " + settled.error().message;
  if (settled && trouble.code == ErrorCode::missing && described_->lists_lag &&
      desired != Desired::active)
    trouble.code = ErrorCode::busy;
  return ports::fail(std::move(trouble));
}

ports::Status Described::disable_secret(const std::string& id) {
  if (!capability().can_disable) return ports::fail(described::cannot("disable"));
  return bring(described_->disable, id, Desired::inactive);
}
ports::Status Described::enable_secret(const std::string& id) {
  if (!capability().can_disable) return ports::fail(described::cannot("enable"));
  return bring(described_->enable, id, Desired::active);
}
ports::Status Described::delete_secret(const std::string& id) {
  if (single()) return ports::fail(described::cannot("delete"));
  return bring(described_->remove, id, Desired::gone);
}

ports::Result<std::unique_ptr<IdentityProvider>> new_described(ports::HttpClient& http,
                                                               ports::Clock& clock,
                                                               IdentityProviderOptions options,
                                                               Url url,
                                                               ports::Secret admin_credential) {
  if (!options.description)
    return ports::fail(ErrorCode::configuration,
                       "identity_provider.http is missing; describe the provider there");
  const auto& described = *options.description;
  if (const auto flaws = flaws_of(described); !flaws.empty()) {
    std::string all;
    for (const auto& flaw : flaws)
      all += (all.empty() ? "" : "; ") + ("identity_provider.http." + flaw.section) +
             (flaw.section.empty() || flaw.key.empty() ? "" : ".") + flaw.key + ": " + flaw.says;
    return ports::fail(ErrorCode::configuration, all);
  }
  Url admin{.origin = url.origin};
  if (!options.admin_url.empty()) {
    auto split = split_https_url(options.admin_url, "identity_provider.admin_url");
    if (!split) return ports::fail(split.error());
    admin.origin = split->origin;
  }
  auto credential = parse_admin_credential(admin_credential);
  auto none = parse_admin_credential(admin_credential);
  if (!credential) return ports::fail(credential.error());
  const auto& how = described.authorization;
  if (credential->machine_client() && how.token_path.empty())
    return ports::fail(ErrorCode::configuration,
                       "the administration credential is a machine client; add "
                       "identity_provider.http.authorization.token_path, where its tokens are had");
  const auto api = [&](AdminCredential who, const std::string& origin) {
    return AdminApi(
        http, clock,
        {.origin = origin,
         .header = how.header,
         .call_timeout = options.call_timeout,
         .patience = options.patience,
         .told = options.told},
        AdminSession(http, clock, std::move(who), how.scheme.empty() ? "" : how.scheme + " ",
                     {.endpoint = {.origin = url.origin, .path = how.token_path},
                      .scope = how.scope,
                      .audience = how.audience}),
        {.words = &described::read_words, .permission = "as its vendor says"});
  };
  auto administration = api(std::move(*credential), admin.origin);
  auto login = api(std::move(*none), url.origin);
  return std::unique_ptr<IdentityProvider>(std::make_unique<Described>(
      clock, std::move(options), std::move(url), std::move(administration), std::move(login)));
}

}  // namespace rotator
