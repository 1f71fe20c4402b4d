#include "mocks/kubernetes/api/exec.h"

#include <algorithm>
#include <utility>

#include "mocks/kubernetes/json/json_text.h"

namespace mocks::kubernetes {
namespace {

constexpr char standard_output = 1;
constexpr char standard_error = 2;
constexpr char status_channel = 3;

// What a kubelet speaks over SPDY, of the versions that clients still offer.
constexpr std::string_view spdy_protocol = "v4.channel.k8s.io";

bool same_word(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    const auto lower = [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    };
    return lower(x) == lower(y);
  });
}

// The first of the server's protocols that the client offers, in the client's order.
std::string_view choose_protocol(std::string_view offered, const std::vector<std::string>& spoken) {
  while (!offered.empty()) {
    std::string_view one = offered.substr(0, offered.find(','));
    offered.remove_prefix(std::min(offered.size(), one.size() + 1));
    while (one.starts_with(' ')) one.remove_prefix(1);
    while (one.ends_with(' ')) one.remove_suffix(1);
    for (const std::string& protocol : spoken) {
      if (one == protocol) return protocol;
    }
  }
  return {};
}

// The container's place in the template, or the refusal that the API words.
Outcome<std::size_t> choose_container(const Pod& pod, std::string_view name) {
  const auto& containers = pod.pod_template->containers;
  if (name.empty()) {
    if (containers.size() == 1) return std::size_t{0};
    std::string names;
    for (const ContainerSpec& one : containers) {
      names.append(names.empty() ? "" : " ").append(one.name);
    }
    return refuse(bad_request("a container name must be specified for pod " + pod.name() +
                              ", choose one of: [" + names + "]"));
  }
  for (std::size_t i = 0; i < containers.size(); ++i) {
    if (containers[i].name == name) return i;
  }
  return refuse(
      bad_request("container " + std::string(name) + " is not valid for pod " + pod.name()));
}

std::string joined(const std::vector<std::string>& argv) {
  std::string text;
  for (const std::string& word : argv) text.append(text.empty() ? "" : " ").append(word);
  return text;
}

std::string internal_error(const std::string& message) {
  JsonText json;
  json.open('{').key("metadata").raw("{}").member("status", "Failure");
  json.member("message", "Internal error occurred: Internal error occurred: " + message);
  json.member("reason", "InternalError").key("details").open('{').key("causes").open('[');
  json.open('{').member("message", "Internal error occurred: " + message).close('}');
  json.close(']').close('}').member("code", 500).close('}');
  return json.take();
}

std::string exit_status(const std::vector<std::string>& argv, int code) {
  JsonText json;
  const std::string number = std::to_string(code);
  json.open('{').key("metadata").raw("{}").member("status", "Failure");
  json.member("message", "command terminated with non-zero exit code: error executing command [" +
                             joined(argv) + "], exit code " + number);
  json.member("reason", "NonZeroExitCode").key("details").open('{').key("causes").open('[');
  json.open('{').member("reason", "ExitCode").member("message", number).close('}');
  json.close(']').close('}').close('}');
  return json.take();
}

std::string outcome_status(const Pod& pod, const std::vector<std::string>& argv,
                           const ExecResult& result) {
  if (result.found && result.exit_code == 0) return R"({"metadata":{},"status":"Success"})";
  const std::string failed = "error executing command in container: ";
  if (!result.found) {
    if (pod.simulated_node) {
      return internal_error(failed + "cmd start: " + joined(argv) + " : fork/exec " + argv.front() +
                            ": no such file or directory");
    }
    return internal_error(failed +
                          "failed to exec in container: failed to start exec: OCI runtime "
                          "exec failed: exec failed: unable to start container process: exec: " +
                          in_quotes(argv.front()) + ": executable file not found in $PATH");
  }
  if (pod.simulated_node) {
    return internal_error(failed + "cmd wait: " + joined(argv) + ": exit status " +
                          std::to_string(result.exit_code));
  }
  return exit_status(argv, result.exit_code);
}

void push(Channel& channel, char number, std::string_view data) {
  for (std::size_t at = 0; at < data.size(); at += exec_piece) {
    const std::string_view part = data.substr(at, exec_piece);
    std::string piece;
    piece.reserve(1 + part.size());
    channel.push(std::move(piece.append(1, number).append(part)));
  }
}

Answer switch_protocols(std::string_view upgrade, std::string_view field,
                        std::string_view protocol) {
  Answer answer;
  answer.response.status = 101;
  auto& headers = answer.response.headers;
  headers.reserve(3);
  headers.push_back({.name = "Connection", .value = "Upgrade"});
  headers.push_back({.name = "Upgrade", .value = std::string(upgrade)});
  headers.push_back({.name = std::string(field), .value = std::string(protocol)});
  answer.channel = std::make_shared<Channel>();
  return answer;
}

