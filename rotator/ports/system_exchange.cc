#include "rotator/ports/system_exchange.h"

#include <fcntl.h>
#include <httplib.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <exception>
#include <optional>
#include <utility>

#include "rotator/ports/system_http.h"
#include "rotator/ports/system_request.h"

namespace ports {
namespace {

// Bound: bytes asked of the connection at once.
constexpr std::size_t read_size = std::size_t{16} << 10;

// Bound: the library matches a status line with std::regex, which recurses for each character and
// would overflow the stack on a long one.
constexpr std::size_t max_status_line = 1024;

bool same_text(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return (x | 0x20) == (y | 0x20); });
}

bool is_number(std::string_view text) {
  return !text.empty() && text.size() <= 18 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

Response head_of(const httplib::Response& answer) {
  Response response{.status = answer.status};
  for (const auto& [name, value] : answer.headers) response.headers.push_back({name, value});
  return response;
}

// What the library reads from and writes to: a TlsConnection with a deadline and bounds. It keeps
// why it failed, which the library does not.
class BoundedStream final : public httplib::Stream {
 public:
  BoundedStream(TlsConnection& connection, const Call& call)
      : connection_(connection), deadline_(call.deadline), stop_(call.stop) {}

  bool is_readable() const override { return true; }
  bool is_writable() const override { return true; }
  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  socket_t socket() const override { return INVALID_SOCKET; }

  ssize_t write(const char* bytes, std::size_t size) override {
    if (unsent_) return static_cast<ssize_t>(size);
    const Transfer sent = connection_.write({bytes, size}, deadline_);
    if (sent.kind == Transfer::Kind::done) return static_cast<ssize_t>(size);
    if (sent.kind == Transfer::Kind::timed_out || sent.kind == Transfer::Kind::refused) {
      failure_ = sent;
      return -1;
    }
    // A server that declines early (413) closes while we still send: its answer may be there.
    unsent_ = sent;
    return static_cast<ssize_t>(size);
  }

  // The library asks for one byte at a time wherever it reads lines: head, chunk sizes, trailers.
  ssize_t read(char* into, std::size_t size) override {
    if (!escape_.empty()) {
      *into = escape_.front();
      escape_.remove_prefix(1);
      return 1;
    }
    if (at_ == end_) {
      const Transfer transfer = connection_.read(buffer_, deadline_, stop_);
      if (transfer.kind == Transfer::Kind::end) {
        ended_ = true;
        return 0;
      }
      if (transfer.kind != Transfer::Kind::done) {
        failure_ = transfer;
        return -1;
      }
      touched_ = true;
      at_ = 0;
      end_ = transfer.bytes;
    }
    const std::size_t given = std::min(size, end_ - at_);
    if (!within_bounds(buffer_[at_], given)) return -1;
    std::memcpy(into, buffer_.data() + at_, given);
    at_ += given;
    // Version 0.11.4 undoes percent-encoding in the values of fields: what it undoes is this.
    if (in_head_ && *into == '%') escape_ = "25";
    return static_cast<ssize_t>(given);
  }

  // The head is whole: a body follows.
  void begin_body() { in_head_ = false; }
  void has_no_deadline() { deadline_ = Instant::max(); }
  // A piece of the body has come: what frames the next is counted anew.
  void delivered() { undelivered_ = 0; }

  const std::optional<Transfer>& failure() const { return failure_; }
  const std::optional<Transfer>& unsent() const { return unsent_; }
  const std::string& excess() const { return excess_; }
  bool ended() const { return ended_; }
  bool touched() const { return touched_; }
  bool drained() const { return at_ == end_; }

 private:
  bool within_bounds(char next, std::size_t given) {
    undelivered_ += given;
    if (undelivered_ > max_response_head) {
      excess_ = in_head_ ? "status line and headers are larger than 64 KiB"
                         : "what frames the body is larger than 64 KiB";
    }
    if (in_head_) {
      static constexpr std::string_view start = "HTTP/";
      if (line_size_ == 0) status_line_ = true;
      if (line_size_ < start.size() && next != start[line_size_]) status_line_ = false;
      line_size_ = next == '\n' ? 0 : line_size_ + 1;
      if (status_line_ && line_size_ > max_status_line) excess_ = "a status line is too long";
    }
    return excess_.empty();
  }

  TlsConnection& connection_;
  Instant deadline_;
  const StopSignal* stop_;
  std::array<char, read_size> buffer_{};
  std::size_t at_ = 0;
  std::size_t end_ = 0;
  bool in_head_ = true;
  bool status_line_ = false;
  std::size_t line_size_ = 0;
  std::size_t undelivered_ = 0;
  std::string_view escape_ = {};
  std::optional<Transfer> failure_ = {};
  std::optional<Transfer> unsent_ = {};
  std::string excess_ = {};
  bool ended_ = false;
  bool touched_ = false;
};

// Why the answer cannot be read, from its head; nothing when it can. The library guesses where
// this says no.
std::string refusal_of(const httplib::Response& answer, bool endless) {
  if (answer.status == 101) return "an upgrade that was not asked for";
  if (answer.status < 200) return "an interim answer other than 100";
  const auto coding = answer.get_header_value("Transfer-Encoding");
  if (!coding.empty() && !same_text(coding, "chunked"))
    return "the answer is not HTTP that we asked for: Transfer-Encoding is " + coding;
  if (!coding.empty() || !answer.has_header("Content-Length")) return {};
  const auto length = answer.get_header_value("Content-Length");
  if (!is_number(length) || answer.get_header_value_count("Content-Length") != 1)
    return "the answer is not HTTP: its Content-Length is no number";
  if (!endless && std::stoull(length) > max_response_body) return "the body is larger than 8 MiB";
  return {};
}

}  // namespace

