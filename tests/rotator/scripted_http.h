// A world of scripted answers for the adapters: an HttpClient that expects requests in order and
// gives what the test says, a clock that moves only when somebody waits, and files in memory. What
// is left over or comes unexpected fails the test.
#pragma once

#include <boost/test/unit_test.hpp>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "rotator/ports/clock.h"
#include "rotator/ports/files.h"
#include "rotator/ports/http.h"
#include "rotator/ports/random.h"
#include "rotator/ports/result.h"
#include "rotator/ports/secret.h"

namespace ports {
inline std::ostream& operator<<(std::ostream& out, ErrorCode code) {
  return out << to_string(code);
}
}  // namespace ports

namespace tests {

// Starts at 2026-11-23T10:00:00Z and jumps to where somebody sleeps.
class ManualClock final : public ports::Clock {
 public:
  ports::Instant now() const override { return ports::Instant(elapsed); }
  ports::WallTime wall_now() const override {
    return ports::WallTime(std::chrono::seconds(1'795'428'000)) + elapsed;
  }
  ports::Wake sleep_until(ports::Instant when) override {
    if (stop) return ports::Wake::interrupted;
    if (when > now()) elapsed = when.time_since_epoch();
    return ports::Wake::reached;
  }
  bool interrupted() const override { return stop; }

  ports::Duration elapsed{0};
  bool stop = false;
};

class MemoryFiles final : public ports::CredentialFiles {
 public:
  ports::Result<ports::Secret> read(const std::string& path) override {
    ++reads;
    const auto found = content.find(path);
    if (found == content.end())
      return ports::fail(ports::ErrorCode::configuration, "cannot read " + path);
    auto copy = found->second;
    return ports::Secret(std::move(copy));
  }
  std::map<std::string, std::string> content = {};
  int reads = 0;
};

// 00 01 02 ...: obviously not random.
class CountingRandom final : public ports::Random {
 public:
  void fill(std::span<std::byte> out) override {
    for (auto& byte : out) byte = std::byte{next_++};
  }

 private:
  unsigned char next_ = 0;
};

// What a scripted stream gives, one entry a call of next().
struct Beat {
  enum class Kind { data, end, quiet, error } kind = Kind::data;
  std::string data = {};
  ports::Error error = {};
};
inline Beat data(std::string text) { return {.kind = Beat::Kind::data, .data = std::move(text)}; }
inline Beat end() { return {.kind = Beat::Kind::end}; }
inline Beat quiet() { return {.kind = Beat::Kind::quiet}; }
inline Beat broken(ports::ErrorCode code = ports::ErrorCode::ambiguous) {
  return {.kind = Beat::Kind::error, .error = {code, "the connection broke"}};
}

class ScriptedStream final : public ports::Stream {
 public:
  ScriptedStream(ManualClock& clock, ports::Response head, std::vector<Beat> beats)
      : clock_(clock), head_(std::move(head)), beats_(beats.begin(), beats.end()) {}

  const ports::Response& head() const override { return head_; }
  // Past the last beat the stream is quiet for ever.
  ports::Result<ports::Piece> next(ports::Instant deadline) override {
    if (clock_.stop) return ports::fail(ports::ErrorCode::interrupted, "asked to stop");
    // A quiet beat is for the next real wait: who only looks finds nothing, and the beat stays.
    const bool looks = deadline <= clock_.now();
    if (beats_.empty() || (looks && beats_.front().kind == Beat::Kind::quiet)) {
      (void)clock_.sleep_until(deadline);
      return ports::Piece{};
    }
    auto beat = std::move(beats_.front());
    beats_.pop_front();
    switch (beat.kind) {
      case Beat::Kind::data: return ports::Piece{ports::Piece::Kind::data, std::move(beat.data)};
      case Beat::Kind::end: return ports::Piece{ports::Piece::Kind::end, {}};
      case Beat::Kind::error: return ports::fail(std::move(beat.error));
      case Beat::Kind::quiet: break;
    }
    (void)clock_.sleep_until(deadline);
    return ports::Piece{};
  }

 private:
  ManualClock& clock_;
  ports::Response head_;
  std::deque<Beat> beats_;
};

class ScriptedHttp final : public ports::HttpClient {
 public:
  // "PUT https://host:1/path?query" expected, and what comes back.
  struct Step {
    std::string expected = {};
    ports::Result<ports::Response> answer = ports::Response{};
    std::vector<Beat> beats = {};  // for streams
    ports::Duration takes{0};
  };

  explicit ScriptedHttp(ManualClock& clock) : clock_(clock) {}
  ~ScriptedHttp() override {
    for (const auto& step : steps_) BOOST_ERROR("never asked: " << step.expected);
  }

  ScriptedHttp& expect(std::string request, int status, std::string body = {},
                       ports::Headers headers = {}) {
    steps_.push_back({.expected = std::move(request),
                      .answer = ports::Response{status, std::move(headers), std::move(body)}});
    return *this;
  }
  ScriptedHttp& expect_error(std::string request, ports::ErrorCode code,
                             ports::Duration takes = {}) {
    steps_.push_back({.expected = std::move(request),
                      .answer = ports::fail(code, "the connection broke"),
                      .takes = takes});
    return *this;
  }
  ScriptedHttp& expect_stream(std::string request, int status, std::vector<Beat> beats,
                              ports::Headers headers = {}, std::string body = {}) {
    steps_.push_back({.expected = std::move(request),
                      .answer = ports::Response{status, std::move(headers), std::move(body)},
                      .beats = std::move(beats)});
    return *this;
  }

  ports::Result<ports::Response> send(const ports::Request& request,
                                      ports::Instant deadline) override {
    auto step = take(request, deadline);
    return std::move(step.answer);
  }
  ports::Result<std::unique_ptr<ports::Stream>> open_stream(const ports::Request& request,
                                                            ports::Instant deadline) override {
    auto step = take(request, deadline);
    if (!step.answer) return ports::fail(step.answer.error());
    return std::unique_ptr<ports::Stream>(
        std::make_unique<ScriptedStream>(clock_, std::move(*step.answer), std::move(step.beats)));
  }
  ports::Result<std::unique_ptr<ports::Stream>> open_websocket(
      const ports::Request& request, const std::vector<std::string>& subprotocols,
      ports::Instant deadline) override {
    offered = subprotocols;
    return open_stream(request, deadline);
  }

  std::vector<ports::Request> requests = {};  // all that were sent
  std::vector<std::string> offered = {};
  bool all_asked() const { return steps_.empty(); }

 private:
  Step take(const ports::Request& request, ports::Instant deadline) {
    requests.push_back(request);
    const auto line = request.method + " " + request.origin + request.target;
    BOOST_TEST((deadline > clock_.now()),
               "the deadline of " << line << " has passed before it is sent");
    if (steps_.empty()) {
      BOOST_ERROR("unexpected: " << line);
      return {.answer = ports::fail(ports::ErrorCode::malformed, "unexpected request")};
    }
    auto step = std::move(steps_.front());
    steps_.pop_front();
    BOOST_TEST(line == step.expected);
    clock_.elapsed += step.takes;
    return step;
  }

  ManualClock& clock_;
  std::deque<Step> steps_;
};

// Fails the test when an error's sentence holds what it must never hold, or is no sentence at all.
inline void check_discreet(const ports::Error& error, const std::vector<std::string>& secrets) {
  BOOST_TEST(!error.message.empty());
  for (const auto& secret : secrets)
    BOOST_TEST(error.message.find(secret) == std::string::npos,
               "\"" << error.message << "\" holds " << secret);
}

inline std::string header(const ports::Request& request, std::string_view name) {
  return std::string(ports::find_header(request.headers, name).value_or(""));
}

inline bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace tests

// The value of a Result, or the end of the test with its error.
#define REQUIRE_OK(result)                                                          \
  do {                                                                              \
    const auto& required_ = (result);                                               \
    BOOST_REQUIRE_MESSAGE(required_.has_value(),                                    \
                          (required_ ? std::string() : required_.error().message)); \
  } while (false)
