// Answers that come in pieces: what a handler's channel gives, on the connection, until it ends.
// Internal to serve*.cc.
//
// - After a 2xx: chunks, one a piece.
// - After a 101: binary WebSocket messages, one a piece; the client's are read and thrown away.
// - After a 101 to SPDY/3.1: a remote command's streams. The first byte of a piece says on which:
//   0 stdin, 1 stdout, 2 stderr, 3 error, as in the frames of channel.k8s.io. A piece, an empty one
//   too, waits until the client has opened its stream; a client that does not within the server's
//   patience is dropped.
#pragma once

#include <memory>

#include "mocks/wire/serve_connection.h"

namespace mocks::wire {

// Returns when all is said or the connection is closed; whoever calls abandons the channel then.
boost::asio::awaitable<void> stream_channel(std::shared_ptr<Connection> connection,
                                            const Answer& answer, Message& message);

}  // namespace mocks::wire
