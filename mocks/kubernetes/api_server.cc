#include "mocks/kubernetes/api_server.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "mocks/kubernetes/api/api_call.h"
#include "mocks/kubernetes/api/authorizer.h"
#include "mocks/kubernetes/api/discovery.h"
#include "mocks/kubernetes/api/exec.h"
#include "mocks/kubernetes/api/reader.h"
#include "mocks/kubernetes/api/reviews.h"
#include "mocks/kubernetes/api/watch_hub.h"
#include "mocks/kubernetes/api/writer.h"
#include "mocks/kubernetes/controllers/controller.h"
#include "mocks/kubernetes/controllers/endpoints.h"
#include "mocks/kubernetes/controllers/seed.h"
#include "mocks/kubernetes/node/kubelet.h"
#include "mocks/kubernetes/store/fact_teller.h"
#include "mocks/kubernetes/store/registry.h"

namespace mocks::kubernetes {
namespace {

// A real server reads protobuf too, and so says; this one reads none, and so says. Clients do not
// fall back from protobuf to JSON by themselves (client-go does so from CBOR alone).
Outcome<void> expect_json(const ApiCall& call) {
  const std::string_view type = call.header("Content-Type");
  if (type.empty() || type.starts_with("application/json")) return {};
  const bool protobuf = type.starts_with("application/vnd.kubernetes.protobuf");
  const std::string accepted =
      protobuf ? "application/json"
               : "application/json, application/yaml, application/vnd.kubernetes.protobuf";
  return refuse(unsupported_media_type(
      "the body of the request was in an unknown format - accepted media types include: " +
          accepted,
      false));
}

}  // namespace

struct ApiServer::Machine {
  Machine(Scheduler& scheduler, Observer& observer, sim::Draws draws, ApiServerOptions options)
      : registry(scheduler, observer, draws, std::move(options)) {
    for (const std::string& name : registry.options().namespaces) put_namespace(registry, name);
  }

  Outcome<Answer> answer(ApiCall& call);
  Outcome<Answer> answer_resource(ApiCall& call);
  Outcome<Answer> answer_pod_subresource(const ApiCall& call);
  Outcome<void> authenticate(ApiCall& call);
  Outcome<void> authorize(const ApiCall& call) const;
  Outcome<void> impersonate(ApiCall& call);
  Failure forbidden(const ApiCall& call, std::string_view verb) const;
  Access access(const ApiCall& call, std::string_view verb) const;