// Version 0.11.4's own connecting waits for names and handshakes without a deadline that holds:
// it is given a connection instead.
class Exchange::Client final : public httplib::ClientImpl {
 public:
  explicit Client(std::unique_ptr<TlsConnection> connection)
      : ClientImpl("connected"), connection_(std::move(connection)) {
    set_keep_alive(true);
    set_follow_location(false);
    set_url_encode(false);
    set_compress(false);
    set_decompress(false);
  }

  Result<Response> perform(const Request& request, const Headers& fields, const Call& call) {
    BoundedStream stream(*connection_, call);
    stream_ = &stream;
    refusal_.clear();
    reusable_ = false;
    bool without_body = false;
    httplib::Request sent = to_send(request, fields);
    Response response;
    sent.response_handler = [&](const httplib::Response& answer) {
      stream.begin_body();
      const bool endless = call.on_piece && answer.status >= 200 && answer.status < 300;
      refusal_ = refusal_of(answer, endless);
      // The library would wait for a body that a 304 never has (RFC 9112 section 6.3).
      without_body = answer.status == 304;
      if (without_body) response = head_of(answer);
      if (!refusal_.empty() || without_body) return false;
      stream.delivered();
      if (!endless) return true;
      stream.has_no_deadline();
      call.on_head(head_of(answer));
      streaming_ = true;
      return true;
    };
    sent.content_receiver = [&](const char* bytes, std::size_t size, std::uint64_t, std::uint64_t) {
      stream.delivered();
      if (streaming_) return call.on_piece({bytes, size});
      if (response.body.size() + size > max_response_body) {
        refusal_ = "the body is larger than 8 MiB";
        return false;
      }
      response.body.append(bytes, size);
      return true;
    };
    httplib::Response answer;
    httplib::Error error = httplib::Error::Success;
    bool good = false;
    try {
      good = send(sent, answer, error);
    } catch (const std::exception& thrown) {
      return fail(ErrorCode::ambiguous, describe(request) + ": " + thrown.what());
    }
    stream_ = nullptr;
    if (without_body) return response;
    if (!good) return fail(why_not(describe(request), stream, error));
    std::string body = std::move(response.body);
    response = head_of(answer);
    response.body = std::move(body);
    reusable_ = is_socket_open() != 0 && stream.drained() && !stream.ended() && !stream.unsent() &&
                !same_text(answer.get_header_value("Connection"), "close");
    return response;
  }

