#include "mocks/wire/spdy.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "rotator/ports/check.h"

namespace mocks::wire {
namespace {

constexpr std::size_t frame_head = 8;
constexpr std::uint16_t version = 3;
constexpr std::uint8_t flag_fin = 1;

// Kinds of control frames (section 2.6).
constexpr std::uint16_t syn_stream = 1;
constexpr std::uint16_t syn_reply = 2;
constexpr std::uint16_t rst_stream = 3;
constexpr std::uint16_t ping = 6;
constexpr std::uint16_t goaway = 7;
constexpr std::uint16_t headers = 8;

std::string number(std::uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8)
    bytes.push_back(static_cast<char>((value >> shift) & 0xff));
  return bytes;
}

// The first four bytes; the caller knows that they are there.
std::uint32_t number_in(std::string_view bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

// The words with which both sides prime their compression (section 2.6.10.1).
constexpr std::array<std::string_view, 59> dictionary_words = {
    "options",
    "head",
    "post",
    "put",
    "delete",
    "trace",
    "accept",
    "accept-charset",
    "accept-encoding",
    "accept-language",
    "accept-ranges",
    "age",
    "allow",
    "authorization",
    "cache-control",
    "connection",
    "content-base",
    "content-encoding",
    "content-language",
    "content-length",
    "content-location",
    "content-md5",
    "content-range",
    "content-type",
    "date",
    "etag",
    "expect",
    "expires",
    "from",
    "host",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "last-modified",
    "location",
    "max-forwards",
    "pragma",
    "proxy-authenticate",
    "proxy-authorization",
    "range",
    "referer",
    "retry-after",
    "server",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "vary",
    "via",
    "warning",
    "www-authenticate",
    "method",
    "get",
    "status",
    "200 OK",
    "version",
};

const std::string& dictionary() {
  static const std::string all = [] {
    std::string text;
    const auto append = [&text](std::string_view word) {
      text.append(number(static_cast<std::uint32_t>(word.size()))).append(word);
    };
    for (const std::string_view word : dictionary_words) append(word);
    for (const char* word : {"HTTP/1.1", "url", "public", "set-cookie", "keep-alive", "origin"})
      append(word);
    return text +
           "100101201202205206300302303304305306307402405406407408409410411412413414415416417502504"
           "505203 Non-Authoritative Information204 No Content301 Moved Permanently400 Bad Request"
           "401 Unauthorized403 Forbidden404 Not Found500 Internal Server Error501 Not Implemented"
           "503 Service UnavailableJan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec 00:00:00 Mon, "
           "Tue, Wed, Thu, Fri, Sat, Sun, GMTchunked,text/html,image/png,image/jpg,image/gif,"
           "application/xml,application/xhtml+xml,text/plain,text/javascript,publicprivatemax-age="
           "gzip,deflate,sdchcharset=utf-8charset=iso-8859-1,utf-,*,enq=0.";
  }();
  return all;
}

// zlib does not write through next_in, and its own type says otherwise.
Bytef* bytes_of(std::string_view text) {
  return reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));  // NOLINT
}

// A header of a block of headers, by its name.
std::optional<std::string> header_in(std::string_view block, std::string_view wanted) {
  const auto word = [&block]() -> std::optional<std::string_view> {
    if (block.size() < 4) return std::nullopt;
    const std::size_t size = number_in(block);
    block.remove_prefix(4);
    if (block.size() < size) return std::nullopt;
    const std::string_view found = block.substr(0, size);
    block.remove_prefix(size);
    return found;
  };
  if (block.size() < 4) return std::nullopt;
  std::uint32_t left = number_in(block);
  block.remove_prefix(4);
  for (; left > 0; --left) {
    const auto name = word();
    const auto value = name ? word() : std::nullopt;
    if (!value) return std::nullopt;
    if (*name == wanted) return std::string(*value);
  }
  return std::string();
}

}  // namespace

struct Spdy::Compression {
  Compression() {
    const auto size = static_cast<uInt>(dictionary().size());
    const bool ready = inflateInit(&in) == Z_OK && deflateInit(&out, Z_BEST_SPEED) == Z_OK &&
                       deflateSetDictionary(&out, bytes_of(dictionary()), size) == Z_OK;
    ports::check(ready, "zlib starts a compression");
  }
  ~Compression() {
    inflateEnd(&in);
    deflateEnd(&out);
  }
  Compression(const Compression&) = delete;
  Compression& operator=(const Compression&) = delete;