  // Followers are told in this order: facts first, then watchers, then those who act.
  Registry registry;
  FactTeller facts{registry};
  WatchHub watches{registry};
  Authorizer authorizer{registry};
  Controllers controllers = make_controllers(registry);
  Kubelet kubelet{registry};
  EndpointsController endpoints{registry};
  Reader reader{registry};
  Writer writer{registry, reader};
  ExecFault exec_fault = ExecFault::none;
  Account impersonated;
};

Outcome<void> ApiServer::Machine::authenticate(ApiCall& call) {
  constexpr std::string_view scheme = "Bearer ";
  const std::string_view given = call.header("Authorization");
  if (!given.starts_with(scheme)) {
    if (!registry.options().anonymous) return refuse(unauthorized());
    call.account = &authorizer.anonymous();
    return {};
  }
  call.account = authorizer.find(given.substr(scheme.size()));
  if (call.account == nullptr) return refuse(unauthorized());
  return {};
}

Access ApiServer::Machine::access(const ApiCall& call, std::string_view verb) const {
  return {.verb = verb,
          .group = call.group,
          .resource = call.resource,
          .subresource = call.subresource,
          .kubernetes_namespace = call.kubernetes_namespace,
          .name = call.name};
}

Failure ApiServer::Machine::forbidden(const ApiCall& call, std::string_view verb) const {
  const std::string user =
      std::string("User \"").append(call.account->name).append("\" cannot ").append(verb);
  if (!call.resource_path) {
    return {.code = 403,
            .reason = "Forbidden",
            .message = "forbidden: " + user + " path \"" + std::string(call.path) + "\"",
            .details = Details{}};
  }
  const bool listing = verb == "list" || verb == "watch" || verb == "deletecollection";
  const std::string name(listing ? std::string_view() : call.name);
  const std::string group(call.group);
  const std::string home(call.kubernetes_namespace);
  const std::string scope =
      home.empty() ? "at the cluster scope" : "in the namespace \"" + home + '"';
  const std::string shown = name.empty() ? "" : " \"" + name + '"';
  return {.code = 403,
          .reason = "Forbidden",
          .message = qualified(call.resource, group) + shown + " is forbidden: " + user +
                     " resource \"" + access(call, verb).full_resource() + "\" in API group \"" +
                     group + "\" " + scope,
          .details = Details{.name = name, .group = group, .kind = std::string(call.resource)}};
}

Outcome<void> ApiServer::Machine::impersonate(ApiCall& call) {
  const std::string_view name = call.header("Impersonate-User");
  if (name.empty()) return {};
  const Access wanted{.verb = "impersonate", .resource = "users", .name = name};
  if (!authorizer.may(*call.account, wanted)) {
    return refuse(forbidden(call, std::string("impersonate-on:user-info:").append(call.verb)));
  }
  impersonated = Account{.user = authorizer.user(name), .name = std::string(name)};
  call.account = &impersonated;
  return {};
}

Outcome<void> ApiServer::Machine::authorize(const ApiCall& call) const {
  if (!call.resource_path) {
    std::string verb(call.method);
    for (char& c : verb) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (!authorizer.may_see(*call.account, call.path)) return refuse(forbidden(call, verb));
    return {};
  }
  if (!authorizer.may(*call.account, access(call, call.verb))) {
    return refuse(forbidden(call, call.verb));
  }
  // Since 1.35 an upgrade by GET needs what the POST needs (AuthorizePodWebsocketUpgrade...).
  const bool upgrade = call.resource == "pods" && call.verb == "get" &&
                       (call.subresource == "exec" || call.subresource == "attach" ||
                        call.subresource == "portforward");
  if (upgrade && !authorizer.may(*call.account, access(call, "create"))) {
    // This one is refused by the handler and not by the filter: it gives no reason (measured on
    // 1.36.3).
    const std::string name(call.name);
    return refuse({.code = 403,
                   .reason = "Forbidden",
                   .message = "pods \"" + name + "\" is forbidden: ",
                   .details = Details{.name = name, .kind = "pods"}});
  }
  return {};
}

Outcome<Answer> ApiServer::Machine::answer(ApiCall& call) {
  if (auto known = authenticate(call); !known) return refuse(known.error());
  if (auto allowed = impersonate(call); !allowed) return refuse(allowed.error());
  const bool odd_method = call.verb.empty() && call.resource_path;
  if (odd_method) return refuse(method_not_allowed());
  if (auto allowed = authorize(call); !allowed) return refuse(allowed.error());
  if (call.resource_path) return answer_resource(call);
  auto found = answer_discovery(call.path);
  if (!found) return refuse(page_not_found());
  if (call.method != "GET") return refuse(method_not_allowed());
  return std::move(*found);
}

Outcome<Answer> ApiServer::Machine::answer_pod_subresource(const ApiCall& call) {
  const bool reads = call.method == "GET";
  const bool known_pod =
      registry.store().find(Kind::pod, call.kubernetes_namespace, call.name) != nullptr;
  if (call.subresource == "exec") {
    if (!reads && call.method != "POST") return refuse(method_not_allowed());
    return run_exec(call, registry, kubelet, exec_fault);
  }
  if (call.subresource == "eviction") {
    if (call.method != "POST") return refuse(method_not_allowed());
    return writer.evict(call);
  }
  if (!known_pod) return refuse(not_found(info(Kind::pod), call.name));
  if (call.subresource == "status" && reads) return reader.get(call, info(Kind::pod));
  if (call.subresource == "attach" || call.subresource == "portforward") {
    return refuse(bad_request("Upgrade request required"));
  }
  // No container of this cluster writes a log.
  if (call.subresource == "log" && reads) {
    Answer answer = answer_text(200, "");
    answer.response.headers.back().value = "text/plain";
    return answer;
  }
  return refuse(no_such_resource());
}

Outcome<Answer> ApiServer::Machine::answer_resource(ApiCall& call) {
  if (is_review(call.group, call.resource)) {
    if (auto readable = expect_json(call); !readable) return refuse(readable.error());
    return answer_review(call, authorizer, registry);
  }
  const KindInfo* kind = find_kind(call.group, call.resource);
  if (kind == nullptr || call.version != kind->version) {
    if (serves_group(call.group, "")) return refuse(no_such_resource());
    return refuse(page_not_found());
  }
  auto form = negotiate(call.header("Accept"));
  if (!form) return refuse(form.error());
  call.form = *form;
  if (call.form == Form::table) {
    const std::string_view with = call.parameter("includeObject");
    if (with == "Object") call.row_object = RowObject::whole;
    if (with == "None") call.row_object = RowObject::none;
  }
  if (!call.subresource.empty()) {
    if (kind->kind == Kind::pod) return answer_pod_subresource(call);
    if (kind->kind == Kind::service_account && call.subresource == "token") {
      if (call.method != "POST") return refuse(method_not_allowed());
      return request_token(call, authorizer, registry);
    }
    if (!kind->workload || (call.subresource != "scale" && call.subresource != "status")) {
      return refuse(no_such_resource());
    }
    if (call.verb == "get") return reader.get(call, *kind);
    if (call.subresource == "scale" && (call.verb == "patch" || call.verb == "update")) {
      return writer.scale(call, *kind);
    }
    return refuse(method_not_allowed());
  }
  if (call.verb == "get") return reader.get(call, *kind);
  if (call.verb == "list") return reader.list(call, *kind);
  if (call.verb == "watch") return watches.open(call, *kind);
  if (call.verb != "patch" && call.verb != "delete") {
    if (auto readable = expect_json(call); !readable) return refuse(readable.error());
  }
  const bool named = !call.name.empty();
  if (call.verb == "create" && !named && kind->writes == Writes::all)
    return writer.create(call, *kind);
  if (call.verb == "update" && named) return writer.update(call, *kind);
  if (call.verb == "patch" && named) return writer.patch(call, *kind);
  if (call.verb == "delete") return writer.remove(call, *kind);
  return refuse(method_not_allowed());
}

ApiServer::ApiServer(Scheduler& scheduler, Observer& observer, sim::Draws draws,
                     ApiServerOptions options)
    : machine_(std::make_unique<Machine>(scheduler, observer, draws, std::move(options))) {}

ApiServer::~ApiServer() = default;

void ApiServer::set_pod_runtime(PodRuntime& runtime) {
  machine_->kubelet.set_pod_runtime(runtime);
  machine_->registry.set_admission(&runtime);
}

void ApiServer::add_endpoint_listener(EndpointListener& listener, std::string service) {
  machine_->endpoints.add_listener(listener, std::move(service));
}

std::vector<PodId> ApiServer::seed_workload(const WorkloadSeed& seed) {
  std::vector<PodId> pods =
      seed_rolled_out(machine_->registry, machine_->kubelet, machine_->controllers, seed);
  machine_->endpoints.settle();
  return pods;
}

Answer ApiServer::handle(const ports::Request& request) {
  if (request.body.size() > max_request_body) {
    return answer_failure({.code = 413,
                           .reason = "RequestEntityTooLarge",
                           .message = "Request entity too large: limit is 3145728",
                           .details = Details{}});
  }
  ApiCall call = take_apart(request);
  Outcome<Answer> answer = machine_->answer(call);
  Answer out = answer ? std::move(*answer) : answer_failure(answer.error());
  if (request.method == "HEAD") out.response.body.clear();
  return out;
}

void ApiServer::restart_application(PodId pod) { machine_->kubelet.restart_application(pod); }

void ApiServer::fail_pod(PodId pod) {
  const auto now = machine_->registry.store().get<Pod>(Kind::pod, pod);
  if (now != nullptr) machine_->registry.delete_pod(*now, 0);
}

void ApiServer::set_exec_fault(ExecFault fault) { machine_->exec_fault = fault; }

void ApiServer::set_never_ready_annotation(std::string key) {
  machine_->kubelet.set_never_ready_annotation(std::move(key));
}

std::string ApiServer::issue_token(const std::string& user, ports::Duration lifetime) {
  return machine_->authorizer.issue(user, lifetime);
}

void ApiServer::revoke_tokens(const std::string& user) { machine_->authorizer.revoke(user); }

std::string ApiServer::user_of_token(std::string_view token) const {
  const Account* account = machine_->authorizer.find(token);
  return account == nullptr ? std::string() : account->name;
}

void ApiServer::forget_history() { machine_->registry.store().compact(); }

std::vector<ApiServer::PodState> ApiServer::pods(std::string_view kubernetes_namespace,
                                                 std::string_view workload) const {
  std::vector<PodState> states;
  const Store& store = machine_->registry.store();
  for (const auto& [key, object] : store.all(Kind::pod)) {
    ObjectPointer top = object;
    while (top != nullptr && top->identity->owner) {
      top = store.find(top->identity->owner->kind, top->identity->owner->serial);
    }
    if (top == nullptr || !info(top->kind).workload || top->name() != workload ||
        top->kubernetes_namespace() != kubernetes_namespace) {
      continue;
    }
    const auto& pod = static_cast<const Pod&>(*object);
    states.push_back({.id = pod.id,
                      .name = pod.name(),
                      .revision = pod.revision,
                      .ready = pod.ready,
                      .terminating = pod.deletion_time.has_value(),
                      .endpoint = machine_->endpoints.listed(pod.id)});
  }
  std::sort(states.begin(), states.end(),
            [](const PodState& a, const PodState& b) { return a.id < b.id; });
  return states;
}

}  // namespace mocks::kubernetes
