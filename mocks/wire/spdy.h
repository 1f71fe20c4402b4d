// Spdy: the server's end of one SPDY/3.1 connection, as far as a remote command needs it: the
// client opens the streams, the server answers on them. kubectl's exec speaks it up to 1.29 and
// falls back to it later (k8s.io/apimachinery/pkg/util/httpstream/spdy).
//
// Bytes in, bytes out; it knows no socket. Source: SPDY Protocol, Draft 3.1, section 2. There is no
// flow control, because the clients that it is for (moby/spdystream) do none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace mocks::wire {

// Bounds. A remote command has five streams: error, stdin, stdout, stderr and resize.
inline constexpr std::size_t max_spdy_streams = 16;
inline constexpr std::size_t max_spdy_frame = std::size_t{16} << 10;    // bytes, of a control frame
inline constexpr std::size_t max_spdy_headers = std::size_t{16} << 10;  // bytes, decompressed

class Spdy {
 public:
  Spdy();
  ~Spdy();
  Spdy(const Spdy&) = delete;
  Spdy& operator=(const Spdy&) = delete;

  // Takes what the client sent, in any pieces; the payload of its streams is thrown away. False
  // when it broke the protocol or a bound: the connection is to be dropped.
  bool take(std::string_view bytes);

  // The stream that the client opened with this header `streamtype`, or 0.
  std::uint32_t stream(std::string_view type) const;

  // One frame of data. Nothing when the client has reset the stream.
  void say(std::uint32_t stream, std::string_view payload);
  // Ends every stream, then the connection (GOAWAY).
  void finish();

  // The bytes to send since it was last asked.
  std::string take_output();

 private:
  struct Stream {
    std::uint32_t id = 0;
    std::string type = {};
    bool reset = false;
  };
  struct Compression;  // one context a direction, as long as the connection

  bool take_control(std::uint16_t type, std::string_view payload);
  bool open_stream(std::string_view payload);
  void send_control(std::uint16_t type, std::string_view payload);

  std::unique_ptr<Compression> compression_;
  std::vector<Stream> streams_;
  std::string input_;
  std::size_t to_skip_ = 0;  // bytes of a data frame that are still to come
  std::string output_;
};

}  // namespace mocks::wire
