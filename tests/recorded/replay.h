// Replay: exchanges recorded from a real server, put to a mock in the order in which they happened.
//
// One JSON object a line: `name`, `request` {method, path, headers, body} and `response` {status,
// headers, body}. Placeholders stand for values that differ from run to run: {{uuid:1}} {{token:1}}
// {{rv:1}} and the like are bound where they first appear in a response and put into later
// requests;
// {{time}} is any RFC 3339 timestamp, {{any}} any value. Compared: the status exactly; each
// recorded header; the body by shape: the same keys, the same types, lists of the same length, the
// same literal texts under `errors`, `message`, `reason` and `warnings` and wherever a placeholder
// was bound.
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
  std::string file = {};    // path of the .jsonl
  std::string origin = {};  // put into Request::origin
  // name (or a prefix ending in '*') -> reason.
  std::map<std::string, std::string> skip = {};
  // name -> requests sent, unchecked but for their status being 2xx, before that row.
  std::map<std::string, std::vector<ports::Request>> bridges = {};
  // Keys whose string values must be equal although they are no errors, e.g. "type".
  std::vector<std::string> literal_keys = {"errors",   "message", "reason",
                                           "warnings", "status",  "kind"};
  // Headers not compared, with the reason in the caller's words.
  std::map<std::string, std::string> ignore_headers = {};
  // Called before each row, e.g. to set the clock (row's at_s, or -1) or to change credentials.
  std::function<void(const std::string& name, double at_s, ports::Request&)> before = {};
};

struct Difference {
  std::string name = {};
  std::string what = {};  // "body.data.version: number expected, string came"
};

struct Outcome {
  int matched = 0;
  int skipped = 0;
  std::vector<Difference> differences = {};
  std::vector<std::string> skip_reasons = {};  // "name: reason"
  // "363 exchanges: 360 matched, 0 differing, 3 skipped", then one line a difference and a skip.
  std::string summary() const;
};

// Puts every row to `handler`. A file that cannot be read, or a line that is not JSON, is a
// difference.
Outcome replay(mocks::Handler& handler, const Options& options);

// The same over the lines given: for tests of the engine itself.
Outcome replay_lines(mocks::Handler& handler, const std::vector<std::string>& lines,
                     const Options& options);

}  // namespace recorded