  bool idle_and_alive() { return reusable_ && connection_->idle_and_alive(); }
  void abort() noexcept { connection_->abort(); }

 private:
  static httplib::Request to_send(const Request& request, const Headers& fields) {
    httplib::Request sent;
    sent.method = request.method;
    sent.path = request.target;
    for (const auto& field : fields) sent.headers.emplace(field.name, field.value);
    if (request.body.empty()) return sent;
    // Not as a body: the library would copy it, secrets and all, and give it a media type.
    sent.content_length_ = request.body.size();
    sent.content_provider_ = [&body = request.body](std::size_t offset, std::size_t size,
                                                    httplib::DataSink& sink) {
      return sink.write(body.data() + offset, size);
    };
    return sent;
  }

  // The error for an answer that did not come. Nothing was retried: what the request did is
  // unknown, unless the library never had a connection.
  Error why_not(const std::string& what, const BoundedStream& stream, httplib::Error error) const {
    if (!refusal_.empty()) return {ErrorCode::malformed, what + ": " + refusal_};
    if (!stream.excess().empty()) return {ErrorCode::malformed, what + ": " + stream.excess()};
    if (error == httplib::Error::Connection)
      return {ErrorCode::unreachable, what + ": the other side had closed the connection"};
    const std::string after = stream.touched() ? " in the middle of its answer" : "";
    if (const auto& failure = stream.failure()) {
      switch (failure->kind) {
        case Transfer::Kind::timed_out:
          return {ErrorCode::ambiguous, what + ": no " + (stream.touched() ? "whole " : "") +
                                            "answer before the deadline"};
        case Transfer::Kind::interrupted:
          return {ErrorCode::interrupted, what + ": stopped while waiting for the answer"};
        case Transfer::Kind::refused: return {ErrorCode::untrusted, what + ": " + failure->reason};
        default: break;
      }
      if (const auto& unsent = stream.unsent())
        return {ErrorCode::ambiguous, what + ": " + unsent->reason + " while sending the request"};
      return {ErrorCode::ambiguous, what + ": " + failure->reason + after};
    }
    if (stream.ended())
      return {ErrorCode::ambiguous, what + ": the other side closed the connection" + after};
    if (error == httplib::Error::Read)
      return {ErrorCode::malformed, what + ": the answer is not HTTP"};
    return {ErrorCode::ambiguous, what + ": " + httplib::to_string(error)};
  }

  // The library closes what it is given: it gets a descriptor of its own, once.
  bool create_and_connect_socket(Socket& socket, httplib::Error& error) override {
    const int own = std::exchange(given_, true) ? -1 : connection_->duplicate_descriptor();
    if (own < 0) error = httplib::Error::Connection;
    socket.sock = own;
    return own >= 0;
  }

  bool process_socket(const Socket&, std::function<bool(httplib::Stream&)> callback) override {
    return callback(*stream_);
  }

  std::unique_ptr<TlsConnection> connection_;
  BoundedStream* stream_ = nullptr;
  std::string refusal_ = {};
  bool streaming_ = false;
  bool given_ = false;
  bool reusable_ = false;
};

Exchange::Exchange(std::unique_ptr<TlsConnection> connection)
    : client_(std::make_unique<Client>(std::move(connection))) {}
Exchange::~Exchange() = default;

Result<Response> Exchange::perform(const Request& request, const Headers& fields,
                                   const Call& call) {
  return client_->perform(request, fields, call);
}
bool Exchange::idle_and_alive() { return client_->idle_and_alive(); }
void Exchange::abort() noexcept { client_->abort(); }

}  // namespace ports
