// Replay: exchanges recorded from a real server, put to a mock in the order in which they happened.
//
// One JSON object a line: `name`, `request` {method, path, headers, body, as} and `response`
// {status, headers, body}. Placeholders stand for values that differ from run to run: {{uuid:1}}
// {{token:1}}
// {{rv:1}} and the like are bound where they first appear in a response and put into later
// requests;
// {{time}} is any RFC 3339 timestamp, {{any}} any value, {{basic:USER:PASSWORD}} the base64 of
// USER:PASSWORD. Compared: the status exactly; each recorded header; the body by shape: the same
// keys, the same types, lists of the same length, the same texts under the literal keys, and
// placeholders by pattern. A watch's body is {"stream": [{at_ms, event}]}, an exec's {"frames":
// [{channel, data}]}.
//
// Rows may be skipped by name with a reason. A recording with gaps may be bridged: requests that
// put the server into the state which left-out rows had made.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "mocks/handler.h"
#include "rotator/ports/http.h"

namespace recorded {

struct Options {
  std::string origin = {};  // put into Request::origin
  // Name, or a prefix ending in '*' -> reason.
  std::map<std::string, std::string> skip = {};
  // Name -> requests sent before that row; each must be answered with 2xx.
  std::map<std::string, std::vector<ports::Request>> bridges = {};
  // Below these keys every text must be equal.
  std::vector<std::string> literal_keys = {"errors",   "message", "reason",
                                           "warnings", "status",  "kind"};
  // All texts, numbers and bools must be equal, but those under these keys.
  bool exact = false;
  std::vector<std::string> loose_keys = {};
  // Headers that are not compared -> reason.
  std::map<std::string, std::string> ignore_headers = {};
  // Called before each row, e.g. to set the clock (the row's at_s, or -1) or to put in the
  // credential that `as` names ("" when the row has none).
  std::function<void(const std::string& name, double at_s, const std::string& as,
                     ports::Request& request)>
      before = {};
  // The pieces of an answer that has a channel; without this, those that are there at once.
  std::function<std::vector<std::string>(const std::string& name, mocks::Answer& answer)> pieces =
      {};
};

struct Difference {
  std::string name = {};
  std::string what = {};  // "body.data.version: number expected, string came: ..."
};

struct Outcome {
  int matched = 0;
  std::vector<Difference> differences = {};  // several may be of one row
  int differing = 0;                         // rows
  std::vector<std::string> skipped = {};     // "name: reason"
  // "363 exchanges: 360 matched, 0 differing, 3 skipped", then a line each difference and skip.
  std::string summary() const;
};

// Puts every row of the .jsonl file to `handler`. A file that cannot be read, a line that is not
// JSON, a skip or bridge that names no row: each is a difference.
Outcome replay(mocks::Handler& handler, const std::string& file, const Options& options);

// The same over lines: for tests of the engine itself.
Outcome replay_lines(mocks::Handler& handler, const std::vector<std::string>& lines,
                     const Options& options);

}  // namespace recorded
