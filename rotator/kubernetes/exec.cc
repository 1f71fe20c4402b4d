// exec over WebSocket: GET .../exec, subprotocols v5 and v4 of remotecommand
// (https://kubernetes.io/blog/2024/08/20/websockets-transition/). A message is one channel byte and
// its payload.
#include <algorithm>
#include <charconv>
#include <utility>

#include "rotator/calls/answer_json.h"
#include "rotator/calls/encoding.h"
#include "rotator/calls/patience.h"
#include "rotator/kubernetes/cluster.h"

namespace rotator {
namespace {

using ports::ErrorCode;

enum Channel : char { standard_output = 1, standard_error = 2, status = 3 };

struct Received {
  std::string output = {};
  std::string error = {};
  std::optional<std::string> status = {};
};

// Sorts one message into its channel. False when standard output grew past its bound.
bool take_message(Received& received, const std::string& message) {
  if (message.empty()) return true;
  const std::string_view payload(message.data() + 1, message.size() - 1);
  switch (message.front()) {
    case Channel::standard_output: {
      if (received.output.size() + payload.size() > max_exec_output) return false;
      if (received.output.size() + payload.size() > received.output.capacity()) {
        // Grow by hand, so that the old buffer is wiped and not merely freed.
        std::string larger;
        larger.reserve(std::max<std::size_t>(4096, 2 * (received.output.size() + payload.size())));
        larger = received.output;
        ports::wipe(received.output);
        received.output.swap(larger);
      }
      received.output.append(payload);
      return true;
    }
    case Channel::standard_error:
      received.error.append(
          payload.substr(0, max_exec_error - std::min(max_exec_error, received.error.size())));
      return true;
    case Channel::status:
      if (!received.status) received.status = std::string();
      if (received.status->size() + payload.size() <= max_exec_output)
        received.status->append(payload);
      return true;
    default: return true;  // real servers send empty messages on other channels
  }
}

// The exit code that a channel-3 Status tells; an Error for everything that is not the command's
// own doing.
ports::Result<int> exit_code(const std::string& text) {
  const auto parsed = parse_object(text, "channel 3");
  if (!parsed) return ports::fail(ErrorCode::ambiguous, parsed.error().message);
  const auto status = parsed->root().member("status");
  if (status.says("Success")) return 0;
  if (!status.says("Failure"))
    return ports::fail(ErrorCode::ambiguous, "the answer's Status is neither Success nor Failure");
  if (parsed->root().member("reason").says("NonZeroExitCode")) {
    for (const auto cause : array_member(*parsed, {"details", "causes"})) {
      if (!cause.member("reason").says("ExitCode")) continue;
      const auto digits = text_member(cause, {"message"});
      int code = 0;
      const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), code);
      if (error == std::errc() && end == digits.data() + digits.size() && code != 0) return code;
    }
    return ports::fail(ErrorCode::malformed, "the answer's Status holds no exit code");
  }
  // The runtime's words, containerd's and CRI-O's alike, for a program that is not in the image;
  // everything else (a container that is not there yet, a runtime in trouble) may pass.
  const auto message = text_member(*parsed, {"message"});
  const bool lacks = message.find("executable file not found") != std::string::npos ||
                     message.find("no such file or directory") != std::string::npos;
  return ports::fail(
      lacks ? ErrorCode::refused : ErrorCode::busy,
      "failed: " + quotable(message) + (lacks ? "; the image must have that program" : ""));
}

}  // namespace

