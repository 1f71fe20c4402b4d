// AdminApi: one request to a provider's administration API, repeated as far as that is harmless,
// and what an answer means. The vendor's own words and waits come from the adapter.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rotator/idp/admin_session.h"
#include "rotator/ports/clock.h"
#include "rotator/ports/http.h"
#include "rotator/ports/result.h"

namespace rotator {

class RepeatListener;

struct AdminCall {
  std::string tried = {};  // for people: "listing the client secrets of app 0oa... at https://..."
  std::string method = "GET";
  std::string target = {};
  std::string body = {};
  std::string content_type = "application/json";  // of a body
  std::vector<ports::Header> headers = {};        // beside those that every call has
  bool authenticated = true;

  bool reads() const { return method == "GET"; }
};

// A vendor's own words in an answer that is no success, fit to be quoted.
struct AdminWords {
  std::string code = {};
  std::string text = {};
};

struct AdminManners {
  // Finds the vendor's words in a body. `secret` must not be quoted.
  std::function<AdminWords(const ports::Response& response, std::string_view secret)> words;
  // What to say behind a 403: the permission that is needed.
  std::string permission = {};
  // What an answer means where the rules of error_of do not say it; its message is put behind what
  // the vendor said. May be empty.
  std::function<std::optional<ports::Error>(const AdminCall& call, const ports::Response& response,
                                            const AdminWords& words)>
      particular = {};
  // How long a 429 or a 5xx asks to wait where no Retry-After says it. May be empty.
  std::function<std::optional<ports::Duration>(const ports::Response& response,
                                               ports::WallTime now)>
      asked_wait = {};
};

// What is left at `now` of the wait that a 429 asks for in a header that names an absolute time in
// whole seconds since the epoch; at least a second. Nothing for another status or another value.
std::optional<ports::Duration> wait_for_reset(const ports::Response& response,
                                              std::string_view header, ports::WallTime now);

struct AdminApiOptions {
  std::string origin = {};
  std::string header = "Authorization";                     // that the credential travels in
  ports::Duration call_timeout = std::chrono::seconds(10);  // of one attempt, and of a whole change
  ports::Duration patience = std::chrono::seconds(90);      // of a read
  RepeatListener* told = nullptr;  // of a call that is repeated; must outlive whoever calls
};

class AdminApi {
 public:
  // `http` and `clock` must outlive it.
  AdminApi(ports::HttpClient& http, ports::Clock& clock, AdminApiOptions options,
           AdminSession session, AdminManners manners);

  // Sends until answered, for good or for bad; 2xx and 4xx but 429 are Responses. A 401 to a token
  // of a machine client is answered once with a fresh one.
  ports::Result<ports::Response> send(const AdminCall& call);

  // As send, but an Error as error_of() says unless the status is 2xx.
  ports::Result<ports::Response> demand(const AdminCall& call);

  // busy: 429, or 5xx to a read. ambiguous: 5xx to a change. missing: 404. refused: all else, 401
  // and 403 with what to do. Or as manners.particular says.
  ports::Error error_of(const AdminCall& call, const ports::Response& response) const;

  const std::string& origin() const { return options_.origin; }

 private:
  ports::Result<ports::Response> attempt(const AdminCall& call, ports::Instant deadline);

  ports::HttpClient& http_;
  ports::Clock& clock_;
  AdminApiOptions options_;
  AdminSession session_;
  AdminManners manners_;
  ports::Secret used_;  // the header that was sent last, not to be quoted
};

}  // namespace rotator
