#include "rotator/rotation/journal.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "rotator/calls/json_view.h"
#include "rotator/calls/json_writer.h"
#include "rotator/calls/times.h"

namespace rotator {
namespace {

using ports::ErrorCode;
using ports::WallTime;

constexpr std::size_t journal_text = 2048;  // bytes, about: room to write into

constexpr std::array all_dispositions = {Disposition::none,         Disposition::running,
                                         Disposition::rolling_back, Disposition::done,
                                         Disposition::rolled_back,  Disposition::stopped};
constexpr std::array all_intents = {
    Intent::none,         Intent::create_secret, Intent::write_value, Intent::restart,
    Intent::disable_old,  Intent::enable_old,    Intent::delete_old,  Intent::write_value_back,
    Intent::restart_back, Intent::delete_new,    Intent::stage_value, Intent::replace_back,
    Intent::drop_fallback};

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const auto& part : parts) text += (text.empty() ? "" : " ") + part;
  return text;
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const auto space = text.find(' ');
    if (space != 0) parts.emplace_back(text.substr(0, space));
    if (space == std::string_view::npos) break;
    text.remove_prefix(space + 1);
  }
  return parts;
}

// The one list of members: `visit(name, member)` for each, so that writer and reader cannot differ.
template <typename JournalType, typename Visitor>
void for_each_member(JournalType& journal, Visitor&& visit) {
  visit("format", journal.format);
  visit("rotation_id", journal.rotation_id);
  visit("strategy", journal.strategy);
  visit("phase", journal.phase);
  visit("disposition", journal.disposition);
  visit("intent", journal.intent);
  visit("holder", journal.holder);
  visit("client_id", journal.client_id);
  visit("deployment", journal.workload);
  visit("secrets_before", journal.secrets_before);
  visit("old_secret_id", journal.old_secret_id);
  visit("new_secret_id", journal.new_secret_id);
  visit("old_fingerprint", journal.old_fingerprint);
  visit("new_fingerprint", journal.new_fingerprint);
  visit("wished_fingerprints", journal.wished_fingerprints);
  visit("old_kv_version", journal.old_kv_version);
  visit("staged_kv_version", journal.staged_kv_version);
  visit("new_kv_version", journal.new_kv_version);
  visit("back_kv_version", journal.back_kv_version);
  visit("restart_before", journal.restart_before);
  visit("restart_value", journal.restart_value);
  visit("restarts", journal.restarts);
  visit("restarts_staged", journal.restarts_staged);
  visit("restarts_back", journal.restarts_back);
  visit("window", journal.window);
  visit("started", journal.started);
  visit("window_opened", journal.window_opened);
  visit("window_ends", journal.window_ends);
  visit("exposure_ends", journal.exposure_ends);
  visit("refused_at", journal.refused_at);
  visit("stored", journal.stored);
  visit("rollout_deadline", journal.rollout_deadline);
  visit("disabled_at", journal.disabled_at);
  visit("soak_ends", journal.soak_ends);
  visit("finished", journal.finished);
  visit("updated", journal.updated);
  visit("rotated_before", journal.rotated_before);
  visit("failures_at_start", journal.failures_at_start);
  visit("failures_at_disable", journal.failures_at_disable);
  visit("reason", journal.reason);
  visit("rollback_asked", journal.rollback_asked);
  visit("nonce", journal.nonce);
}

// Members as text. Empty text = not set.
const std::string& text_of(const std::string& value) { return value; }
std::string_view text_of(bool value) { return value ? "true" : ""; }
std::string text_of(int value) { return value == 0 ? "" : std::to_string(value); }
std::string text_of(ports::Duration value) { return std::to_string(value.count()) + "ns"; }
std::string text_of(const std::vector<std::string>& value) { return joined(value); }
std::string text_of(WallTime value) { return to_rfc3339(value); }
std::string_view text_of(Phase value) { return to_string(value); }
std::string_view text_of(Disposition value) { return to_string(value); }
std::string_view text_of(Intent value) { return to_string(value); }
std::string text_of(const std::optional<std::int64_t>& value) {
  return value ? std::to_string(*value) : "";
}
// An annotation may be empty and yet be there.
std::string text_of(const std::optional<std::string>& value) { return value ? "=" + *value : ""; }

template <typename Number>
bool read_number(std::string_view text, Number& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size();
}
template <typename Enumeration>
bool take(const std::optional<Enumeration>& parsed, Enumeration& out) {
  if (parsed) out = *parsed;
  return parsed.has_value();
}

