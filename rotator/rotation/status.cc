#include "rotator/rotation/status.h"

#include <utility>

namespace rotator {
namespace {

Held held(const ports::Fingerprint& shown, const Journal& journal) {
  if (shown == journal.old_fingerprint) return Held::old_secret;
  return shown == journal.new_fingerprint ? Held::new_secret : Held::other;
}

}  // namespace

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
