#include "mocks/wire/serve_session.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http.hpp>

#include "mocks/sim/network.h"
#include "mocks/wire/message.h"
#include "mocks/wire/serve_connection.h"
#include "mocks/wire/serve_stream.h"

namespace mocks::wire {
namespace {

namespace net = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;

// The requests of one connection, one after the other.
class Session {
 public:
  explicit Session(std::shared_ptr<Connection> connection)
      : connection_(std::move(connection)), surroundings_(connection_->surroundings()) {}

  net::awaitable<void> run();

 private:
  net::awaitable<bool> read_request(Message& message);
  net::awaitable<void> decline(int status);
  net::awaitable<bool> serve(Message& message);
  net::awaitable<bool> carry_out(const sim::Fate& fate, const ports::Request& request,
                                 Message& message);
  net::awaitable<bool> send_answer(const Answer& answer, const ports::Request& request,
                                   Message& message);
  net::awaitable<bool> leave_unanswered(const ports::Request& request);
  void tell(const ports::Request& request, std::int64_t number,
            const ports::Response* answer = nullptr);
  Answer call_handler(const ports::Request& request);
  net::awaitable<bool> send(const ports::Response& response, std::string_view method,
                            bool keep_alive);
  net::awaitable<void> send_truncated(const Answer& answer, std::string_view method);
  void abandon(const Answer& answer);

  // Whether another request may follow this one.
  bool goes_on(const Message& message) const {
    const auto most = surroundings_.options.most_requests;
    return message.keep_alive() && (most == 0 || requests_ < most);
  }

