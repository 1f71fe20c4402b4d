#include "rotator/ports/system_exchange.h"

#include <algorithm>

namespace ports {
namespace {

// RFC 9110 section 5.6.2.
bool is_token(std::string_view text) {
  static constexpr std::string_view others = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           others.find(c) != std::string_view::npos;
  });
}

bool is_field_value(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

bool is_target(std::string_view text) {
  return text.starts_with('/') &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

void append_field(std::string& bytes, std::string_view name, std::string_view value) {
  bytes.append(name).append(": ").append(value).append("\r\n");
}

// The error for an answer that did not come. Nothing was retried: what the request did is unknown.
Error no_answer(const std::string& what, const Transfer& transfer, bool untouched) {
  const std::string after = untouched ? "" : " in the middle of its answer";
  switch (transfer.kind) {
    case Transfer::Kind::timed_out:
      return {ErrorCode::ambiguous,
              what + ": no " + (untouched ? "answer" : "whole answer") + " before the deadline"};
    case Transfer::Kind::interrupted:
      return {ErrorCode::interrupted, what + ": stopped while waiting for the answer"};
    case Transfer::Kind::refused: return {ErrorCode::unreachable, what + ": " + transfer.reason};
    default: return {ErrorCode::ambiguous, what + ": " + transfer.reason + after};
  }
}

Status read_until(Exchange& exchange, const std::string& what, bool whole, Clock& clock,
                  Instant deadline, const StopSignal* stop) {
  auto& reader = exchange.reader;
  while (whole ? !reader.is_whole() : !reader.has_head()) {
    const Transfer transfer = exchange.connection->read(reader.space(), deadline, stop);
    if (transfer.kind == Transfer::Kind::done) {
      if (auto parsed = reader.received(transfer.bytes); !parsed)
        return fail(parsed.error().code, what + ": " + parsed.error().message);
      // Bytes that never stop coming never make read() wait.
      const bool enough = whole ? reader.is_whole() : reader.has_head();
      if (!enough && clock.now() >= deadline)
        return fail(no_answer(what, {.kind = Transfer::Kind::timed_out}, false));
      continue;
    }
    const bool end = transfer.kind == Transfer::Kind::end;
    if (end && reader.ended(true)) return {};
    return fail(no_answer(what, transfer, reader.is_untouched()));
  }
  return {};
}

}  // namespace

std::string describe(const Request& request) {
  return request.method + " " + request.origin + request.target.substr(0, request.target.find('?'));
}

Result<std::string> render_request(const Request& request, const Origin& origin,
                                   const std::string& user_agent) {
  const auto refuse = [&](const std::string& why) {
    return fail(ErrorCode::configuration, describe(request) + " is not sent: " + why);
  };
  if (!is_token(request.method)) return refuse("the method is no token");
  if (!is_target(request.target))
    return refuse("the target is no path with its query, percent-encoded");
  std::string bytes;
  bytes.reserve(512 + request.body.size());
  bytes.append(request.method).append(" ").append(request.target).append(" HTTP/1.1\r\n");
  if (!find_header(request.headers, "Host")) append_field(bytes, "Host", origin.authority);
  for (const auto& header : request.headers) {
    if (!is_token(header.name)) return refuse("a header's name is no token");
    if (!is_field_value(header.value))
      return refuse("the header " + header.name + " holds a line break");
    const bool frames = find_header({{header}}, "Content-Length").has_value() ||
                        find_header({{header}}, "Transfer-Encoding").has_value();
    if (frames) return refuse("the header " + header.name + " is not the caller's to set");
    append_field(bytes, header.name, header.value);
  }
  if (!find_header(request.headers, "User-Agent")) append_field(bytes, "User-Agent", user_agent);
  if (!find_header(request.headers, "Accept")) append_field(bytes, "Accept", "*/*");
  const bool carries =
      request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
  if (carries || !request.body.empty())
    append_field(bytes, "Content-Length", std::to_string(request.body.size()));
  return bytes.append("\r\n").append(request.body);
}

Status perform(Exchange& exchange, const std::string& what, std::string_view bytes, bool whole,
               Clock& clock, Instant deadline, const StopSignal* stop) {
  const Transfer sent = exchange.connection->write(bytes, deadline);
  if (sent.kind == Transfer::Kind::timed_out || sent.kind == Transfer::Kind::refused)
    return fail(no_answer(what, sent, true));
  // A server that declines early (413) closes while we still send: its answer may be there.
  const auto answered = read_until(exchange, what, whole, clock, deadline, stop);
  if (answered || sent.kind == Transfer::Kind::done) return answered;
  if (answered.error().code == ErrorCode::unreachable) return answered;
  return fail(ErrorCode::ambiguous, what + ": " + sent.reason + " while sending the request");
}

Status read_whole(Exchange& exchange, const std::string& what, Clock& clock, Instant deadline,
                  const StopSignal* stop) {
  return read_until(exchange, what, true, clock, deadline, stop);
}

}  // namespace ports
