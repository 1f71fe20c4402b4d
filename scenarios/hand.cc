#include "scenarios/hand.h"

#include <nlohmann/json.hpp>

#include "scenarios/world.h"

namespace scenarios {
namespace {

using nlohmann::json;
using ports::ErrorCode;
using ports::fail;

json parsed(const std::string& text) { return json::parse(text, nullptr, false); }

// What `jq -r .NAME` prints: the text, or "null" when it is not there.
std::string jq(const std::string& text, const std::string& name) {
  const auto body = parsed(text);
  if (!body.is_object() || !body.contains(name)) return "null";
  return body[name].is_string() ? body[name].get<std::string>() : body[name].dump();
}

// RFC 3339 with whole seconds, as kubectl writes restartedAt.
std::string rfc3339(ports::WallTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
  char text[32];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return text;
}

std::int64_t number(const json& object, const char* name, std::int64_t absent = 0) {
  const auto found = object.find(name);
  return found != object.end() && found->is_number_integer() ? found->get<std::int64_t>() : absent;
}

// kubectl's own decision, step by step (k8s.io/kubectl pkg/polymorphichelpers/rollout_status.go):
// nothing while it waits.
std::optional<ports::Status> rollout_verdict(const json& workload) {
  const json empty = json::object();
  const json& metadata = workload.contains("metadata") ? workload["metadata"] : empty;
  const json& spec = workload.contains("spec") ? workload["spec"] : empty;
  const json& status = workload.contains("status") ? workload["status"] : empty;
  if (number(metadata, "generation") > number(status, "observedGeneration")) return std::nullopt;
  for (const auto& condition : status.value("conditions", json::array()))
    if (condition.value("type", "") == "Progressing" &&
        condition.value("reason", "") == "ProgressDeadlineExceeded")
      return fail(ErrorCode::refused, "error: deployment \"" + metadata.value("name", "") +
                                          "\" exceeded its progress deadline");
  const auto updated = number(status, "updatedReplicas");
  if (updated < number(spec, "replicas", 1)) return std::nullopt;
  if (number(status, "replicas") > updated) return std::nullopt;
  if (number(status, "availableReplicas") < updated) return std::nullopt;
  return ports::Status();
}

}  // namespace

Hand::Hand(ports::HttpClient& http, ports::Clock& clock, HandOptions options,
           std::function<void(const std::string&)> entered)
    : http_(http), clock_(clock), options_(std::move(options)), entered_(std::move(entered)) {}

ports::Status Hand::run(const std::vector<Step>& commands) {
  std::string_view phase;
  for (const auto& command : commands) {
    const auto& row = row_of(command.act);
    if (row.phase != phase) entered_(std::string(phase = row.phase));
    auto done = std::get<ByHand>(row.effect)(*this, command.argument);
    if (!done) return done;
  }
  return {};
}

ports::Result<ports::Response> Hand::call(const ports::Request& request) {
  ++calls_;
  return http_.send(request, clock_.now() + options_.call_timeout);
}

ports::Result<ports::Response> Hand::vault(const std::string& method, const std::string& path,
                                           std::string body) {
  // Every kv command asks first which version the mount is.
  const auto query = path.find('?');
  ports::Request preflight{
      .origin = options_.vault_origin,
      .target = "/v1/sys/internal/ui/mounts/" + options_.mount + "/" + path.substr(0, query),
      .headers = {{"X-Vault-Request", "true"}, {"X-Vault-Token", options_.vault_token}}};
  const auto mount = call(preflight);
  if (!mount) return fail(mount.error());
  ports::Request request{.method = method,
                         .origin = options_.vault_origin,
                         .target = "/v1/" + options_.mount + "/data/" + path.substr(0, query) +
                                   (query == std::string::npos ? "" : path.substr(query)),
                         .headers = preflight.headers,
                         .body = std::move(body)};
  auto answer = call(request);
  if (!answer) return answer;
  if (answer->status / 100 != 2)
    return fail(ErrorCode::refused,
                "vault " + method + " " + path + ": Code: " + std::to_string(answer->status));
  return answer;
}

ports::Result<mocks::idp::Console::Session> Hand::log_in() {
  const auto token = read_admin_token();
  if (!token) return fail(token.error());
  return mocks::idp::Console::Session{.send =
                                          [this](ports::Request request) {
                                            request.origin = options_.idp_origin;
                                            return call(request);
                                          },
                                      .client_id = options_.client_id,
                                      .admin_token = admin_token_};
}

// ADMIN_TOKEN=$(vault kv get -field=token portal-kv/oidc/idp-admin)
ports::Status Hand::read_admin_token() {
  if (!admin_token_.empty()) return {};
  const auto answer = vault("GET", options_.admin_path, {});
  if (!answer) return fail(answer.error());
  const auto body = parsed(answer->body);
  admin_token_ = jq(body.value("/data/data"_json_pointer, json::object()).dump(), "token");
  return {};
}

ports::Status Hand::look_up_old_secret() {
  if (!old_id_.empty()) return {};
  const auto session = log_in();
  if (!session) return fail(session.error());
  auto found = options_.console->look_up(*session);
  if (!found) return fail(found.error());
  old_id_ = std::move(*found);
  return {};
}

ports::Status Hand::create_secret() {
  auto known = look_up_old_secret();
  if (!known) return known;
  const auto session = log_in();
  if (!session) return fail(session.error());
  auto made = options_.console->create(*session, std::nullopt);
  if (!made) return fail(made.error());
  new_value_ = std::move(made->value);
  return {};
}

ports::Status Hand::replace_secret() {
  const auto session = log_in();
  if (!session) return fail(session.error());
  auto made = options_.console->replace(*session);
  if (!made) return fail(made.error());
  new_value_ = std::move(made->value);
  return {};
}

ports::Status Hand::put_secret(SecretValue which) {
  std::string value = new_value_;
  if (which == SecretValue::created && value.empty())
    return fail(ErrorCode::refused, "no secret has been created whose value could be put");
  if (which == SecretValue::previous) {
    const auto now = vault("GET", options_.path, {});
    if (!now) return fail(now.error());
    const auto version = parsed(now->body).value("/data/metadata/version"_json_pointer, 0);
    const auto before = vault("GET", options_.path + "?version=" + std::to_string(version - 1), {});
    if (!before) return fail(before.error());
    value = parsed(before->body).value("/data/data/client_secret"_json_pointer, std::string());
  }
  const json body = {{"data", {{"client_secret", value}}}, {"options", json::object()}};
  const auto answer = vault("PUT", options_.path, body.dump());
  if (!answer) return fail(answer.error());
  return {};
}

ports::Status Hand::restart() {
  const json patch = {
      {"spec",
       {{"template",
         {{"metadata",
           {{"annotations",
             {{"kubectl.kubernetes.io/restartedAt", rfc3339(clock_.wall_now())}}}}}}}}}};
  return patch_workload("restart", patch.dump());
}

ports::Status Hand::pause() { return set_paused(true); }

ports::Status Hand::resume() { return set_paused(false); }

ports::Status Hand::set_paused(bool paused) {
  const json patch = {{"spec", {{"paused", paused}}}};
  return patch_workload(paused ? "pause" : "resume", patch.dump());
}

ports::Status Hand::patch_workload(const std::string& command, std::string patch) {
  return send_patch({.path = options_.workload_path + "/" + options_.workload,
                     .field_manager = "kubectl-rollout",
                     .body = std::move(patch),
                     .command = "rollout " + command});
}

ports::Status Hand::shift_traffic(Colour to) {
  const json patch = {{"spec", {{"selector", {{colour_label, to_string(to)}}}}}};
  return send_patch({.path = options_.service_path,
                     .field_manager = "kubectl-patch",
                     .body = patch.dump(),
                     .command = "patch service"});
}

// As kubectl rollout and kubectl patch do: a look first, then a patch.
ports::Status Hand::send_patch(Patch patch) {
  ports::Request request{.origin = options_.kubernetes_origin,
                         .target = patch.path,
                         .headers = {{"Accept", "application/json"},
                                     {"Authorization", "Bearer " + options_.kubernetes_token}}};
  const auto current = call(request);
  if (!current) return fail(current.error());
  request.method = "PATCH";
  request.target += "?fieldManager=" + patch.field_manager;
  request.headers.push_back({"Content-Type", "application/strategic-merge-patch+json"});
  request.body = std::move(patch.body);
  const auto answer = call(request);
  if (!answer) return fail(answer.error());
  if (answer->status != 200)
    return fail(ErrorCode::refused,
                "kubectl " + patch.command + ": " + jq(answer->body, "message"));
  return {};
}

ports::Status Hand::rollout_status(ports::Duration timeout) {
  const auto deadline = clock_.now() + timeout;
  ++calls_;
  const ports::Request watch{
      .origin = options_.kubernetes_origin,
      .target = options_.workload_path +
                "?watch=true&allowWatchBookmarks=true&fieldSelector=metadata.name%3D" +
                options_.workload,
      .headers = {{"Accept", "application/json"},
                  {"Authorization", "Bearer " + options_.kubernetes_token}}};
  auto stream = http_.open_stream(watch, deadline);
  if (!stream) return fail(stream.error());
  std::string buffered;
  while (true) {
    auto piece = (*stream)->next(deadline);
    if (!piece) return fail(piece.error());
    if (piece->kind == ports::Piece::Kind::quiet)
      return fail(ErrorCode::ambiguous, "error: timed out waiting for the condition");
    if (piece->kind == ports::Piece::Kind::end)
      return fail(ErrorCode::ambiguous, "error: the watch ended before the rollout did");
    buffered += piece->data;
    for (auto end = buffered.find('\n'); end != std::string::npos; end = buffered.find('\n')) {
      const auto event = parsed(buffered.substr(0, end));
      buffered.erase(0, end + 1);
      if (!event.is_object() || event.value("type", "") == "BOOKMARK" || !event.contains("object"))
        continue;
      if (auto verdict = rollout_verdict(event["object"])) return *verdict;
    }
  }
}

ports::Status Hand::delete_secret() {
  auto known = look_up_old_secret();
  if (!known) return known;
  const auto session = log_in();
  if (!session) return fail(session.error());
  if (options_.looks && old_id_.empty())
    return fail(ErrorCode::refused, "the provider shows no secret that could be deleted");
  const auto removed = options_.console->remove(*session, old_id_);
  if (!removed && (options_.looks || removed.error().code != ErrorCode::refused)) return removed;
  return {};
}

ports::Status Hand::re_add_secret() {
  const auto now = vault("GET", options_.path, {});
  if (!now) return fail(now.error());
  const auto version = parsed(now->body).value("/data/metadata/version"_json_pointer, 0);
  const auto before = vault("GET", options_.path + "?version=" + std::to_string(version - 1), {});
  if (!before) return fail(before.error());
  const auto session = log_in();
  if (!session) return fail(session.error());
  auto made = options_.console->create(
      *session, parsed(before->body).value("/data/data/client_secret"_json_pointer, std::string()));
  if (!made) return fail(made.error());
  if (options_.looks && made->id == "null")
    return fail(ErrorCode::refused, "the provider did not take the old value again");
  old_id_ = std::move(made->id);
  return {};
}

ports::Status Hand::wait(ports::Duration how_long) {
  if (clock_.sleep_until(clock_.now() + how_long) == ports::Wake::interrupted)
    return fail(ErrorCode::interrupted, "interrupted while waiting");
  return {};
}

}  // namespace scenarios