  std::shared_ptr<Connection> connection_;
  Surroundings& surroundings_;
  std::uint64_t requests_ = 0;  // of this connection
};

// --- The life of a connection ---

net::awaitable<void> Session::run() {
  bool goes_on = co_await connection_->handshake();
  while (goes_on && !connection_->closed()) {
    Message message;
    goes_on = co_await read_request(message);
    if (goes_on) goes_on = co_await serve(message);
  }
  if (!connection_->closed()) co_await connection_->close_gently();
  connection_->break_now();
}

// False when the connection is to end.
net::awaitable<bool> Session::read_request(Message& message) {
  error_code error;
  connection_->set_deadline(surroundings_.options.idle);
  if (connection_->buffer().size() == 0) {
    const auto space = connection_->buffer().prepare(4096);
    const std::size_t got = co_await connection_->stream().async_read_some(space, into(error));
    if (error) co_return false;
    connection_->buffer().commit(got);
  }
  connection_->set_deadline(surroundings_.options.patience);
  http::request_parser<http::string_body> parser;
  parser.header_limit(max_request_head);
  parser.body_limit(max_request_body);
  co_await http::async_read_header(connection_->stream(), connection_->buffer(), parser,
                                   into(error));
  const auto expects = [&] {
    return boost::beast::iequals(parser.get()[http::field::expect], "100-continue");
  };
  if (!error && !parser.is_done() && expects()) {
    static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    co_await net::async_write(connection_->stream(), net::buffer(go_on), into(error));
  }
  if (!error)
    co_await http::async_read(connection_->stream(), connection_->buffer(), parser, into(error));
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
  ++requests_;

  const auto& caller_of = surroundings_.options.caller_of;
  connection_->set_caller(caller_of ? caller_of(request) : std::string());
  sim::Fate fate;
  {
    const std::lock_guard lock(surroundings_.world);
    const sim::Call call{.caller = connection_->caller(),
                         .server = surroundings_.options.name,
                         .method = request.method,
                         .target = request.target};
    fate = surroundings_.conditions.consult(surroundings_.scheduler.now(), call);
  }
  co_return co_await carry_out(fate, request, message);
}

// Before the effect, the effect, after the effect.
net::awaitable<bool> Session::carry_out(const sim::Fate& fate, const ports::Request& request,
                                        Message& message) {
  using Request = sim::Course::Request;
  using Reply = sim::Course::Reply;
  co_await connection_->sleep(fate.delay);
  if (connection_->closed()) co_return false;  // the server stopped or was taken down meanwhile
  const auto break_with = [&](std::int64_t number) {
    tell(request, number);
    const bool crashes = number == sim::caller_crashed;
    if (crashes && surroundings_.options.crash) surroundings_.options.crash(connection_->caller());
    connection_->break_now();
    return false;
  };
  switch (fate.course.request) {
    case Request::arrives: break;
    case Request::caller_dies: co_return break_with(sim::caller_crashed);
    case Request::refused: co_return break_with(sim::call_refused);
    case Request::lost: co_return co_await leave_unanswered(request);
    case Request::answered:
      tell(request, fate.response.status);
      co_return co_await send(fate.response, request.method, goes_on(message));
  }
  Answer answer = call_handler(request);
  if (fate.course.twice) {
    abandon(answer);
    answer = call_handler(request);
  }
  const Reply reply = fate.course.reply;
  if (reply != Reply::arrives) abandon(answer);
  if (reply == Reply::caller_dies) co_return break_with(sim::caller_crashed);
  if (reply == Reply::lost) co_return co_await leave_unanswered(request);
  co_await connection_->sleep(answer.delay);
  if (reply == Reply::broken) co_return break_with(sim::call_broken);
  if (reply == Reply::cut_short) {
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
    partitioned = connection_->is_partitioned();
  }
  if (partitioned) {
    abandon(answer);
    co_return co_await leave_unanswered(request);
  }
  tell(request, answer.response.status, &answer.response);
  if (answer.channel == nullptr)
    co_return co_await send(answer.response, request.method, goes_on(message));
  co_await stream_channel(connection_, answer, message);
  abandon(answer);
  co_return false;
}

net::awaitable<bool> Session::leave_unanswered(const ports::Request& request) {
  tell(request, sim::call_unanswered);
  co_await connection_->read_until_closed();
  co_return false;
}

void Session::tell(const ports::Request& request, std::int64_t number,
                   const ports::Response* answer) {
  const auto& options = surroundings_.options;
  if (options.observer == nullptr && !options.record) return;
  const std::string what = request.method + " " + request.target;
  const std::lock_guard lock(surroundings_.world);
  if (options.record)
    options.record({.at = surroundings_.scheduler.now(),
                    .server = options.name,
                    .caller = connection_->caller(),
                    .request = request,
                    .answer = answer,
                    .number = number});
  if (options.observer == nullptr) return;
  surroundings_.options.observer->observe(surroundings_.scheduler.now(),
                                          Fact{.kind = FactKind::call_made,
                                               .subject = name_of(surroundings_.options.name),
                                               .object = name_of(connection_->caller()),
                                               .number = number,
                                               .text = what});
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

// --- Answers ---

// Whether the connection goes on.
net::awaitable<bool> Session::send(const ports::Response& response, std::string_view method,
                                   bool keep_alive) {
  if (connection_->closed()) co_return false;
  std::string bytes = render_head(response, method, Framing::length, keep_alive,
                                  surroundings_.scheduler.wall_now());
  if (has_body(response.status, method)) bytes += response.body;
  const bool sent = co_await connection_->write(bytes);
  co_return sent&& keep_alive;
}

// Promises the whole and sends about half. The connection then ends without TLS's close_notify.
net::awaitable<void> Session::send_truncated(const Answer& answer, std::string_view method) {
  if (connection_->closed()) co_return;
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
  const bool sent = co_await connection_->write(bytes);
  if (!sent || connection_->closed()) co_return;
  // FIN and not RST, which could overtake the half that is to arrive.
  error_code ignored;
  connection_->stream().next_layer().shutdown(net::socket_base::shutdown_send, ignored);
  co_await connection_->read_until_closed();
}

}  // namespace

void serve_connection(net::io_context& io, net::ip::tcp::socket socket,
                      Surroundings& surroundings) {
  const auto connection = std::make_shared<Connection>(io, std::move(socket), surroundings);
  const auto session = std::make_shared<Session>(connection);
  net::co_spawn(
      io, [session] { return session->run(); }, net::detached);
}

}  // namespace mocks::wire
