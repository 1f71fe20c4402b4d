#include "rotator/kubernetes/lease.h"

#include <algorithm>
#include <utility>

#include "rotator/calls/answer_json.h"
#include "rotator/calls/encoding.h"
#include "rotator/calls/json_writer.h"
#include "rotator/calls/times.h"

namespace rotator {
namespace {

using ports::ErrorCode;

// How often another holder's lease is looked at, and how soon a failed renewal is tried again:
// client-go's RetryPeriod.
inline constexpr ports::Duration retry_period = std::chrono::seconds(2);

std::string written(JsonView value) {
  JsonWriter out;
  value.write(out);
  return out.take();
}

std::int64_t whole_seconds(ports::Duration duration) {
  return std::max<std::int64_t>(1, std::chrono::ceil<std::chrono::seconds>(duration).count());
}

std::string seconds_text(ports::Duration duration) {
  return std::to_string(std::chrono::floor<std::chrono::seconds>(duration).count()) + " s";
}

}  // namespace

struct Lease::Record {
  std::string resource_version = {};
  std::string holder = {};
  std::string acquire_time = {};
  std::string renew_time = {};
  ports::Duration duration{0};
  std::int64_t transitions = 0;
  // Labels and annotations as JSON, for a PUT would drop them.
  std::string labels = {};
  std::string annotations = {};
};

Lease::Lease(Cluster& cluster, LeaseOptions options)
    : cluster_(cluster),
      options_(std::move(options)),
      collection_("/apis/coordination.k8s.io/v1/namespaces/" +
                  percent_encode(cluster_.options().kubernetes_namespace) + "/leases"),
      target_(collection_ + "/" + percent_encode(options_.name)) {}

std::string Lease::named() const {
  return "lease " + cluster_.options().kubernetes_namespace + "/" + options_.name;
}

// The Record in an answer of the API server.
ports::Result<Lease::Record> Lease::parse(const std::string& body) const {
  const auto parsed = parse_object(body, "reading " + named());
  if (!parsed) return ports::fail(parsed.error());
  Record record{
      .resource_version = text_member(*parsed, {"metadata", "resourceVersion"}),
      .holder = text_member(*parsed, {"spec", "holderIdentity"}),
      .acquire_time = text_member(*parsed, {"spec", "acquireTime"}),
      .renew_time = text_member(*parsed, {"spec", "renewTime"}),
      .duration = std::chrono::seconds(integer_member(*parsed, {"spec", "leaseDurationSeconds"})),
      .transitions = integer_member(*parsed, {"spec", "leaseTransitions"})};
  if (record.resource_version.empty())
    return ports::fail(ErrorCode::malformed,
                       "reading " + named() + ": the answer holds no metadata.resourceVersion");
  const auto metadata = parsed->root().member("metadata");
  if (const auto labels = metadata.member("labels"); labels.is_object())
    record.labels = written(labels);
  if (const auto annotations = metadata.member("annotations"); annotations.is_object())
    record.annotations = written(annotations);
  return record;
}

ports::Result<Lease::Record> Lease::read(ports::Instant until) {
  auto response = cluster_.call("GET", target_, {}, {}, Cluster::Repeat::safe, until);
  if (!response) return ports::fail(response.error());
  if (response->status != 200)
    return ports::fail(kubernetes_error("reading " + named(), *response));
  return parse(response->body);
}

std::string Lease::body(const std::string& holder, ports::Duration length,
                        const std::string& renew_time) const {
  JsonWriter lease;
  lease.open_object().member("apiVersion", "coordination.k8s.io/v1").member("kind", "Lease");
  lease.name("metadata")
      .open_object()
      .member("name", options_.name)
      .member("namespace", cluster_.options().kubernetes_namespace);
  if (!resource_version_.empty()) lease.member("resourceVersion", resource_version_);
  if (!labels_.empty()) lease.name("labels").raw(labels_);
  if (!annotations_.empty()) lease.name("annotations").raw(annotations_);
  lease.close_object();
  lease.name("spec")
      .open_object()
      .member("holderIdentity", holder)
      .member("leaseDurationSeconds", whole_seconds(length))
      .member("acquireTime", acquire_time_)
      .member("renewTime", renew_time)
      .member("leaseTransitions", transitions_)
      .close_object();
  return lease.close_object().take();
}

void Lease::adopt(const Record& record, ports::Duration length, ports::Instant sent) {
  resource_version_ = record.resource_version;
  labels_ = record.labels;
  annotations_ = record.annotations;
  held_ = record.holder == options_.holder;
  lapses_ = sent + length;
  // A lease taken for longer is renewed at two thirds.
  next_renewal_ = sent + (length > options_.duration ? length * 2 / 3 : options_.renew_every);
}

// PUT under resource_version_, or POST when there is no lease yet. A lost reply is settled by
// reading.
ports::Status Lease::write(const std::string& holder, ports::Duration length,
                           ports::Instant until) {
  const bool creating = resource_version_.empty();
  const auto sent = cluster_.clock().now();
  const auto renew_time = micro_time(cluster_.clock().wall_now());
  auto response =
      cluster_.call(creating ? "POST" : "PUT", creating ? collection_ : target_, "application/json",
                    body(holder, length, renew_time), Cluster::Repeat::never, until);
  if (!response && response.error().code != ErrorCode::ambiguous)
    return ports::fail(response.error());
  if (response && (response->status == 200 || (creating && response->status == 201))) {
    auto record = parse(response->body);
    if (!record) return ports::fail(record.error());
    adopt(*record, length, sent);
    return {};
  }
  if (response && response->status == 201)
    return ports::fail(ErrorCode::conflict, named() + " was deleted by somebody while we held it");
  if (response && response->status != 409)
    return ports::fail(kubernetes_error("writing " + named(), *response));

  // A lost reply, or a 409 that an earlier lost write of ours may have caused: whose is the newest
  // write?
  const bool lost = !response;
  const auto found = read(std::max(until, cluster_.clock().now() + retry_period));
  const bool absent = !found && found.error().code == ErrorCode::missing;
  if (!found && !absent)
    return ports::fail(lost ? ErrorCode::ambiguous : found.error().code, found.error().message);
  if (lost && (absent ? creating : found->resource_version == resource_version_))
    return ports::fail(ErrorCode::unreachable, "writing " + named() + " did not get through");
  if (absent) return ports::fail(ErrorCode::conflict, named() + " was deleted by somebody");
  // The holder's name is this process's alone: with our acquireTime under it, nobody has had the
  // lease since.
  const bool ours = found->holder == holder && found->acquire_time == acquire_time_ &&
                    found->transitions == transitions_ &&
                    found->resource_version != resource_version_;
  if (!ours)
    return ports::fail(ErrorCode::conflict,
                       named() + " was taken or changed by " +
                           (found->holder.empty() ? "somebody" : quotable(found->holder)));
  const bool this_write = found->renew_time == renew_time;
  adopt(*found, length, sent);
  return this_write ? ports::Status{} : write(holder, length, until);
}

ports::Status Lease::take(const Record& record, ports::Instant until) {
  resource_version_ = record.resource_version;
  labels_ = record.labels;
  annotations_ = record.annotations;
  transitions_ = record.transitions + (record.holder == options_.holder ? 0 : 1);
  acquire_time_ = micro_time(cluster_.clock().wall_now());
  return write(options_.holder, options_.duration, until);
}

ports::Status Lease::create(ports::Instant until) {
  resource_version_.clear();
  labels_.clear();
  annotations_.clear();
  transitions_ = 0;
  acquire_time_ = micro_time(cluster_.clock().wall_now());
  return write(options_.holder, options_.duration, until);
}

ports::Status Lease::acquire() {
  auto& clock = cluster_.clock();
  const auto give_up = clock.now() + options_.acquire_patience;
  std::string watched;  // the resourceVersion seen, and since when by our own clock
  ports::Instant since = {};
  bool told = false;
  for (;;) {
    const auto until = clock.now() + cluster_.options().call_timeout;
    const auto record = read(until);
    if (!record && record.error().code != ErrorCode::missing) return ports::fail(record.error());
    const auto now = clock.now();
    if (record && record->resource_version != watched) {
      watched = record->resource_version;
      since = now;
    }
    // Never by the holder's own times: its clock is not ours.
    const auto life =
        record && record->duration > ports::Duration{0} ? record->duration : options_.duration;
    const bool free = !record || record->holder.empty() || record->holder == options_.holder ||
                      now - since >= life;
    if (free) {
      const auto taken = record ? take(*record, until) : create(until);
      if (taken || taken.error().code != ErrorCode::conflict) return taken;
      if (clock.now() >= give_up) return taken;
    }
    const auto pause = free ? retry_period : std::min(retry_period, since + life - now);
    if (now + pause > give_up) {
      const auto renewed = parse_rfc3339(record ? record->renew_time : std::string());
      return ports::fail(ErrorCode::conflict,
                         named() + " is held by " +
                             quotable(record ? record->holder : "somebody else") +
                             (renewed ? ", renewed " + seconds_text(clock.wall_now() - *renewed) +
                                            " ago for " + seconds_text(life)
                                      : std::string()) +
                             "; another rotation is running, or one died a moment ago and its "
                             "lease has yet to lapse");
    }
    if (options_.on_wait && !told) {
      told = true;
      options_.on_wait(named() + ", held by " + quotable(record ? record->holder : "somebody else"),
                       std::min(give_up, since + life) - now);
    }
    if (clock.sleep_until(now + pause) == ports::Wake::interrupted)
      return ports::fail(ErrorCode::interrupted, "asked to stop while waiting for " + named());
  }
}

ports::Result<std::optional<LeaseHolder>> Lease::holder() {
  const auto record = read(cluster_.clock().now() + cluster_.options().call_timeout);
  const bool absent = !record && record.error().code == ErrorCode::missing;
  if (!record && !absent) return ports::fail(record.error());
  if (absent || record->holder.empty()) return std::optional<LeaseHolder>();
  return std::optional(
      LeaseHolder{.name = record->holder,
                  .renewed = parse_rfc3339(record->renew_time).value_or(ports::WallTime{}),
                  .lasts = record->duration});
}

ports::Status Lease::renew(ports::Duration length, ports::Instant until) {
  if (resource_version_.empty())
    return ports::fail(ErrorCode::conflict, named() + " was never taken");
  auto written = write(options_.holder, length, until);
  if (written) return written;
  const auto now = cluster_.clock().now();
  next_renewal_ = now + retry_period;
  if (written.error().code == ErrorCode::conflict || now >= lapses_) held_ = false;
  return written;
}

ports::Status Lease::keep() {
  auto& clock = cluster_.clock();
  if (clock.now() < next_renewal_) return {};
  auto renewed = renew(options_.duration, clock.now() + options_.renew_every);
  if (renewed || held_) return {};
  return renewed;
}

ports::Status Lease::keep_for(ports::Duration length) {
  return renew(std::max(length, options_.duration), cluster_.clock().now() + options_.renew_every);
}

ports::Status Lease::still_ours() {
  return renew(options_.duration, cluster_.clock().now() + cluster_.options().call_timeout);
}

ports::Status Lease::release() {
  if (resource_version_.empty() || !held_) return {};
  held_ = false;
  return write("", std::chrono::seconds(1), cluster_.clock().now() + options_.renew_every);
}

}  // namespace rotator
