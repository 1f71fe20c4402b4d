// Output: what each command prints on standard output, as pure functions of its result. Text for
// people, JSON ({"schema": 1, ...}, one object and a line break) for programs. No secret: results
// hold none.
#pragma once

#include <string>

#include "rotator/rotation/rotation.h"

namespace rotator {

enum class OutputFormat { text, json };

std::string render(const Plan& plan, OutputFormat format);
std::string render(const Outcome& outcome, OutputFormat format);
std::string render(const StatusReport& report, OutputFormat format);
std::string render(const DoctorReport& report, OutputFormat format);
// A failure that is not a result: {"schema": 1, "error": {"code", "message"}}.
std::string render(const ports::Error& error, OutputFormat format);

// The Prometheus text exposition of one run, for node_exporter's textfile collector. `last_success`
// is what an earlier file said, in seconds since 1970. When this run was not a success, the later
// of that and what the journal tells stands.
std::string render_metrics(const Outcome& outcome, const std::string& client_id,
                           ports::WallTime now, double last_success);
// The client that such a text is of; "unknown" when it names none.
std::string client_in(const std::string& metrics);
// The value of rotator_last_success_timestamp_seconds in such a text; 0 when absent.
double last_success_in(const std::string& metrics);

}  // namespace rotator