bool from_text(std::string_view text, std::string& out) {
  out = text;
  return true;
}
bool from_text(std::string_view text, bool& out) {
  out = text == "true";
  return out || text == "false";
}
bool from_text(std::string_view text, int& out) { return read_number(text, out); }
bool from_text(std::string_view text, ports::Duration& out) {
  std::int64_t nanoseconds = 0;
  if (!text.ends_with("ns") || !read_number(text.substr(0, text.size() - 2), nanoseconds))
    return false;
  out = ports::Duration(nanoseconds);
  return true;
}
bool from_text(std::string_view text, std::vector<std::string>& out) {
  out = split(text);
  return true;
}
bool from_text(std::string_view text, WallTime& out) { return take(parse_rfc3339(text), out); }
bool from_text(std::string_view text, Phase& out) { return take(parse_phase(text), out); }
bool from_text(std::string_view text, Disposition& out) {
  return take(parse_disposition(text), out);
}
bool from_text(std::string_view text, Intent& out) { return take(parse_intent(text), out); }
bool from_text(std::string_view text, std::optional<std::int64_t>& out) {
  std::int64_t number = 0;
  if (!read_number(text, number)) return false;
  out = number;
  return true;
}
bool from_text(std::string_view text, std::optional<std::string>& out) {
  if (text.front() != '=') return false;
  out = std::string(text.substr(1));
  return true;
}

}  // namespace

const char* to_string(Disposition disposition) {
  switch (disposition) {
    case Disposition::none: return "none";
    case Disposition::running: return "running";
    case Disposition::rolling_back: return "rolling_back";
    case Disposition::done: return "done";
    case Disposition::rolled_back: return "rolled_back";
    case Disposition::stopped: return "stopped";
  }
  return "unknown";
}

std::optional<Disposition> parse_disposition(std::string_view text) {
  for (const auto disposition : all_dispositions)
    if (text == to_string(disposition)) return disposition;
  return std::nullopt;
}

bool unfinished(Disposition disposition) {
  return disposition == Disposition::running || disposition == Disposition::rolling_back ||
         disposition == Disposition::stopped;
}

const char* to_string(Intent intent) {
  switch (intent) {
    case Intent::none: return "none";
    case Intent::create_secret: return "create_secret";
    case Intent::write_value: return "write_value";
    case Intent::restart: return "restart";
    case Intent::disable_old: return "disable_old";
    case Intent::enable_old: return "enable_old";
    case Intent::delete_old: return "delete_old";
    case Intent::write_value_back: return "write_value_back";
    case Intent::restart_back: return "restart_back";
    case Intent::delete_new: return "delete_new";
    case Intent::stage_value: return "stage_value";
    case Intent::replace_back: return "replace_back";
    case Intent::drop_fallback: return "drop_fallback";
  }
  return "unknown";
}

std::optional<Intent> parse_intent(std::string_view text) {
  for (const auto intent : all_intents)
    if (text == to_string(intent)) return intent;
  return std::nullopt;
}

ports::WallTime last_rotated(const Journal& journal) {
  return journal.disposition == Disposition::done ? journal.finished : journal.rotated_before;
}

std::string to_rfc3339(WallTime time) { return time == WallTime{} ? "" : milli_time(time); }

std::string to_json(const Journal& journal, const std::string& fingerprint_key_hex) {
  JsonWriter object(journal_text);
  object.open_object();
  for_each_member(journal, [&object](std::string_view name, const auto& member) {
    const auto& text = text_of(member);
    if (!text.empty()) object.member(name, text);
  });
  return object.member(fingerprint_key_member, fingerprint_key_hex).close_object().take();
}

ports::Result<Journal> parse_journal(const KvData& data) {
  const auto object = JsonDocument::parse_or_null(data.json().reveal_to_wire());
  if (!object.root().is_object())
    return ports::fail(ErrorCode::malformed, "the journal is not a JSON object");
  Journal journal;
  std::string bad;
  for_each_member(journal, [&object, &bad](const char* name, auto& member) {
    const auto text = object.root().member(name).text().value_or(std::string());
    if (!text.empty() && !from_text(text, member) && bad.empty()) bad = name;
  });
  if (!bad.empty())
    return ports::fail(
        ErrorCode::malformed,
        "the journal's member " + bad + " cannot be read; a newer rotator may have written it");
  if (journal.format > journal_format)
    return ports::fail(ErrorCode::malformed,
                       "the journal has format " + std::to_string(journal.format) +
                           ", this rotator knows " + std::to_string(journal_format) +
                           "; use the rotator that wrote it");
  if (journal.disposition != Disposition::none && journal.rotation_id.empty())
    return ports::fail(ErrorCode::malformed, "the journal has no rotation_id");
  return journal;
}

}  // namespace rotator
