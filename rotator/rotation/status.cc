#include "rotator/rotation/status.h"

#include <utility>

namespace rotator {
namespace {

Held held(const ports::Fingerprint& shown, const Journal& journal) {
  if (shown == journal.old_fingerprint) return Held::old_secret;
  return shown == journal.new_fingerprint ? Held::new_secret : Held::other;
}

// The phase that announces an intent; rollback for those of the way back.
Phase phase_of(Intent intent) {
  switch (intent) {
    case Intent::none: return Phase::preflight;
    case Intent::create_secret: return Phase::create;
    case Intent::write_value: return Phase::store;
    case Intent::restart: return Phase::rollout;
    case Intent::disable_old: return Phase::disable;
    case Intent::enable_old: return Phase::soak;
    case Intent::delete_old: return Phase::removal;
    case Intent::stage_value: return Phase::stage;
    case Intent::drop_fallback: return Phase::clear;
    case Intent::replace_back:
    case Intent::write_value_back:
    case Intent::restart_back:
    case Intent::delete_new: return Phase::rollback;
  }
  return Phase::preflight;
}

}  // namespace

bool StatusReport::about_to() const {
  if (journal.intent == Intent::none || !unfinished(journal.disposition)) return false;
  const auto phase = phase_of(journal.intent);
  if (journal.disposition == Disposition::rolling_back)
    return phase == Phase::rollback || journal.intent == Intent::enable_old;
  return phase == journal.phase;
}

const char* to_string(Held held) {
  switch (held) {
    case Held::old_secret: return "old";
    case Held::new_secret: return "new";
    case Held::other: return "other";
    case Held::unknown: return "unknown";
  }
  return "unknown";
}

ports::Result<StatusReport> status_of(Context& context) {
  StatusReport report;
  if (const auto loaded = context.ledger.load(); !loaded) return ports::fail(loaded.error());
  report.journal = context.ledger.entry();
  report.journal_exists = report.journal.disposition != Disposition::none;
  if (auto holder = context.lock.look()) {
    report.at_work = std::move(*holder);
    report.lock_seen = true;
  } else {
    report.problems.push_back(holder.error().message);
  }
  if (const auto shown = context.vault_value.read()) {
    report.kv_version = shown->current.version;
    if (report.journal_exists && shown->value)
      report.kv_holds = held(context.vault_value.fingerprint(*shown), report.journal);
  } else {
    report.problems.push_back(shown.error().message);
  }
  if (const auto connected = context.systems.connect_provider(); !connected) {
    report.problems.push_back(connected.error().message);
    return report;
  }
  auto records = context.systems.provider().list_secrets();
  if (records)
    report.secrets = std::move(*records);
  else
    report.problems.push_back(records.error().message);
  return report;
}

}  // namespace rotator