  // One block of headers, or nothing when it is broken or larger than its bound.
  std::optional<std::string> unpack(std::string_view packed) {
    std::string block(max_spdy_headers, '\0');
    in.next_in = bytes_of(packed);
    in.avail_in = static_cast<uInt>(packed.size());
    in.next_out = bytes_of(block);
    in.avail_out = static_cast<uInt>(block.size());
    int outcome = inflate(&in, Z_SYNC_FLUSH);
    if (outcome == Z_NEED_DICT) {
      const auto size = static_cast<uInt>(dictionary().size());
      if (inflateSetDictionary(&in, bytes_of(dictionary()), size) != Z_OK) return std::nullopt;
      outcome = inflate(&in, Z_SYNC_FLUSH);
    }
    if (outcome != Z_OK || in.avail_in > 0 || in.avail_out == 0) return std::nullopt;
    block.resize(block.size() - in.avail_out);
    return block;
  }

  std::string pack(std::string_view block) {
    std::string packed(block.size() + 128, '\0');
    out.next_in = bytes_of(block);
    out.avail_in = static_cast<uInt>(block.size());
    out.next_out = bytes_of(packed);
    out.avail_out = static_cast<uInt>(packed.size());
    ports::check(deflate(&out, Z_SYNC_FLUSH) == Z_OK && out.avail_out > 0, "zlib packs headers");
    packed.resize(packed.size() - out.avail_out);
    return packed;
  }

  z_stream in{};
  z_stream out{};
};

Spdy::Spdy() : compression_(std::make_unique<Compression>()) {}
Spdy::~Spdy() = default;

bool Spdy::take(std::string_view bytes) {
  input_.append(bytes);
  std::string_view left = input_;
  while (true) {
    const std::size_t skipped = std::min(to_skip_, left.size());
    left.remove_prefix(skipped);
    to_skip_ -= skipped;
    if (to_skip_ > 0 || left.size() < frame_head) break;
    const std::uint32_t first = number_in(left);
    const std::size_t size = number_in(left.substr(4)) & 0xffffff;
    const bool control = (first & 0x80000000) != 0;
    if (!control) {
      left.remove_prefix(frame_head);
      to_skip_ = size;
      continue;
    }
    if ((first >> 16 & 0x7fff) != version || size > max_spdy_frame) return false;
    if (left.size() < frame_head + size) break;
    if (!take_control(static_cast<std::uint16_t>(first & 0xffff), left.substr(frame_head, size)))
      return false;
    left.remove_prefix(frame_head + size);
  }
  input_.erase(0, input_.size() - left.size());
  return true;
}

bool Spdy::take_control(std::uint16_t type, std::string_view payload) {
  switch (type) {
    case syn_stream: return open_stream(payload);
    case rst_stream:
      if (payload.size() != 8) return false;
      for (Stream& one : streams_)
        if (one.id == number_in(payload)) one.reset = true;
      return true;
    case ping:
      if (payload.size() != 4) return false;
      send_control(ping, payload);
      return true;
    // Of no use here, but the compression goes on over it.
    case headers: return payload.size() > 4 && compression_->unpack(payload.substr(4)).has_value();
    case syn_reply: return false;  // to a stream that was never opened
    default: return true;          // settings, windows, the client's GOAWAY
  }
}

bool Spdy::open_stream(std::string_view payload) {
  constexpr std::size_t fixed = 10;  // stream, associated stream, priority and slot
  if (payload.size() < fixed || streams_.size() >= max_spdy_streams) return false;
  const std::uint32_t id = number_in(payload) & 0x7fffffff;
  const std::uint32_t last = streams_.empty() ? 0 : streams_.back().id;
  if (id % 2 == 0 || id <= last) return false;  // a client's are odd and grow
  const auto block = compression_->unpack(payload.substr(fixed));
  const auto streamtype = block ? header_in(*block, "streamtype") : std::nullopt;
  if (!streamtype) return false;
  streams_.push_back({.id = id, .type = *streamtype});
  send_control(syn_reply, number(id) + compression_->pack(number(0)));
  return true;
}

std::uint32_t Spdy::stream(std::string_view type) const {
  for (const Stream& one : streams_)
    if (one.type == type) return one.id;
  return 0;
}

void Spdy::say(std::uint32_t stream, std::string_view payload) {
  for (const Stream& one : streams_)
    if (one.id == stream && one.reset) return;
  output_.append(number(stream)).append(number(static_cast<std::uint32_t>(payload.size())));
  output_.append(payload);
}

void Spdy::finish() {
  std::uint32_t last = 0;
  for (const Stream& one : streams_) {
    last = one.id;
    if (!one.reset) output_.append(number(one.id)).append(number(std::uint32_t{flag_fin} << 24));
  }
  send_control(goaway, number(last) + number(0));
}

void Spdy::send_control(std::uint16_t type, std::string_view payload) {
  output_.append(number(0x80000000 | std::uint32_t{version} << 16 | type));
  output_.append(number(static_cast<std::uint32_t>(payload.size()))).append(payload);
}

std::string Spdy::take_output() { return std::exchange(output_, {}); }

}  // namespace mocks::wire