// Reads a stream to its clean end.
static ports::Result<Received> receive(ports::Stream& stream, ports::Instant deadline) {
  Received received;
  const auto give_up = [&](ErrorCode code, std::string why) {
    ports::wipe(received.output);
    return ports::fail(code, std::move(why));
  };
  for (;;) {
    auto piece = stream.next(deadline);
    if (!piece) {
      const bool own_fault = piece.error().code == ErrorCode::interrupted ||
                             piece.error().code == ErrorCode::malformed;
      return give_up(own_fault ? piece.error().code : ErrorCode::ambiguous, piece.error().message);
    }
    if (piece->kind == ports::Piece::Kind::quiet)
      return give_up(ErrorCode::ambiguous, "the deadline passed before the end of the output");
    if (piece->kind == ports::Piece::Kind::end) return received;
    const bool fits = take_message(received, piece->data);
    ports::wipe(piece->data);
    if (!fits)
      return give_up(ErrorCode::malformed,
                     "more than " + std::to_string(max_exec_output) + " bytes of output");
  }
}

ports::Result<ExecOutcome> Cluster::exec(const std::string& pod, const std::string& container,
                                         const std::vector<std::string>& argv) {
  const auto tried = [&] {
    return "exec of " + (argv.empty() ? std::string("nothing") : quotable(argv.front())) + " in " +
           options_.kubernetes_namespace + "/" + pod + ", container " + container;
  };
  std::string target = core_path_ + "/pods/" + percent_encode(pod) + "/exec?";
  for (const auto& argument : argv) target += "command=" + percent_encode(argument) + "&";
  target += "container=" + percent_encode(container) + "&stdout=true&stderr=true";

  std::unique_ptr<ports::Stream> stream;
  ports::Instant deadline;
  bool token_renewed = options_.token_file.empty();
  Patience patience(clock_, clock_.now() + options_.patience, options_.told);
  while (!stream) {
    auto opening = request("GET", target);
    if (!opening) return ports::fail(opening.error());
    deadline = patience.attempt_deadline(options_.call_timeout);
    auto opened =
        http_.open_websocket(*opening, {"v5.channel.k8s.io", "v4.channel.k8s.io"}, deadline);
    for (auto& header : opening->headers)
      if (header.name == "Authorization") ports::wipe(header.value);
    ports::Error trouble;
    std::optional<ports::Duration> asked;
    if (!opened) {
      trouble = {opened.error().code, tried() + ": " + opened.error().message};
      if (trouble.code != ErrorCode::unreachable) return ports::fail(std::move(trouble));
    } else {
      const auto& head = (*opened)->head();
      if (head.status == 101) {
        stream = std::move(*opened);
        break;
      }
      if (head.status == 401 && !token_renewed) {
        token_renewed = true;
        continue;
      }
      trouble = kubernetes_error(tried(), head);
      if (head.status == 403)
        trouble.message += " (grant get and create on pods/exec: deploy/rbac.yaml)";
      // A 500 here is the kubelet's or the node's, before the command ran: the caller has to see
      // whether it lasts. 429 and 503 pass.
      if (head.status >= 500) trouble.code = ErrorCode::busy;
      if (head.status != 429 && head.status != 503) return ports::fail(std::move(trouble));
      trouble.code = ErrorCode::busy;
      asked = retry_after(head);
    }
    if (auto waited = patience.wait(std::move(trouble), asked); !waited)
      return ports::fail(waited.error());
  }

  const auto chosen = ports::find_header(stream->head().headers, "Sec-WebSocket-Protocol");
  if (!chosen || (*chosen != "v5.channel.k8s.io" && *chosen != "v4.channel.k8s.io"))
    return ports::fail(ErrorCode::malformed,
                       tried() + ": the server speaks neither v5 nor v4 of the exec protocol");
  auto received = receive(*stream, deadline);
  if (!received)
    return ports::fail(received.error().code, tried() + ": " + received.error().message);
  ports::Secret output(std::move(received->output));
  if (!received->status)
    return ports::fail(
        ErrorCode::ambiguous,
        tried() + ": the stream ended without a Status, so the output may be cut short");
  const auto code = exit_code(*received->status);
  if (!code) return ports::fail(code.error().code, tried() + ": " + code.error().message);
  return ExecOutcome{.exit_code = *code,
                     .standard_output = std::move(output),
                     .standard_error = std::move(received->error)};
}

}  // namespace rotator
