#include "scenarios/serve/request_journal.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "mocks/sim/glob.h"
#include "mocks/sim/network.h"
#include "rotator/calls/times.h"

namespace scenarios {
namespace {

using mocks::sim::glob_matches;

std::string cut(std::string_view text) { return std::string(text.substr(0, max_journal_text)); }

const char* outcome_of(std::int64_t number) {
  if (number > 0) return "answered";
  switch (number) {
    case mocks::sim::call_refused: return "refused";
    case mocks::sim::call_unanswered: return "unanswered";
    case mocks::sim::call_broken: return "broken";
    default: return "caller_crashed";
  }
}

bool holds(const std::vector<std::string>& all, const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

bool matches(const JournalQuery& query, const JournalEntry& entry) {
  if (entry.number <= query.after) return false;
  if (query.status && entry.number_of_call != *query.status) return false;
  if (!query.secret.empty() && !holds(entry.carried, query.secret) &&
      !holds(entry.answered, query.secret))
    return false;
  return glob_matches(query.path, entry.path) && glob_matches(query.server, entry.server) &&
         glob_matches(query.method, entry.method) &&
         (glob_matches(query.client, entry.client) || glob_matches(query.client, entry.user_agent));
}

}  // namespace

void RequestJournal::record(const mocks::wire::Exchange& exchange, ports::WallTime at,
                            const KnownSecrets& secrets) {
  const auto& request = exchange.request;
  const auto agent = ports::find_header(request.headers, "User-Agent");
  JournalEntry entry{.number = ++last_,
                     .at = at,
                     .server = std::string(exchange.server),
                     .client = std::string(exchange.caller),
                     .user_agent = agent ? cut(*agent) : "",
                     .method = cut(request.method),
                     .path = cut(secrets.without_secrets(request.target)),
                     .number_of_call = exchange.number,
                     .carried = secrets.carried_by(request)};
  if (exchange.answer != nullptr) entry.answered = secrets.found_in(exchange.answer->body);
  if (entries_.size() == max_journal_requests) entries_.pop_front();
  entries_.push_back(std::move(entry));
}

std::vector<const JournalEntry*> RequestJournal::find(const JournalQuery& query) const {
  std::vector<const JournalEntry*> found;
  for (const auto& entry : entries_) {
    if (found.size() == query.limit) break;
    if (matches(query, entry)) found.push_back(&entry);
  }
  return found;
}

std::string to_json(const RequestJournal& journal, const JournalQuery& query) {
  using Json = nlohmann::ordered_json;
  Json requests = Json::array();
  for (const auto* entry : journal.find(query)) {
    const bool answered = entry->number_of_call > 0;
    requests.push_back({{"number", entry->number},
                        {"at", rotator::micro_time(entry->at)},
                        {"server", entry->server},
                        {"client", entry->client},
                        {"user_agent", entry->user_agent},
                        {"method", entry->method},
                        {"path", entry->path},
                        {"outcome", outcome_of(entry->number_of_call)},
                        {"status", answered ? Json(entry->number_of_call) : Json()},
                        {"secrets_carried", entry->carried},
                        {"secrets_answered", entry->answered}});
  }
  const Json all = {{"requests", std::move(requests)}, {"last", journal.last()}};
  // What clients send need not be UTF-8.
  return all.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace scenarios
