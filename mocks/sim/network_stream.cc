// Streams over the Network: watches and WebSockets.
#include <algorithm>
#include <utility>

#include "mocks/sim/network_core.h"

namespace mocks::sim {

SimStream::SimStream(Network::Core& core, Process& process, Link& link, std::uint64_t number,
                     ports::Response head, std::string body, std::shared_ptr<Channel> channel,
                     bool truncated)
    : core_(core),
      process_(process),
      link_(link),
      number_(number),
      head_(std::move(head)),
      channel_(std::move(channel)),
      last_at_(core.scheduler.now()),
      truncated_(truncated) {
  if (!body.empty()) pieces_.push_back({.at = last_at_, .data = std::move(body)});
  if (channel_ == nullptr) {
    last_ = Last::ended;
    return;
  }
  core_.streams.push_back(this);
  channel_->set_reader(this);
  // What the mock pushed while the head was on its way has come with it.
  pump();
  opening_ = false;
}

SimStream::~SimStream() {
  if (channel_ == nullptr) return;
  channel_->abandon();
  auto& streams = core_.streams;
  streams.erase(std::find(streams.begin(), streams.end(), this));
}

void SimStream::pump() {
  if (last_ != Last::open || link_.cut) return;
  while (last_ == Last::open) {
    std::optional<std::string> piece = channel_->pop();
    if (!piece) break;
    // What the caller has not read yet counts as queued: it may not fall behind further than a
    // channel allows.
    if (pieces_.size() >= max_queued_pieces) {
      last_ = Last::broken;
      break;
    }
    if (truncated_) piece->resize(piece->size() / 2);
    link_.bytes += piece->size();
    pieces_.push_back({.at = arrival(), .data = std::move(*piece)});
    if (truncated_) last_ = Last::broken;
  }
  if (last_ == Last::open && channel_->ended()) {
    last_at_ = arrival();
    last_ = channel_->overflowed() || truncated_ ? Last::broken : Last::ended;
  }
  if (last_ == Last::broken) channel_->abandon();
  if (waiting_) process_.wake_at(next_change());
}

void SimStream::break_off() {
  if (last_ != Last::open) return;
  last_ = Last::broken;
  last_at_ = std::max(last_at_, core_.scheduler.now());
  channel_->abandon();
  if (waiting_) process_.wake_at(next_change());
}

// When what leaves the server now arrives: in order, never overtaking.
ports::Instant SimStream::arrival() {
  const ports::Duration travel =
      opening_ ? ports::Duration{0} : core_.latency(link_, number_, leg_pieces + drawn_++);
  last_at_ = std::max(last_at_, core_.scheduler.now() + travel);
  return last_at_;
}

ports::Instant SimStream::next_change() const {
  if (!pieces_.empty()) return pieces_.front().at;
  return last_ == Last::open ? ports::Instant::max() : last_at_;
}

ports::Result<ports::Piece> SimStream::next(ports::Instant deadline) {
  return next_piece(deadline, true);
}

ports::Result<ports::Piece> SimStream::next_piece(ports::Instant deadline, bool heed_interrupt) {
  for (;;) {
    if (process_.unwinding()) {
      process_.wait(ports::Instant{});  // throws, unless it is unwinding already
      return ports::fail(ports::ErrorCode::interrupted, "the process is being killed");
    }
    const ports::Instant now = core_.scheduler.now();
    if (next_change() <= now) {
      if (pieces_.empty() && last_ == Last::ended)
        return ports::Piece{.kind = ports::Piece::Kind::end};
      if (pieces_.empty())
        return ports::fail(ports::ErrorCode::ambiguous, "the connection broke during the stream");
      std::string data = std::move(pieces_.front().data);
      pieces_.pop_front();
      if (data.size() > ports::max_stream_piece)
        return ports::fail(ports::ErrorCode::malformed, "a stream piece is larger than 1 MiB");
      return ports::Piece{.kind = ports::Piece::Kind::data, .data = std::move(data)};
    }
    if (heed_interrupt && process_.interrupted())
      return ports::fail(ports::ErrorCode::interrupted, "asked to stop while reading a stream");
    if (now >= deadline) return ports::Piece{};
    waiting_ = true;
    process_.wait(std::min(deadline, next_change()));
    waiting_ = false;
  }
}

ports::Result<std::string> SimStream::rest(ports::Instant deadline) {
  std::string body;
  for (;;) {
    ports::Result<ports::Piece> piece = next_piece(deadline, false);
    if (!piece) return ports::fail(std::move(piece.error()));
    if (piece->kind == ports::Piece::Kind::end) return body;
    if (piece->kind == ports::Piece::Kind::quiet)
      return ports::fail(ports::ErrorCode::ambiguous, "the body had not ended by the deadline");
    body += piece->data;
    if (body.size() > ports::max_response_body)
      return ports::fail(ports::ErrorCode::malformed, "the body is larger than 8 MiB");
  }
}

}  // namespace mocks::sim
