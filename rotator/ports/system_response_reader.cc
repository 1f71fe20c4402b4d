#include "rotator/ports/system_response_reader.h"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>

#include "rotator/ports/check.h"
#include "rotator/ports/system_http.h"

namespace ports {

namespace http = boost::beast::http;

namespace {

// Bound: bytes asked of the connection at once. A stream's piece is at most this and what was kept
// of an incomplete chunk head.
constexpr std::size_t read_size = std::size_t{16} << 10;

std::string text(boost::beast::string_view view) { return {view.data(), view.size()}; }

}  // namespace

struct ResponseReader::Parser {
  std::optional<http::response_parser<http::string_body>> current = {};
  boost::beast::flat_buffer buffer{max_response_head + 2 * read_size};
  bool to_head = false;
  bool touched = false;
  int interim_answers = 0;

  void begin() {
    current.emplace();
    current->eager(true);
    current->skip(to_head);
    current->header_limit(max_response_head);
    current->body_limit(max_response_body);
  }
};

ResponseReader::ResponseReader(bool to_head) : parser_(std::make_unique<Parser>()) {
  parser_->to_head = to_head;
  parser_->begin();
}
ResponseReader::~ResponseReader() = default;
ResponseReader::ResponseReader(ResponseReader&&) noexcept = default;
ResponseReader& ResponseReader::operator=(ResponseReader&&) noexcept = default;

std::span<char> ResponseReader::space() {
  // received() leaves room: it fails when the buffer is full of what cannot be parsed.
  const auto space = parser_->buffer.prepare(read_size);
  return {static_cast<char*>(space.data()), space.size()};
}

Status ResponseReader::received(std::size_t bytes) {
  parser_->buffer.commit(bytes);
  parser_->touched = true;
  return parse();
}

Status ResponseReader::parse() {
  auto& buffer = parser_->buffer;
  while (!parser_->current->is_done() && buffer.size() > 0) {
    boost::system::error_code error;
    const std::size_t used = parser_->current->put(buffer.cdata(), error);
    buffer.consume(used);
    if (error == http::error::need_more) {
      if (buffer.size() > max_response_head)
        return fail(ErrorCode::malformed, "a line of the answer is too long");
      break;
    }
    if (error == http::error::body_limit)
      return fail(ErrorCode::malformed, "the body is larger than 8 MiB");
    if (error == http::error::header_limit)
      return fail(ErrorCode::malformed, "status line and headers are larger than 64 KiB");
    if (error) return fail(ErrorCode::malformed, "the answer is not HTTP: " + error.message());
    if (!parser_->current->is_header_done()) continue;
    const unsigned status = parser_->current->get().result_int();
    if (status >= 200 || status == 101) continue;
    if (++parser_->interim_answers > max_interim_answers)
      return fail(ErrorCode::malformed, "more than 10 interim answers came");
    parser_->begin();
  }
  return {};
}

Status ResponseReader::ended(bool clean) {
  if (is_whole()) return {};
  if (has_head() && parser_->current->need_eof()) {
    boost::system::error_code error;
    if (clean) parser_->current->put_eof(error);
    if (clean && !error) return {};
  }
  return fail(ErrorCode::malformed, "the answer ended before it was whole");
}

bool ResponseReader::has_head() const { return parser_->current->is_header_done(); }
bool ResponseReader::is_whole() const { return parser_->current->is_done(); }
bool ResponseReader::is_untouched() const { return !parser_->touched; }

Response ResponseReader::head() const {
  check(has_head(), "a head is asked for only once it is there");
  const auto& message = parser_->current->get();
  Response response{.status = static_cast<int>(message.result_int())};
  for (const auto& field : message)
    response.headers.push_back({text(field.name_string()), text(field.value())});
  return response;
}

std::string ResponseReader::take_body() {
  return std::exchange(parser_->current->get().body(), std::string());
}

void ResponseReader::expect_endless_body() { parser_->current->body_limit(boost::none); }

bool ResponseReader::keeps_alive() const {
  return is_whole() && parser_->buffer.size() == 0 && parser_->current->keep_alive() &&
         !parser_->current->need_eof();
}

std::string ResponseReader::take_rest() {
  const auto data = parser_->buffer.cdata();
  std::string rest(static_cast<const char*>(data.data()), data.size());
  parser_->buffer.consume(rest.size());
  return rest;
}

}  // namespace ports
