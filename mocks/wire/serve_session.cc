#include "mocks/wire/serve_session.h"

#include <algorithm>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <optional>
#include <vector>

#include "mocks/sim/glob.h"
#include "mocks/sim/network.h"
#include "mocks/wire/message.h"

namespace mocks::wire {
namespace {

namespace net = boost::asio;
namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;
using boost::system::error_code;
using net::ip::tcp;
using Verdict = sim::Verdict;
using Message = http::request<http::string_body>;
using TlsStream = net::ssl::stream<tcp::socket>;

// Bounds: what is taken from a channel for one write; what is read and thrown away of a client that
// still sends after it was answered.
constexpr std::size_t max_batch = std::size_t{256} << 10;     // bytes
constexpr std::size_t max_discarded = std::size_t{64} << 20;  // bytes

std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

// What a channel had to give at one moment.
struct Batch {
  std::vector<std::string> pieces = {};
  bool ended = false;
  bool overflowed = false;
};

class Session final : public std::enable_shared_from_this<Session>,
                      public Channel::Reader,
                      public Breakable {
 public:
  Session(net::io_context& io, tcp::socket socket, Surroundings& surroundings)
      : io_(io),
        surroundings_(surroundings),
        stream_(std::move(socket), surroundings.tls),
        deadline_(io),
        sleep_(io),
        wake_(io) {
    surroundings_.open.insert(this);
    ++surroundings_.connections;
    ++surroundings_.open_connections;
  }

  ~Session() {
    surroundings_.open.erase(this);
    --surroundings_.open_connections;
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  net::awaitable<void> run();
  void break_now() override;
  void look_again() override;
  void on_readable() override;

 private:
  auto into(error_code& error) { return net::redirect_error(net::use_awaitable, error); }

  void set_deadline(ports::Duration patience);
  net::awaitable<bool> read_request(Message& message);
  net::awaitable<void> decline(int status);
  net::awaitable<bool> serve(Message& message);
  net::awaitable<bool> carry_out(const Verdict& verdict, const ports::Request& request,
                                 Message& message);
  net::awaitable<bool> send_answer(const Answer& answer, const ports::Request& request,
                                   Message& message);
  net::awaitable<bool> leave_unanswered(const ports::Request& request);
  void tell(const ports::Request& request, std::int64_t number);
  bool is_partitioned() const;
  Answer call_handler(const ports::Request& request);
  net::awaitable<bool> send(const ports::Response& response, std::string_view method,
                            bool keep_alive);
  net::awaitable<void> send_truncated(const Answer& answer, std::string_view method);
  net::awaitable<void> stream_chunks(const Answer& answer, const Message& message);
  net::awaitable<void> stream_messages(const Answer& answer, Message& message);
  net::awaitable<Batch> next_batch(Channel& channel);
  net::awaitable<void> sleep(ports::Duration duration);
  net::awaitable<void> read_until_closed();
  net::awaitable<void> read_messages();
  net::awaitable<void> close_gently();
  void abandon(const Answer& answer);

  net::io_context& io_;
  Surroundings& surroundings_;
  TlsStream stream_;
  net::steady_timer deadline_;  // drops the connection
  net::steady_timer sleep_;     // a delay of the handler or of a fault
  net::steady_timer wake_;      // never expires: cancelled to say that something is new
  boost::beast::flat_buffer buffer_{max_request_head * 2};
  std::optional<websocket::stream<TlsStream&>> websocket_;
  std::string caller_;  // of the request being served
  bool closed_ = false;
  bool readable_ = false;
  std::atomic<bool> posted_ = false;
};

// --- The life of a connection ---

net::awaitable<void> Session::run() {
  error_code error;
  stream_.next_layer().set_option(tcp::no_delay(true), error);
  set_deadline(surroundings_.options.patience);
  co_await stream_.async_handshake(net::ssl::stream_base::server, into(error));
  bool goes_on = !error;
  while (goes_on && !closed_) {
    Message message;
    goes_on = co_await read_request(message);
    if (goes_on) goes_on = co_await serve(message);
  }
  if (!closed_) co_await close_gently();
  break_now();
}

void Session::break_now() {
  closed_ = true;
  deadline_.cancel();
  sleep_.cancel();
  wake_.cancel();
  error_code ignored;
  auto& socket = stream_.next_layer();
  if (!socket.is_open()) return;
  socket.set_option(net::socket_base::linger(true, 0), ignored);
  socket.close(ignored);
}

// From now on the connection has this long until the next set_deadline().
void Session::set_deadline(ports::Duration patience) {
  if (closed_) return;
  deadline_.expires_after(patience);
  deadline_.async_wait([weak = weak_from_this()](const error_code& cancelled) {
    const auto self = weak.lock();
    if (cancelled || self == nullptr) return;
    // It may have been set anew after this one had expired and before this ran.
    if (self->deadline_.expiry() <= net::steady_timer::clock_type::now()) self->break_now();
  });
}

// False when the connection is to end.
net::awaitable<bool> Session::read_request(Message& message) {
  error_code error;
  set_deadline(surroundings_.options.idle);
  if (buffer_.size() == 0) {
    const auto space = buffer_.prepare(4096);
    const std::size_t got = co_await stream_.async_read_some(space, into(error));
    if (error) co_return false;
    buffer_.commit(got);
  }
  set_deadline(surroundings_.options.patience);
  http::request_parser<http::string_body> parser;
  parser.header_limit(max_request_head);
  parser.body_limit(max_request_body);
  co_await http::async_read_header(stream_, buffer_, parser, into(error));
  const auto expects = [&] {
    return boost::beast::iequals(parser.get()[http::field::expect], "100-continue");
  };
  if (!error && !parser.is_done() && expects()) {
    static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    co_await net::async_write(stream_, net::buffer(go_on), into(error));
  }
  if (!error) co_await http::async_read(stream_, buffer_, parser, into(error));
  if (!error) {
    message = parser.release();
    co_return true;
  }
  int status = 0;
  if (error == http::error::header_limit || error == http::error::buffer_overflow) status = 431;
  if (error == http::error::body_limit) status = 413;
  const bool broken = error == http::error::end_of_stream || error == http::error::partial_message;
  const auto& of_parser = http::make_error_code(http::error::bad_target).category();
  if (status == 0 && !broken && error.category() == of_parser) status = 400;
  if (status != 0) co_await decline(status);
  co_return false;
}

// Answers what never became a request.
net::awaitable<void> Session::decline(int status) {
  ports::Response response;
  response.status = status;
  co_await send(response, "GET", false);
}

// --- One request ---

net::awaitable<bool> Session::serve(Message& message) {
  ports::Request request;
  request.method = view(message.method_string());
  const auto target = origin_form(view(message.target()));
  const auto host = message.find(http::field::host);
  if (!target || (message.version() >= 11 && host == message.end())) {
    co_await decline(400);
    co_return false;
  }
  request.target = *target;
  request.origin =
      host == message.end() ? surroundings_.origin : "https://" + std::string(view(host->value()));
  for (const auto& field : message)
    request.headers.push_back(
        {std::string(view(field.name_string())), std::string(view(field.value()))});
  request.body = std::move(message.body());
  ++surroundings_.requests;

  caller_ =
      surroundings_.options.caller_of ? surroundings_.options.caller_of(request) : std::string();
  Verdict verdict;
  bool partitioned = false;
  {
    const std::lock_guard lock(surroundings_.world);
    const sim::Call call{.caller = caller_,
                         .server = surroundings_.options.name,
                         .method = request.method,
                         .target = request.target};
    verdict = surroundings_.faults.consult(surroundings_.scheduler.now(), call);
    partitioned = is_partitioned();
  }
  if (surroundings_.down) verdict.kind = Verdict::Kind::refuse;
  if (partitioned) co_return co_await leave_unanswered(request);
  co_return co_await carry_out(verdict, request, message);
}

// Before the effect, the effect, after the effect.
net::awaitable<bool> Session::carry_out(const Verdict& verdict, const ports::Request& request,
                                        Message& message) {
  using Kind = Verdict::Kind;
  co_await sleep(verdict.delay);
  if (closed_) co_return false;  // the server stopped or was taken down meanwhile
  const auto break_with = [&](std::int64_t number) {
    tell(request, number);
    const bool crashes = number == sim::caller_crashed;
    if (crashes && surroundings_.options.crash) surroundings_.options.crash(caller_);
    break_now();
    return false;
  };
  switch (verdict.kind) {
    case Kind::refuse: co_return break_with(sim::call_refused);
    case Kind::hang: co_return co_await leave_unanswered(request);
    case Kind::crash_before: co_return break_with(sim::caller_crashed);
    case Kind::answer:
      tell(request, verdict.response.status);
      co_return co_await send(verdict.response, request.method, message.keep_alive());
    default: break;
  }
  Answer answer = call_handler(request);
  if (verdict.kind == Kind::duplicate) {
    abandon(answer);
    answer = call_handler(request);
  }
  const bool goes_out = verdict.kind == Kind::pass || verdict.kind == Kind::duplicate;
  if (!goes_out) abandon(answer);
  if (verdict.kind == Kind::crash_after) co_return break_with(sim::caller_crashed);
  if (verdict.kind == Kind::lost_reply) co_return co_await leave_unanswered(request);
  co_await sleep(answer.delay);
  if (verdict.kind == Kind::reset) co_return break_with(sim::call_broken);
  if (verdict.kind == Kind::truncate) {
    tell(request, sim::call_broken);
    co_await send_truncated(answer, request.method);
    co_return false;
  }
  co_return co_await send_answer(answer, request, message);
}

// A partition may have begun since the request came: then the answer is lost.
net::awaitable<bool> Session::send_answer(const Answer& answer, const ports::Request& request,
                                          Message& message) {
  bool partitioned = false;
  {
    const std::lock_guard lock(surroundings_.world);
    partitioned = is_partitioned();
  }
  if (partitioned) {
    abandon(answer);
    co_return co_await leave_unanswered(request);
  }
  tell(request, answer.response.status);
  if (answer.channel == nullptr)
    co_return co_await send(answer.response, request.method, message.keep_alive());
  if (answer.response.status == 101) {
    co_await stream_messages(answer, message);
  } else {
    co_await stream_chunks(answer, message);
  }
  abandon(answer);
  co_return false;
}

net::awaitable<bool> Session::leave_unanswered(const ports::Request& request) {
  tell(request, sim::call_unanswered);
  co_await read_until_closed();
  co_return false;
}

void Session::tell(const ports::Request& request, std::int64_t number) {
  if (surroundings_.options.observer == nullptr) return;
  const std::string what = request.method + " " + request.target;
  const std::lock_guard lock(surroundings_.world);
  surroundings_.options.observer->observe(surroundings_.scheduler.now(),
                                          Fact{.kind = FactKind::call_made,
                                               .subject = name_of(surroundings_.options.name),
                                               .object = name_of(caller_),
                                               .number = number,
                                               .text = what});
}

// Under the world's lock.
bool Session::is_partitioned() const {
  const auto& partitions = surroundings_.partitions;
  return std::any_of(partitions.begin(), partitions.end(),
                     [this](const auto& glob) { return sim::glob_matches(glob, caller_); });
}

// Under the world's lock. A handler that throws has a bug; the caller learns no more than "500".
Answer Session::call_handler(const ports::Request& request) {
  const std::lock_guard lock(surroundings_.world);
  Answer answer;
  try {
    answer = surroundings_.handler.handle(request);
  } catch (...) {
    answer = Answer{};
    answer.response.status = 500;
  }
  // What cannot be said on the wire is a bug of the handler too.
  const int status = answer.response.status;
  if (status < 101 || status > 999 || (status < 200 && (status != 101 || !answer.channel)))
    answer.response = ports::Response{.status = 500};
  return answer;
}

void Session::abandon(const Answer& answer) {
  if (answer.channel == nullptr) return;
  const std::lock_guard lock(surroundings_.world);
  answer.channel->abandon();
}

net::awaitable<void> Session::sleep(ports::Duration duration) {
  if (duration <= ports::Duration::zero() || closed_) co_return;
  error_code ignored;
  deadline_.cancel();
  sleep_.expires_after(duration);
  co_await sleep_.async_wait(into(ignored));
}

// --- Answers ---

// Whether the connection goes on.
net::awaitable<bool> Session::send(const ports::Response& response, std::string_view method,
                                   bool keep_alive) {
  if (closed_) co_return false;
  std::string bytes = render_head(response, method, Framing::length, keep_alive,
                                  surroundings_.scheduler.wall_now());
  if (has_body(response.status, method)) bytes += response.body;
  error_code error;
  set_deadline(surroundings_.options.patience);
  co_await net::async_write(stream_, net::buffer(bytes), into(error));
  co_return !error && keep_alive;
}

// Promises the whole and sends about half. The connection then ends without TLS's close_notify.
net::awaitable<void> Session::send_truncated(const Answer& answer, std::string_view method) {
  if (closed_) co_return;
  const bool chunked = answer.channel != nullptr;
  std::string bytes =
      render_head(answer.response, method, chunked ? Framing::chunked : Framing::length, true,
                  surroundings_.scheduler.wall_now());
  const bool with_body = has_body(answer.response.status, method) && !answer.response.body.empty();
  if (with_body) {
    bytes += answer.response.body.substr(0, answer.response.body.size() / 2);
  } else if (!chunked) {
    bytes.resize(bytes.size() / 2);
  }
  error_code error;
  set_deadline(surroundings_.options.patience);
  co_await net::async_write(stream_, net::buffer(bytes), into(error));
  if (error || closed_) co_return;
  // FIN and not RST, which could overtake the half that is to arrive.
  stream_.next_layer().shutdown(tcp::socket::shutdown_send, error);
  co_await read_until_closed();
}

// Ends the connection so that what was sent arrives: close_notify, FIN, then whatever the client
// still sends is read and thrown away, for closing with unread input would reset the connection and
// could take the answer with it (RFC 9112 section 9.6).
net::awaitable<void> Session::close_gently() {
  error_code error;
  set_deadline(surroundings_.options.patience);
  co_await stream_.async_shutdown(into(error));
  if (closed_) co_return;
  auto& socket = stream_.next_layer();
  socket.shutdown(tcp::socket::shutdown_send, error);
  std::vector<char> scrap(16384);
  std::size_t discarded = 0;
  error.clear();
  while (!error && !closed_ && discarded < max_discarded)
    discarded += co_await socket.async_read_some(net::buffer(scrap), into(error));
}

// Until the client closes, the server breaks the connection, or too much was thrown away.
net::awaitable<void> Session::read_until_closed() {
  error_code error;
  deadline_.cancel();
  std::vector<char> scrap(16384);
  std::size_t discarded = 0;
  while (!error && !closed_ && discarded < max_discarded)
    discarded += co_await stream_.async_read_some(net::buffer(scrap), into(error));
  closed_ = true;
  wake_.cancel();
}

// --- Channels ---

// From whichever thread pushes, under the world's lock.
void Session::on_readable() {
  if (posted_.exchange(true)) return;
  net::post(io_, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (self == nullptr) return;
    self->posted_ = false;
    self->look_again();
  });
}

void Session::look_again() {
  readable_ = true;
  wake_.cancel();
}

// Waits until the channel has something or the connection has ended (then the batch is empty).
net::awaitable<Batch> Session::next_batch(Channel& channel) {
  Batch batch;
  while (!closed_) {
    readable_ = false;
    {
      const std::lock_guard lock(surroundings_.world);
      const bool passes = !is_partitioned();
      std::size_t size = 0;
      while (passes && size < max_batch) {
        auto piece = channel.pop();
        if (!piece) break;
        size += piece->size();
        batch.pieces.push_back(std::move(*piece));
      }
      batch.ended = passes && channel.ended();
      batch.overflowed = batch.ended && channel.overflowed();
    }
    if (!batch.pieces.empty() || batch.ended) break;
    error_code ignored;
    wake_.expires_at(net::steady_timer::time_point::max());
    while (!readable_ && !closed_) co_await wake_.async_wait(into(ignored));
  }
  co_return batch;
}

net::awaitable<void> Session::stream_chunks(const Answer& answer, const Message& message) {
  const bool chunked = message.version() >= 11;
  const bool to_head = message.method() == http::verb::head;
  error_code error;
  std::string bytes = render_head(answer.response, view(message.method_string()),
                                  chunked ? Framing::chunked : Framing::until_close, false,
                                  surroundings_.scheduler.wall_now());
  if (chunked && !to_head) bytes += render_chunk(answer.response.body);
  {
    const std::lock_guard lock(surroundings_.world);
    answer.channel->set_reader(this);
  }
  net::co_spawn(
      io_, [self = shared_from_this()] { return self->read_until_closed(); }, net::detached);
  bool ended = to_head;
  set_deadline(surroundings_.options.patience);
  co_await net::async_write(stream_, net::buffer(bytes), into(error));
  while (!error && !closed_ && !ended) {
    deadline_.cancel();
    const Batch batch = co_await next_batch(*answer.channel);
    if (closed_ || batch.overflowed) co_return break_now();
    bytes.clear();
    for (const auto& piece : batch.pieces) bytes += chunked ? render_chunk(piece) : piece;
    ended = batch.ended;
    if (ended && chunked) bytes += last_chunk;
    set_deadline(surroundings_.options.patience);
    co_await net::async_write(stream_, net::buffer(bytes), into(error));
  }
}

net::awaitable<void> Session::read_messages() {
  error_code error;
  deadline_.cancel();
  boost::beast::flat_buffer scrap(ports::max_stream_piece);
  while (!error) {
    co_await websocket_->async_read(scrap, into(error));
    scrap.clear();
  }
  closed_ = true;
  wake_.cancel();
}

net::awaitable<void> Session::stream_messages(const Answer& answer, Message& message) {
  error_code error;
  websocket_.emplace(stream_);
  websocket::stream_base::timeout patience{};
  patience.handshake_timeout = surroundings_.options.patience;
  patience.idle_timeout = websocket::stream_base::none();
  patience.keep_alive_pings = false;
  websocket_->set_option(patience);
  websocket_->read_message_max(ports::max_stream_piece);
  websocket_->binary(true);
  const auto decorate = [&answer](websocket::response_type& response) {
    for (const auto& header : answer.response.headers)
      if (!belongs_to_the_connection(header.name)) response.set(header.name, header.value);
  };
  websocket_->set_option(websocket::stream_base::decorator(decorate));
  {
    const std::lock_guard lock(surroundings_.world);
    answer.channel->set_reader(this);
  }
  // A request that is no upgrade gets Beast's own 400 here.
  co_await websocket_->async_accept(message, into(error));
  if (error) co_return;
  net::co_spawn(
      io_, [self = shared_from_this()] { return self->read_messages(); }, net::detached);
  bool ended = false;
  while (!error && !closed_ && !ended) {
    deadline_.cancel();
    const Batch batch = co_await next_batch(*answer.channel);
    if (closed_ || batch.overflowed) co_return break_now();
    ended = batch.ended;
    set_deadline(surroundings_.options.patience);
    for (const auto& piece : batch.pieces) {
      co_await websocket_->async_write(net::buffer(piece), into(error));
      if (error) break;
    }
  }
  if (error || closed_) co_return;
  co_await websocket_->async_close(websocket::close_code::normal, into(error));
}

}  // namespace

void serve_connection(net::io_context& io, tcp::socket socket, Surroundings& surroundings) {
  const auto session = std::make_shared<Session>(io, std::move(socket), surroundings);
  net::co_spawn(
      io, [session] { return session->run(); }, net::detached);
}

}  // namespace mocks::wire