Outcome<Answer> upgrade_to_websocket(const ApiCall& call, const Registry& registry) {
  const std::string_view protocol =
      choose_protocol(call.header("Sec-WebSocket-Protocol"), registry.options().exec_protocols);
  if (protocol.empty()) {
    return refuse({.code = 406,
                   .reason = {},
                   .message = {},
                   .plain = "406: Not Acceptable\n\nAvailable representations: "});
  }
  return switch_protocols("websocket", "Sec-WebSocket-Protocol", protocol);
}

// Clients name each version in a field of its own
// (k8s.io/apimachinery/pkg/util/httpstream, Handshake).
Outcome<Answer> upgrade_to_spdy(const ApiCall& call) {
  constexpr std::string_view field = "X-Stream-Protocol-Version";
  std::string offered;
  for (const auto& header : *call.headers) {
    if (same_word(header.name, field)) offered.append(offered.empty() ? "" : ",") += header.value;
  }
  if (choose_protocol(offered, {std::string(spdy_protocol)}).empty()) {
    std::replace(offered.begin(), offered.end(), ',', ' ');
    return refuse({.code = 403,
                   .reason = {},
                   .message = {},
                   .plain = "unable to upgrade: unable to negotiate protocol: client supports [" +
                            offered + "], server accepts [" + std::string(spdy_protocol) + "]\n"});
  }
  Answer answer = switch_protocols("SPDY/3.1", field, spdy_protocol);
  // Each stream is to be open before the command runs.
  for (const auto& [name, number] : {std::pair{"stdin", '\0'}, std::pair{"stderr", standard_error}})
    if (call.flag(name)) answer.channel->push(std::string(1, number));
  return answer;
}

// What the command says, then its Status, unless a fault stands in the way.
void converse(Channel& channel, const ApiCall& call, const ExecResult& result,
              const std::string& status, ExecFault fault) {
  const bool wants_output = call.flag("stdout");
  // A lone byte on the lowest channel that can be written comes first.
  channel.push(std::string(1, wants_output ? standard_output : standard_error));
  if (call.flag("stderr")) push(channel, standard_error, result.standard_error);
  std::string_view output = result.standard_output;
  if (fault == ExecFault::truncated) output = output.substr(0, output.size() / 2);
  if (wants_output) push(channel, standard_output, output);
  const bool ends_well = fault != ExecFault::truncated && fault != ExecFault::no_status;
  if (ends_well) push(channel, status_channel, status);
  channel.end();
}

}  // namespace

Outcome<Answer> run_exec(const ApiCall& call, Registry& registry, Kubelet& kubelet,
                         ExecFault fault) {
  const KindInfo& kind = info(Kind::pod);
  const auto pod = std::static_pointer_cast<const Pod>(
      registry.store().find(Kind::pod, call.kubernetes_namespace, call.name));
  if (pod == nullptr) return refuse(not_found(kind, call.name));
  const auto container = choose_container(*pod, call.parameter("container"));
  if (!container) return refuse(container.error());
  const std::vector<std::string> argv = call.parameters("command");
  if (argv.empty() || argv.size() > max_arguments) {
    return refuse(bad_request("you must specify at least 1 command for the container"));
  }
  if (!call.flag("stdout") && !call.flag("stderr") && !call.flag("stdin")) {
    return refuse(bad_request("you must specify at least one of stdin, stdout, stderr"));
  }
  const bool to_spdy = same_word(call.header("Upgrade"), "SPDY/3.1");
  if (!to_spdy && !same_word(call.header("Upgrade"), "websocket")) {
    return refuse(bad_request("Upgrade request required"));
  }
  auto upgraded = to_spdy ? upgrade_to_spdy(call) : upgrade_to_websocket(call, registry);
  if (!upgraded) return refuse(upgraded.error());
  if (fault == ExecFault::refused) {
    return refuse({.code = 500,
                   .reason = "InternalError",
                   .message = "Internal error occurred: error dialing backend: no route to host",
                   .details = Details{}});
  }
  Answer answer = std::move(*upgraded);
  if (!kubelet.running(pod->id, *container)) {
    const std::string& name = pod->pod_template->containers[*container].name;
    push(*answer.channel, status_channel,
         internal_error("unable to upgrade connection: container not found (\"" + name + "\")"));
    answer.channel->end();
    return answer;
  }
  const ExecResult result =
      kubelet.exec(pod->id, pod->pod_template->containers[*container].name, argv);
  converse(*answer.channel, call, result, outcome_status(*pod, argv, result), fault);
  return answer;
}

}  // namespace mocks::kubernetes
