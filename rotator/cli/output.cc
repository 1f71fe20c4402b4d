#include "rotator/cli/output.h"

#include <cmath>
#include <iomanip>
#include <nlohmann/json.hpp>
#include <sstream>

#include "rotator/calls/counted.h"
#include "rotator/calls/times.h"
#include "rotator/calls/utf8.h"

namespace rotator {
namespace {

using nlohmann::ordered_json;

constexpr int schema_version = 1;

std::string dumped(const ordered_json& json) {
  return json.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

const char* mark(const Finding& finding) {
  if (finding.warning) return "WARNING ";
  switch (finding.verdict) {
    case Judgement::pass: return "ok      ";
    case Judgement::fail: return "REFUSED ";
    case Judgement::unknown: return "UNKNOWN ";
  }
  return "";
}

ordered_json findings_json(const std::vector<Finding>& findings) {
  auto list = ordered_json::array();
  for (const auto& finding : findings) {
    list.push_back({{"check", to_string(finding.check)},
                    {"verdict", to_string(finding.verdict)},
                    {"detail", finding.detail}});
    if (finding.warning) list.back()["warning"] = true;
  }
  return list;
}

void findings_text(std::ostream& out, const std::vector<Finding>& findings) {
  for (const auto& finding : findings)
    out << mark(finding) << std::left << std::setw(24) << to_string(finding.check) << ' '
        << finding.detail << '\n';
}

void exposure_text(std::ostream& out, const ExposureForecast& forecast) {
  out << "\nthe old secret ends after    failed logins, until every pod has moved (about "
      << to_text(forecast.moved) << ")\n";
  const auto line = [&](const ExposurePoint& point, const char* remark) {
    out << std::right << std::setw(25) << to_text(point.exposure) << "    ";
    if (const auto failed = forecast.failed(point))
      out << std::llround(*failed);
    else
      out << std::llround(100 * forecast.share(point)) << " %";
    out << ", as many as come in " << to_text(point.lost) << remark << '\n';
  };
  bool chosen = false;
  for (const auto& point : forecast.curve) {
    if (!chosen && point.exposure >= forecast.chosen.exposure) {
      line(forecast.chosen, "  <- rotation.emergency.max_exposure");
      chosen = true;
      if (point.exposure == forecast.chosen.exposure) continue;
    }
    line(point, "");
  }
  if (!chosen) line(forecast.chosen, "  <- rotation.emergency.max_exposure");
}

ordered_json exposure_json(const ExposureForecast& forecast) {
  const auto point_json = [&](const ExposurePoint& point) {
    ordered_json json = {{"exposure_s", in_seconds(point.exposure)},
                         {"lost_s", in_seconds(point.lost)},
                         {"share", forecast.share(point)},
                         {"failed", nullptr}};
    if (const auto failed = forecast.failed(point)) json["failed"] = *failed;
    return json;
  };
  auto curve = ordered_json::array();
  for (const auto& point : forecast.curve) curve.push_back(point_json(point));
  return {{"moved_s", in_seconds(forecast.moved)},
          {"chosen", point_json(forecast.chosen)},
          {"curve", std::move(curve)}};
}

std::string plan_text(const Plan& plan) {
  std::ostringstream out;
  findings_text(out, plan.findings);
  if (plan.exposure) exposure_text(out, *plan.exposure);
  if (!plan.exposure && !plan.safe_window.terms.empty())
    out << "\nsafe window " << to_text(plan.safe_window.total) << ", dominated by "
        << plan.safe_window.dominating << ":\n";
  for (const auto& term : plan.exposure ? std::vector<WindowTerm>() : plan.safe_window.terms)
    out << "  " << std::left << std::setw(30) << term.name << std::right << std::setw(8)
        << to_text(term.duration) << "  " << term.why
        << (term.source.empty() ? "" : " (" + term.source + ")") << '\n';
  out << "\nstrategy " << plan.strategy << ", ";
  if (plan.exposure)
    out << "exposure " << to_text(plan.window) << " at the latest, ";
  else
    out << "window " << to_text(plan.window) << ", soak " << to_text(plan.soak) << ", ";
  out << counted(plan.pods, "pod") << "\n";
  if (!plan.calls.empty()) out << "what it will change:\n";
  for (const auto& call : plan.calls)
    out << "  " << std::left << std::setw(14) << to_string(call.phase) << std::setw(7)
        << call.method << call.host << call.path << '\n';
  const auto* obstacle = plan.first_obstacle();
  if (obstacle == nullptr)
    out << "ready to rotate: `rotator run`; nothing was changed\n";
  else
    out << "not ready (" << to_string(obstacle->check) << "): " << obstacle->detail
        << "; nothing was changed\n";
  return out.str();
}

ordered_json plan_json(const Plan& plan) {
  auto terms = ordered_json::array();
  for (const auto& term : plan.safe_window.terms)
    terms.push_back({{"name", term.name},
                     {"value_s", in_seconds(term.duration)},
                     {"why", term.why},
                     {"source", term.source}});
  ordered_json json = {{"schema", schema_version},
                       {"verdict", to_string(plan.verdict())},
                       {"strategy", plan.strategy},
                       {"window_s", in_seconds(plan.window)},
                       {"soak_s", in_seconds(plan.soak)},
                       {"safe_window",
                        {{"value_s", in_seconds(plan.safe_window.total)},
                         {"dominating", plan.safe_window.dominating},
                         {"terms", std::move(terms)}}},
                       {"old_secret_id", plan.old_secret_id},
                       {"old_fingerprint", plan.old_fingerprint},
                       {"kv_version", plan.kv_version},
                       {"pods", plan.pods},
                       {"findings", findings_json(plan.findings)}};
  json["calls"] = ordered_json::array();
  for (const auto& call : plan.calls)
    json["calls"].push_back({{"phase", to_string(call.phase)},
                             {"method", call.method},
                             {"host", call.host},
                             {"path", call.path}});
  if (plan.exposure) json["exposure"] = exposure_json(*plan.exposure);
  return json;
}

std::string outcome_text(const Outcome& outcome) {
  std::ostringstream out;
  const bool idle = outcome.ending == Ending::done && !outcome.rotated;
  out << (idle ? "nothing to do" : to_string(outcome.ending));
  if (!outcome.rotation_id.empty()) out << " (rotation " << outcome.rotation_id << ")";
  out << ": " << outcome.message << '\n';
  if (outcome.durations.empty()) return out.str();
  for (const auto& [phase, took] : outcome.durations)
    out << "  " << std::left << std::setw(10) << to_string(phase) << std::right << std::setw(10)
        << to_text(took) << '\n';
  out << "  " << std::left << std::setw(10) << "in all" << std::right << std::setw(10)
      << to_text(outcome.took) << ", " << counted(outcome.api_calls, "call") << ", "
      << counted(outcome.restarts, "restart") << "\n";
  if (outcome.exposure)
    out << "  the old secret was good for " << to_text(*outcome.exposure)
        << " beside the new one\n";
  if (outcome.login_failures)
    out << "  " << counted(*outcome.login_failures, "login") << " failed meanwhile\n";
  return out.str();
}

ordered_json outcome_json(const Outcome& outcome) {
  auto phases = ordered_json::array();
  for (const auto& [phase, took] : outcome.durations)
    phases.push_back({{"phase", to_string(phase)}, {"duration_s", in_seconds(took)}});
  ordered_json json = {{"schema", schema_version},
                       {"outcome", to_string(outcome.ending)},
                       {"rotated", outcome.rotated},
                       {"exit_code", outcome.exit_code},
                       {"message", outcome.message},
                       {"rotation_id", outcome.rotation_id},
                       {"strategy", outcome.strategy},
                       {"phase", to_string(outcome.phase)},
                       {"duration_s", in_seconds(outcome.took)},
                       {"api_calls", outcome.api_calls},
                       {"restarts", outcome.restarts},
                       {"phases", std::move(phases)}};
  if (outcome.exposure) json["exposure_s"] = in_seconds(*outcome.exposure);
  if (outcome.login_failures) json["login_failures"] = *outcome.login_failures;
  return json;
}

// Who is at work on an unfinished rotation; empty where there is nothing to say.
std::string at_work(const StatusReport& report) {
  const auto& holder = report.at_work;
  if (!report.lock_seen || (!holder && !unfinished(report.journal.disposition))) return "";
  if (holder)
    return holder->name + ", its lock was renewed " + to_rfc3339(holder->renewed) + " for " +
           to_text(holder->lasts);
  return report.journal.disposition == Disposition::stopped
             ? "nobody; decide: `rotator resume` or `rotator rollback`"
             : "nobody; `rotator resume` goes on";
}

std::string status_text(const StatusReport& report) {
  std::ostringstream out;
  const auto& journal = report.journal;
  if (!report.journal_exists) {
    out << "no rotation was ever begun here\n";
  } else {
    out << "rotation " << journal.rotation_id << " (" << journal.strategy
        << "): " << to_string(journal.disposition) << ", phase " << to_string(journal.phase)
        << '\n';
    const auto line = [&out](const char* name, const std::string& value) {
      if (!value.empty()) out << "  " << std::left << std::setw(18) << name << value << '\n';
    };
    line("at work", at_work(report));
    if (report.about_to()) line("about to", to_string(journal.intent));
    line("reason", journal.reason);
    line("old secret", journal.old_secret_id + " (" + journal.old_fingerprint + ")");
    if (!journal.new_secret_id.empty())
      line("new secret", journal.new_secret_id + " (" + journal.new_fingerprint + ")");
    line("started", to_rfc3339(journal.started));
    line("window ends", to_rfc3339(journal.window_ends));
    line("exposure ends", to_rfc3339(journal.exposure_ends));
    line("disabled", to_rfc3339(journal.disabled_at));
    line("soak ends", to_rfc3339(journal.soak_ends));
    line("finished", to_rfc3339(journal.finished));
    line("last written", to_rfc3339(journal.updated) + " by " + journal.holder);
  }
  out << "Vault: version " << report.kv_version << ", holds the " << to_string(report.kv_holds)
      << " secret\n";
  for (const auto& record : report.secrets)
    out << "secret at the provider: " << record.id << (record.active ? " active" : " inactive")
        << ", created " << to_rfc3339(record.created) << '\n';
  for (const auto& problem : report.problems) out << "could not ask: " << problem << '\n';
  return out.str();
}

ordered_json status_json(const StatusReport& report) {
  ordered_json json = {{"schema", schema_version}, {"rotation", nullptr}};
  const auto& journal = report.journal;
  if (report.journal_exists)
    json["rotation"] = {{"rotation_id", journal.rotation_id},
                        {"strategy", journal.strategy},
                        {"disposition", to_string(journal.disposition)},
                        {"phase", to_string(journal.phase)},
                        {"intent", to_string(report.about_to() ? journal.intent : Intent::none)},
                        {"reason", journal.reason},
                        {"old_secret_id", journal.old_secret_id},
                        {"new_secret_id", journal.new_secret_id},
                        {"old_fingerprint", journal.old_fingerprint},
                        {"new_fingerprint", journal.new_fingerprint},
                        {"old_kv_version", journal.old_kv_version},
                        {"new_kv_version", journal.new_kv_version},
                        {"restarts", journal.restarts},
                        {"started", to_rfc3339(journal.started)},
                        {"window_ends", to_rfc3339(journal.window_ends)},
                        {"exposure_ends", to_rfc3339(journal.exposure_ends)},
                        {"disabled_at", to_rfc3339(journal.disabled_at)},
                        {"soak_ends", to_rfc3339(journal.soak_ends)},
                        {"finished", to_rfc3339(journal.finished)},
                        {"updated", to_rfc3339(journal.updated)},
                        {"holder", journal.holder}};
  json["at_work"] = nullptr;
  if (report.at_work)
    json["at_work"] = {{"holder", report.at_work->name},
                       {"renewed", to_rfc3339(report.at_work->renewed)},
                       {"lasts_s", in_seconds(report.at_work->lasts)}};
  json["vault"] = {{"version", report.kv_version}, {"holds", to_string(report.kv_holds)}};
  json["secrets"] = ordered_json::array();
  for (const auto& record : report.secrets)
    json["secrets"].push_back(
        {{"id", record.id}, {"active", record.active}, {"created", to_rfc3339(record.created)}});
  json["problems"] = report.problems;
  return json;
}

}  // namespace

std::string render(const Plan& plan, OutputFormat format) {
  return format == OutputFormat::json ? dumped(plan_json(plan)) : printable(plan_text(plan));
}

std::string render(const Outcome& outcome, OutputFormat format) {
  return format == OutputFormat::json ? dumped(outcome_json(outcome))
                                      : printable(outcome_text(outcome));
}

std::string render(const StatusReport& report, OutputFormat format) {
  return format == OutputFormat::json ? dumped(status_json(report))
                                      : printable(status_text(report));
}

std::string render(const DoctorReport& report, OutputFormat format) {
  if (format == OutputFormat::json)
    return dumped({{"schema", schema_version},
                   {"verdict", to_string(report.verdict())},
                   {"findings", findings_json(report.findings)}});
  std::ostringstream out;
  findings_text(out, report.findings);
  return printable(out.str());
}

std::string render(const ports::Error& error, OutputFormat format) {
  if (format == OutputFormat::json)
    return dumped({{"schema", schema_version},
                   {"error", {{"code", to_string(error.code)}, {"message", error.message}}}});
  return error.message + "\n";
}

}  // namespace rotator
