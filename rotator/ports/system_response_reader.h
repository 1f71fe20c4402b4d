// ResponseReader: bytes of an HTTP/1.1 answer in, head and body out (RFC 9112). Computation only:
// it knows no socket. Internal to system_*.cc; Boost.Beast's parser is behind it.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "rotator/ports/http.h"
#include "rotator/ports/result.h"

namespace ports {

class ResponseReader {
 public:
  // `to_head`: the request was a HEAD, so the answer has no body whatever its fields say.
  explicit ResponseReader(bool to_head);
  ~ResponseReader();
  ResponseReader(ResponseReader&&) noexcept;
  ResponseReader& operator=(ResponseReader&&) noexcept;

  // Where to put the next bytes; never empty. Then say how many came. Error malformed when they
  // break HTTP or a bound; the reader is of no further use then.
  std::span<char> space();
  Status received(std::size_t bytes);

  // The connection ended: with `clean`, TLS said so (close_notify). Error malformed when the answer
  // is not whole; a body without a length is whole only when the end was clean.
  Status ended(bool clean);

  // The final head is there (interim answers are passed over).
  bool has_head() const;
  // All of the answer is there.
  bool is_whole() const;
  // Nothing at all has come.
  bool is_untouched() const;

  // Status and fields, once has_head(). The body is empty.
  Response head() const;
  // The body bytes since the last call, without their framing.
  std::string take_body();

  // From now on take_body() is called as bytes come, and only they are bounded, not their sum.
  void expect_endless_body();

  // Whether the connection may carry another request after this answer.
  bool keeps_alive() const;
  // What came after the head of a 101: the first bytes of the new protocol.
  std::string take_rest();

 private:
  struct Parser;
  Status parse();
  std::unique_ptr<Parser> parser_;
};

}  // namespace ports
